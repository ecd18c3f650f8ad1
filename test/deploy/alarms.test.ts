/** Each alarm of deploy/observability is provoked once on a real server, and rings alone. */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  after,
  afterEach,
  before,
  beforeEach,
  describe,
  it,
  type TestContext as Test,
} from 'node:test';
import pg from 'pg';
import { authorizeConnectApp } from '../../src/authorizations/operations.ts';
import { createCallback } from '../../src/callbacks/callback.ts';
import { MAX_ATTEMPTS } from '../../src/callbacks/schedule.ts';
import { insertCallbacks } from '../../src/callbacks/store.ts';
import { connectAppPath } from '../api/paths.ts';
import { openContext, type TestContext } from '../support/context.ts';
import { POSTGRES_OBSTACLE } from '../support/databases.ts';
import { parseExposition } from '../support/exposition.ts';
import { obstacleWithout } from '../support/obstacle.ts';
import { startReceiver } from '../support/receiver.ts';
import { type ServeProcess, startServe } from '../support/serve.ts';
import type { Credentials } from '../support/server.ts';
import { until } from '../support/until.ts';
import { visit } from '../support/visitor.ts';
import { replay, type Scrape } from './replay.ts';

const obstacle =
  obstacleWithout('/usr/bin/promtool', 'apt-get install prometheus') ?? POSTGRES_OBSTACLE;

const ATTEMPTS = 'connect_apps_callback_attempts_total';
const REQUESTS = 'connect_apps_http_request_duration_seconds_count';
const SLIPPED = 'connect_apps_requests_unrecorded_total';

describe('the alarms', { skip: obstacle }, () => {
  let world: TestContext;
  let folder: string;
  let owner: Credentials;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'connect-apps-alarms-'));
  });
  // What one leaves behind is no other's story.
  beforeEach(async () => {
    world = await openContext('postgres');
    owner = await world.createAccount();
  });
  afterEach(() => world?.close());
  after(() => rm(folder, { recursive: true, force: true }));

  async function start(t: Test, settings: Record<string, string> = {}): Promise<ServeProcess> {
    const server = await startServe(world.databaseUrl, { METRICS_PORT: '0', ...settings });
    t.after(() => server.stop('SIGKILL'));
    return server;
  }

  /** What /metrics says once the series that begin so, added up, are more than `least`. */
  async function scrape(
    server: ServeProcess,
    series: RegExp | string = 'connect_apps_build_info',
    least = 0,
  ): Promise<Scrape & { sum: number }> {
    let text = '';
    let sum = 0;
    await until(`${series} is over ${least}`, async () => {
      text = await server.metrics();
      sum = [...parseExposition(text).values()]
        .flatMap(({ samples }) => [...samples])
        .filter(([name]) =>
          series instanceof RegExp ? series.test(name) : name.startsWith(series),
        )
        .reduce((total, [, value]) => total + value, 0);
      return sum > least;
    });
    return { text, at: Date.now() / 1000, sum };
  }

  /** Does it twice, each time until the series have risen, and holds the rules to what was seen. */
  async function ring(
    server: ServeProcess,
    provoke: () => Promise<unknown>,
    series: RegExp | string,
    firing: string[],
  ): Promise<void> {
    const well = await scrape(server);
    await provoke();
    const once = await scrape(server, series);
    await provoke();
    const twice = await scrape(server, series, once.sum);
    await replay(folder, [well, once, twice], { firing, afterMinutes: 30 });
  }

  it('ring when a server stops, and when it is down', async (t) => {
    const server = await start(t, { DRAIN_SECONDS: '600' });
    const well = await scrape(server);
    server.child.kill('SIGTERM');
    const unready = /_count\{route="\/readyz",method="GET",status="503"\}/;
    const isUnready = async () => (await server.request('GET', '/readyz')).status === 503;
    await until('it says that it is not ready', isUnready);
    const once = await scrape(server, unready);
    await isUnready();
    const twice = await scrape(server, unready, once.sum);
    await replay(folder, [well, once, twice], {
      firing: ['ConnectAppsNotReady'],
      afterMinutes: 30,
    });
    await server.stop('SIGKILL');
    const gone = { text: await server.metrics().catch(() => undefined), at: well.at };
    assert.equal(gone.text, undefined);
    await replay(folder, [well, gone, gone], { firing: ['ConnectAppsDown'], afterMinutes: 30 });
  });

  it('ring when the database answers late or not at all', async (t) => {
    const server = await start(t);
    const path = connectAppPath(owner.accountSid, await world.createApp(owner.accountSid, {}));
    const client = new pg.Client({ connectionString: world.databaseUrl });
    await client.connect();
    t.after(() => client.end());
    const provoke = async () => {
      const { sum } = await scrape(server, SLIPPED, -1);
      await client.query('begin');
      await client.query('lock table connect_apps.connect_apps, connect_apps.requests');
      const replies = await Promise.all(
        Array.from({ length: 8 }, () =>
          server.request('GET', path, { auth: owner, isPatient: false }),
        ),
      );
      assert.ok(replies.every(({ status }) => status === 503));
      // Those that were answered before it was locked are written.
      await until('requests are missing from the record', async () => {
        await server.request('GET', '/2010-04-01/Accounts.json', { auth: owner });
        return (await scrape(server, SLIPPED, -1)).sum > sum;
      });
      await client.query('rollback');
    };
    await ring(server, provoke, SLIPPED, [
      'ConnectAppsErrors',
      'ConnectAppsRefusing',
      'ConnectAppsSlow',
      'ConnectAppsDatabaseSlow',
      'ConnectAppsRequestsUnrecorded',
    ]);
  });

  it('ring when callbacks fail, are given up, and are not sent', async (t) => {
    const server = await start(t);
    const failing = await startReceiver((_, response) => response.writeHead(500).end());
    const silent = await startReceiver(() => {});
    t.after(() => Promise.all([failing.close(), silent.close()]));
    const { context } = world;
    const add = async (url: string, count: number, attemptsMade: number, dueForMs: number) => {
      const now = context.clock.now();
      const made = Array.from({ length: count }, () => ({
        ...createCallback({
          accountSid: owner.accountSid,
          connectAppSid: '',
          subaccountSid: owner.accountSid,
          url,
          method: null,
          now,
          random: context.random,
        }),
        attemptsMade,
        nextAttemptAt: now - dueForMs,
      }));
      await context.database.transaction((one) => insertCallbacks(one, made));
    };
    const provoke = async () => {
      const { sum } = await scrape(server, ATTEMPTS, -1);
      await add(failing.url, 2, 1, 0);
      await add(failing.url, 1, MAX_ATTEMPTS - 1, 0);
      await add(silent.url, 10, 0, 600_000);
      await scrape(server, ATTEMPTS, sum + 2);
      await scrape(server, 'connect_apps_callback_oldest_due_seconds', 599);
    };
    await ring(server, provoke, ATTEMPTS, [
      'ConnectAppsCallbacksGivenUp',
      'ConnectAppsCallbacksLate',
      'ConnectAppsCallbacksRetried',
    ]);
  });

  it('ring when an account is over its rate limit', async (t) => {
    const server = await start(t, { RATE_LIMIT_PER_SECOND: '1' });
    const provoke = () =>
      until('it is refused', async () => {
        const path = '/2010-04-01/Accounts.json';
        return (await server.request('GET', path, { auth: owner })).status === 429;
      });
    const refused = new RegExp(`^${REQUESTS}\\{.*status="429"`);
    await ring(server, provoke, refused, ['ConnectAppsRateLimited']);
  });

  it('ring when customers leave in numbers', async (t) => {
    const server = await start(t, { ALLOW_CONNECT_APP_DELETE: 'true' });
    const provoke = async () => {
      const connectAppSid = await world.createApp(owner.accountSid, {});
      for (let customers = 0; customers < 3; customers += 1) {
        const { accountSid } = await world.createAccount();
        await authorizeConnectApp(world.context, { accountSid, connectAppSid });
      }
      const path = connectAppPath(owner.accountSid, connectAppSid);
      assert.equal((await server.request('DELETE', path, { auth: owner })).status, 204);
    };
    const revoked = 'connect_apps_authorizations_total{event="revoked"}';
    await ring(server, provoke, revoked, ['ConnectAppsAuthorizationsRevoked']);
  });

  it('ring when passwords are guessed', async (t) => {
    const server = await start(t);
    const provoke = async () => {
      for (let attempt = 0; attempt < 3; attempt += 1) {
        await visit(server).signIn('ada@example.com', 'a guess');
      }
    };
    const refused = /^connect_apps_sign_ins_total\{result="(wrong|too_many_tries)"\}/;
    await ring(server, provoke, refused, ['ConnectAppsSignInsRefused']);
  });

  it('ring when the purge fails', async (t) => {
    const rename = (from: string, to: string) => async () => {
      const client = new pg.Client({ connectionString: world.databaseUrl });
      await client.connect();
      await client.query(`alter table connect_apps.${from} rename to ${to}`);
      await client.end();
    };
    await rename('sessions', 'lost_sessions')();
    t.after(rename('lost_sessions', 'sessions'));
    const server = await start(t);
    const purged = 'connect_apps_purge_last_success_timestamp_seconds';
    const well = await scrape(server, purged);
    await until('it says so', () => server.logs().includes('The purge failed'));
    const later = await scrape(server, purged);
    assert.equal(later.sum, well.sum);
    await replay(folder, [well, later, later], { firing: [], afterMinutes: 30 });
    const firing = ['ConnectAppsPurgeOverdue'];
    await replay(folder, [well, later, later], { firing, afterMinutes: 200 });
  });
});
