/** Accounts that share a connection, as all behind a proxy do: none waits because another was refused. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { Client } from 'undici';
import { connectAppsPath } from '../api/paths.ts';
import { ended } from '../support/cli.ts';
import { DATABASES } from '../support/databases.ts';
import { freePort } from '../support/free-port.ts';
import { obstacleWithout } from '../support/obstacle.ts';
import { type Credentials, startServer, type TestServer } from '../support/server.ts';
import { timed } from '../support/timed.ts';
import { until } from '../support/until.ts';

const NGINX = '/usr/sbin/nginx';
const obstacle = obstacleWithout(NGINX, 'apt-get install nginx-light');

const RATE = 5;
const ROUNDS = 12;
/** With a second's wait for each refusal it would be twelve. */
const PATIENCE_MS = 6000;

for (const engine of DATABASES) {
  describe(`accounts on one connection on ${engine}`, () => {
    async function start(t: TestContext): Promise<TestServer> {
      const server = await startServer({
        engine,
        settings: { RATE_LIMIT_PER_SECOND: String(RATE) },
      });
      t.after(() => server.close());
      return server;
    }

    /** Uses up the share of the developer again and again, and asks for the customer in between. */
    async function alternate(server: TestServer, origin: string, t: TestContext): Promise<void> {
      const client = new Client(origin);
      t.after(() => client.destroy());
      const ask = async ({ accountSid, authToken }: Credentials) => {
        const basic = Buffer.from(`${accountSid}:${authToken}`).toString('base64');
        const { statusCode, body } = await client.request({
          method: 'GET',
          path: connectAppsPath(accountSid),
          headers: { authorization: `Basic ${basic}` },
        });
        await body.dump();
        return statusCode;
      };
      // Others that have not used up theirs.
      const others: Credentials[] = [];
      while (others.length < ROUNDS) others.push(await server.createAccount({}));
      const { durationMs } = await timed(async () => {
        for (const other of others) {
          await until('it is refused', async () => (await ask(server.developer)) === 429);
          assert.equal(await ask(other), 200);
        }
      });
      assert.ok(durationMs < PATIENCE_MS, `the others have waited: ${durationMs} ms`);
    }

    it('are answered at once when another was refused', async (t) => {
      const server = await start(t);
      await alternate(server, server.url, t);
    });

    it('are answered at once behind nginx that names no client', { skip: obstacle }, async (t) => {
      const server = await start(t);
      const folder = await mkdtemp(join(tmpdir(), 'connect-apps-nginx-'));
      const port = await freePort();
      const file = join(folder, 'nginx.conf');
      await writeFile(file, configuration(folder, port, new URL(server.url).host));
      const proxy = spawn(NGINX, ['-c', file, '-p', folder, '-e', join(folder, 'error.log')], {
        stdio: 'ignore',
      });
      t.after(async () => {
        proxy.kill();
        await ended(proxy);
        await rm(folder, { recursive: true, force: true });
      });
      const origin = `http://127.0.0.1:${port}`;
      await until('the proxy answers', async () => {
        const reply = await fetch(`${origin}/healthz`).catch(() => undefined);
        return reply?.status === 200;
      });
      await alternate(server, origin, t);
    });
  });
}

/** One worker with one connection to the server, which stays open; no X-Forwarded-For. */
function configuration(folder: string, port: number, upstream: string): string {
  return `
daemon off;
master_process off;
pid ${folder}/nginx.pid;
events {}
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  upstream server {
    server ${upstream};
    keepalive 1;
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://server;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }
  }
}
`;
}
