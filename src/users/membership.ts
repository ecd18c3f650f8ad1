/** Which accounts a person may act for: those that the person belongs to, and their subaccounts. */

import { type Account, isSubaccount } from '../accounts/account.ts';
import { findAccount, findAccountsOfUser } from '../accounts/store.ts';
import { withoutToken } from '../accounts/token.ts';
import type { Queryable } from '../storage/database.ts';
import { findMembership } from './membership-store.ts';
import type { Role } from './user.ts';

/** The accounts that a person belongs to, without those that are closed. */
export async function listAccountsIn(query: Queryable, userSid: string): Promise<Account[]> {
  const accounts = await findAccountsOfUser(query, userSid);
  return accounts.filter((account) => account.status !== 'closed').map(withoutToken);
}

/** An account that a person may act for, and what they are in it. */
export interface Standing {
  account: Account;
  role: Role;
  /** Whether neither the account nor its parent is suspended. */
  isActive: boolean;
}

/** The account with this SID if the person belongs to it or to its parent, unless either is closed. */
export async function findStanding(
  query: Queryable,
  userSid: string,
  accountSid: string,
): Promise<Standing | undefined> {
  const account = await findAccount(query, accountSid);
  if (account === undefined || account.status === 'closed') return undefined;
  const parent = isSubaccount(account)
    ? await findAccount(query, account.ownerAccountSid)
    : account;
  if (parent === undefined || parent.status === 'closed') return undefined;
  const key = { accountSid: account.ownerAccountSid, userSid };
  const membership = await findMembership(query, key);
  if (membership === undefined || membership.disabledAt !== null) return undefined;
  const isActive = account.status === 'active' && parent.status === 'active';
  return { account: withoutToken(account), role: membership.role, isActive };
}
