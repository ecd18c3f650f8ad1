/** More work than the process can do: it does what it can, refuses the rest, and recovers by itself. */

import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { after, before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { startAnswerThief } from '../support/answer-thief.ts';
import { DATABASES, emptyDatabase, POSTGRES_OBSTACLE } from '../support/databases.ts';
import { type Reply, startServer, type TestServer } from '../support/server.ts';
import { timed } from '../support/timed.ts';
import { until } from '../support/until.ts';
import { checkProblem } from './check-problem.ts';
import { connectAppPath, connectAppsPath } from './paths.ts';

const APPS = 200;
/** Clients that ask for all of them, again and again: seconds of work at any time. */
const CLIENTS = 600;

/** Clients that leave the process time. */
const FEW_CLIENTS = 24;
const CLIENT_PAUSE_MS = 400;
const STALLS = 3;
const STALL_MS = 700;
const BETWEEN_STALLS_MS = 500;

for (const engine of DATABASES) {
  describe(`a server that has too much to do on ${engine}`, () => {
    let server: TestServer;
    before(async () => {
      // Enough connections that none waits for one until it times out.
      server = await startServer({ engine, settings: { DATABASE_POOL_SIZE: '40' } });
      await server.createApps(server.developer.accountSid, APPS);
    });
    after(() => server.close());

    it('answers some, refuses the others with 503, 20503 and Retry-After, and then serves again', async (t) => {
      const { developer } = server;
      const list = connectAppsPath(developer.accountSid, '.json?PageSize=1000');
      const agent = new Agent({ keepAlive: true });
      let isOver = false;
      t.after(() => {
        isOver = true;
      });
      let answered = 0;
      const refused: Reply[] = [];
      const client = async () => {
        while (!isOver) {
          const reply = await server.request('GET', list, {
            auth: developer,
            agent,
            isPatient: false,
          });
          if (reply.status === 200) answered += 1;
          else refused.push(reply);
        }
      };
      const clients = Array.from({ length: CLIENTS }, client);
      await until('it sheds load', () => refused.length > 0 && answered > 0, 60_000);
      // A supervisor must not take the process for dead.
      assert.equal((await server.request('GET', '/healthz')).status, 200);
      isOver = true;
      await Promise.all(clients);
      agent.destroy();

      for (const reply of refused) {
        checkProblem(reply, { status: 503, code: 20503 });
        assert.equal(reply.headers['retry-after'], '1');
      }
      // One line for each request, as for any other, and none more.
      const failures = server.logs().match(/^.*The request failed.*$/gm) ?? [];
      assert.deepEqual(
        failures.filter((line) => line.includes('overloaded')),
        [],
      );
      const get = () =>
        server.request('GET', connectAppPath(developer.accountSid, server.connectAppSid), {
          auth: developer,
        });
      await until('it serves again', async () => (await get()).status === 200);
    });
  });
}

describe('a process that gets no time for a moment', () => {
  it('refuses nothing that it can serve', async (t) => {
    const server = await startServer({ engine: 'sqlite' });
    t.after(() => server.close());
    const { developer, connectAppSid } = server;
    const path = connectAppPath(developer.accountSid, connectAppSid);
    const agent = new Agent({ keepAlive: true });
    const statuses = new Set<number>();
    let isOver = false;
    t.after(() => {
      isOver = true;
    });
    const client = async () => {
      while (!isOver) {
        const options = { auth: developer, agent, isPatient: false };
        statuses.add((await server.request('GET', path, options)).status);
        await setTimeout(CLIENT_PAUSE_MS);
      }
    };
    const clients = Array.from({ length: FEW_CLIENTS }, client);
    for (let stall = 0; stall < STALLS; stall += 1) {
      await setTimeout(BETWEEN_STALLS_MS);
      stopThisThread();
    }
    await setTimeout(BETWEEN_STALLS_MS);
    isOver = true;
    await Promise.all(clients);
    agent.destroy();
    assert.deepEqual([...statuses], [200]);
  });
});

/** The thread of the server, which is this one, does nothing at all. */
function stopThisThread(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STALL_MS);
}

/** Far below the 250 ms that a request may wait, far above what this process needs for one. */
const DATABASE_DELAY_MS = 20;
const POOL_SIZE = 4;
/** What these clients ask for would wait for the database for seconds. */
const DATABASE_CLIENTS = 300;

describe('a database that has too much to do', { skip: POSTGRES_OBSTACLE }, () => {
  it('is not waited for: what is too much is refused, and the server stays ready', async (t) => {
    const thief = await startAnswerThief(await emptyDatabase('postgres', tmpdir()));
    const server = await startServer({
      engine: 'postgres',
      settings: { DATABASE_URL: thief.url, DATABASE_POOL_SIZE: String(POOL_SIZE) },
    });
    t.after(async () => {
      await server.close();
      thief.close();
    });
    const { developer, connectAppSid } = server;
    const path = connectAppPath(developer.accountSid, connectAppSid);
    const agent = new Agent({ keepAlive: true });
    const get = () => server.request('GET', path, { auth: developer, agent, isPatient: false });
    thief.slowDown(DATABASE_DELAY_MS);

    let isOver = false;
    t.after(() => {
      isOver = true;
    });
    const answered: number[] = [];
    const refused: Reply[] = [];
    const client = async () => {
      while (!isOver) {
        const { result: reply, durationMs } = await timed(get);
        if (reply.status === 200) answered.push(durationMs);
        else {
          refused.push(reply);
          // As it was told.
          await setTimeout(1100);
        }
      }
    };
    const clients = Array.from({ length: DATABASE_CLIENTS }, client);
    await until('it sheds load', () => refused.length > DATABASE_CLIENTS, 60_000);
    answered.length = 0;
    await until('it goes on answering', () => answered.length > 200, 60_000);
    assert.equal((await server.request('GET', '/readyz')).status, 200);
    isOver = true;
    await Promise.all(clients);
    agent.destroy();
    for (const reply of refused) checkProblem(reply, { status: 503, code: 20503 });
    const slowestMs = Math.max(...answered);
    assert.ok(slowestMs < 15_000, `answered after ${slowestMs} ms`);
  });
});
