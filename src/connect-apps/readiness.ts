/** Whether an app is ready for customers: what is set, and what its URLs answered when they were last asked. */

import { findAccount } from '../accounts/store.ts';
import { findLatestTest } from '../callbacks/app-store.ts';
import { listAttempts } from '../callbacks/store.ts';
import type { Context } from '../context.ts';
import { calledUrl } from '../http-url.ts';
import type { GuardedClient } from '../outgoing/guarded-client.ts';
import { Problem } from '../problem.ts';
import type { Queryable } from '../storage/database.ts';
import type { ConnectApp } from './connect-app.ts';
import { findConnectApp } from './store.ts';
import type { UrlCheck, UrlCheckKind } from './url-check.ts';
import { listUrlChecks, putUrlCheck } from './url-check-store.ts';

/** A URL is asked again only after so long: a check is no means to call somebody often. */
const MIN_PAUSE_MS = 2_000;
/** Accounts that a process asks for at once. */
const ASKING_AT_ONCE = 8;

interface Key {
  accountSid: string;
  connectAppSid: string;
}

export interface Readiness {
  app: ConnectApp;
  isFullAccount: boolean;
  /** What was found out about the URLs that the app has now. */
  authorize: UrlCheck | undefined;
  deauthorize: UrlCheck | undefined;
  /** The latest test callback to the Deauthorize URL that the app has now. */
  test:
    | { sid: string; isWaiting: boolean; status: number | null; failure: string | null }
    | undefined;
}

/** What is known about an app; `not_found` when the account has none such. */
export async function getReadiness(
  query: Queryable,
  { accountSid, connectAppSid }: Key,
): Promise<Readiness> {
  const app = await findConnectApp(query, { accountSid, sid: connectAppSid });
  const owner = await findAccount(query, accountSid);
  if (!app || !owner) throw new Problem('not_found');
  const checks = await listUrlChecks(query, { accountSid, connectAppSid });
  const latest = await findLatestTest(query, { accountSid, connectAppSid });
  const { deauthorizeCallbackUrl: url } = app;
  const test = url !== null && latest?.url === calledUrl(url) ? latest : undefined;
  const attempt = test && (await listAttempts(query, test)).at(-1);
  const checkOf = (kind: UrlCheckKind) =>
    checks.find((check) => check.kind === kind && check.url === urlOf(app, kind));
  return {
    app,
    isFullAccount: owner.type === 'Full',
    authorize: checkOf('authorize'),
    deauthorize: checkOf('deauthorize'),
    test: test && {
      sid: test.sid,
      isWaiting: test.status === 'pending',
      status: attempt?.status ?? null,
      failure: attempt?.failure ?? null,
    },
  };
}

export type CheckUrl = (context: Context, app: Key, kind: UrlCheckKind) => Promise<void>;

/**
 * Makes what asks a URL of an app and keeps what came: the Authorize URL is opened as a browser would, of the
 * Deauthorize URL it is only found out whether it may be called. Does nothing when the app has no such URL, or was
 * asked just now. Raises `too_many_requests` while another of the account is asked, which may take its time: nobody
 * has many answers come at once.
 */
export function createUrlChecks(client: GuardedClient): CheckUrl {
  const asking = new Set<string>();
  return async (context, app, kind) => {
    if (asking.has(app.accountSid) || asking.size >= ASKING_AT_ONCE) {
      throw new Problem('too_many_requests', 'Another check is under way. Wait for it.');
    }
    asking.add(app.accountSid);
    try {
      await checkUrl(context, client, app, kind);
    } finally {
      asking.delete(app.accountSid);
    }
  };
}

async function checkUrl(
  context: Context,
  client: GuardedClient,
  { accountSid, connectAppSid }: Key,
  kind: UrlCheckKind,
): Promise<void> {
  const { database, clock } = context;
  // In a transaction, so that it is asked for somebody who may ask.
  const url = await database.transaction(async (transaction) => {
    const { app, [kind]: last } = await getReadiness(transaction, { accountSid, connectAppSid });
    const isFresh = last !== undefined && clock.now() - last.checkedAt < MIN_PAUSE_MS;
    return isFresh ? null : urlOf(app, kind);
  });
  if (url === null) return;
  const found = kind === 'authorize' ? await open(client, url) : await look(client, url);
  const check: UrlCheck = { kind, url, ...found, checkedAt: clock.now() };
  await database.transaction((transaction) =>
    putUrlCheck(transaction, { accountSid, connectAppSid }, check),
  );
}

async function open(client: GuardedClient, url: string) {
  const headers = { accept: 'text/html,*/*;q=0.8' };
  const outcome = await client.send({ method: 'GET', url: url.replace(/#.*/s, ''), headers });
  const { durationMs } = outcome;
  return outcome.answered
    ? { status: outcome.status, failure: null, durationMs }
    : { status: null, failure: outcome.reason, durationMs };
}

async function look(client: GuardedClient, url: string) {
  const obstacle = await client.findObstacle(calledUrl(url));
  return { status: null, failure: obstacle?.reason ?? null, durationMs: 0 };
}

function urlOf(app: ConnectApp, kind: UrlCheckKind): string | null {
  return kind === 'authorize' ? app.authorizeRedirectUrl : app.deauthorizeCallbackUrl;
}
