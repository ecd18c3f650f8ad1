/** /metrics counts what became of the attempts to deliver callbacks, of all workers together; the log names the lost. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Callback, createCallback } from '../../src/callbacks/callback.ts';
import { MAX_ATTEMPTS } from '../../src/callbacks/schedule.ts';
import { insertCallbacks } from '../../src/callbacks/store.ts';
import { getConnectApp } from '../../src/connect-apps/operations.ts';
import { openContext, type TestContext } from '../support/context.ts';
import { DATABASES } from '../support/databases.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { type ServeProcess, startServe } from '../support/serve.ts';
import { until } from '../support/until.ts';

const LINES = /^connect_apps_callback_attempts_total\{result="(\w+)"\} (\d+)$/gm;

for (const [engine, workers] of DATABASES.flatMap((one) => [
  [one, 1] as const,
  [one, 2] as const,
])) {
  describe(`the metrics of callbacks on ${engine}, of ${workers} process(es)`, () => {
    let world: TestContext;
    let good: Receiver;
    let bad: Receiver;
    let server: ServeProcess;
    before(async () => {
      world = await openContext(engine);
      good = await startReceiver();
      bad = await startReceiver((_, response) => response.writeHead(500).end());
      server = await startServe(world.databaseUrl, {
        WORKERS: String(workers),
        METRICS_PORT: '0',
      });
    });
    after(async () => {
      await server?.stop();
      await good?.close();
      await bad?.close();
      await world?.close();
    });

    async function counts(): Promise<Record<string, number>> {
      const found = [...(await server.metrics()).matchAll(LINES)].map(([, result, count]) => [
        result,
        Number(count),
      ]);
      return Object.fromEntries(found);
    }

    /** The value of a gauge, which all processes share: not their sum. */
    async function gauge(name: string): Promise<number> {
      const line = new RegExp(`^connect_apps_${name} (\\S+)$`, 'm');
      return Number(line.exec(await server.metrics())?.[1]);
    }

    async function makeCallback(
      accountSid: string,
      url: string,
      changes: Partial<Callback>,
    ): Promise<Callback> {
      const { context } = world;
      const sid = await world.createApp(accountSid, { deauthorizeCallbackUrl: url });
      const app = await getConnectApp(context, accountSid, sid);
      const made = createCallback({
        accountSid,
        connectAppSid: app.sid,
        subaccountSid: accountSid,
        url,
        method: app.deauthorizeCallbackMethod,
        now: context.clock.now(),
        random: context.random,
      });
      return { ...made, ...changes };
    }

    it('tell attempts apart that delivered, are to be retried, and were the last', async () => {
      const { context } = world;
      const { accountSid } = await world.createAccount();
      const make = async ({ url }: Receiver, attemptsMade: number): Promise<Callback> =>
        makeCallback(accountSid, url, { attemptsMade });
      const callbacks = await Promise.all([
        ...[0, 1, 2, 3].map((attemptsMade) => make(good, attemptsMade)),
        // Not due again for minutes.
        ...[1, 1].map((attemptsMade) => make(bad, attemptsMade)),
        make(bad, MAX_ATTEMPTS - 1),
      ]);
      assert.deepEqual(await counts(), { delivered: 0, retried: 0, failed: 0 });
      await context.database.transaction((one) => insertCallbacks(one, callbacks));
      await until('all are counted', async () => {
        const { delivered = 0, retried = 0, failed = 0 } = await counts();
        return delivered + retried + failed === callbacks.length;
      });
      assert.deepEqual(await counts(), { delivered: 4, retried: 2, failed: 1 });

      const line = new RegExp(
        `"connect_apps.callback.sid":"${callbacks.at(-1)?.sid}".*"A callback was given up"`,
      );
      await until('the log names it', () => line.test(server.logs()));
      assert.equal(server.logs().match(/A callback was given up/g)?.length, 1);
      await until('it is counted', async () => (await gauge('callbacks_failed')) === 1);
    });

    it('tell how long a callback that finds no place has been due', async () => {
      assert.equal(await gauge('callback_oldest_due_seconds'), 0);
      const silent = await startReceiver(() => {});
      const { accountSid } = await world.createAccount();
      const nextAttemptAt = world.context.clock.now() - 600_000;
      const callbacks = await Promise.all(
        Array.from({ length: 4 * workers + 2 }, () =>
          makeCallback(accountSid, silent.url, { nextAttemptAt }),
        ),
      );
      await world.context.database.transaction((one) => insertCallbacks(one, callbacks));
      await until('some are under way', () => silent.received.length === 4 * workers);
      await until('the oldest is seen', async () => {
        return (await gauge('callback_oldest_due_seconds')) >= 600;
      });
      await silent.close();
    });
  });
}
