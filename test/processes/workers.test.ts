/** `serve --workers`: one port, several processes, which come and go without a request noticing. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { present } from '../api/narrow.ts';
import { accountPath, connectAppPath } from '../api/paths.ts';
import { childrenOf, signalIfThere } from '../support/children.ts';
import { ended, runCommand, startCommand } from '../support/cli.ts';
import { openContext, TEST_SECRET_KEY, type TestContext } from '../support/context.ts';
import { DATABASES } from '../support/databases.ts';
import { type ServeProcess, startServe } from '../support/serve.ts';
import type { Credentials } from '../support/server.ts';
import { until } from '../support/until.ts';

for (const engine of DATABASES) {
  describe(`serve --workers 2 on ${engine}`, () => {
    let world: TestContext;
    let owner: Credentials;
    let path: string;
    before(async () => {
      world = await openContext(engine);
      owner = await world.createAccount();
      path = connectAppPath(owner.accountSid, await world.createApp(owner.accountSid, {}));
    });
    after(() => world?.close());

    const start = (settings = {}) =>
      startServe(world.databaseUrl, { WORKERS: '2', METRICS_PORT: '0', ...settings });
    const get = (server: ServeProcess) => server.request('GET', path, { auth: owner });
    /** Sends the first half of a request; the function returned sends the rest, and reads the answer. */
    async function beginPost(server: ServeProcess): Promise<() => Promise<string>> {
      const { hostname, port } = new URL(server.url);
      const socket = connect(Number(port), hostname);
      const body = 'Description=Finished';
      const basic = Buffer.from(`${owner.accountSid}:${owner.authToken}`).toString('base64');
      const lines = [
        `POST ${path} HTTP/1.1`,
        `Host: ${hostname}`,
        `Authorization: Basic ${basic}`,
        'Content-Type: application/x-www-form-urlencoded',
        `Content-Length: ${body.length}`,
        // The server says that it has read this far.
        'Expect: 100-continue',
      ];
      socket.write(`${lines.join('\r\n')}\r\n\r\n`);
      const [first] = await once(socket, 'data');
      assert.match(String(first), /^HTTP\/1\.1 100 /);
      socket.write(body.slice(0, 5));
      return async () => {
        socket.write(body.slice(5));
        return text(socket);
      };
    }

    async function answeredBy(server: ServeProcess): Promise<number> {
      const counts = (await server.metrics()).matchAll(
        /request_duration_seconds_count\{route="[^"]*ConnectApps\/:\w+",method="GET",status="200"\} (\d+)/g,
      );
      return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
    }

    it('answers on one port, adds up the metrics of its workers, and ends with 0 on SIGTERM', async () => {
      const server = await start();
      assert.equal(workersOf(server).length, 2);
      for (let index = 0; index < 10; index += 1) assert.equal((await get(server)).status, 200);
      assert.equal(await answeredBy(server), 10);
      const reply = await server.request('POST', path, { auth: owner, form: { Description: 'x' } });
      assert.equal(reply.status, 200);
      assert.equal(await server.stop(), 0);
      await assert.rejects(get(server));
    });

    it('shows in every worker what one has written of the account that asks', async (context) => {
      const server = await start();
      context.after(() => server.stop());
      const own = accountPath(owner.accountSid);
      for (let round = 0; round < 100; round += 1) {
        const form = { FriendlyName: `round ${round}` };
        const written = await server.request('POST', own, { auth: owner, form });
        assert.equal(written.status, 200);
        const reply = await server.request('GET', own, { auth: owner });
        assert.ok(reply.text.includes(`"friendly_name":"round ${round}"`), reply.text);
      }
    });

    it('finishes the requests under way, also when Ctrl-C reaches every process', async () => {
      for (const signal of ['SIGTERM', 'SIGINT'] as const) {
        const server = await start();
        const underWay = await Promise.all([1, 2, 3, 4].map(() => beginPost(server)));
        if (signal === 'SIGINT') for (const pid of workersOf(server)) process.kill(pid, signal);
        const stopped = server.stop(signal);
        await until('nobody listens', () => isRefused(server));
        for (const finish of underWay) assert.match(await finish(), /^HTTP\/1\.1 200 /);
        assert.equal(await stopped, 0);
      }
    });

    it('replaces a worker that is killed, while the other answers', async () => {
      const server = await start();
      const [killed = 0] = workersOf(server);
      process.kill(killed, 'SIGKILL');
      await until('there are two again', async () => {
        // A connection that the killed one had not taken yet breaks; every other is answered.
        const reply = await get(server).catch(() => undefined);
        assert.equal(reply?.status ?? 200, 200);
        const workers = workersOf(server);
        return workers.length === 2 && !workers.includes(killed);
      });
      assert.equal(await server.stop(), 0);
    });

    it('ends the workers when the first process is killed', async () => {
      const server = await start();
      const workers = workersOf(server);
      await server.stop('SIGKILL');
      await until('they are gone', () => !workers.some((pid) => signalIfThere(pid, 0)));
    });

    it('ends with a sentence when a worker does not come to listen', async () => {
      const child = startCommand(tmpdir(), ['serve', '--workers', '2', '--port', '0'], {
        SECRET_KEY: TEST_SECRET_KEY,
        DATABASE_URL: world.databaseUrl,
      });
      const said = text(child.stderr ?? Readable.from([]));
      try {
        await until('it gives up', () => {
          for (const pid of workersOf({ child })) signalIfThere(pid, 'SIGKILL');
          return child.exitCode !== null;
        });
      } finally {
        child.kill('SIGKILL');
      }
      assert.equal(await ended(child), 1);
      assert.match(
        await said,
        /^connect-apps: A worker could not start\. The reason is printed above\.\n$/,
      );
    });

    it('says once why it cannot start', async () => {
      const server = await start();
      const { port } = new URL(server.url);
      const outcome = await runCommand(tmpdir(), ['serve', '--workers', '2', '--port', port], {
        SECRET_KEY: TEST_SECRET_KEY,
        DATABASE_URL: world.databaseUrl,
      });
      assert.equal(outcome.exitCode, 1);
      assert.match(outcome.stderr, /^connect-apps: Port \d+ is taken: .*\n$/);
      assert.equal(await server.stop(), 0);
    });

    it('goes on answering for DRAIN_SECONDS, not ready, and ends connections', async () => {
      const server = await start({ DRAIN_SECONDS: '5' });
      assert.equal((await server.request('GET', '/readyz')).status, 200);
      server.child.kill('SIGTERM');
      await until('it is not ready', async () => {
        return (await server.request('GET', '/readyz')).status === 503;
      });
      const reply = await server.request('GET', path, {
        auth: owner,
        headers: { connection: 'keep-alive' },
      });
      assert.deepEqual([reply.status, reply.headers.connection], [200, 'close']);
      assert.equal(await server.stop(), 0);
    });

    it('loses no acknowledged write when workers are killed again and again', async () => {
      const server = await start();
      const acknowledged: string[] = [];
      let isWriting = true;
      const writers = Array.from({ length: 4 }, async (_, writer) => {
        const created = await world.createAccount();
        for (let number = 0; isWriting; number += 1) {
          const form = { FriendlyName: `${writer} ${number}` };
          const reply = await server
            .request('POST', '/2010-04-01/Accounts.json', { auth: created, form })
            .catch(() => undefined);
          if (reply?.status === 201) acknowledged.push(form.FriendlyName);
        }
      });
      for (let round = 0; round < 4; round += 1) {
        const before = acknowledged.length;
        await until('there are writes', () => acknowledged.length > before + 20);
        const killed = present(workersOf(server)[0]);
        process.kill(killed, 'SIGKILL');
        await until('it is replaced', () => {
          const workers = workersOf(server);
          return workers.length === 2 && !workers.includes(killed);
        });
      }
      isWriting = false;
      await Promise.all(writers);
      assert.equal(await server.stop(), 0);
      const rows = await world.context.database.query
        .selectFrom('accounts')
        .select('friendly_name')
        .execute();
      const names = new Set(rows.map((row) => row.friendly_name));
      assert.deepEqual(
        acknowledged.filter((name) => !names.has(name)),
        [],
      );
    });
  });
}

async function isRefused(server: ServeProcess): Promise<boolean> {
  return server.request('GET', '/healthz').then(
    () => false,
    () => true,
  );
}

/** The process ids of the workers. */
function workersOf({ child }: Pick<ServeProcess, 'child'>): number[] {
  return childrenOf(child.pid ?? 0);
}
