/** The SQL of when tokens and authorizations were last used. */

import type { Queryable } from '../storage/database.ts';
import { insertMany } from '../storage/insert-many.ts';

/** A use of an Auth Token, by its digest, or of an authorization, by the SID of the app. */
export interface LastUse {
  accountSid: string;
  what: string;
  usedAt: number;
}

const putRows = insertMany('last_uses', ['account_sid', 'what', 'used_at'], (insert) =>
  insert.onConflict((conflict) =>
    conflict
      .columns(['account_sid', 'what'])
      .doUpdateSet((row) => ({ used_at: row.ref('excluded.used_at') }))
      .whereRef('last_uses.used_at', '<', 'excluded.used_at'),
  ),
);

/** Writes uses; an earlier one never replaces a later one. */
export function putLastUses(query: Queryable, uses: readonly LastUse[]): Promise<void> {
  return putRows(
    query,
    uses.map(({ accountSid, what, usedAt }) => ({
      account_sid: accountSid,
      what,
      used_at: usedAt,
    })),
  );
}

/** The last uses of some things of one account: `what` by `what`. */
export async function findLastUses(
  query: Queryable,
  accountSid: string,
  whats: readonly string[],
): Promise<Map<string, number>> {
  if (whats.length === 0) return new Map();
  const rows = await query
    .selectFrom('last_uses')
    .select(['what', 'used_at'])
    .where('account_sid', '=', accountSid)
    .where('what', 'in', [...whats])
    .execute();
  return new Map(rows.map(({ what, used_at }) => [what, used_at]));
}

/** Removes up to `limit` uses before a time; returns how many. */
export async function purgeLastUses(
  query: Queryable,
  before: number,
  limit: number,
): Promise<number> {
  const rows = await query
    .selectFrom('last_uses')
    .select(['account_sid', 'what'])
    .where('used_at', '<', before)
    .orderBy('used_at')
    .limit(limit)
    .execute();
  for (const { account_sid, what } of rows) {
    await query
      .deleteFrom('last_uses')
      .where('account_sid', '=', account_sid)
      .where('what', '=', what)
      .where('used_at', '<', before)
      .execute();
  }
  return rows.length;
}
