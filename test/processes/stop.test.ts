/** `serve` that is told to stop: nothing holds it up, and no callback is sent twice for it. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { describe, it, type TestContext as Test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { authorizeConnectApp, revokeAuthorization } from '../../src/authorizations/operations.ts';
import { startCallbackWorker } from '../../src/callbacks/worker.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { createGuardedClient } from '../../src/outgoing/guarded-client.ts';
import { ended } from '../support/cli.ts';
import { openContext, type TestContext } from '../support/context.ts';
import { DATABASES } from '../support/databases.ts';
import { startReceiver } from '../support/receiver.ts';
import { type ServeProcess, startServe } from '../support/serve.ts';
import { until } from '../support/until.ts';

/** Well within what an attempt may take. */
const ANSWER_MS = 800;
/** With four at once to one receiver they take two seconds: time enough for every server to look. */
const CALLBACKS = 40;
const SLOW_MS = 200;

for (const engine of DATABASES) {
  describe(`serve on ${engine}, told to stop`, () => {
    async function open(t: Test) {
      const world = await openContext(engine);
      t.after(() => world.close());
      return world;
    }

    async function start(t: Test, world: TestContext, settings = {}): Promise<ServeProcess> {
      const server = await startServe(world.databaseUrl, settings);
      t.after(() => server.stop('SIGKILL'));
      return server;
    }

    /** Queues a callback to this URL. */
    async function deauthorize(world: TestContext, url: string): Promise<void> {
      const owner = await world.createAccount();
      const customer = await world.createAccount();
      const connectAppSid = await world.createApp(owner.accountSid, {
        deauthorizeCallbackUrl: url,
      });
      const key = { accountSid: customer.accountSid, connectAppSid };
      await authorizeConnectApp(world.context, key);
      await revokeAuthorization(world.context, key);
    }

    const attemptsOf = ({ context }: TestContext) =>
      context.database.query.selectFrom('callback_attempts').selectAll().execute();

    async function untilDelivered({ context }: TestContext): Promise<void> {
      const { query } = context.database;
      await until('all is delivered', async () => {
        const callbacks = await query.selectFrom('callbacks').select('status').execute();
        return callbacks.every(({ status }) => status === 'delivered');
      });
    }

    it('leaves no line of its log unwritten', async (t) => {
      const server = await start(t, await open(t));
      let log = '';
      server.child.stdout?.on('data', (chunk: Buffer) => {
        log += chunk.toString();
      });
      const reply = await server.request('GET', '/2010-04-01/Accounts.json');
      assert.equal(await server.stop(), 0);
      await until('its output has ended', () => server.child.stdout?.readableEnded !== false);
      assert.ok(log.includes(String(reply.headers['twilio-request-id'])), log);
    });

    it('ends although a client is connected that sends nothing', async (t) => {
      const server = await start(t, await open(t));
      const { hostname, port } = new URL(server.url);
      const socket = connect(Number(port), hostname);
      t.after(() => socket.destroy());
      socket.resume().on('error', () => {});
      await once(socket, 'connect');
      // Connections are accepted one after the other.
      assert.equal((await server.request('GET', '/healthz')).status, 200);
      let exitCode: number | string | null | undefined;
      server.stop().then((code) => {
        exitCode = code;
      });
      await until('it has ended', () => exitCode !== undefined);
      assert.equal(exitCode, 0);
    });

    it('sends a callback once that is under way, though another server looks for it', async (t) => {
      const world = await open(t);
      const answers: ServerResponse[] = [];
      const receiver = await startReceiver((_, response) => answers.push(response));
      t.after(() => receiver.close());
      const server = await start(t, world);
      await deauthorize(world, receiver.url);
      await until('it is sent', () => receiver.received.length === 1);
      // All of another server that matters here.
      const other = startCallbackWorker(world.context, {
        client: createGuardedClient({ allowedNetworks: ['127.0.0.0/8'] }),
        logger: createLogger('silent'),
      });

      const stopped = server.stop();
      await until('nobody listens', () =>
        server.request('GET', '/healthz').then(
          () => false,
          () => true,
        ),
      );
      await setTimeout(ANSWER_MS);
      for (const response of answers) response.writeHead(204).end();
      assert.equal(await stopped, 0);
      await other.close();
      await untilDelivered(world);
      assert.equal(receiver.received.length, 1);
      assert.equal((await attemptsOf(world)).length, 1);
    });

    it('leaves new callbacks to others while it drains', async (t) => {
      const world = await open(t);
      const receiver = await startReceiver((_, response) => {
        globalThis.setTimeout(() => response.writeHead(204).end(), SLOW_MS);
      });
      t.after(() => receiver.close());
      // An attempt of this one would fail, and be seen.
      const unreachable = { CALLBACK_ALLOWED_NETWORKS: '10.0.0.0/8' };
      const draining = await start(t, world, { ...unreachable, DRAIN_SECONDS: '300' });
      draining.child.kill('SIGTERM');
      await until('it is not ready', async () => {
        return (await draining.request('GET', '/readyz')).status === 503;
      });
      for (let count = 0; count < CALLBACKS; count += 1) await deauthorize(world, receiver.url);
      const other = await start(t, world);
      await untilDelivered(world);
      const attempts = await attemptsOf(world);
      assert.equal(attempts.length, CALLBACKS);
      assert.ok(attempts.every(({ status }) => status === 204));
      assert.equal((await draining.request('GET', '/healthz')).status, 200);
      assert.equal(await other.stop(), 0);
      draining.child.kill('SIGINT');
      assert.equal(await ended(draining.child), 0);
    });
  });
}
