/** Which accounts a person may act for: those that the person belongs to, and their subaccounts. */

import type { Account } from '../accounts/account.ts';
import { findAccount, findAccountsOfUser } from '../accounts/store.ts';
import { withoutToken } from '../accounts/token.ts';
import type { Queryable } from '../storage/database.ts';
import { listMemberships } from './store.ts';

/** The accounts that a person belongs to, without those that are closed. */
export async function listAccountsIn(query: Queryable, userSid: string): Promise<Account[]> {
  const accounts = await findAccountsOfUser(query, userSid);
  return accounts.filter((account) => account.status !== 'closed').map(withoutToken);
}

/** The account with this SID if the person belongs to it or to its parent, unless it is closed. */
export async function findAccountFor(
  query: Queryable,
  userSid: string,
  accountSid: string,
): Promise<Account | undefined> {
  const memberships = await listMemberships(query, userSid);
  const account = await findAccount(query, accountSid);
  if (account === undefined || account.status === 'closed') return undefined;
  const mayAct = memberships.some((sid) => sid === account.sid || sid === account.ownerAccountSid);
  return mayAct ? withoutToken(account) : undefined;
}
