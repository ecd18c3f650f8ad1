/** The overview of an account: what needs somebody, numbers, and what happened last. */

import { html } from 'hono/html';
import type { Html } from '../../pages/layout.ts';
import { isolated } from '../../pages/text.ts';
import type { AccountVisit, Console } from '../console.ts';
import { panel } from '../parts/panel.ts';
import { chip, counted, sid } from '../parts/text.ts';
import type { Need, OverviewPart, OverviewParts } from './parts.ts';

const NEEDS = 'needs';

/** Adds /console/AC…/overview, made of these parts. */
export function addOverviewPages(console: Console, parts: OverviewParts): void {
  console.page('overview', async (visit) => {
    const { account } = visit;
    const ofAccount = needsOfAccount(visit);
    const needs = [...ofAccount, ...(await inOrder(parts.needs, visit)).flat()];
    const steps = await parts.steps(visit);
    const tiles = await shown(parts.tiles, visit);
    const charts = await shown(parts.charts, visit);
    const latest = await shown(parts.latest, visit);
    return {
      title: 'Overview',
      section: 'overview',
      lede: html`${isolated(account.friendlyName)} ${sid(account.sid)}`,
      body: html`<div class="stack">${health(needs)}${steps ?? ''}${
        tiles.length === 0 ? '' : html`<div class="tiles">${tiles}</div>`
      }${charts}${needs.length === 0 ? '' : needsPanel(needs)}${latest}</div>`,
    };
  });
}

async function inOrder<Part>(
  parts: readonly ((visit: AccountVisit) => Promise<Part>)[],
  visit: AccountVisit,
): Promise<Part[]> {
  return Promise.all(parts.map((part) => part(visit)));
}

async function shown(parts: readonly OverviewPart[], visit: AccountVisit): Promise<Html[]> {
  return (await inOrder(parts, visit)).filter((part) => part !== undefined);
}

/** The first line: whether there is something to do. */
function health(needs: readonly Need[]): Html {
  if (needs.length === 0) return html`<p>Nothing needs your attention.</p>`;
  const verb = needs.length === 1 ? 'needs' : 'need';
  return html`<p><a href="#${NEEDS}">${counted(needs.length, 'thing')} ${verb} your attention.</a></p>`;
}

function needsPanel(needs: readonly Need[]): Html {
  return panel({
    id: NEEDS,
    title: 'Needs your attention',
    isPadded: true,
    body: html`<ul class="checks">${needs.map(
      ({ tone, text, href, action }) =>
        html`<li><span class="sign">${chip(tone, tone === 'bad' ? 'failing' : 'to do')}</span><div>${text} <a href="${href}">${action}</a></div></li>`,
    )}</ul>`,
  });
}

function needsOfAccount({ account, link }: AccountVisit): Need[] {
  const needs: Need[] = [];
  if (account.status !== 'active') {
    const text = `This account is ${account.status}. Its requests are refused, and nobody can authorize its apps.`;
    needs.push({ tone: 'bad', text, href: link('account'), action: 'See the account' });
  }
  if (account.type === 'Trial') {
    const text =
      'This is a Trial account. It cannot authorize apps, and nobody can authorize its apps.';
    needs.push({ tone: 'warn', text, href: link('account'), action: 'See the account' });
  }
  return needs;
}
