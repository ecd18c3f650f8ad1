/** The database fails while a receiver answers: a sent callback is not sent again. */

import assert from 'node:assert/strict';
import { describe, it, type TestContext as Test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { authorizeConnectApp, revokeAuthorization } from '../../src/authorizations/operations.ts';
import { startCallbackWorker } from '../../src/callbacks/worker.ts';
import type { Context } from '../../src/context.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { createGuardedClient } from '../../src/outgoing/guarded-client.ts';
import { openContext } from '../support/context.ts';
import { DATABASES } from '../support/databases.ts';
import { openCluster } from '../support/postgres.ts';
import { startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';

describe('a callback whose result the database does not take', {
  skip: !DATABASES.includes('postgres'),
}, () => {
  /** Sends a callback; the database is gone before it is answered, and the worker knows it. */
  async function sendAndLose(t: Test, finishMs?: number) {
    const cluster = await openCluster();
    const world = await openContext('postgres');
    t.after(() => world.close());
    const { context } = world;
    const receiver = await startReceiver(async (_, response) => {
      await cluster.kill();
      response.writeHead(204).end();
    });
    t.after(() => receiver.close());
    const lines: string[] = [];
    const worker = startCallbackWorker(context, {
      client: createGuardedClient({ allowedNetworks: ['127.0.0.0/8'] }),
      logger: createLogger('error', { stream: { write: (line) => lines.push(line) } }),
      ...(finishMs !== undefined && { finishMs }),
    });
    t.after(() => worker.close());
    const { accountSid } = await world.createAccount();
    const key = {
      accountSid: (await world.createAccount()).accountSid,
      connectAppSid: await world.createApp(accountSid, { deauthorizeCallbackUrl: receiver.url }),
    };
    await authorizeConnectApp(context, key);
    await revokeAuthorization(context, key);
    await until('it was sent', () => receiver.received.length === 1);
    // Long enough that the first tries to write its result have failed.
    await until('the failure is seen', async () => !(await isThere(context)));
    return { cluster, context, receiver, worker, lines };
  }

  const statusesOf = async ({ database }: Context) =>
    (await database.query.selectFrom('callbacks').select('status').execute()).map(
      ({ status }) => status,
    );

  it('is sent once', async (t) => {
    const { cluster, context, receiver } = await sendAndLose(t);
    await cluster.start();
    await until('it is delivered', async () => (await statusesOf(context))[0] === 'delivered');
    assert.equal(receiver.received.length, 1);
  });

  it('is sent once, though its server stops before the database is back', async (t) => {
    const { cluster, context, receiver, worker } = await sendAndLose(t);
    const closed = worker.close();
    // Long enough for it to try again.
    await setTimeout(1500);
    await cluster.start();
    await closed;
    assert.deepEqual(await statusesOf(context), ['delivered']);
    assert.equal(receiver.received.length, 1);
  });

  it('does not keep its server from stopping', async (t) => {
    const { cluster, worker, lines } = await sendAndLose(t, 100);
    await worker.close();
    assert.match(lines.join(''), /An attempt could not be written/);
    await cluster.start();
  });
});

async function isThere({ database }: Context): Promise<boolean> {
  return database.ping().then(
    () => true,
    () => false,
  );
}
