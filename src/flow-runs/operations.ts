/** Runs of *Try the flow*: start, read, end. The play itself is player.ts. No HTTP. */

import { makeAccount } from '../accounts/operations.ts';
import { insertAccount } from '../accounts/store.ts';
import { recorder } from '../audit/record.ts';
import { getConsentParties } from '../authorizations/operations.ts';
import { putAuthorization } from '../authorizations/store.ts';
import type { ConnectApp } from '../connect-apps/connect-app.ts';
import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';
import { createSid, parseSid } from '../sid.ts';
import type { Queryable } from '../storage/database.ts';
import type { CheckResult, FlowRun } from './flow-run.ts';
import {
  deletePlayedCustomer,
  endRun,
  findLeftRuns,
  findRun,
  insertRun,
  listRecentRuns,
  listRunsOfApp,
  type RunKey,
  updateChecks,
} from './store.ts';

const HOUR_MS = 60 * 60 * 1000;
/** Every run sends about ten requests to URLs that the account chose: it is no means to call somebody often. */
const RUNS_AN_HOUR = 20;
/** Well over what player.ts takes. */
const LIVE_MS = 10 * 60 * 1000;
const KEPT_IN_LIST = 10;

export interface AppKey {
  accountSid: string;
  connectAppSid: string;
}

export interface Begun {
  run: FlowRun;
  app: ConnectApp;
  /** What the app is told of the played customer. */
  subaccountSid: string;
}

/**
 * Begins a run with a customer of its own, who has authorized the app, all made in the same transaction. While another
 * of the account plays, and after RUNS_AN_HOUR, it raises `too_many_requests`; as `getConsentParties` does, when nobody
 * can authorize the app.
 */
export async function beginRun(
  context: Context,
  { accountSid, connectAppSid }: AppKey,
): Promise<Begun> {
  const { clock, random } = context;
  const now = clock.now();
  const sid = createSid('TF', random);
  const friendlyName = `Played by Try the flow ${sid}`;
  const customer = makeAccount(context, { friendlyName });
  const ownerAccountSid = customer.account.sid;
  const subaccount = makeAccount(context, { friendlyName, ownerAccountSid });
  const run: FlowRun = {
    sid,
    accountSid,
    connectAppSid,
    customerSid: ownerAccountSid,
    state: 'running',
    checks: [],
    createdAt: now,
    updatedAt: now,
  };
  const record = recorder(context);
  const app = await context.database.transaction(async (transaction) => {
    const parties = await getConsentParties(transaction, connectAppSid);
    if (parties.owner.sid !== accountSid) throw new Problem('not_found');
    if (await findRun(transaction, run)) return parties.app;
    const recent = await listRecentRuns(transaction, accountSid, now - HOUR_MS, RUNS_AN_HOUR);
    if (recent.some(({ liveUntil }) => liveUntil !== null && liveUntil > now)) {
      throw new Problem('too_many_requests', 'A run of this account is under way. Wait for it.');
    }
    if (recent.length === RUNS_AN_HOUR) {
      const sentence = `An account has ${RUNS_AN_HOUR} runs an hour. Try again later.`;
      throw new Problem('too_many_requests', sentence);
    }
    for (const { account, token } of [customer, subaccount]) {
      await insertAccount(transaction, account, token);
    }
    // Not by authorizeConnectApp: the trail of the owner tells of customers, and this is none.
    await putAuthorization(transaction, {
      accountSid: ownerAccountSid,
      connectAppSid: parties.app.sid,
      subaccountSid: subaccount.account.sid,
      appOwnerSid: accountSid,
      permissions: parties.app.permissions,
      createdAt: now,
      updatedAt: now,
      revokedAt: null,
    });
    await insertRun(transaction, run, now + LIVE_MS);
    const change = { accountSid, resourceSid: parties.app.sid, relatedSid: sid };
    await record(transaction, { eventType: 'flow-run.started', ...change });
    return parties.app;
  });
  return { run, app, subaccountSid: subaccount.account.sid };
}

/** Keeps what a run has found so far. */
export async function keepChecks(
  { database, clock }: Context,
  key: RunKey,
  checks: readonly CheckResult[],
): Promise<void> {
  const now = clock.now();
  await database.transaction((transaction) => updateChecks(transaction, key, checks, now));
}

/** Ends a run and removes the customer that it played. */
export async function finishRun(
  { database, clock }: Context,
  run: RunKey & { customerSid: string },
  state: 'done' | 'interrupted',
): Promise<void> {
  const now = clock.now();
  await database.transaction(async (transaction) => {
    await deletePlayedCustomer(transaction, run.customerSid);
    await endRun(transaction, run, state, now);
  });
}

/** Ends runs that a process left behind, with the customers that they played; returns how many, up to `limit`. */
export async function removeLeftRuns(context: Context, limit: number): Promise<number> {
  const left = await findLeftRuns(context.database.query, context.clock.now(), limit);
  for (const run of left) await finishRun(context, run, 'interrupted');
  return left.length;
}

/** A run of an app; `not_found` when the app of this account has none such. */
export async function getRun(
  query: Queryable,
  { accountSid, connectAppSid }: AppKey,
  sidText: string,
): Promise<FlowRun> {
  const sid = parseSid('TF', sidText);
  const run = sid && (await findRun(query, { accountSid, sid }));
  if (!run || run.connectAppSid !== connectAppSid) throw new Problem('not_found');
  return run;
}

/** The latest runs of an app, newest first. */
export function listRuns(query: Queryable, app: AppKey): Promise<FlowRun[]> {
  return listRunsOfApp(query, app, KEPT_IN_LIST);
}
