/** How the record is written: in time, at the end, by several processes, and never at the cost of a request. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLogger } from '../../src/observability/logger.ts';
import type { RequestKind } from '../../src/requests/buffer.ts';
import { countRequests, listRequests } from '../../src/requests/operations.ts';
import { startRecorder } from '../../src/requests/recorder.ts';
import { purge } from '../../src/server/maintenance.ts';
import type { Database } from '../../src/storage/database.ts';
import { openContext, type TestContext } from '../support/context.ts';
import { DATABASES } from '../support/databases.ts';
import { fill, insertMany, sidOf } from '../support/fill.ts';
import { startServe } from '../support/serve.ts';
import { createSid } from '../support/sid.ts';
import { until } from '../support/until.ts';

const DAY_MS = 86_400_000;
const ACCOUNT = `AC${'1'.repeat(32)}`;
const logger = createLogger('silent');
const kind: RequestKind = {
  accountSid: ACCOUNT,
  caller: 'account',
  method: 'GET',
  route: '/2010-04-01/Accounts',
  status: 200,
  reason: null,
};

const noneIsLost = (count: number) => assert.equal(count, 0);

const detailsOf = (createdAt: number) => () => ({
  sid: createSid('RQ'),
  createdAt,
  pathAccountSid: ACCOUNT,
  code: null,
  problem: null,
  durationUs: 1,
  network: '127.0.0.0/24',
  userAgent: null,
  resourceSid: null,
});

function insertRows(count: number, values: Readonly<Record<string, string>> = {}): string {
  return insertMany('requests', count, {
    account_sid: `'${ACCOUNT}'`,
    sid: sidOf('RQ', 'abc'),
    created_at: `${Date.now()} - n`,
    caller: "'account'",
    path_account_sid: `'${ACCOUNT}'`,
    method: "'GET'",
    route: "'/'",
    status: '200',
    duration_us: '1',
    network: "'127.0.0.0/24'",
    more: '0',
    ...values,
  });
}

async function countRows({ context }: TestContext, caller?: string): Promise<number> {
  let rows = context.database.query.selectFrom('requests').select('sid');
  if (caller !== undefined) rows = rows.where('caller', '=', caller);
  return (await rows.execute()).length;
}

for (const engine of DATABASES) {
  describe(`the recorder on ${engine}`, () => {
    it('writes what is left when it stops', async (t) => {
      const world = await openContext(engine);
      t.after(() => world.close());
      const recorder = startRecorder(world.context, { logger, observeLost: noneIsLost });
      for (let index = 0; index < 3000; index += 1) {
        recorder.push(kind, Date.now(), detailsOf(index));
      }
      await recorder.stop();
      const requests = await listRequests(world.context, { accountSid: ACCOUNT });
      assert.equal(requests.length, 8);
      assert.equal(requests[0]?.more, 2990);
    });

    it('drops what a database that is away does not take, counts it, and goes on', async (t) => {
      const world = await openContext(engine);
      t.after(() => world.close());
      let isAway = true;
      const { append } = world.context.database;
      const database: Database = {
        ...world.context.database,
        append: async (work) => {
          if (isAway) throw new Error('away');
          return append(work);
        },
      };
      let lost = 0;
      const recorder = startRecorder(
        { database },
        {
          logger,
          observeLost: (count) => {
            lost += count;
          },
        },
      );
      recorder.push(kind, Date.now(), detailsOf(1));
      recorder.push(kind, Date.now(), detailsOf(2));
      await until('both are counted as lost', () => lost === 2);
      isAway = false;
      recorder.push(kind, Date.now(), detailsOf(3));
      await recorder.stop();
      assert.equal(await countRows(world), 1);
    });

    it('stops in time when the database does not answer', async () => {
      const world = await openContext(engine);
      const database: Database = { ...world.context.database, append: () => new Promise(() => {}) };
      const recorder = startRecorder({ database }, { logger, observeLost: () => {} });
      recorder.push(kind, Date.now(), detailsOf(1));
      await recorder.stop();
      await world.close();
    });

    it('adds up what several processes count, and each keeps its rows', async (t) => {
      const world = await openContext(engine);
      t.after(() => world.close());
      const now = Date.now();
      const lost: number[] = [];
      const recorders = Array.from({ length: 8 }, () =>
        startRecorder(world.context, { logger, observeLost: (count) => lost.push(count) }),
      );
      for (const recorder of recorders) {
        for (let index = 0; index < 100; index += 1) recorder.push(kind, now, detailsOf(now));
        recorder.noteUse(ACCOUNT, 'digest', now);
      }
      await Promise.all(recorders.map((recorder) => recorder.stop()));
      assert.deepEqual(lost, []);
      assert.equal(await countRows(world), 80);
      const [minute] = await countRequests(world.context, {
        accountSid: ACCOUNT,
        unit: 'minute',
        since: now,
        until: now + 1,
      });
      assert.equal(minute?.answered, 800);
    });

    it('keeps the newest 10,000 of an account, and 1,000 that anybody could send', async (t) => {
      const world = await openContext(engine);
      t.after(() => world.close());
      await fill(world.databaseUrl, [
        insertRows(9500),
        insertRows(2500, { sid: sidOf('RQ', 'def'), caller: "'nobody'", status: '401' }),
      ]);
      await purge(world.context);
      assert.equal(await countRows(world, 'nobody'), 1000);
      assert.equal(await countRows(world), 10_000);
    });

    it('keeps requests for three days', async (t) => {
      const world = await openContext(engine);
      t.after(() => world.close());
      await fill(world.databaseUrl, [insertRows(1200)]);
      await purge(world.context);
      assert.equal(await countRows(world), 1200);
      world.passMs(3 * DAY_MS);
      await purge(world.context);
      assert.equal(await countRows(world), 0);
    });

    it('trims the ring of an account that is written to a lot, before the purge comes', async (t) => {
      const world = await openContext(engine);
      t.after(() => world.close());
      await fill(world.databaseUrl, [insertRows(10_500)]);
      const recorder = startRecorder(world.context, {
        logger,
        observeLost: noneIsLost,
        trimEvery: 100,
      });
      let pushed = 0;
      await until('the ring is trimmed', async () => {
        for (let index = 0; index < 50; index += 1) {
          const route = `/${index}`;
          recorder.push({ ...kind, route }, Date.now(), detailsOf(Date.now()));
        }
        pushed += 1;
        return pushed > 10 && (await countRows(world)) <= 10_000;
      });
      await recorder.stop();
    });

    it('keeps what was answered before SIGTERM, of several servers', async (t) => {
      const world = await openContext(engine);
      t.after(() => world.close());
      const account = await world.createAccount();
      const servers = await Promise.all([
        startServe(world.databaseUrl),
        startServe(world.databaseUrl, { WORKERS: '2' }),
      ]);
      const path = `/2010-04-01/Accounts/${account.accountSid}.json`;
      for (const server of servers) {
        for (let index = 0; index < 5; index += 1) {
          const { status } = await server.request('GET', path, { auth: account });
          assert.equal(status, 200);
        }
      }
      for (const server of servers) assert.equal(await server.stop(), 0);
      assert.equal(await countRows(world, 'account'), 10);
    });
  });
}
