/** The SQL of runs and of the customers that they play, and the only bridge between rows and FlowRun. */

import type { Selectable } from 'kysely';
import type { Queryable } from '../storage/database.ts';
import { purgeByAge } from '../storage/purge.ts';
import type { FlowRunsTable } from '../storage/schema.ts';
import type { CheckResult, FlowRun } from './flow-run.ts';

export interface RunKey {
  accountSid: string;
  sid: string;
}

/** Adds a run whose played customer lives until a time at the latest. */
export async function insertRun(query: Queryable, run: FlowRun, liveUntil: number): Promise<void> {
  await query
    .insertInto('flow_runs')
    .values({
      account_sid: run.accountSid,
      sid: run.sid,
      connect_app_sid: run.connectAppSid,
      customer_sid: run.customerSid,
      state: run.state,
      checks: JSON.stringify(run.checks),
      live_until: liveUntil,
      created_at: run.createdAt,
      updated_at: run.updatedAt,
    })
    .execute();
}

/** The run with this key. */
export async function findRun(query: Queryable, key: RunKey): Promise<FlowRun | undefined> {
  const row = await query
    .selectFrom('flow_runs')
    .selectAll()
    .where('account_sid', '=', key.accountSid)
    .where('sid', '=', key.sid)
    .executeTakeFirst();
  return row && fromRow(row);
}

/** The latest runs of an app, newest first. */
export async function listRunsOfApp(
  query: Queryable,
  { accountSid, connectAppSid }: { accountSid: string; connectAppSid: string },
  limit: number,
): Promise<FlowRun[]> {
  const rows = await query
    .selectFrom('flow_runs')
    .selectAll()
    .where('account_sid', '=', accountSid)
    .where('connect_app_sid', '=', connectAppSid)
    .orderBy('created_at', 'desc')
    .orderBy('sid', 'desc')
    .limit(limit)
    .execute();
  return rows.map(fromRow);
}

/** Up to `limit` runs of an account since a time, newest first: when each began, and whether it still plays. */
export async function listRecentRuns(
  query: Queryable,
  accountSid: string,
  since: number,
  limit: number,
): Promise<{ sid: string; connectAppSid: string; liveUntil: number | null }[]> {
  return query
    .selectFrom('flow_runs')
    .select(['sid', 'connect_app_sid as connectAppSid', 'live_until as liveUntil'])
    .where('account_sid', '=', accountSid)
    .where('created_at', '>=', since)
    .orderBy('created_at', 'desc')
    .orderBy('sid', 'desc')
    .limit(limit)
    .execute();
}

/** Writes what a run has found so far, unless it has ended. */
export async function updateChecks(
  query: Queryable,
  { accountSid, sid }: RunKey,
  checks: readonly CheckResult[],
  now: number,
): Promise<void> {
  await query
    .updateTable('flow_runs')
    .set({ checks: JSON.stringify(checks), updated_at: now })
    .where('account_sid', '=', accountSid)
    .where('sid', '=', sid)
    .where('state', '=', 'running')
    .execute();
}

/** Ends a run that has not ended. */
export async function endRun(
  query: Queryable,
  { accountSid, sid }: RunKey,
  state: 'done' | 'interrupted',
  now: number,
): Promise<void> {
  await query
    .updateTable('flow_runs')
    .set({ state, live_until: null, updated_at: now })
    .where('account_sid', '=', accountSid)
    .where('sid', '=', sid)
    .where('live_until', 'is not', null)
    .execute();
}

/** Up to `limit` runs, of any account, whose time is over although their played customers are still there. */
export async function findLeftRuns(
  query: Queryable,
  now: number,
  limit: number,
): Promise<(RunKey & { customerSid: string })[]> {
  return query
    .selectFrom('flow_runs')
    .select(['account_sid as accountSid', 'sid', 'customer_sid as customerSid'])
    .where('live_until', '<=', now)
    .orderBy('live_until')
    .orderBy('account_sid')
    .orderBy('sid')
    .limit(limit)
    .execute();
}

/** Ends what a played customer authorized, and queues no callback: the run itself sends it. */
export async function endAuthorization(
  query: Queryable,
  { accountSid, connectAppSid }: { accountSid: string; connectAppSid: string },
  now: number,
): Promise<void> {
  await query
    .updateTable('authorizations')
    .set({ revoked_at: now, updated_at: now })
    .where('account_sid', '=', accountSid)
    .where('connect_app_sid', '=', connectAppSid)
    .where('revoked_at', 'is', null)
    .execute();
}

/** Removes a played customer, its subaccounts, and what it authorized. */
export async function deletePlayedCustomer(query: Queryable, customerSid: string): Promise<void> {
  await query.deleteFrom('authorizations').where('account_sid', '=', customerSid).execute();
  await query.deleteFrom('accounts').where('owner_account_sid', '=', customerSid).execute();
}

/** Removes up to `limit` runs made before a time; returns how many. */
export const purgeRuns = purgeByAge('flow_runs', 'created_at');

function fromRow(row: Selectable<FlowRunsTable>): FlowRun {
  return {
    sid: row.sid,
    accountSid: row.account_sid,
    connectAppSid: row.connect_app_sid,
    customerSid: row.customer_sid,
    state: row.state,
    checks: JSON.parse(row.checks),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
