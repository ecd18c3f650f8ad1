/** The SQL of imports: many accounts in a few statements. */

import type { Selectable } from 'kysely';
import type { Queryable } from '../storage/database.ts';
import { insertMany } from '../storage/insert-many.ts';
import type { AccountsTable } from '../storage/schema.ts';

/** An account as it is stored: its own status, whatever that of its parent is. */
export type AccountRow = Selectable<AccountsTable>;

/** Those of up to a thousand accounts that exist, by SID. */
export async function findAccountRows(
  query: Queryable,
  sids: readonly string[],
): Promise<Map<string, AccountRow>> {
  if (sids.length === 0) return new Map();
  const rows = await query.selectFrom('accounts').selectAll().where('sid', 'in', sids).execute();
  return new Map(rows.map((row) => [row.sid, row]));
}

/** Adds accounts; one that is there already stays as it is. */
export const insertAccountRows = insertMany(
  'accounts',
  [
    'sid',
    'owner_account_sid',
    'friendly_name',
    'type',
    'status',
    'token_digest',
    'token_sealed',
    'secondary_token_digest',
    'secondary_token_sealed',
    'created_at',
    'updated_at',
  ],
  (insert) => insert.onConflict((conflict) => conflict.column('sid').doNothing()),
);
