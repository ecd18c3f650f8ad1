/** One app as its customer sees it: what it may do, since when, what it did lately, and the way to end it. */

import { html } from 'hono/html';
import type { ConnectedApp } from '../../authorizations/connected-app.ts';
import { PERMISSION_MEANINGS, type Permission } from '../../connect-apps/permissions.ts';
import type { Html } from '../../pages/layout.ts';
import { isolated, paragraph, plainText, visibleOr } from '../../pages/text.ts';
import type { AccountVisit, View } from '../console.ts';
import { definitionList, linkButton, notice, panel } from '../parts/panel.ts';
import { fullTime, sid } from '../parts/text.ts';

/** What it did: its last request, and a table of the latest. */
export interface Use {
  lastUsedAt: number | undefined;
  latest: Html;
}

/** The name of an app that may be gone. */
export function nameOf({ app, authorization }: ConnectedApp): string {
  return visibleOr(app?.friendlyName ?? null, authorization.connectAppSid);
}

/** The page of one app. */
export function connectedAppView(visit: AccountVisit, connected: ConnectedApp, use: Use): View {
  const { app, authorization } = connected;
  const { connectAppSid, revokedAt } = authorization;
  const name = nameOf(connected);
  const isActive = revokedAt === null;
  const path = visit.link(`authorized/${connectAppSid}`);
  return {
    title: plainText(name),
    heading: isolated(name),
    section: 'authorized',
    lede: html`${app?.companyName ? html`by ${isolated(app.companyName)} ` : ''}${sid(connectAppSid)}`,
    ...(isActive && {
      actions: linkButton({
        href: `${path}/remove`,
        text: 'Remove access…',
        kind: 'danger',
        isDialog: true,
      }),
    }),
    body: html`${isActive ? '' : endNotice(visit, connected, revokedAt)}<div class="stack">
${panel({
  title: isActive ? 'What it may do' : 'What it could do',
  isPadded: true,
  body: html`${permissionList(isActive ? connected.permissions : authorization.permissions)}${isActive ? newWishes(connected) : ''}`,
})}
${panel({ title: 'About', isPadded: true, body: facts(visit, connected, use) })}
${panel({ title: 'What it did lately', body: use.latest })}
</div>`,
  };
}

function endNotice({ now }: AccountVisit, { app }: ConnectedApp, revokedAt: number): Html {
  const again =
    app?.authorizeRedirectUrl == null
      ? ''
      : html` You can <a href="/authorize/${app.sid}">allow it again</a>.`;
  return notice(
    'plain',
    html`Its access ended on ${fullTime(revokedAt, now)}, and its requests are refused.${again}`,
  );
}

/** The words of the consent page. */
function permissionList(permissions: readonly Permission[]): Html {
  if (permissions.length === 0) {
    return html`<p>Nothing. The app only knows that you connected.</p>`;
  }
  return html`<ul class="grants">${permissions.map(
    (one) =>
      html`<li><strong>${PERMISSION_MEANINGS[one].title}</strong><span class="sub">${PERMISSION_MEANINGS[one].text}</span></li>`,
  )}</ul>`;
}

function newWishes({ app, notGranted }: ConnectedApp): Html | string {
  if (app === undefined || notGranted.length === 0) return '';
  const titles = notGranted.map((one) => PERMISSION_MEANINGS[one].title).join(', ');
  return html`<p>The app now also asks for: ${titles}. It has this only after you <a href="/authorize/${app.sid}">allow it</a>.</p>`;
}

function facts({ now }: AccountVisit, connected: ConnectedApp, { lastUsedAt }: Use): Html {
  const { app, authorization, subaccount } = connected;
  const { createdAt, revokedAt } = authorization;
  const linkTo = (url: string) => html`<a href="${url}" rel="noopener noreferrer">${url}</a>`;
  return html`${app?.description ? paragraph(app.description) : ''}${definitionList([
    ['State', revokedAt === null ? 'active' : 'ended'],
    ['Since', fullTime(createdAt, now)],
    ...(revokedAt === null ? [] : [['Ended', fullTime(revokedAt, now)] as const]),
    ['Last used', lastUsedAt === undefined ? 'not in the last 90 days' : fullTime(lastUsedAt, now)],
    [
      'Its subaccount',
      subaccount === undefined
        ? sid(authorization.subaccountSid)
        : html`<a href="/console/${subaccount.ownerAccountSid}/account/subaccounts/${subaccount.sid}">${isolated(subaccount.friendlyName)}</a> ${sid(subaccount.sid)}`,
    ],
    ...(app?.homepageUrl ? [['Homepage', linkTo(app.homepageUrl)] as const] : []),
    ...(app?.termsOfServiceUrl
      ? [['Terms of service', linkTo(app.termsOfServiceUrl)] as const]
      : []),
    ...(app === undefined ? [['The app', 'has been deleted by its owner'] as const] : []),
  ])}`;
}
