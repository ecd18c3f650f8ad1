/** PostgreSQL databases that other programs use, have used, or share with us. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Database } from '../../src/storage/database.ts';
import { checkSchema, migrate } from '../../src/storage/migrate.ts';
import { openPostgres } from '../../src/storage/postgres.ts';
import { connectAppsPath } from '../api/paths.ts';
import { makeBeforeMark } from '../support/before-mark.ts';
import { POSTGRES_OBSTACLE } from '../support/databases.ts';
import { openCluster } from '../support/postgres.ts';
import { startServer } from '../support/server.ts';

const TABLES = `select table_schema || '.' || table_name as name from information_schema.tables
  where table_schema not in ('pg_catalog', 'information_schema') order by 1`;

describe('a PostgreSQL database', { skip: POSTGRES_OBSTACLE }, () => {
  interface World {
    url: string;
    database: Database;
    ask(text: string): Promise<Record<string, unknown>[]>;
    tables(): Promise<string[]>;
    fresh(): Promise<void>;
  }

  async function open(
    t: { after(work: () => unknown): void },
    ...statements: string[]
  ): Promise<World> {
    const url = await (await openCluster()).createDatabase();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const ask = async (text: string) => (await client.query<Record<string, unknown>>(text)).rows;
    for (const statement of statements) await ask(statement);
    const database = openPostgres(url, 2);
    t.after(async () => {
      await database.close();
      await client.end();
    });
    return {
      url,
      database,
      ask,
      tables: async () => (await ask(TABLES)).map(({ name }) => String(name)),
      fresh: () => database.migration(async (one) => database.mark?.drop(one)),
    };
  }

  it('with tables of others is refused and not changed', async (t) => {
    for (const statement of [
      'create table todos (text text)',
      'create view v as select 1 as one',
      'create schema app; create table app.accounts (sid text)',
      'create schema connect_apps; create table connect_apps.todos (text text)',
      'create table accounts (sid text)',
    ]) {
      const { database, tables, fresh } = await open(t, statement);
      const before = await tables();
      const foreign = { problem: 'database_foreign', message: /tables of another program/ };
      await assert.rejects(migrate(database), foreign);
      await assert.rejects(checkSchema(database), foreign);
      await assert.rejects(fresh(), foreign);
      assert.deepEqual(await tables(), before);
    }
  });

  it('that is empty is taken, and all tables lie in our schema', async (t) => {
    const { database, tables } = await open(t);
    await assert.rejects(checkSchema(database), {
      problem: 'database_missing',
      message: /^No database at postgres:\/\/tester@127\.0\.0\.1:\d+\/test_\d+\. /,
    });
    assert.deepEqual(await tables(), []);
    await migrate(database);
    await checkSchema(database);
    const made = await tables();
    assert.ok(made.length >= 10);
    assert.deepEqual(
      made.filter((name) => !name.startsWith('connect_apps.')),
      [],
    );
  });

  it('that others share is ours in our schema alone, and --fresh empties no more', async (t) => {
    const { database, tables, fresh, ask } = await open(
      t,
      'create schema connect_apps',
      "create table todos (text text); insert into todos values ('milk')",
    );
    await migrate(database);
    await checkSchema(database);
    await ask('create view mine as select sid from connect_apps.accounts');
    await assert.rejects(fresh(), { problem: 'setting_invalid', message: /depend on tables/ });
    await ask('drop view mine');
    await fresh();
    assert.deepEqual(await tables(), ['public.todos']);
    assert.deepEqual(await ask('select text from todos'), [{ text: 'milk' }]);
    await migrate(database);
    await checkSchema(database);
  });

  it('of a version before the mark is moved into the schema by migrate alone', async (t) => {
    const { url, database, tables, ask, fresh } = await open(t);
    const pool = new pg.Pool({ connectionString: url, max: 1 });
    await makeBeforeMark(new PostgresDialect({ pool }));
    await ask("insert into users values ('US1', 'a@b.c', '', 1, 1)");
    const older = { problem: 'database_not_current', message: /to mark it/ };
    await assert.rejects(checkSchema(database), older);
    await assert.rejects(fresh(), older);
    const others = openPostgres((await open(t)).url, 1);
    await others.close();
    await Promise.all([migrate(database), migrate(database)]);
    await checkSchema(database);
    assert.deepEqual(
      (await tables()).filter((name) => name.startsWith('public.')),
      [],
    );
    assert.deepEqual(await ask('select sid from connect_apps.users'), [{ sid: 'US1' }]);
  });

  it('without the right to make a schema is refused with the statement that helps', async (t) => {
    const { url } = await open(t, 'drop role if exists guest', 'create role guest login');
    const guest = new URL(url);
    guest.username = 'guest';
    const database = openPostgres(guest.href, 1);
    t.after(() => database.close());
    const message = /create schema connect_apps authorization/;
    await assert.rejects(migrate(database), { problem: 'setting_invalid', message });
  });

  it('needs no state of a connection: a search_path that leads elsewhere changes nothing', async (t) => {
    const { url, ask, tables } = await open(t);
    const name = new URL(url).pathname.slice(1);
    await ask('create schema connect_apps; create schema elsewhere');
    await ask(`alter database ${name} set search_path = elsewhere`);
    const server = await startServer({ engine: 'postgres', settings: { DATABASE_URL: url } });
    t.after(() => server.close());
    const path = connectAppsPath(server.developer.accountSid);
    const reply = await server.request('GET', path, { auth: server.developer });
    assert.equal(reply.status, 200, reply.text);
    assert.deepEqual(
      (await tables()).filter((one) => !one.startsWith('connect_apps.')),
      [],
    );
  });
});
