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
  let after = { accountSid: '', connectAppSid: '' };
  for (;;) {
    // The revoked ones, too: there may be very many before one that is not.
    const rows = await query
      .selectFrom('authorizations')
      .select([
        'account_sid as accountSid',
        'connect_app_sid as connectAppSid',
        'subaccount_sid as subaccountSid',
        'app_owner_sid as appOwnerSid',
        'revoked_at as revokedAt',
      ])
      .where((row) => row.and([...equal(row, filter), compare(row, '>', after)]))
      .orderBy('account_sid')
      .orderBy('connect_app_sid')
      .limit(CHUNK)
      .execute();
    const last = rows.at(-1);
    if (last === undefined) return;
    const ended = rows.filter((row) => row.revokedAt === null);
    if (ended.length > 0) {
      await query
        .updateTable('authorizations')
        .set({ revoked_at: revokedAt, updated_at: revokedAt })
        .where('revoked_at', 'is', null)
        .where((row) =>
          row.and([...equal(row, filter), compare(row, '>', after), compare(row, '<=', last)]),
        )
        .execute();
      yield ended;
    }
    if (rows.length < CHUNK) return;
    after = last;
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

/** Which side of a place in the order of the keys a row is on. */
function compare(
  row: Row,
  operator: '>' | '<=',
  { accountSid, connectAppSid }: { accountSid: string; connectAppSid: string },
) {
  return row(
    row.refTuple('account_sid', 'connect_app_sid'),
    operator,
    row.tuple(accountSid, connectAppSid),
  );
}
