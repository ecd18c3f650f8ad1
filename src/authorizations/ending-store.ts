/**
 * The SQL of the end of authorizations. There may be very many: they are read and written some at a
 * time, so that no statement takes long.
 */

import type { ExpressionBuilder } from 'kysely';
import type { Queryable } from '../storage/database.ts';
import type { Schema } from '../storage/schema.ts';

/** Rows a statement. */
const CHUNK = 1000;

/** Which authorizations end: all those that have every given value. */
export interface EndingFilter {
  accountSid?: string;
  connectAppSid?: string;
  subaccountSid?: string;
}

/** An authorization that has just ended. */
export interface Ended {
  /** The customer. */
  accountSid: string;
  connectAppSid: string;
  subaccountSid: string;
  appOwnerSid: string;
}

/** Marks the authorizations that are not yet revoked, and yields those, each time some. */
export async function* endAuthorizationRows(
  query: Queryable,
  filter: EndingFilter,
  revokedAt: number,
): AsyncGenerator<Ended[]> {
  // In the order of an index that has no revoked ones: there may be very many of those.
  const [first, second] = filter.connectAppSid
    ? (['connect_app_sid', 'account_sid'] as const)
    : (['created_at', 'connect_app_sid'] as const);
  for (;;) {
    const rows = await query
      .selectFrom('authorizations')
      .select([
        'account_sid',
        'created_at',
        'connect_app_sid',
        'subaccount_sid as subaccountSid',
        'app_owner_sid as appOwnerSid',
      ])
      .where('revoked_at', 'is', null)
      .where((row) => row.and(equal(row, filter)))
      .orderBy(first)
      .orderBy(second)
      .limit(CHUNK)
      .execute();
    const last = rows.at(-1);
    if (last === undefined) return;
    await query
      .updateTable('authorizations')
      .set({ revoked_at: revokedAt, updated_at: revokedAt })
      .where('revoked_at', 'is', null)
      .where((row) => row.and(equal(row, filter)))
      .where((row) => row(row.refTuple(first, second), '<=', row.tuple(last[first], last[second])))
      .execute();
    yield rows.map((row) => ({
      ...row,
      accountSid: row.account_sid,
      connectAppSid: row.connect_app_sid,
    }));
    if (rows.length < CHUNK) return;
  }
}

type Row = ExpressionBuilder<Schema, 'authorizations'>;

function equal(row: Row, { accountSid, connectAppSid, subaccountSid }: EndingFilter) {
  return [
    ...(accountSid ? [row('account_sid', '=', accountSid)] : []),
    ...(connectAppSid ? [row('connect_app_sid', '=', connectAppSid)] : []),
    ...(subaccountSid ? [row('subaccount_sid', '=', subaccountSid)] : []),
  ];
}
