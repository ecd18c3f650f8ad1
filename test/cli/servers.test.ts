/** `dev` and `serve` as processes: how they start, refuse and stop. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { DEMO_CONNECT_APP_SID } from '../../src/demo/data.ts';
import { connectAppPath } from '../api/paths.ts';
import { ended, metricsUrlOf, originOf, runCommand, startCommand } from '../support/cli.ts';
import { DATABASES, emptyDatabase, settingsOfDatabase } from '../support/databases.ts';
import { timed } from '../support/timed.ts';
import { until } from '../support/until.ts';

const SID = 'AC00000000000000000000000000000001';
const AUTHORIZATION = `Basic ${Buffer.from(`${SID}:00000000000000000000000000000001`).toString('base64')}`;
const APP = connectAppPath(SID, DEMO_CONNECT_APP_SID);
const SECRET_KEY = 'a secret key that only this test knows';

for (const engine of DATABASES) {
  describe(`dev on ${engine}`, () => {
    let folder: string;
    let settings: Record<string, string>;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'connect-apps-dev-'));
      settings = await settingsOfDatabase(engine);
    });
    after(() => rm(folder, { recursive: true, force: true }));

    async function withDev(words: string[], work: (origin: string) => Promise<void>) {
      const child = startCommand(folder, ['dev', '--port', '0', ...words], settings);
      try {
        await work(await originOf(child));
      } finally {
        child.kill('SIGINT');
      }
      assert.equal(await ended(child), 0);
    }

    async function fetchApp(origin: string, init: RequestInit = {}) {
      const reply = await fetch(origin + APP, {
        headers: { authorization: AUTHORIZATION },
        ...init,
      });
      assert.equal(reply.status, 200);
      return JSON.parse(await reply.text());
    }

    it("answers the document's example, and keeps changes over a restart", async () => {
      await withDev([], async (origin) => {
        const app = await fetchApp(origin);
        assert.equal(app.friendly_name, 'Connect app for deletion');
        assert.equal(app.authorize_redirect_url, 'http://example.com/redirect');
        assert.deepEqual(app.permissions, []);
        await fetchApp(origin, {
          method: 'POST',
          body: new URLSearchParams({ FriendlyName: 'Kept' }),
        });
      });
      await withDev([], async (origin) => {
        assert.equal((await fetchApp(origin)).friendly_name, 'Kept');
      });
    });

    it('forgets with --fresh', async () => {
      await withDev(['--fresh'], async (origin) => {
        assert.equal((await fetchApp(origin)).friendly_name, 'Connect app for deletion');
      });
    });

    it('prints credentials, and a curl that works when it is pasted', async () => {
      const child = startCommand(folder, ['dev', '--port', '0'], settings);
      let printed = '';
      child.stdout?.on('data', (chunk: Buffer) => {
        printed += chunk.toString();
      });
      try {
        const origin = await originOf(child);
        // Not the default port, where exec would look.
        assert.ok(printed.includes(`exec --url ${origin} -- COMMAND`));
        assert.match(printed, /developer {2}AC0{31}1 {2}token 0{31}1/);
        assert.match(printed, /customer {3}AC0{31}2 {2}token 0{31}2/);
        const [, command = ''] = /\n( +curl [\s\S]*?)\n\n/.exec(printed) ?? [];
        const pasted = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
        assert.equal(JSON.parse(pasted.stdout).sid, DEMO_CONNECT_APP_SID);
      } finally {
        child.kill();
        await ended(child);
      }
    });

    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      it(`finishes the request under way on ${signal}, and exits with 0`, async () => {
        const child = startCommand(folder, ['dev', '--port', '0'], settings);
        const { hostname, port } = new URL(await originOf(child));
        const body = 'FriendlyName=In+time';
        const request = httpRequest({
          hostname,
          port,
          path: APP,
          method: 'POST',
          agent: new Agent({ keepAlive: true, timeout: 60_000 }),
          headers: {
            authorization: AUTHORIZATION,
            'content-type': 'application/x-www-form-urlencoded',
            'content-length': body.length,
          },
        });
        const answered = once(request, 'response');
        request.write(body.slice(0, 5));
        // The server has the request once it has asked who it is; a second one shows that it has.
        await fetch(`http://${hostname}:${port}/healthz`);
        child.kill(signal);
        await refusedConnection(hostname, Number(port));
        request.end(body.slice(5));
        const [reply] = await answered;
        assert.equal(reply.statusCode, 200);
        assert.equal(JSON.parse(await text(reply)).friendly_name, 'In time');
        const { result: code, durationMs } = await timed(() => ended(child));
        assert.equal(code, 0);
        assert.ok(durationMs < 3000, 'it does not wait for kept connections');
      });
    }

    it('says so when the port is taken, and listens on loopback only', async () => {
      await withDev([], async (origin) => {
        const { port } = new URL(origin);
        const second = await runCommand(folder, ['dev', '--port', port], settings);
        assert.equal(second.exitCode, 1);
        assert.match(second.stderr, new RegExp(`^connect-apps: Port ${port} is taken.+\\n$`));
      });
      const open = await runCommand(folder, ['dev', '--host', '0.0.0.0']);
      assert.equal(open.exitCode, 1);
      assert.match(open.stderr, /loopback only/);
    });
  });
}

/** Resolves when nobody takes connections there any more. */
async function refusedConnection(host: string, port: number): Promise<void> {
  await until('the server takes no connections', async () => {
    const socket = connect(port, host);
    const isRefused = await new Promise<boolean>((resolve) => {
      socket.once('error', () => resolve(true)).once('connect', () => resolve(false));
    });
    socket.destroy();
    return isRefused;
  });
}

for (const engine of DATABASES) {
  describe(`serve on ${engine}`, () => {
    let folder: string;
    let settings: Record<string, string>;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'connect-apps-serve-'));
      settings = { SECRET_KEY, ...(await settingsOfDatabase(engine)) };
    });
    after(() => rm(folder, { recursive: true, force: true }));

    async function refused(pattern: RegExp, environment: Record<string, string>) {
      const outcome = await runCommand(folder, ['serve'], { PORT: '0', ...environment });
      assert.equal(outcome.exitCode, 1, outcome.stdout);
      assert.match(outcome.stderr, /^connect-apps: [^\n]+\n$/);
      assert.match(outcome.stderr, pattern);
    }

    it('refuses a schema that is not current, another key, and the demo tokens', async () => {
      await refused(/No database at .+"connect-apps migrate"/, settings);
      await runCommand(folder, ['migrate'], settings);
      await runCommand(folder, ['accounts', 'create'], settings);
      await refused(/another secret key/, { ...settings, SECRET_KEY: `${SECRET_KEY}!` });

      const dev = startCommand(folder, ['dev', '--port', '0'], settings);
      await originOf(dev);
      dev.kill('SIGTERM');
      assert.equal(await ended(dev), 0);
      await refused(/demo token/, settings);
    });

    it('starts on a good database and stops on SIGTERM with 0', async () => {
      const environment = { SECRET_KEY, DATABASE_URL: await emptyDatabase(engine, folder) };
      await runCommand(folder, ['migrate'], environment);
      const words = ['serve', '--port', '0', '--metrics-port', '0'];
      const child = startCommand(folder, words, environment);
      const [origin, metricsUrl] = await Promise.all([originOf(child), metricsUrlOf(child)]);
      assert.equal((await fetch(`${origin}/readyz`)).status, 200);
      assert.match(await (await fetch(metricsUrl)).text(), /request_duration_seconds_bucket/);
      child.kill('SIGTERM');
      assert.equal(await ended(child), 0);
    });
  });
}
