/** The SQL of whose record a request belongs in whose credentials were wrong: it names an account. */

import type { Queryable } from '../storage/database.ts';

/**
 * By each of these SIDs that is an account's: its parent, and the owner of the app that a subaccount was made
 * for. Others are not in the map.
 */
export async function findRecordsOf(
  query: Queryable,
  sids: readonly string[],
): Promise<Map<string, string[]>> {
  if (sids.length === 0) return new Map();
  const rows = await query
    .selectFrom('accounts as account')
    .leftJoin('authorizations as authorization', 'authorization.subaccount_sid', 'account.sid')
    .leftJoin('accounts as owner', 'owner.sid', 'authorization.app_owner_sid')
    .select([
      'account.sid',
      'account.owner_account_sid as parent',
      'owner.owner_account_sid as appOwnerParent',
    ])
    .where('account.sid', 'in', [...sids])
    .execute();
  return new Map(
    rows.map(({ sid, parent, appOwnerParent }) => [
      sid,
      appOwnerParent === null || appOwnerParent === parent ? [parent] : [parent, appOwnerParent],
    ]),
  );
}
