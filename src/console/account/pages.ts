/** The account: its name and state, Auth Tokens, subaccounts and API keys. */

import { html } from 'hono/html';
import { isSubaccount, MAX_FRIENDLY_NAME } from '../../accounts/account.ts';
import { updateAccount } from '../../accounts/operations.ts';
import { csrfField } from '../../pages/layout.ts';
import { isolated } from '../../pages/text.ts';
import type { AccountVisit, Console, View } from '../console.ts';
import { formNotice } from '../console.ts';
import { field } from '../parts/field.ts';
import { definitionList, panel } from '../parts/panel.ts';
import { fullTime, sid } from '../parts/text.ts';
import { type Typed, typedValue } from '../typed.ts';
import { addKeyPages } from './key-pages.ts';
import { addSubaccountPages } from './subaccount-pages.ts';
import { accountTabs, ownersOnly } from './tabs.ts';
import { addTokenPages } from './token-pages.ts';

/** Adds /console/AC…/account and what is under it. */
export function addAccountPages(console: Console): void {
  console.form('account', {
    fields: ['FriendlyName'],
    page: async (visit, typed) => accountView(visit, typed),
    async submit(visit, form) {
      const { account, actingAsOwner, link } = visit;
      await updateAccount(actingAsOwner, account.sid, form);
      return link('account');
    },
  });

  addKeyPages(console);
  addTokenPages(console);
  addSubaccountPages(console);
}

function accountView(visit: AccountVisit, typed: Typed | undefined): View {
  const { account, csrfToken, link, now, role } = visit;
  const parent = account.ownerAccountSid;
  return {
    title: 'Account',
    section: 'account',
    tabs: accountTabs(visit, 'account'),
    body: html`${formNotice(typed)}<div class="stack">
${panel({
  title: 'About',
  isPadded: true,
  body: definitionList([
    ['Friendly name', isolated(account.friendlyName)],
    ['SID', sid(account.sid)],
    ['Status', account.status],
    ['Type', account.type],
    ...(isSubaccount(account)
      ? [['Subaccount of', html`<a href="/console/${parent}/account">${parent}</a>`] as const]
      : []),
    ['Created', fullTime(account.createdAt, now)],
  ]),
})}
${panel({
  title: 'Name',
  isPadded: true,
  body:
    role !== 'owner'
      ? ownersOnly('Only an owner of this account can change its name.')
      : html`<form method="post" action="${link('account')}">
${csrfField(csrfToken)}
${field({
  name: 'FriendlyName',
  label: 'Friendly name',
  value: typedValue(typed, 'FriendlyName', account.friendlyName),
  fault: typed?.faultOf('FriendlyName'),
  maxLength: MAX_FRIENDLY_NAME,
  hint: 'Customers do not see it. It helps you tell your accounts apart.',
  isRequired: true,
})}
<button>Save the name</button>
</form>`,
})}
</div>`,
  };
}
