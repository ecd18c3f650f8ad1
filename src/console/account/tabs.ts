/** What the pages of an account share: their tabs, and the sentence for who may only read. */

import { html } from 'hono/html';
import { isSubaccount } from '../../accounts/account.ts';
import type { Html } from '../../pages/layout.ts';
import type { AccountVisit } from '../console.ts';
import { tabs } from '../parts/page-head.ts';

export type AccountTab = 'account' | 'tokens' | 'subaccounts' | 'keys';

const TABS: readonly { tab: AccountTab; text: string; path: string }[] = [
  { tab: 'account', text: 'Account', path: 'account' },
  { tab: 'tokens', text: 'Auth Tokens', path: 'account/tokens' },
  { tab: 'subaccounts', text: 'Subaccounts', path: 'account/subaccounts' },
  { tab: 'keys', text: 'API keys', path: 'account/keys' },
];

/** The pages of the account, as tabs; a subaccount has no subaccounts. */
export function accountTabs({ account, link }: AccountVisit, current: AccountTab): Html {
  const shown = TABS.filter(({ tab }) => tab !== 'subaccounts' || !isSubaccount(account));
  return tabs(
    'Account',
    shown.map(({ tab, text, path }) => ({ text, href: link(path), isCurrent: tab === current })),
  );
}

/** What stands in the place of a form that only owners have. */
export function ownersOnly(sentence: string): Html {
  return html`<p class="quiet">${sentence}</p>`;
}
