/** The overview of an account: what needs somebody, and what happened last. */

import { html } from 'hono/html';
import type { Html } from '../../pages/layout.ts';
import { isolated } from '../../pages/text.ts';
import type { AccountVisit, Console } from '../console.ts';
import { linkButton, panel } from '../parts/panel.ts';
import { sid } from '../parts/text.ts';

/** Adds /console/AC…/overview. */
export function addOverviewPages(console: Console): void {
  console.page('overview', async (visit) => ({
    title: 'Overview',
    section: 'overview',
    lede: html`${isolated(visit.account.friendlyName)} ${sid(visit.account.sid)}`,
    body: firstSteps(visit),
  }));
}

function firstSteps({ link }: AccountVisit): Html {
  return panel({
    isPadded: true,
    body: html`<h2>Create your first Connect App</h2>
<ol><li>Create an app: its name, and where customers return to.</li><li>Send a customer the link, or play the customer yourself.</li><li>Make a request for the customer, and see it here.</li></ol>
${linkButton({ href: link('apps/new'), text: 'Create an app' })}`,
  });
}
