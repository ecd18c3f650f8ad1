/** What operators ask for costs the same however many ask, and strangers do not reach the metrics. */

import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { createLogger } from '../../src/observability/logger.ts';
import { createApp } from '../../src/server/app.ts';
import { createConfig } from '../../src/server/config.ts';
import { migrate } from '../../src/storage/migrate.ts';
import { runCommand } from '../support/cli.ts';
import { openContext } from '../support/context.ts';
import { DATABASES } from '../support/databases.ts';
import { type ServeProcess, startServe } from '../support/serve.ts';
import { timed } from '../support/timed.ts';
import { startAttackedServer } from './attacked-server.ts';

const CLIENTS = 600;
const ATTACK_MS = 3000;

/** Clients that ask again as soon as they are answered, each on its connection. */
function flood(t: TestContext, url: string): () => number {
  const { hostname, port, pathname } = new URL(url);
  const bytes = `GET ${pathname} HTTP/1.1\r\nHost: x\r\n\r\n`;
  let answers = 0;
  const sockets: Socket[] = [];
  for (let index = 0; index < CLIENTS; index += 1) {
    const socket = connect(Number(port), hostname);
    sockets.push(socket);
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      if (!chunk.includes('HTTP/1.1 ')) return;
      answers += 1;
      socket.write(bytes);
    });
    socket.write(bytes);
  }
  t.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  return () => answers;
}

for (const engine of DATABASES) {
  for (const path of ['/metrics', '/readyz', '/healthz', '/openapi.json']) {
    it(`serves others while ${CLIENTS} connections ask for ${path}, on ${engine}`, async (t) => {
      const server = await startAttackedServer(t, engine);
      const answers = flood(t, server.url + path);
      await server.servesOthers(ATTACK_MS);
      assert.ok(answers() > 0, 'nobody was answered');
    });
  }

  for (const workers of [1, 2]) {
    describe(`serve with ${workers} process(es) on ${engine}`, () => {
      async function start(t: TestContext, settings = {}): Promise<ServeProcess> {
        const world = await openContext(engine);
        const options = { WORKERS: String(workers), ...settings };
        const server = await startServe(world.databaseUrl, options);
        t.after(async () => {
          await server.stop();
          await world.close();
        });
        return server;
      }

      it('has no metrics on the public port, whatever is set', async (t) => {
        for (const settings of [{}, { METRICS_PORT: '0' }]) {
          const server = await start(t, settings);
          assert.equal((await server.request('GET', '/metrics')).status, 404);
          assert.equal((await server.request('GET', '/healthz')).status, 200);
        }
      });

      it('makes metrics once a second, on a port of their own that has nothing else', async (t) => {
        const server = await start(t, { METRICS_PORT: '0' });
        // Until one second was quick enough for both.
        for (;;) {
          const begun = performance.now();
          const [one, two] = [await server.metrics(), await server.metrics()];
          const isQuick = performance.now() - begun < 500;
          if (one === two || isQuick) {
            assert.equal(one, two);
            assert.match(one, /^process_cpu_seconds_total /m);
            break;
          }
        }
        const first = await server.metrics();
        await setTimeout(1500);
        assert.notEqual(await server.metrics(), first);
        const origin = new URL(server.metricsUrl ?? '').origin;
        assert.equal((await fetch(`${origin}/healthz`)).status, 404);
        assert.equal((await fetch(`${origin}/metrics`, { method: 'POST' })).status, 405);
      });

      it('serves the API while the metrics are flooded', async (t) => {
        const server = await start(t, { METRICS_PORT: '0' });
        flood(t, server.metricsUrl ?? '');
        const { result: reply, durationMs } = await timed(() => server.request('GET', '/readyz'));
        assert.equal(reply.status, 200);
        assert.ok(durationMs < 10_000, `${durationMs} ms`);
      });
    });
  }

  it(`asks the database once a second, however many ask whether it is ready, on ${engine}`, async (t) => {
    const world = await openContext(engine);
    const settings = { PORT: '0', LOG_LEVEL: 'silent', DATABASE_URL: world.databaseUrl };
    const config = createConfig(settings, 'production');
    const app = await createApp(config, {
      secretKey: 'a secret key that only the tests know',
      logger: createLogger('silent'),
    });
    t.after(async () => {
      await app.close();
      await world.close();
    });
    await migrate(app.context.database);
    const ping = t.mock.method(app.context.database, 'ping');
    const url = await app.listen();
    const begun = performance.now();
    for (let asked = 0; asked < 50; asked += 1) {
      assert.equal((await fetch(`${url}/readyz`)).status, 200);
    }
    const seconds = Math.ceil((performance.now() - begun) / 1000);
    const count = ping.mock.callCount();
    assert.ok(count >= 1 && count <= seconds, `${count} in ${seconds} s`);
  });

  it(`says what to do when the metrics port is taken, on ${engine}`, async (t) => {
    const world = await openContext(engine);
    t.after(() => world.close());
    const server = await startServe(world.databaseUrl, { METRICS_PORT: '0' });
    t.after(() => server.stop());
    const { port } = new URL(server.metricsUrl ?? '');
    for (const workers of ['1', '2']) {
      const outcome = await runCommand(world.folder, ['serve'], {
        SECRET_KEY: 'a secret key that only the tests know',
        DATABASE_URL: world.databaseUrl,
        PORT: '0',
        WORKERS: workers,
        METRICS_PORT: port,
      });
      assert.equal(outcome.exitCode, 1, outcome.stdout);
      assert.match(outcome.stderr, /Choose another --metrics-port/);
    }
  });
}
