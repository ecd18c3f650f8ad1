/**
 * Tenants whose receivers never answer: however many names they give them, and however much waits for them,
 * the callbacks of others are still delivered, and no receiver is flooded.
 */

import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext as Test } from 'node:test';
import type { Callback } from '../../src/callbacks/callback.ts';
import { createPlaces } from '../../src/callbacks/places.ts';
import { insertCallbacks } from '../../src/callbacks/store.ts';
import { startCallbackWorker } from '../../src/callbacks/worker.ts';
import { createLogger } from '../../src/observability/logger.ts';
import type { GuardedClient } from '../../src/outgoing/guarded-client.ts';
import { openContext, type TestContext } from '../support/context.ts';
import { DATABASES } from '../support/databases.ts';
import { createSid } from '../support/sid.ts';
import { until } from '../support/until.ts';

/** Who is silent never answers within the test. */
const SILENT = /silent/;
const DELIVERED = { answered: true, status: 204, body: '', durationMs: 1 } as const;

for (const engine of DATABASES) {
  describe(`receivers that never answer, on ${engine}`, () => {
    let world: TestContext;
    before(async () => {
      world = await openContext(engine);
    });
    after(() => world.close());

    /** Queues a callback of one owner to each URL. */
    async function queue(urls: readonly string[]): Promise<string> {
      const { accountSid } = await world.createAccount();
      const now = world.context.clock.now();
      const callbacks = urls.map(
        (url): Callback => ({
          sid: createSid('WH'),
          accountSid,
          connectAppSid: `CN${'1'.repeat(32)}`,
          subaccountSid: `AC${'1'.repeat(32)}`,
          url,
          method: 'POST',
          status: 'pending',
          kind: 'deauthorization',
          parameters: {},
          attemptsMade: 0,
          nextAttemptAt: now,
          createdAt: now,
          updatedAt: now,
        }),
      );
      for (let first = 0; first < callbacks.length; first += 5000) {
        const part = callbacks.slice(first, first + 5000);
        await world.context.database.transaction((one) => insertCallbacks(one, part));
      }
      return accountSid;
    }

    async function countPending(accountSid: string): Promise<number> {
      const rows = await world.context.database.query
        .selectFrom('callbacks')
        .select('sid')
        .where('account_sid', '=', accountSid)
        .where('status', '=', 'pending')
        .limit(1000)
        .execute();
      return rows.length;
    }

    /** A worker, and how many attempts at each host are under way. */
    function work(t: Test) {
      const hanging = new Set<() => void>();
      const underWay = new Map<string, number>();
      const most = new Map<string, number>();
      const client: Pick<GuardedClient, 'send' | 'close'> = {
        async send({ url }) {
          const { hostname } = new URL(url);
          const count = (underWay.get(hostname) ?? 0) + 1;
          underWay.set(hostname, count);
          most.set(hostname, Math.max(count, most.get(hostname) ?? 0));
          if (SILENT.test(hostname)) await new Promise<void>((end) => hanging.add(end));
          underWay.set(hostname, (underWay.get(hostname) ?? 1) - 1);
          return SILENT.test(hostname)
            ? { answered: false, reason: 'timed_out', durationMs: 15_000 }
            : DELIVERED;
        },
        close() {},
      };
      const logger = createLogger('silent');
      const worker = startCallbackWorker(world.context, { client, logger });
      t.after(async () => {
        worker.drain();
        for (const end of hanging) end();
        await worker.close();
        await world.context.database.transaction((one) => one.deleteFrom('callbacks').execute());
      });
      return { hanging, most };
    }

    it('with a name each hold no place of another tenant', async (t) => {
      const silent = Array.from({ length: 10_000 }, (_, n) => `http://h${n}.silent.example.com/`);
      await queue(silent);
      const { hanging } = work(t);
      await until('they are busy', () => hanging.size >= 100);
      for (let round = 0; round < 3; round += 1) {
        const urls = Array.from({ length: 50 }, (_, n) => `http://good${n}.example.com/${round}`);
        const owner = await queue(urls);
        await until('the others are served', async () => (await countPending(owner)) === 0, 20_000);
      }
      assert.ok(hanging.size < 256);
    });

    it('of forty tenants together hold not all places either', async (t) => {
      for (let tenant = 0; tenant < 40; tenant += 1) {
        const host = (n: number) => `http://h${n}.of${tenant}.silent.example.com/`;
        await queue(Array.from({ length: 300 }, (_, n) => host(n)));
      }
      const { hanging } = work(t);
      await until('they are busy', () => hanging.size >= 200);
      const owner = await queue(['http://good.example.com/']);
      await until('the other is served', async () => (await countPending(owner)) === 0, 20_000);
    });

    it('with 100,000 callbacks that are due delay neither another tenant nor their own', async (t) => {
      const silent = await queue(Array<string>(100_000).fill('http://one.silent.example.com/'));
      const { hanging, most } = work(t);
      await until('they are busy', () => hanging.size > 0);
      const owner = await queue(Array<string>(20).fill('http://good.example.com/'));
      await until('the other is served', async () => (await countPending(owner)) === 0, 20_000);
      assert.equal(hanging.size, 4, 'and the one that is slow is not flooded');
      const now = world.context.clock.now();
      const sid = createSid('WH');
      const last: Callback = {
        sid,
        accountSid: silent,
        connectAppSid: `CN${'1'.repeat(32)}`,
        subaccountSid: `AC${'1'.repeat(32)}`,
        url: 'http://own.example.com/',
        method: 'POST',
        status: 'pending',
        kind: 'deauthorization',
        parameters: {},
        attemptsMade: 0,
        nextAttemptAt: now,
        createdAt: now,
        updatedAt: now,
      };
      await world.context.database.transaction((one) => insertCallbacks(one, [last]));
      await until('its own other receiver is served', () => most.has('own.example.com'), 120_000);
    });

    it('are not flooded by many tenants at once, and no tenant has all of their places', async (t) => {
      for (let tenant = 0; tenant < 10; tenant += 1) {
        await queue(Array<string>(20).fill('http://shared.silent.example.com/'));
      }
      const { hanging, most } = work(t);
      await until('they are busy', () => hanging.size >= 8);
      const owner = await queue(['http://good.example.com/']);
      await until('the other is served', async () => (await countPending(owner)) === 0, 20_000);
      assert.ok((most.get('shared.silent.example.com') ?? 0) <= 16);
    });
  });
}

describe('places', () => {
  const call = (owner: number, receiver: string) => ({ owner: `AC${owner}`, receiver });

  it('are never all one owner’s, nor those of a receiver', () => {
    const places = createPlaces();
    let taken = 0;
    while (places.take(call(1, `host${taken}`))) taken += 1;
    assert.equal(taken, 128);
    assert.ok(places.take(call(2, 'host0')));
    let atOne = 0;
    while (places.take(call(3, 'one'))) atOne += 1;
    assert.equal(atOne, 4);
    for (let owner = 4; owner < 10; owner += 1) assert.ok(places.take(call(owner, 'one')));
  });

  it('are the same in the end as in the beginning', () => {
    const places = createPlaces();
    const calls = Array.from({ length: 100 }, (_, n) => call(n % 7, `host${n % 5}`));
    const taken = calls.filter((one) => places.take(one));
    assert.equal(places.free(), 256 - taken.length);
    for (const one of taken) places.giveBack(one);
    assert.equal(places.free(), 256);
    assert.ok(taken.every((one) => places.take(one)));
  });
});
