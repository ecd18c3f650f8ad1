/** The SQL of the record of requests, and the only bridge between its rows and their type. */

import { type Selectable, sql } from 'kysely';
import type { Queryable } from '../storage/database.ts';
import { prepared } from '../storage/prepared.ts';
import type { RequestsTable } from '../storage/schema.ts';
import type { ApiRequest, RequestKey } from './request.ts';

const COLUMNS = [
  'account_sid',
  'sid',
  'created_at',
  'caller',
  'path_account_sid',
  'method',
  'route',
  'status',
  'code',
  'problem',
  'reason',
  'duration_us',
  'network',
  'user_agent',
  'resource_sid',
  'more',
] as const;

type Row = Selectable<RequestsTable>;
/** Many rows in one statement that is compiled once: its values are named by column and number. */
type Values = Record<string, Row[keyof Row]>;

/** Sizes of statements, the largest first. */
const SIZES = [32, 8, 1] as const;
const inserts = SIZES.map((size) => ({
  size,
  run: prepared<Values, never>((query, parameter) =>
    query
      .insertInto('requests')
      .columns([...COLUMNS])
      .expression(
        sql`values ${sql.join(
          Array.from(
            { length: size },
            (_, row) => sql`(${sql.join(COLUMNS.map((column) => parameter(column + row)))})`,
          ),
        )}`,
      )
      .onConflict((conflict) => conflict.columns(['account_sid', 'sid']).doNothing()),
  ),
}));

/** Adds requests; one that is there stays as it is. */
export async function insertRequests(
  query: Queryable,
  requests: readonly ApiRequest[],
): Promise<void> {
  let first = 0;
  for (const { size, run } of inserts) {
    for (; requests.length - first >= size; first += size) {
      const values: Values = {};
      requests.slice(first, first + size).forEach((request, index) => {
        const row = toRow(request);
        for (const column of COLUMNS) values[column + index] = row[column];
      });
      await run(query, values);
    }
  }
}

/** The request with this key. */
export async function findRequest(
  query: Queryable,
  key: RequestKey,
): Promise<ApiRequest | undefined> {
  const row = await query
    .selectFrom('requests')
    .selectAll()
    .where('account_sid', '=', key.accountSid)
    .where('sid', '=', key.sid)
    .executeTakeFirst();
  return row && fromRow(row);
}

/** Makes a request of its row. */
export function fromRow(row: Row): ApiRequest {
  return {
    accountSid: row.account_sid,
    sid: row.sid,
    createdAt: row.created_at,
    caller: row.caller,
    pathAccountSid: row.path_account_sid,
    method: row.method,
    route: row.route,
    status: row.status,
    code: row.code,
    problem: row.problem,
    reason: row.reason,
    durationUs: row.duration_us,
    network: row.network,
    userAgent: row.user_agent,
    resourceSid: row.resource_sid,
    more: row.more,
  };
}

function toRow(request: ApiRequest): Row {
  return {
    account_sid: request.accountSid,
    sid: request.sid,
    created_at: request.createdAt,
    caller: request.caller,
    path_account_sid: request.pathAccountSid,
    method: request.method,
    route: request.route,
    status: request.status,
    code: request.code,
    problem: request.problem,
    reason: request.reason,
    duration_us: request.durationUs,
    network: request.network,
    user_agent: request.userAgent,
    resource_sid: request.resourceSid,
    more: request.more,
  };
}
