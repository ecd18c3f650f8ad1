/** The SQL by which operators find users: the beginning of an e-mail address. */

import type { Queryable } from '../storage/database.ts';
import { afterPrefix, inByteOrder } from '../storage/text-order.ts';
import { fromRow } from './store.ts';
import type { StoredUser } from './user.ts';

/** Up to `limit` users whose address begins with `prefix` (canonical), in their order, after an address. */
export async function findUsersByEmailPrefix(
  query: Queryable,
  prefix: string,
  { after, limit }: { after: string | undefined; limit: number },
): Promise<StoredUser[]> {
  const email = inByteOrder(query, 'email');
  const rows = await query
    .selectFrom('users')
    .selectAll()
    .where(email, '>=', prefix)
    .where(email, '<', afterPrefix(prefix))
    .$if(after !== undefined, (some) => some.where(email, '>', after ?? ''))
    .orderBy(email)
    .limit(limit)
    .execute();
  return rows.map(fromRow);
}
