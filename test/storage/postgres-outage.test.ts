/** PostgreSQL gone and back: 503 in time, no crash, nothing that was acknowledged is lost. */

import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { after, before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { checkProblem } from '../api/check-problem.ts';
import { arrayOf, objectOf, stringOf } from '../api/narrow.ts';
import { accountsPath, connectAppPath } from '../api/paths.ts';
import { runCommand } from '../support/cli.ts';
import { POSTGRES_OBSTACLE } from '../support/databases.ts';
import { type Cluster, openCluster } from '../support/postgres.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { timed } from '../support/timed.ts';
import { until } from '../support/until.ts';

/** An answer that says that the database is away must come within this. */
const ANSWER_MS = 2000;
/** And a good one within this, once it is back. */
const RECOVERY_MS = 3000;
const WRITERS = 4;

describe('PostgreSQL gone and back', { skip: POSTGRES_OBSTACLE }, () => {
  let server: TestServer;
  let cluster: Cluster;
  before(async () => {
    cluster = await openCluster();
    server = await startServer({ engine: 'postgres' });
  });
  after(() => server?.close());

  const ask = async (method: string, path: string, form?: Record<string, string>) => {
    const { result, durationMs } = await timed(() =>
      server.request(method, path, {
        auth: server.developer,
        isPatient: false,
        ...(form && { form }),
      }),
    );
    return { reply: result, durationMs };
  };

  /** Writers that go on, and what they were told. */
  async function startWriters() {
    const acknowledged: string[] = [];
    let isWriting = true;
    let refused = 0;
    const write = async () => {
      while (isWriting) {
        const { reply, durationMs } = await ask('POST', accountsPath(), {
          FriendlyName: 'Written',
        });
        if (reply.status === 201) acknowledged.push(stringOf(objectOf(reply.json).sid));
        else {
          checkProblem(reply, { status: 503, code: 20503 });
          assert.ok(durationMs < ANSWER_MS, `it took ${durationMs} ms`);
          refused += 1;
          await setTimeout(50);
        }
      }
    };
    const writers = Array.from({ length: WRITERS }, write);
    await until('there are writes', () => acknowledged.length > 20);
    return {
      acknowledged,
      refused: () => refused,
      async stop() {
        isWriting = false;
        await Promise.all(writers);
      },
    };
  }

  async function checkStored(acknowledged: readonly string[]): Promise<void> {
    const stored = new Set<string>();
    let path: string | null = accountsPath('.json?PageSize=1000');
    while (path !== null) {
      const { reply } = await ask('GET', path);
      const body = objectOf(reply.json);
      for (const one of arrayOf(body.accounts)) stored.add(stringOf(objectOf(one).sid));
      path = body.next_page_uri === null ? null : stringOf(body.next_page_uri);
    }
    assert.deepEqual(
      acknowledged.filter((sid) => !stored.has(sid)),
      [],
    );
  }

  const ends: [string, (cluster: Cluster) => Promise<void>][] = [
    ['that is cut off', (one) => one.kill()],
    ['that is killed with all its processes', (one) => one.killAll()],
  ];
  for (const [name, end] of ends) {
    it(`keeps every write acknowledged by a server ${name}, and recovers by itself`, async (context) => {
      const app = connectAppPath(server.developer.accountSid, server.connectAppSid);
      const { acknowledged, refused, stop } = await startWriters();

      await end(cluster);
      for (const path of [app, accountsPath(), app, accountsPath(), app]) {
        const read = await ask('GET', path);
        checkProblem(read.reply, { status: 503, code: 20503 });
        assert.equal(read.reply.headers['retry-after'], '1');
        assert.ok(read.durationMs < ANSWER_MS, `it took ${read.durationMs} ms`);
      }
      assert.equal((await server.request('GET', '/readyz')).status, 503);
      assert.equal((await server.request('GET', '/healthz')).status, 200);

      await cluster.start();
      const { durationMs } = await timed(() =>
        until('it serves again', async () => (await ask('GET', app)).reply.status === 200),
      );
      assert.ok(durationMs < RECOVERY_MS, `it took ${durationMs} ms`);
      const count = acknowledged.length;
      await until('it writes again', () => acknowledged.length > count + 20);
      await stop();
      await checkStored(acknowledged);
      context.diagnostic(`${acknowledged.length} acknowledged, ${refused()} refused, 0 lost`);
    });
  }

  it('keeps every write when the process of one connection is killed, which ends all others', async (context) => {
    const { acknowledged, refused, stop } = await startWriters();
    await cluster.killOne();
    await cluster.isBack();
    const count = acknowledged.length;
    const { durationMs } = await timed(() =>
      until('it writes again', () => acknowledged.length > count + 20),
    );
    assert.ok(durationMs < RECOVERY_MS, `it took ${durationMs} ms`);
    await stop();
    await checkStored(acknowledged);
    context.diagnostic(`${acknowledged.length} acknowledged, ${refused()} refused, 0 lost`);
  });

  it('says in one sentence that the database does not exist, and never the password', async () => {
    const url = (await cluster.createDatabase()).replace('tester@', 'tester:hunter2@');
    const outcome = await runCommand(tmpdir(), ['accounts', 'list', '--database-url', `${url}x`]);
    assert.equal(outcome.exitCode, 1);
    assert.match(
      outcome.stderr,
      /^connect-apps: postgres:\/\/\S+: PostgreSQL refuses: database "\w+" does not exist\.\n$/,
    );
    const away = await runCommand(tmpdir(), [
      ...['accounts', 'list', '--database-url', 'postgres://a:hunter2@127.0.0.1:1/x'],
    ]);
    assert.match(
      away.stderr,
      /^connect-apps: \S+: The database does not respond \(ECONNREFUSED\)\.\n$/,
    );
    assert.doesNotMatch(outcome.stderr + away.stderr, /hunter2/);
  });

  it('says nothing of the database in what it answers', async () => {
    await cluster.kill();
    const { reply } = await ask(
      'GET',
      connectAppPath(server.developer.accountSid, server.connectAppSid),
    );
    assert.equal(reply.status, 503);
    assert.doesNotMatch(reply.text, /postgres|127\.0\.0\.1|ECONN/i);
    await cluster.start();
  });
});
