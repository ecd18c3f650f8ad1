/** The SQL by which operators find accounts: the beginning of a SID, or of a name in any case of its letters. */

import { sql } from 'kysely';
import type { Queryable } from '../storage/database.ts';
import { afterPrefix, lowerCase, toLowerCase } from '../storage/text-order.ts';
import { fromRow, selectAccounts } from './store.ts';
import type { StoredAccount } from './token.ts';

/** A place in a list of accounts that is ordered by what they were found by. */
export interface FoundPlace {
  key: string;
  sid: string;
}

/** Up to `limit` accounts whose SID begins with `prefix`, in the order of their SIDs, after a place. */
export async function findAccountsBySid(
  query: Queryable,
  prefix: string,
  { after, limit }: { after: FoundPlace | undefined; limit: number },
): Promise<StoredAccount[]> {
  const rows = await selectAccounts(query)
    .where('account.sid', '>=', prefix)
    .where('account.sid', '<', `${prefix}g`)
    .$if(after !== undefined, (some) => some.where('account.sid', '>', after?.sid ?? ''))
    .orderBy('account.sid')
    .limit(limit)
    .execute();
  return rows.map(fromRow);
}

/** Up to `limit` accounts whose name begins with `prefix`, in the order of their names, after a place. */
export async function findAccountsByName(
  query: Queryable,
  prefix: string,
  { after, limit }: { after: FoundPlace | undefined; limit: number },
): Promise<StoredAccount[]> {
  const name = lowerCase(query, 'account.friendly_name');
  const start = toLowerCase(prefix);
  const rows = await selectAccounts(query)
    .where(name, '>=', start)
    .where(name, '<', afterPrefix(start))
    .$if(after !== undefined, (some) =>
      some.where(
        sql<boolean>`(${name}, ${sql.ref('account.sid')}) > (${after?.key ?? ''}, ${after?.sid ?? ''})`,
      ),
    )
    .orderBy(name)
    .orderBy('account.sid')
    .limit(limit)
    .execute();
  return rows.map(fromRow);
}

/** The place of an account in a list by names. */
export function placeOf({ friendlyName, sid }: StoredAccount): FoundPlace {
  return { key: toLowerCase(friendlyName), sid };
}
