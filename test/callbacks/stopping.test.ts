/** A worker that stops: what it has sent is finished and written, and it takes nothing more. */

import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { after, before, describe, it, type TestContext as Test } from 'node:test';
import { authorizeConnectApp, revokeAuthorization } from '../../src/authorizations/operations.ts';
import { startCallbackWorker, type WorkerParts } from '../../src/callbacks/worker.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { createGuardedClient } from '../../src/outgoing/guarded-client.ts';
import { openContext, type TestContext } from '../support/context.ts';
import { DATABASES } from '../support/databases.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import type { Credentials } from '../support/server.ts';
import { until } from '../support/until.ts';

for (const engine of DATABASES) {
  describe(`a callback worker that stops on ${engine}`, () => {
    let world: TestContext;
    let owner: Credentials;
    let receiver: Receiver;
    const open: ServerResponse[] = [];
    before(async () => {
      world = await openContext(engine);
      owner = await world.createAccount();
      receiver = await startReceiver((_, response) => open.push(response));
    });
    after(async () => {
      await receiver.close();
      await world.close();
    });

    function work(t: Test, parts: Partial<WorkerParts> = {}) {
      const worker = startCallbackWorker(world.context, {
        client: createGuardedClient({ allowedNetworks: ['127.0.0.0/8'] }),
        logger: createLogger('silent'),
        ...parts,
      });
      t.after(() => worker.close());
      return worker;
    }

    async function deauthorize(): Promise<void> {
      const customer = await world.createAccount();
      const connectAppSid = await world.createApp(owner.accountSid, {
        deauthorizeCallbackUrl: receiver.url,
      });
      const key = { accountSid: customer.accountSid, connectAppSid };
      await authorizeConnectApp(world.context, key);
      await revokeAuthorization(world.context, key);
    }

    /** Queues a callback, and returns the answer that its receiver owes. */
    async function send(): Promise<ServerResponse> {
      await deauthorize();
      await until('it is sent', () => open.length === 1);
      const [response] = open.splice(0);
      assert.ok(response);
      return response;
    }

    /** The callback that was queued last. */
    const lastCallback = () =>
      world.context.database.query
        .selectFrom('callbacks')
        .selectAll()
        .orderBy('created_at', 'desc')
        .orderBy('sid', 'desc')
        .executeTakeFirstOrThrow();

    it('waits until what is under way is answered, and writes it', async (t) => {
      const worker = work(t);
      const response = await send();
      const closed = worker.close();
      response.writeHead(204).end();
      await closed;
      const { status, attempts_made } = await lastCallback();
      assert.deepEqual([status, attempts_made], ['delivered', 1]);
    });

    it('gives back what takes longer than an attempt may', async (t) => {
      const worker = work(t, { finishMs: 100 });
      await send();
      await worker.close();
      const { status, attempts_made, next_attempt_at } = await lastCallback();
      assert.deepEqual([status, attempts_made], ['pending', 0]);
      assert.ok((next_attempt_at ?? 0) <= world.context.clock.now(), 'it is due again at once');
      const other = work(t);
      await until('it is sent by another', () => open.length === 1);
      open.pop()?.writeHead(204).end();
      await other.close();
    });

    it('takes nothing more once it drains, and finishes what is under way', async (t) => {
      let isDraining = false;
      let sentLate = 0;
      const client = createGuardedClient({ allowedNetworks: ['127.0.0.0/8'] });
      const worker = work(t, {
        client: {
          ...client,
          send(request) {
            if (isDraining) sentLate += 1;
            return client.send(request);
          },
        },
      });
      const response = await send();
      worker.drain();
      isDraining = true;
      // It looks before the other does, as long as it looks at all.
      const other = work(t);
      await deauthorize();
      await until('the other sends it', () => open.length === 1);
      response.writeHead(204).end();
      open.pop()?.writeHead(204).end();
      await Promise.all([worker.close(), other.close()]);
      assert.equal(sentLate, 0);
      const statuses = await world.context.database.query
        .selectFrom('callbacks')
        .select('status')
        .execute();
      assert.deepEqual(
        statuses.filter(({ status }) => status !== 'delivered'),
        [],
      );
    });
  });
}
