/** Commits that wait for a standby which is not there: writes are refused, reads go on. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { checkProblem } from '../api/check-problem.ts';
import { connectAppPath } from '../api/paths.ts';
import { POSTGRES_OBSTACLE } from '../support/databases.ts';
import { type Cluster, startCluster } from '../support/postgres.ts';
import { type Reply, startServer, type TestServer } from '../support/server.ts';
import { timed } from '../support/timed.ts';
import { until } from '../support/until.ts';

const POOL_SIZE = 4;
const WRITERS = 8;
/** Some are for superusers alone. */
const MAX_CONNECTIONS = 20;

describe('PostgreSQL without a standby to confirm commits', {
  skip: POSTGRES_OBSTACLE,
}, () => {
  let server: TestServer;
  let cluster: Cluster;
  let administrator: pg.Client;
  let apps: string[] = [];
  before(async () => {
    cluster = await startCluster({ settings: { max_connections: String(MAX_CONNECTIONS) } });
    administrator = new pg.Client({ connectionString: await cluster.createDatabase() });
    await administrator.connect();
    await administrator.query('create role plain login');
    server = await serveOn(await cluster.createDatabase('owner plain'));
    apps = await server.createApps(server.developer.accountSid, WRITERS);
  });
  after(async () => {
    await server?.close();
    await administrator?.end();
  });

  const serveOn = (url: string, poolSize = POOL_SIZE) =>
    startServer({
      engine: 'postgres',
      settings: {
        // Not as a superuser, who may ask everything, and has connections in reserve.
        DATABASE_URL: url.replace('tester@', 'plain@'),
        DATABASE_POOL_SIZE: String(poolSize),
      },
    });
  /** Each writes another row: none waits for another but for the standby. */
  async function write(to = server, appSid = to.connectAppSid): Promise<Reply> {
    const path = connectAppPath(to.developer.accountSid, appSid);
    const form = { Description: 'x' };
    return to.request('POST', path, { auth: to.developer, form, isPatient: false });
  }
  const read = () =>
    server.request('GET', connectAppPath(server.developer.accountSid, server.connectAppSid), {
      auth: server.developer,
    });
  async function setStandbys(names: string): Promise<void> {
    await administrator.query(`alter system set synchronous_standby_names = '${names}'`);
    await administrator.query('select pg_reload_conf()');
  }
  async function waiting(): Promise<number> {
    const text = "select pid from pg_stat_activity where wait_event = 'SyncRep'";
    return (await administrator.query(text)).rows.length;
  }

  it('goes on reading while writes are refused, and writes again when there is one', async () => {
    assert.equal((await write()).status, 200);
    await setStandbys('nobody');
    for (let round = 0; round < 4; round += 1) {
      for (const reply of await Promise.all(apps.map((sid) => write(server, sid)))) {
        checkProblem(reply, { status: 503, code: 20503 });
      }
      assert.equal((await read()).status, 200);
      const count = await waiting();
      assert.ok(count > 0 && count <= 2 * POOL_SIZE, `${count} commits wait`);
    }
    assert.match(server.logs(), /no standby of PostgreSQL confirms them/);

    await setStandbys('');
    await until('it writes again', async () => (await write()).status === 200);
    assert.equal(await waiting(), 0);
  });

  it('answers in time those whose transactions met, too: none waits behind one that waits in vain', async (t) => {
    const another = await serveOn(await cluster.createDatabase('owner plain'), WRITERS);
    t.after(() => another.close());
    const { transaction } = another.context.database;
    const names = Array.from({ length: WRITERS }, (_, index) => `writer ${index}`);
    for (const friendlyName of names) await another.createAccount({ friendlyName });
    await setStandbys('nobody');
    let begun = 0;
    let met = () => {};
    const allBegun = new Promise<void>((resolve) => {
      met = resolve;
    });
    // All read what the others change before any changes it, on all connections: one of them can commit.
    const change = (name: string) =>
      transaction(async (query) => {
        await query.selectFrom('accounts').select(['sid', 'friendly_name']).execute();
        begun += 1;
        if (begun === WRITERS) met();
        await allBegun;
        await query
          .updateTable('accounts')
          .set({ status: 'suspended' })
          .where('friendly_name', '=', name)
          .execute();
      });
    const { result, durationMs } = await timed(() => Promise.allSettled(names.map(change)));
    t.diagnostic(`${Math.round(durationMs)} ms, ${begun} runs`);
    await setStandbys('');
    assert.deepEqual(
      result.map((one) => one.status === 'rejected' && one.reason.problem),
      Array(WRITERS).fill('storage_unavailable'),
    );
    assert.ok(begun > WRITERS, 'transactions met, and ran again');
    assert.ok(durationMs < 4000, `answered after ${durationMs} ms`);
    await until('it writes again', async () => (await write(another)).status === 200);
  });

  it('writes again, too, where it may not ask whether commits wait', async (t) => {
    const url = await cluster.createDatabase('owner plain');
    const own = new pg.Client({ connectionString: url });
    await own.connect();
    await own.query('revoke select on pg_stat_activity from public');
    await own.end();
    const plain = await serveOn(url);
    t.after(() => plain.close());
    assert.equal((await write(plain)).status, 200);
    const others = await plain.createApps(plain.developer.accountSid, WRITERS);
    await setStandbys('nobody');
    const replies = await Promise.all(others.map((sid) => write(plain, sid)));
    for (const reply of replies) checkProblem(reply, { status: 503, code: 20503 });
    await setStandbys('');
    await until('it writes again', async () => (await write(plain)).status === 200);
  });
});
