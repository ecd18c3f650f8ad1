/** Three servers behind haproxy, restarted one after the other under load: no request may fail. */

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { present } from '../api/narrow.ts';
import { connectAppPath } from '../api/paths.ts';
import { ended } from '../support/cli.ts';
import { openContext, type TestContext } from '../support/context.ts';
import { POSTGRES_OBSTACLE } from '../support/databases.ts';
import { freePorts } from '../support/free-port.ts';
import { blockOf } from '../support/guide.ts';
import { obstacleWithout } from '../support/obstacle.ts';
import { type ServeProcess, startServe } from '../support/serve.ts';
import type { Credentials } from '../support/server.ts';
import { until } from '../support/until.ts';

const HAPROXY = '/usr/sbin/haproxy';
const obstacle = obstacleWithout(HAPROXY, 'apt-get install haproxy') ?? POSTGRES_OBSTACLE;

const CLIENTS = 12;
const REQUESTS = 20_000;

describe('three servers behind haproxy', { skip: obstacle }, () => {
  let world: TestContext;
  let owner: Credentials;
  let folder: string;
  let proxy: ChildProcess;
  let origin: string;
  const ports: number[] = [];
  const servers: ServeProcess[] = [];

  before(async () => {
    world = await openContext('postgres');
    owner = await world.createAccount();
    const [port = 0, ...free] = await freePorts(4);
    ports.push(...free);
    for (const index of ports.keys()) servers.push(await start(index));
    folder = await mkdtemp(join(tmpdir(), 'connect-apps-haproxy-'));
    origin = `http://127.0.0.1:${port}`;
    const file = join(folder, 'haproxy.cfg');
    await writeFile(file, configuration(port, ports));
    proxy = spawn(HAPROXY, ['-db', '-f', file], { stdio: 'ignore' });
    await until('the proxy answers', async () => (await readyStatus(origin)) === 200);
  });
  after(async () => {
    proxy?.kill();
    await Promise.all(servers.map((server) => server.stop('SIGKILL')));
    await rm(folder, { recursive: true, force: true });
    await world.close();
  });

  const start = (index: number) =>
    startServe(world.databaseUrl, {
      PORT: String(present(ports[index])),
      DRAIN_SECONDS: '5',
      // Two servers must be able to take the load of three without a wait for connections.
      DATABASE_POOL_SIZE: String(CLIENTS),
    });

  it(`answers all of ${REQUESTS} requests while each is restarted`, async (t) => {
    const paths = await Promise.all(
      Array.from({ length: CLIENTS }, async () =>
        connectAppPath(owner.accountSid, await world.createApp(owner.accountSid, {})),
      ),
    );
    const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
    const counts = new Map<string, number>();
    let asked = 0;
    let areRestarted = false;
    t.after(() => {
      asked = REQUESTS;
      areRestarted = true;
    });

    async function ask(client: number): Promise<void> {
      while (!areRestarted || asked < REQUESTS) {
        asked += 1;
        // One in ten writes. Each has an app of its own, or they would wait for one another.
        const isWrite = asked % 10 === 0;
        const form = isWrite ? `Description=${client}` : undefined;
        const outcome = await send(agent, origin + paths[client], owner, form).catch(String);
        counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
      }
    }
    const clients = paths.map((_, client) => ask(client));

    for (const index of [0, 1, 2]) {
      const before = asked;
      await until('there is load', () => asked > before + 500, 30_000);
      const old = present(servers[index]);
      old.child.kill('SIGTERM');
      await until('it says so first', async () => (await readyStatus(old.url)) === 503);
      assert.equal(await ended(old.child), 0);
      servers[index] = await start(index);
    }
    areRestarted = true;
    await Promise.all(clients);
    agent.destroy();
    assert.deepEqual([...counts], [['200', asked]]);
    assert.ok(asked >= REQUESTS);
  });
});

/** The block of the guide, with a door before it. */
function configuration(port: number, ports: readonly number[]): string {
  const backend = blockOf('haproxy servers').replace(
    /10\.0\.0\.(\d):2010/g,
    (_, number) => `127.0.0.1:${present(ports[Number(number) - 1])}`,
  );
  return `defaults
  mode http
  timeout connect 1s
  timeout client 30s
  timeout server 30s
  timeout check 2s
frontend api
  bind 127.0.0.1:${port}
  default_backend servers
${backend}`;
}

async function readyStatus(origin: string): Promise<number> {
  return fetch(`${origin}/readyz`).then(
    ({ status }) => status,
    () => 0,
  );
}

/** Resolves with the status, and what else it says unless it is 200; rejects when there is no whole answer. */
function send(
  agent: Agent,
  url: string,
  { accountSid, authToken }: Credentials,
  form: string | undefined,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, {
      agent,
      auth: `${accountSid}:${authToken}`,
      method: form === undefined ? 'GET' : 'POST',
      headers: form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' },
    });
    request.on('error', reject);
    request.on('response', (response) => {
      const { statusCode } = response;
      text(response).then(
        (body) => resolve(statusCode === 200 ? '200' : `${statusCode} ${body}`),
        reject,
      );
    });
    request.end(form);
  });
}
