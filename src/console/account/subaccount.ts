/** One subaccount: what it is, what acts in it, and its state. */

import { html } from 'hono/html';
import type { Account } from '../../accounts/account.ts';
import type { AuthorizedConnectApp } from '../../authorizations/authorization.ts';
import { csrfField, type Html } from '../../pages/layout.ts';
import { isolated, visibleOr } from '../../pages/text.ts';
import type { AccountVisit, View } from '../console.ts';
import { breadcrumb } from '../parts/page-head.ts';
import { definitionList, linkButton, panel } from '../parts/panel.ts';
import { fullTime, sid } from '../parts/text.ts';

export interface Subaccount {
  account: Account;
  /** What acts in it; at most a few. */
  apps: readonly Pick<AuthorizedConnectApp, 'connectAppSid' | 'connectAppFriendlyName'>[];
}

/** The page. */
export function subaccountView(visit: AccountVisit, { account, apps }: Subaccount): View {
  const { link, now } = visit;
  const isClosed = account.status === 'closed';
  return {
    title: account.friendlyName,
    heading: isolated(account.friendlyName),
    section: 'account',
    lede: breadcrumb(link('account/subaccounts'), 'Subaccounts', sid(account.sid)),
    ...(!isClosed && visit.role === 'owner' && { actions: actionsOf(visit, account) }),
    body: panel({
      isPadded: true,
      body: definitionList([
        ['Status', account.status],
        ['Created', fullTime(account.createdAt, now)],
        [
          'Apps that act in it',
          apps.length === 0
            ? html`<span class="quiet">none</span>`
            : html`${apps.map(
                (app) =>
                  html`<div><a href="${link(`authorized/${app.connectAppSid}`)}">${isolated(visibleOr(app.connectAppFriendlyName, app.connectAppSid))}</a></div>`,
              )}`,
        ],
        ...(isClosed
          ? []
          : [
              [
                'More',
                html`<a href="/console/${account.sid}/account">Account and Auth Tokens</a>`,
              ] as const,
            ]),
      ]),
    }),
  };
}

function actionsOf(
  { link, csrfToken }: AccountVisit,
  { sid: subaccountSid, status }: Account,
): Html {
  const path = link(`account/subaccounts/${subaccountSid}`);
  return html`${
    status === 'active'
      ? linkButton({ href: `${path}/suspend`, text: 'Suspend…', kind: 'second', isDialog: true })
      : html`<form method="post" action="${path}/activate">${csrfField(csrfToken)}<button>Activate</button></form>`
  }${linkButton({ href: `${path}/close`, text: 'Close…', kind: 'danger', isDialog: true })}`;
}
