/** The SQL of the record of requests, and the only bridge between its rows and their type. */

import type { Selectable } from 'kysely';
import type { Queryable } from '../storage/database.ts';
import { insertMany } from '../storage/insert-many.ts';
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

const insertRows = insertMany('requests', COLUMNS, (insert) =>
  insert.onConflict((conflict) => conflict.columns(['account_sid', 'sid']).doNothing()),
);

/** Adds requests; one that is there stays as it is. */
export function insertRequests(query: Queryable, requests: readonly ApiRequest[]): Promise<void> {
  return insertRows(query, requests.map(toRow));
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
