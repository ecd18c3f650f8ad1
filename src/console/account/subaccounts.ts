/** The list of subaccounts, the form for a new one, and the questions before one is stopped. */

import { html } from 'hono/html';
import { type Account, MAX_FRIENDLY_NAME } from '../../accounts/account.ts';
import { csrfField, type Html } from '../../pages/layout.ts';
import { isolated, plainText } from '../../pages/text.ts';
import { type AccountVisit, formNotice, type View } from '../console.ts';
import type { ListPage } from '../paging.ts';
import { field } from '../parts/field.ts';
import { buttonRow, dialogCard, empty, keepIt, linkButton, panel } from '../parts/panel.ts';
import { pager, table, tableRow } from '../parts/table.ts';
import { chip, counted, sid, time } from '../parts/text.ts';
import { type Typed, typedValue } from '../typed.ts';
import type { Subaccount } from './subaccount.ts';
import { accountTabs } from './tabs.ts';

const COLUMNS = [
  { head: 'Name', onPhone: 'whole' },
  { head: 'SID', isTight: true },
  { head: 'Status', onPhone: 'labelled', isTight: true },
  { head: 'Created', onPhone: 'labelled', isTight: true },
] as const;

/** The list. */
export function subaccountsView(visit: AccountVisit, page: ListPage<Account>): View {
  const { items, newer, older } = page;
  const { link, role } = visit;
  const create =
    role === 'owner'
      ? linkButton({
          href: link('account/subaccounts/new'),
          text: 'Create a subaccount',
          isDialog: true,
        })
      : undefined;
  const part = 'subaccounts';
  return {
    title: 'Subaccounts',
    section: 'account',
    tabs: accountTabs(visit, 'subaccounts'),
    ...(create && items.length > 0 && { actions: create }),
    body: panel({
      id: part,
      body:
        items.length === 0
          ? empty({
              title: 'No subaccount yet',
              text: 'Subaccounts keep resources apart. Each app that you allow gets one automatically.',
              ...(create && { actions: create }),
            })
          : table({
              label: 'Subaccounts',
              columns: COLUMNS,
              rows: items.map((item) => rowOf(visit, item)),
              pager: pager({ newer, older, swap: part }),
            }),
    }),
  };
}

function rowOf({ link, now }: AccountVisit, account: Account): Html {
  return tableRow(COLUMNS, [
    html`<a href="${link(`account/subaccounts/${account.sid}`)}">${isolated(account.friendlyName)}</a>`,
    sid(account.sid, { isShort: true }),
    statusOf(account),
    time(account.createdAt, now),
  ]);
}

/** What is well is plain text. */
export function statusOf({ status }: Account): Html | string {
  if (status === 'active') return status;
  return chip(status === 'suspended' ? 'warn' : 'plain', status);
}

/** The form for a new one. */
export function newSubaccountView(visit: AccountVisit, typed: Typed | undefined): View {
  const { link, csrfToken } = visit;
  const title = 'Create a subaccount';
  return {
    title,
    section: 'account',
    isCard: true,
    body: dialogCard({
      title,
      body: html`${formNotice(typed)}<form method="post" action="${link('account/subaccounts/new')}">
${csrfField(csrfToken)}
${field({
  name: 'FriendlyName',
  label: 'Friendly name',
  value: typedValue(typed, 'FriendlyName', ''),
  fault: typed?.faultOf('FriendlyName'),
  maxLength: MAX_FRIENDLY_NAME,
  hint: 'If you leave it empty, the name is the creation time.',
  hasFocus: true,
})}
${buttonRow(html`<button>Create a subaccount</button>`, keepIt(link('account/subaccounts'), 'Cancel', false))}
</form>`,
    }),
  };
}

/** The question before a subaccount is suspended. */
export function suspensionView(visit: AccountVisit, { account, apps }: Subaccount): View {
  const path = visit.link(`account/subaccounts/${account.sid}`);
  return {
    title: `Suspend ${plainText(account.friendlyName)}?`,
    section: 'account',
    isCard: true,
    body: dialogCard({
      title: html`Suspend ${isolated(account.friendlyName)}?`,
      body: html`<ul>
<li>Requests with its SID are refused until you activate it.</li>
${apps.length === 0 ? '' : html`<li>${counted(apps.length, 'app')} cannot act in it until then: ${namesOf(apps)}.</li>`}
<li>What is in it stays.</li>
</ul>
<form method="post" action="${path}/suspend">
${csrfField(visit.csrfToken)}
${buttonRow(html`<button class="danger">Suspend the subaccount</button>`, keepIt(path, 'Keep it active'))}
</form>`,
    }),
  };
}

/** The question before a subaccount is closed. */
export function closingView(
  visit: AccountVisit,
  { account, apps }: Subaccount,
  typed: Typed | undefined,
): View {
  const path = visit.link(`account/subaccounts/${account.sid}`);
  return {
    title: `Close ${plainText(account.friendlyName)}?`,
    section: 'account',
    isCard: true,
    body: dialogCard({
      title: html`Close ${isolated(account.friendlyName)}?`,
      body: html`${formNotice(typed)}<ul>
<li>A closed account stays closed. Nobody can open it again.</li>
<li>Requests with its SID are refused from now on.</li>
${
  apps.length === 0
    ? html`<li>No app loses access.</li>`
    : html`<li>${counted(apps.length, 'app loses', 'apps lose')} access and ${apps.length === 1 ? 'is' : 'are'} told so: ${namesOf(apps)}.</li>`
}
</ul>
<form method="post" action="${path}/close">
${csrfField(visit.csrfToken)}
${field({
  name: 'last4',
  label: 'Type the last 4 characters of its SID',
  hint: html`<code>${account.sid}</code>`,
  value: typedValue(typed, 'last4', ''),
  fault: typed?.faultOf('last4'),
  maxLength: 4,
  isRequired: true,
  hasFocus: true,
})}
${buttonRow(html`<button class="danger">Close the subaccount</button>`, keepIt(path, 'Keep it', false))}
</form>`,
    }),
  };
}

function namesOf(apps: Subaccount['apps']): Html {
  return html`${apps.map(
    (app, index) =>
      html`${index > 0 ? ', ' : ''}${isolated(app.connectAppFriendlyName ?? app.connectAppSid)}`,
  )}`;
}
