/** Delivery when everything goes wrong: workers that are killed, and receivers of every bad kind. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { createCallback } from '../../src/callbacks/callback.ts';
import { insertCallbacks } from '../../src/callbacks/store.ts';
import { startCallbackWorker } from '../../src/callbacks/worker.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { createGuardedClient } from '../../src/outgoing/guarded-client.ts';
import { openContext, type TestContext } from '../support/context.ts';
import { DATABASES } from '../support/databases.ts';
import { type Received, startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';

const CALLBACKS = 200;
const LEASE_MS = 60_000;
const PROCESS = join(import.meta.dirname, 'worker-process.ts');

const tokenOf = ({ headers }: Received) => headers['i-twilio-idempotency-token'] ?? '';

for (const engine of DATABASES) {
  describe(`delivery in hard times on ${engine}`, () => {
    let world: TestContext;
    before(async () => {
      world = await openContext(engine);
    });
    after(() => world.close());

    /** Queues one callback to each URL, and returns their SIDs. */
    async function queue(urls: readonly string[]): Promise<string[]> {
      const { context } = world;
      const { accountSid } = await world.createAccount();
      const callbacks = urls.map((url) => {
        return createCallback({
          accountSid,
          connectAppSid: `CN${'1'.repeat(32)}`,
          subaccountSid: accountSid,
          url,
          method: 'POST',
          now: context.clock.now(),
          random: context.random,
        });
      });
      await context.database.transaction((one) => insertCallbacks(one, callbacks));
      return callbacks.map((one) => one.sid);
    }

    async function statusesOf(sids: readonly string[]): Promise<Map<string, string>> {
      const rows = await world.context.database.query
        .selectFrom('callbacks')
        .select(['sid', 'status'])
        .execute();
      return new Map(
        rows.filter(({ sid }) => sids.includes(sid)).map((row) => [row.sid, row.status]),
      );
    }

    it(`loses none of ${CALLBACKS} callbacks to workers that are killed, and keeps their tokens`, async (context) => {
      const receiver = await startReceiver((_, response) => {
        globalThis.setTimeout(() => response.writeHead(204).end(), 30);
      });
      context.after(() => receiver.close());
      const sids = await queue(Array(CALLBACKS).fill(receiver.url));
      const isDone = async () =>
        [...(await statusesOf(sids)).values()].every((status) => status === 'delivered');
      let kills = 0;
      let deliveredAt = { kills: 0, count: 0 };
      while (!(await isDone())) {
        const count = new Set(receiver.received.map(tokenOf)).size;
        if (count > deliveredAt.count) deliveredAt = { kills, count };
        assert.ok(kills < deliveredAt.kills + 20, 'it gets nowhere');
        const offsetMs = String(kills * (LEASE_MS + 1000));
        const child = spawn(process.execPath, [PROCESS, world.databaseUrl, offsetMs], {
          stdio: 'ignore',
        });
        const before = receiver.received.length;
        await until('it has sent something', async () => {
          return receiver.received.length > before || (await isDone());
        });
        await setTimeout(50 + (kills % 7) * 40);
        child.kill('SIGKILL');
        await once(child, 'exit');
        kills += 1;
      }
      const tokens = receiver.received.map(tokenOf);
      assert.deepEqual([...new Set(tokens)].sort(), sids.sort());
      context.diagnostic(`${kills} kills, ${tokens.length} deliveries of ${CALLBACKS} callbacks`);
      assert.ok(kills >= 3, `only ${kills} kills`);
    });

    it('serves good receivers while seventy bad ones are at work', async (context) => {
      const kinds = {
        hang: 30,
        drip: 10,
        huge: 10,
        reset: 10,
        redirect: 10,
      } as const;
      const closers: (() => Promise<void>)[] = [];
      context.after(() => Promise.all(closers.map((close) => close())));
      const start = async (...words: Parameters<typeof startReceiver>) => {
        const receiver = await startReceiver(...words);
        closers.push(() => receiver.close());
        return receiver;
      };
      const behaviours: Record<keyof typeof kinds, Parameters<typeof startReceiver>[0]> = {
        hang: () => {},
        drip: (_, response) => {
          response.writeHead(200);
          const timer = setInterval(() => response.write('.'), 1000);
          response.once('close', () => clearInterval(timer));
        },
        huge: (_, response) => {
          response.writeHead(200).end(Buffer.alloc(10 * 1024 * 1024));
        },
        reset: (_, response) => response.destroy(),
        redirect: (_, response) =>
          response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
      };
      const bad: string[] = [];
      for (const [kind, count] of Object.entries(kinds)) {
        const behaviour = Object.entries(behaviours).find(([name]) => name === kind)?.[1];
        for (let index = 0; index < count; index += 1) bad.push((await start(behaviour)).url);
      }
      const good = await Promise.all(Array.from({ length: 30 }, () => start()));
      await queue(bad.flatMap((url) => [url, url, url]));
      const goodSids = await queue(good.map((one) => one.url));
      const queuedAt = Date.now();
      const worker = startCallbackWorker(world.context, {
        // So long that none of the bad ones ends before.
        client: createGuardedClient({ allowedNetworks: ['127.0.0.0/8'], timeoutMs: 120_000 }),
        logger: createLogger('silent'),
      });
      closers.push(() => worker.close());
      await until(
        'the good ones are served',
        async () =>
          [...(await statusesOf(goodSids)).values()].every((status) => status === 'delivered'),
        60_000,
      );
      const slowest = Math.max(...good.map((one) => (one.received[0]?.at ?? 0) - queuedAt));
      context.diagnostic(`the last good receiver was served after ${slowest} ms`);
      assert.ok(good.every((one) => one.received.length === 1));
    });
  });
}
