/** Three steps from nothing to a request that is seen: shown until they are done. */

import { html } from 'hono/html';
import { listingOfAppAuthorizations } from '../../authorizations/app-operations.ts';
import type { Authorization } from '../../authorizations/authorization.ts';
import type { ConnectApp } from '../../connect-apps/connect-app.ts';
import { listingOfConnectApps } from '../../connect-apps/operations.ts';
import type { Html } from '../../pages/layout.ts';
import { isolated, visibleOr } from '../../pages/text.ts';
import { listRequests } from '../../requests/operations.ts';
import type { AccountVisit, Console } from '../console.ts';
import { codeSample } from '../parts/lists.ts';
import { linkButton, panel } from '../parts/panel.ts';
import type { OverviewPart } from './parts.ts';

/** Of the newest apps: one that somebody can be sent to. */
const FEW = 20;

interface Progress {
  app: ConnectApp | undefined;
  /** The newest app, where none has an Authorize URL. */
  draft?: ConnectApp | undefined;
  authorization: Authorization | undefined;
  hasRequest: boolean;
}

/** The panel of the steps; nothing once an app has made a request for a customer. */
export function firstSteps({ context, pages }: Console): OverviewPart {
  const latest = (limit: number) => ({ direction: 'older', from: undefined, limit }) as const;

  async function progressOf({ account }: AccountVisit): Promise<Progress> {
    const { sid: accountSid } = account;
    const apps = await listingOfConnectApps(context, accountSid).slice(latest(FEW));
    const app = apps.find(({ authorizeRedirectUrl }) => authorizeRedirectUrl !== null);
    if (app === undefined) {
      return { app, draft: apps[0], authorization: undefined, hasRequest: false };
    }
    const ofApp = listingOfAppAuthorizations(context, accountSid, app.sid, { isEnded: false });
    const [authorization] = await ofApp.slice(latest(1));
    const filter = { accountSid, connectAppSid: app.sid };
    const requests = await listRequests(context, filter, latest(1));
    return { app, authorization, hasRequest: requests.length > 0 };
  }

  return async (visit) => {
    const progress = await progressOf(visit);
    if (progress.hasRequest) return undefined;
    const { protocol, host } = visit.request;
    return stepsPanel(visit, progress, {
      origin: `${protocol}://${host}`,
      hasDemo: pages.demoPeople.length > 0,
    });
  };
}

function stepsPanel(
  { link }: AccountVisit,
  { app, draft, authorization }: Progress,
  { origin, hasDemo }: { origin: string; hasDemo: boolean },
): Html {
  const linkTo = (one: ConnectApp) =>
    html`<a href="${link(`apps/${one.sid}`)}">${isolated(visibleOr(one.friendlyName, one.sid))}</a>`;
  const create = link('apps/new');
  const example = hasDemo ? html`, such as <code>${origin}/demo/connected</code>` : '';
  const first =
    app === undefined
      ? draft === undefined
        ? html`<span class="sub">It needs a name, and an Authorize URL where customers return to${example}.</span>${linkButton({ href: create, text: 'Create an app' })}`
        : html`<span class="sub">${linkTo(draft)} still needs an Authorize URL where customers return to${example}.</span>${linkButton({ href: link(`apps/${draft.sid}/edit`), text: 'Set the Authorize URL' })}`
      : html`<span class="sub">Done: ${linkTo(app)}. You can <a href="${create}">create another</a>.</span>`;
  const second =
    app === undefined
      ? html`<span class="sub">Send them the app’s authorize link, or play the customer yourself.</span>`
      : authorization !== undefined
        ? html`<span class="sub">Done. The app has a subaccount of the customer.</span>`
        : html`<span class="sub">Send them this link, or open it and play the customer yourself${
            hasDemo ? ': continue as “Demo customer” and click Allow' : ''
          }.</span>${linkButton({ href: `/authorize/${app.sid}`, text: 'Open the consent page' })}`;
  const third =
    authorization === undefined
      ? html`<span class="sub">The command appears here after a customer clicks Allow.</span>`
      : html`<span class="sub">Use the SID of the subaccount and the <a href="${link('account/tokens')}">Auth Token</a> of this account. The request then appears under <a href="${link('requests')}">Requests</a>.</span>${codeSample(
          {
            id: 'first-request',
            what: 'the command of a first request',
            code: `curl ${origin}/2010-04-01/Accounts/${authorization.subaccountSid}.json \\\n  -u ${authorization.subaccountSid}:$AUTH_TOKEN`,
          },
        )}`;
  return panel({
    title: (app ?? draft) === undefined ? 'Create your first Connect App' : 'First steps',
    isPadded: true,
    body: html`<ol class="steps">
<li><strong>Create a Connect App.</strong>${first}</li>
<li><strong>Let a customer authorize it.</strong>${second}</li>
<li><strong>Make a request for the customer.</strong>${third}</li>
</ol>`,
  });
}
