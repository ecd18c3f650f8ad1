/** The navigation: in the order of the work. */

import type { Account } from '../accounts/account.ts';

export type Section =
  | 'overview'
  | 'apps'
  | 'requests'
  | 'authorized'
  | 'account'
  | 'people'
  | 'audit';

export interface NavItem {
  text: string;
  href: string;
  isCurrent: boolean;
  /** The key that leads there after `g`. */
  key?: string;
  beginsGroup?: boolean;
}

const SECTIONS: readonly { section: Section; text: string; key?: string; beginsGroup?: true }[] = [
  { section: 'overview', text: 'Overview', key: 'o' },
  { section: 'apps', text: 'Connect Apps', key: 'a' },
  { section: 'requests', text: 'Requests', key: 'r' },
  { section: 'authorized', text: 'Authorized apps', beginsGroup: true },
  { section: 'account', text: 'Account', beginsGroup: true },
  { section: 'people', text: 'People' },
  { section: 'audit', text: 'Audit trail' },
];

/** The items of an account's navigation. */
export function navOf(account: Account, current: Section | undefined): NavItem[] {
  return SECTIONS.map(({ section, ...item }) => ({
    ...item,
    href: `/console/${account.sid}/${section}`,
    isCurrent: section === current,
  }));
}
