/** Finding accounts among all of them: for operators. */

import type { Context } from '../context.ts';
import { findAccountsByName, findAccountsBySid, placeOf } from './search-store.ts';
import { findAccount } from './store.ts';
import { type VisibleAccount, withoutToken } from './token.ts';

const SID_PREFIX = /^AC[0-9a-f]{0,32}$/;

/**
 * Up to `limit` accounts whose SID begins with a text, in the order of the SIDs; or else whose name does, in any
 * case of its letters, in the order of the names. They come after the account with the SID `after`.
 */
export async function searchAccounts(
  context: Context,
  text: string,
  { after, limit }: { after: string | undefined; limit: number },
): Promise<VisibleAccount[]> {
  const { query } = context.database;
  const last = after === undefined ? undefined : await findAccount(query, after);
  const place = { after: last && placeOf(last), limit };
  const bySid = SID_PREFIX.test(text) ? await findAccountsBySid(query, text, place) : [];
  const found = bySid.length > 0 ? bySid : await findAccountsByName(query, text, place);
  return found.map(withoutToken);
}
