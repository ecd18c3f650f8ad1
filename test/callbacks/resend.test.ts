/** *Send again* for one and for all that a filter matches, and *Send a test*: by the worker, as stored jobs. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Callback, CallbackStatus } from '../../src/callbacks/callback.ts';
import { claimCallback, settleCallback } from '../../src/callbacks/delivery-store.ts';
import {
  getCallback,
  getCallbackOfApp,
  getLatestTest,
  listingOfCallbacks,
  sendAgain,
  sendTest,
} from '../../src/callbacks/operations.ts';
import {
  getResend,
  planResend,
  startResend,
  stopResend,
} from '../../src/callbacks/resend-operations.ts';
import { advanceResend } from '../../src/callbacks/resending.ts';
import { insertCallbacks } from '../../src/callbacks/store.ts';
import { startCallbackWorker } from '../../src/callbacks/worker.ts';
import type { Context } from '../../src/context.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { createGuardedClient } from '../../src/outgoing/guarded-client.ts';
import { Problem } from '../../src/problem.ts';
import { createConfig } from '../../src/server/config.ts';
import { createContext } from '../../src/server/context.ts';
import { purge } from '../../src/server/maintenance.ts';
import { present } from '../api/narrow.ts';
import { openContext, TEST_SECRET_KEY, type TestContext } from '../support/context.ts';
import { DATABASES } from '../support/databases.ts';
import { startReceiver } from '../support/receiver.ts';
import { createSid } from '../support/sid.ts';
import { until } from '../support/until.ts';

const isNotFound = (error: unknown) => error instanceof Problem && error.problem === 'not_found';

for (const engine of DATABASES) {
  describe(`sending again on ${engine}`, () => {
    let world: TestContext;
    let context: Context;

    before(async () => {
      world = await openContext(engine);
      context = world.context;
    });
    after(() => world.close());

    const logger = createLogger('silent');
    const work = (on = context) =>
      startCallbackWorker(on, {
        client: createGuardedClient({ allowedNetworks: ['127.0.0.0/8'] }),
        logger,
        random: () => 0,
      });

    /** An app of a new account, whose callbacks go to `url`. */
    async function createOwnApp(url: string | null = 'https://app.example.com/bye') {
      const { accountSid } = await world.createAccount();
      const connectAppSid = await world.createApp(accountSid, { deauthorizeCallbackUrl: url });
      return { accountSid, connectAppSid };
    }

    /** Adds settled callbacks of an app, each a millisecond older than the one before. */
    async function addSettled(
      app: { accountSid: string; connectAppSid: string },
      count: number,
      {
        status = 'failed',
        url = 'https://app.example.com/bye',
      }: { status?: CallbackStatus; url?: string } = {},
    ): Promise<Callback[]> {
      const newest = context.clock.now() - 1000;
      const callbacks = Array.from(
        { length: count },
        (_, index): Callback => ({
          ...app,
          sid: createSid('WH'),
          subaccountSid: createSid('AC'),
          url,
          method: 'POST',
          status,
          kind: 'deauthorization',
          parameters: { Name: 'value' },
          attemptsMade: 8,
          nextAttemptAt: null,
          createdAt: newest - index,
          updatedAt: newest,
        }),
      );
      await context.database.transaction((one) => insertCallbacks(one, callbacks));
      return callbacks;
    }

    const countPending = async (app: { accountSid: string; connectAppSid: string }) =>
      planResend(context.database.query, app, { status: 'pending', since: 0 });

    it('lists the callbacks of an app by state and age, newest first, page by page', async () => {
      const app = await createOwnApp();
      const failed = await addSettled(app, 5);
      const delivered = await addSettled(app, 3, { status: 'delivered' });
      await addSettled(await createOwnApp(), 2);
      const { query } = context.database;
      const list = (filter: { status?: CallbackStatus; since: number }) =>
        listingOfCallbacks(query, app, filter).slice;
      const first = await list({ status: 'failed', since: 0 })({
        direction: 'older',
        from: undefined,
        limit: 3,
      });
      const rest = await list({ status: 'failed', since: 0 })({
        direction: 'older',
        from: present(first.at(-1)),
        limit: 3,
      });
      assert.deepEqual(
        [...first, ...rest].map(({ sid }) => sid),
        failed.map(({ sid }) => sid),
      );
      const all = await list({ since: 0 })({ direction: 'older', from: undefined, limit: 50 });
      assert.equal(all.length, failed.length + delivered.length);
      const { createdAt: since } = present(delivered[1]);
      const recent = { status: 'delivered', since } as const;
      assert.equal(
        (await list(recent)({ direction: 'older', from: undefined, limit: 50 })).length,
        2,
      );
      assert.equal(await planResend(query, app, recent), 2);
    });

    it('shows what is signed, the attempts that are left, and nothing of another account', async () => {
      const app = await createOwnApp();
      const [one] = await addSettled(app, 1);
      const { sid } = present(one);
      const { query } = context.database;
      const shown = await getCallbackOfApp(context, query, app, sid);
      assert.equal(shown.request.signed, 'https://app.example.com/byeNamevalue');
      assert.deepEqual(shown.remaining, []);
      const other = await createOwnApp();
      for (const foreign of [other, { ...other, connectAppSid: app.connectAppSid }]) {
        await assert.rejects(getCallbackOfApp(context, query, foreign, sid), isNotFound);
        await assert.rejects(sendAgain(context, foreign, sid), isNotFound);
      }
      const siblingApp = await world.createApp(app.accountSid, {});
      const sibling = { accountSid: app.accountSid, connectAppSid: siblingApp };
      await assert.rejects(sendAgain(context, sibling, sid), isNotFound);
      await assert.rejects(
        startResend(context, { ...other, connectAppSid: app.connectAppSid }, { since: 0 }),
        isNotFound,
      );
      assert.equal((await getCallback(context, sid)).status, 'failed');
    });

    it('does not send twice what an attempt is under way for', async () => {
      const app = await createOwnApp();
      const [one] = await addSettled(app, 1);
      const callback = present(one);
      assert.equal(await sendAgain(context, app, callback.sid), true);
      const now = context.clock.now();
      const due = await getCallback(context, callback.sid);
      const lease = { owner: 'a worker', until: now + 60_000 };
      await context.database.transaction(async (transaction) => {
        assert.ok(await claimCallback(transaction, due, lease));
      });
      assert.equal(await sendAgain(context, app, callback.sid), false);
      const { sid } = await startResend(context, app, { since: 0 });
      await advanceResend(context, { accountSid: app.accountSid, sid });
      const resend = await getResend(context.database.query, app, sid);
      assert.deepEqual([resend.state, resend.sent, resend.skipped], ['done', 0, 1]);
      await context.database.transaction(async (transaction) => {
        const attempt = {
          number: due.attemptsMade + 1,
          startedAt: now,
          durationMs: 1,
          status: 204,
          failure: null,
          answer: '',
        };
        const settlement = { status: 'delivered', nextAttemptAt: null, now, attempt } as const;
        assert.ok(await settleCallback(transaction, due, 'a worker', settlement));
      });
      assert.equal((await getCallback(context, callback.sid)).status, 'delivered');
    });

    it('sends all that a filter matches, and each once', async (t) => {
      const receiver = await startReceiver();
      t.after(() => receiver.close());
      const app = await createOwnApp();
      const failed = await addSettled(app, 250, { url: `${receiver.url}/bye` });
      await addSettled(app, 5, { status: 'delivered', url: `${receiver.url}/bye` });
      const filter = { status: 'failed', since: 0 } as const;
      assert.equal(await planResend(context.database.query, app, filter), 250);
      const { sid, matched } = await startResend(context, app, filter);
      assert.equal(matched, 250);
      const worker = work();
      t.after(() => worker.close());
      await until('all are delivered', async () => receiver.received.length === 250);
      await until('it is done', async () => {
        return (await getResend(context.database.query, app, sid)).state === 'done';
      });
      await until('none waits', async () => (await countPending(app)) === 0);
      const tokens = receiver.received.map(({ headers }) => headers['i-twilio-idempotency-token']);
      assert.deepEqual(tokens.sort(), failed.map((one) => one.sid).sort());
    });

    it('has one resend of an app at a time, and stops in the middle', async () => {
      const app = await createOwnApp();
      await addSettled(app, 250);
      const resend = await startResend(context, app, { since: 0 });
      assert.equal((await startResend(context, app, { since: 5 })).sid, resend.sid);
      const key = { accountSid: app.accountSid, sid: resend.sid };
      await advanceResend(context, key);
      assert.equal(await countPending(app), 100);
      // Those are still due, so the next step waits.
      await advanceResend(context, key);
      assert.equal(await countPending(app), 100);
      const stopped = await stopResend(context, app, resend.sid);
      assert.deepEqual([stopped.state, stopped.sent], ['stopped', 100]);
      await advanceResend(context, key);
      assert.equal(await countPending(app), 100);
      const other = await createOwnApp();
      await assert.rejects(stopResend(context, other, resend.sid), isNotFound);
      assert.notEqual((await startResend(context, app, { since: 0 })).sid, resend.sid);
    });

    it('goes on after a restart in the middle', async (t) => {
      const receiver = await startReceiver();
      t.after(() => receiver.close());
      const app = await createOwnApp();
      await addSettled(app, 230, { url: `${receiver.url}/bye` });
      const { sid } = await startResend(context, app, { since: 0 });
      await advanceResend(context, { accountSid: app.accountSid, sid });
      // Another process, which knows only what is stored.
      const config = createConfig({ DATABASE_URL: world.databaseUrl }, 'development');
      const next = createContext(config, { secretKey: TEST_SECRET_KEY, clock: context.clock });
      const worker = work(next);
      await until('all are delivered', async () => receiver.received.length === 230);
      await until('it is done', async () => {
        return (await getResend(context.database.query, app, sid)).state === 'done';
      });
      await worker.close();
      await next.database.close();
      const resend = await getResend(context.database.query, app, sid);
      assert.deepEqual([resend.sent, resend.skipped], [230, 0]);
      const tokens = receiver.received.map(({ headers }) => headers['i-twilio-idempotency-token']);
      assert.equal(new Set(tokens).size, 230);
    });

    it('sends a test once, signed, marked, and for a subaccount that nobody has', async (t) => {
      const receiver = await startReceiver((_, response) => response.writeHead(500).end('no'));
      t.after(() => receiver.close());
      const app = await createOwnApp(`${receiver.url}/bye`);
      const made = await sendTest(context, app);
      assert.equal((await sendTest(context, app)).sid, made.sid);
      const worker = work();
      t.after(() => worker.close());
      await until('it has failed', async () => {
        return (await getCallback(context, made.sid)).status === 'failed';
      });
      const [one] = receiver.received;
      assert.equal(receiver.received.length, 1);
      const { headers, body } = present(one);
      assert.equal(headers['x-connect-apps-test'], 'true');
      assert.equal(new URLSearchParams(body).get('AccountSid'), made.subaccountSid);
      const test = present(await getLatestTest(context.database.query, app));
      assert.deepEqual(
        [test.kind, test.attempt?.status, test.attempt?.answer],
        ['test', 500, 'no'],
      );
      const without = await createOwnApp(null);
      await assert.rejects(
        sendTest(context, without),
        (error) => error instanceof Problem && error.problem === 'parameter_invalid',
      );
    });

    it('forgets resends with the callbacks', async () => {
      const app = await createOwnApp();
      const { sid } = await startResend(context, app, { since: 0 });
      world.passMs(30 * 24 * 60 * 60 * 1000);
      await purge(context);
      await assert.rejects(getResend(context.database.query, app, sid), isNotFound);
    });
  });
}
