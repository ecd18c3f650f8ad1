/** `webhooks retry` when its commit is done and the answer to it lost: it is run again. */

import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Callback } from '../../src/callbacks/callback.ts';
import { claimCallback, settleCallback } from '../../src/callbacks/delivery-store.ts';
import { getCallback, retryCallback } from '../../src/callbacks/operations.ts';
import { insertCallbacks } from '../../src/callbacks/store.ts';
import { openContext, type TestContext } from '../support/context.ts';
import { DATABASES } from '../support/databases.ts';
import { createSid } from '../support/sid.ts';

for (const engine of DATABASES) {
  it(`does not send again what was delivered before its second run, on ${engine}`, async (t) => {
    const world = await openContext(engine);
    t.after(() => world.close());
    const { context } = world;
    const { database } = context;
    const callback = await addFailed(world);

    let runs = 0;
    const retried = await retryCallback(
      {
        ...context,
        database: {
          ...database,
          async transaction(work) {
            await database.transaction(work);
            runs += 1;
            await deliver(world, callback);
            return database.transaction(work);
          },
        },
      },
      callback.sid,
    );
    assert.equal(runs, 1);
    assert.equal(retried.status, 'delivered');
    assert.equal(retried.nextAttemptAt, null);
    assert.equal(retried.attempts.length, 1);
  });
}

/** A callback that nobody tries any more. */
async function addFailed(world: TestContext): Promise<Callback> {
  const { accountSid } = await world.createAccount();
  const callback: Callback = {
    sid: createSid('WH'),
    accountSid,
    connectAppSid: createSid('CN'),
    subaccountSid: createSid('AC'),
    url: 'https://app.example.com/bye',
    method: 'POST',
    status: 'failed',
    kind: 'deauthorization',
    parameters: {},
    attemptsMade: 9,
    nextAttemptAt: null,
    createdAt: 1,
    updatedAt: 1,
  };
  await world.context.database.transaction((one) => insertCallbacks(one, [callback]));
  return callback;
}

/** What the worker of another server does with one that is due. */
async function deliver({ context }: TestContext, { sid }: Callback): Promise<void> {
  const due = await getCallback(context, sid);
  const now = context.clock.now();
  await context.database.transaction(async (one) => {
    assert.ok(await claimCallback(one, due, { owner: 'another server', until: now + 60_000 }));
    const attempt = {
      number: due.attemptsMade + 1,
      startedAt: now,
      durationMs: 1,
      status: 204,
      failure: null,
      answer: '',
    };
    const settlement = { status: 'delivered' as const, nextAttemptAt: null, now, attempt };
    assert.ok(await settleCallback(one, due, 'another server', settlement));
  });
}
