/** Delivery of callbacks to real receivers: signed, on schedule, once, and never by a lost lease. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import twilio from 'twilio';
import { authorizeConnectApp, revokeAuthorization } from '../../src/authorizations/operations.ts';
import {
  claimCallback,
  findDueCallbacks,
  settleCallback,
} from '../../src/callbacks/delivery-store.ts';
import { getCallback, retryCallback } from '../../src/callbacks/operations.ts';
import { startCallbackWorker } from '../../src/callbacks/worker.ts';
import type { Context } from '../../src/context.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { createGuardedClient } from '../../src/outgoing/guarded-client.ts';
import { purge } from '../../src/server/maintenance.ts';
import { present } from '../api/narrow.ts';
import { openContext, type TestContext } from '../support/context.ts';
import { DATABASES } from '../support/databases.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import type { Credentials } from '../support/server.ts';
import { until } from '../support/until.ts';

const HOUR_MS = 60 * 60 * 1000;
const LOOPBACK = ['127.0.0.0/8'];

for (const engine of DATABASES) {
  describe(`the callback worker on ${engine}`, () => {
    let world: TestContext;
    let context: Context;
    let owner: Credentials;
    const closers: (() => Promise<void>)[] = [];

    before(async () => {
      world = await openContext(engine);
      context = world.context;
      owner = await world.createAccount();
    });
    after(async () => {
      for (const close of closers.reverse()) await close();
      await world.close();
    });

    const logger = createLogger('silent');

    function work(timeoutMs = 15_000) {
      const client = createGuardedClient({ allowedNetworks: LOOPBACK, timeoutMs });
      const worker = startCallbackWorker(context, { client, logger, random: () => 0 });
      closers.push(() => worker.close());
      return worker;
    }

    async function receive(...words: Parameters<typeof startReceiver>): Promise<Receiver> {
      const receiver = await startReceiver(...words);
      closers.push(() => receiver.close());
      return receiver;
    }

    /** Revokes a fresh authorization of an app whose callback goes to `url`; the callback's SID. */
    async function deauthorize(url: string, method: 'GET' | 'POST' = 'POST') {
      const customer = await world.createAccount();
      const app = await world.createApp(owner.accountSid, {
        deauthorizeCallbackUrl: url,
        deauthorizeCallbackMethod: method,
      });
      const key = { accountSid: customer.accountSid, connectAppSid: app };
      const { subaccountSid } = await authorizeConnectApp(context, key);
      await revokeAuthorization(context, key);
      const row = await context.database.query
        .selectFrom('callbacks')
        .select('sid')
        .where('account_sid', '=', owner.accountSid)
        .where('subaccount_sid', '=', subaccountSid)
        .executeTakeFirstOrThrow();
      return { sid: row.sid, app, subaccountSid };
    }

    async function settled(sid: string) {
      await until('the callback is settled', async () => {
        return (await getCallback(context, sid)).status !== 'pending';
      });
      return getCallback(context, sid);
    }

    it('commits nothing while there is nothing to send', async (t) => {
      const before = context.database.commits();
      const worker = work();
      t.after(() => worker.close());
      // It looks at once, and then every second.
      await new Promise((resolve) => setTimeout(resolve, 2500));
      assert.equal(context.database.commits(), before);
    });

    it('sends a POST with two parameters that the official validator accepts', async (t) => {
      const worker = work();
      t.after(() => worker.close());
      const receiver = await receive();
      const { sid, app, subaccountSid } = await deauthorize(`${receiver.url}/bye?a=1#part`);
      const callback = await settled(sid);
      assert.equal(callback.status, 'delivered');
      const [one] = receiver.received;
      const { method, path, headers, body } = present(one);
      assert.equal(receiver.received.length, 1);
      assert.deepEqual([method, path], ['POST', '/bye?a=1']);
      const parameters = Object.fromEntries(new URLSearchParams(body));
      assert.deepEqual(parameters, { AccountSid: subaccountSid, ConnectAppSid: app });
      assert.match(headers['content-type'] ?? '', /^application\/x-www-form-urlencoded/);
      assert.equal(headers['i-twilio-idempotency-token'], sid);
      const signature = headers['x-twilio-signature'] ?? '';
      const url = `${receiver.url}/bye?a=1`;
      assert.ok(twilio.validateRequest(owner.authToken, signature, url, parameters));
      assert.ok(!twilio.validateRequest('0'.repeat(32), signature, url, parameters));
    });

    it('sends a GET with the parameters in its URL, signed', async (t) => {
      const worker = work();
      t.after(() => worker.close());
      const receiver = await receive();
      const { sid, app, subaccountSid } = await deauthorize(`${receiver.url}/bye?a=1`, 'GET');
      assert.equal((await settled(sid)).status, 'delivered');
      const { method, path, headers, body } = present(receiver.received[0]);
      assert.equal(method, 'GET');
      assert.equal(path, `/bye?a=1&AccountSid=${subaccountSid}&ConnectAppSid=${app}`);
      assert.equal(body, '');
      const signature = headers['x-twilio-signature'] ?? '';
      assert.ok(twilio.validateRequest(owner.authToken, signature, receiver.url + path, {}));
    });

    it('keeps what the receiver answered, and how long it took', async (t) => {
      const worker = work();
      t.after(() => worker.close());
      const receiver = await receive((_, response) => {
        response.writeHead(200).end('thank you '.repeat(1000));
      });
      const { sid } = await deauthorize(receiver.url);
      const { attempts } = await settled(sid);
      const [attempt] = attempts;
      assert.equal(attempts.length, 1);
      assert.deepEqual([attempt?.number, attempt?.status, attempt?.failure], [1, 200, null]);
      assert.match(attempt?.answer ?? '', /^thank you /);
      assert.ok((attempt?.answer ?? '').length <= 1024);
      assert.ok((attempt?.durationMs ?? -1) >= 0);
    });

    it('tries again on schedule, with the same token, and gives up after eight times', async (t) => {
      const worker = work();
      t.after(() => worker.close());
      const receiver = await receive((_, response) => response.writeHead(500).end('no'));
      const { sid } = await deauthorize(receiver.url);
      const pausesMs = [5_000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000, 36_000_000];
      for (const [index, pauseMs] of pausesMs.entries()) {
        await until(`attempt ${index + 1} is written`, async () => {
          return (await getCallback(context, sid)).attemptsMade === index + 1;
        });
        const callback = await getCallback(context, sid);
        const last = present(callback.attempts.at(-1));
        const endedAt = last.startedAt + last.durationMs;
        const dueIn = (callback.nextAttemptAt ?? 0) - endedAt;
        assert.ok(Math.abs(dueIn - pauseMs) < 1000, `${dueIn} ms after attempt ${index + 1}`);
        world.passMs(pauseMs + 1000);
      }
      const callback = await settled(sid);
      assert.equal(callback.status, 'failed');
      assert.equal(callback.attemptsMade, 8);
      assert.equal(callback.nextAttemptAt, null);
      const tokens = receiver.received.map((one) => one.headers['i-twilio-idempotency-token']);
      assert.deepEqual(tokens, Array(8).fill(sid));
    });

    it('can be told to try again, whatever became of it', async (t) => {
      const worker = work();
      t.after(() => worker.close());
      let status = 500;
      const receiver = await receive((_, response) => response.writeHead(status).end());
      const { sid } = await deauthorize(receiver.url);
      await until('the first attempt failed', async () => {
        return (await getCallback(context, sid)).attemptsMade === 1;
      });
      status = 200;
      await retryCallback(context, sid);
      const callback = await settled(sid);
      assert.equal(callback.status, 'delivered');
      assert.deepEqual(
        callback.attempts.map((one) => one.status),
        [500, 200],
      );
      await retryCallback(context, sid);
      await until('it is sent once more', () => receiver.received.length === 3);
    });

    const FAILURES: Record<string, Parameters<typeof startReceiver>[0]> = {
      'connection_lost on a reset': (_, response) => response.destroy(),
      'timed_out on silence': () => {},
      'timed_out on one byte a second': (_, response) => {
        response.writeHead(200);
        const timer = setInterval(() => response.write('.'), 200);
        response.once('close', () => clearInterval(timer));
      },
    };
    for (const [name, answer] of Object.entries(FAILURES)) {
      it(`writes down ${name}, and tries again`, async (t) => {
        const worker = work(name.startsWith('timed_out') ? 700 : 20_000);
        t.after(() => worker.close());
        const receiver = await receive(answer);
        const { sid } = await deauthorize(receiver.url);
        await until('the attempt is written', async () => {
          return (await getCallback(context, sid)).attemptsMade === 1;
        });
        const { status, attempts } = await getCallback(context, sid);
        assert.equal(status, 'pending');
        assert.equal(attempts[0]?.status, null);
        assert.equal(attempts[0]?.failure, name.split(' ')[0]);
      });
    }

    it('takes a redirect for a failure and does not follow it', async (t) => {
      const worker = work();
      t.after(() => worker.close());
      const target = await receive();
      const receiver = await receive((_, response) => {
        response.writeHead(302, { location: target.url }).end();
      });
      const { sid } = await deauthorize(receiver.url);
      await until('the attempt is written', async () => {
        return (await getCallback(context, sid)).attemptsMade === 1;
      });
      assert.equal((await getCallback(context, sid)).attempts[0]?.status, 302);
      assert.deepEqual(target.received, []);
    });

    it('reaches no network that the operator has not allowed', async (t) => {
      const receiver = await receive();
      const client = createGuardedClient({ allowedNetworks: [] });
      const worker = startCallbackWorker(context, { client, logger });
      t.after(() => worker.close());
      const { sid } = await deauthorize(receiver.url);
      await until('the attempt is written', async () => {
        return (await getCallback(context, sid)).attemptsMade >= 1;
      });
      const { attempts } = await getCallback(context, sid);
      assert.equal(attempts[0]?.failure, 'address_forbidden');
      assert.deepEqual(receiver.received, []);
    });

    it('is delivered once by three workers', async (t) => {
      const receiver = await receive();
      const workers = [work(), work(), work()];
      t.after(() => Promise.all(workers.map((worker) => worker.close())));
      const sids: string[] = [];
      for (let count = 0; count < 30; count += 1) {
        sids.push((await deauthorize(receiver.url)).sid);
      }
      for (const sid of sids) await settled(sid);
      const tokens = receiver.received.map(
        (one) => one.headers['i-twilio-idempotency-token'] ?? '',
      );
      assert.deepEqual(tokens.sort(), sids.sort());
    });

    it('sends at most four at once to one receiver', async (t) => {
      const receiver = await receive((_, response) => {
        setTimeout(() => response.writeHead(204).end(), 100);
      });
      const sids: string[] = [];
      for (let count = 0; count < 24; count += 1) {
        sids.push((await deauthorize(receiver.url)).sid);
      }
      const worker = work();
      t.after(() => worker.close());
      for (const sid of sids) await settled(sid);
      assert.ok(receiver.mostAtOnce() <= 4, `${receiver.mostAtOnce()} at once`);
      assert.ok(receiver.mostAtOnce() >= 3, 'it does send several at once');
    });

    it('is not held up by receivers that are slow', async (t) => {
      const slow = await Promise.all(Array.from({ length: 10 }, () => receive(() => {})));
      const fast = await receive();
      await Promise.all(
        slow.map(async ({ url }) => {
          for (let count = 0; count < 10; count += 1) await deauthorize(url);
        }),
      );
      const worker = work(60_000);
      t.after(() => worker.close());
      await until('the slow ones are busy', () => slow.every((one) => one.received.length > 0));
      const sids: string[] = [];
      for (let count = 0; count < 10; count += 1) sids.push((await deauthorize(fast.url)).sid);
      for (const sid of sids) await settled(sid);
      // No slow one has ended in the meantime: four at once are all that each was sent.
      assert.ok(slow.every((one) => one.received.length <= 4));
      await Promise.all(slow.map((one) => one.close()));
    });

    it('lets no lost lease overwrite the result of the one who has it', async () => {
      const { sid } = await deauthorize('http://192.0.2.1/');
      const { database } = context;
      const { accountSid } = owner;
      const find = async (now: number) =>
        (
          await findDueCallbacks(database.query, now, {
            accountSid,
            limit: 10_000,
          })
        ).find((one) => one.sid === sid);
      const first = present(await find(context.clock.now()));
      const late = { owner: 'late', until: context.clock.now() + 60_000 };
      const claim = (callback: typeof first, lease: typeof late) =>
        database.transaction((one) => claimCallback(one, callback, lease));
      assert.equal(await claim(first, late), true);
      assert.equal(await claim(first, { ...late, owner: 'other' }), false, 'it is taken');
      world.passMs(61_000);
      const again = present(await find(context.clock.now()));
      const lease = { owner: 'owner', until: context.clock.now() + 60_000 };
      assert.equal(await claim(again, lease), true, 'the lease has run out');
      const settle = (leaseOwner: string, status: number) => {
        const now = context.clock.now();
        const attempt = {
          number: 1,
          startedAt: now,
          durationMs: 1,
          status,
          failure: null,
          answer: '',
        };
        const settlement = { status: 'delivered', nextAttemptAt: null, now, attempt } as const;
        return database.transaction((one) => settleCallback(one, first, leaseOwner, settlement));
      };
      assert.equal(await settle('late', 500), false);
      assert.equal((await getCallback(context, sid)).status, 'pending');
      assert.equal(await settle('owner', 200), true);
      const { attempts } = await getCallback(context, sid);
      assert.deepEqual(
        attempts.map((one) => one.status),
        [200],
      );
    });

    it('is purged within 30 days, with its attempts', async () => {
      // By now other callbacks are due, too, and their receivers are silent.
      const worker = work(700);
      const receiver = await receive();
      const { sid } = await deauthorize(receiver.url);
      await settled(sid);
      // It would send what is due by then.
      await worker.close();
      await purge(context);
      assert.ok((await getCallback(context, sid)).attempts.length > 0, 'it is kept for now');
      world.passMs(30 * 24 * HOUR_MS);
      await purge(context);
      await assert.rejects(getCallback(context, sid), { problem: 'not_found' });
      const { query } = context.database;
      for (const table of ['callbacks', 'callback_attempts'] as const) {
        assert.deepEqual(await query.selectFrom(table).selectAll().execute(), [], table);
      }
    });
  });
}
