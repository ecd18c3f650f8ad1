/** What is removed by its age, some rows at a time, so that no writer waits long. */

import { sql } from 'kysely';
import type { Queryable } from './database.ts';

/** Tables whose rows have an account, a SID and a time. */
type AgedTable = 'callbacks' | 'callback_resends' | 'flow_runs' | 'invitations';

interface RowKey {
  account_sid: string;
  sid: string;
}

/**
 * Returns what removes up to `limit` rows whose `time` is before another one, and returns how many it removed;
 * `removeParts` removes what belongs to a row.
 */
export function purgeByAge(
  table: AgedTable,
  time: 'created_at' | 'expires_at',
  removeParts: (query: Queryable, key: RowKey) => Promise<unknown> = async () => {},
): (query: Queryable, before: number, limit: number) => Promise<number> {
  return async (query, before, limit) => {
    const rows = await query
      .selectFrom(table)
      .select(['account_sid', 'sid'])
      .where(sql.ref(time), '<', before)
      .limit(limit)
      .execute();
    for (const key of rows) {
      await removeParts(query, key);
      await query
        .deleteFrom(table)
        .where('account_sid', '=', key.account_sid)
        .where('sid', '=', key.sid)
        .execute();
    }
    return rows.length;
  };
}
