/** The subaccounts of one account, for its people. Who a subaccount belongs to never changes. */

import type { Context } from '../context.ts';
import type { Parameters } from '../parameter.ts';
import { Problem } from '../problem.ts';
import { parseSid } from '../sid.ts';
import type { Queryable } from '../storage/database.ts';
import { type Account, isSubaccount } from './account.ts';
import { updateAccount } from './operations.ts';
import { findAccount } from './store.ts';
import { withoutToken } from './token.ts';

/** Returns a subaccount of the account; `not_found` for any other. */
export async function getSubaccount(
  query: Queryable,
  accountSid: string,
  sidText: string,
): Promise<Account> {
  const sid = parseSid('AC', sidText);
  const found = sid && (await findAccount(query, sid));
  if (!found || !isSubaccount(found) || found.ownerAccountSid !== accountSid) {
    throw new Problem('not_found');
  }
  return withoutToken(found);
}

/** Changes FriendlyName and Status of a subaccount of the account; raises as `updateAccount`, too. */
export async function updateSubaccount(
  context: Context,
  accountSid: string,
  sidText: string,
  parameters: Parameters,
): Promise<Account> {
  const { sid } = await getSubaccount(context.database.query, accountSid, sidText);
  const { authToken: _, ...account } = await updateAccount(context, sid, parameters);
  return account;
}
