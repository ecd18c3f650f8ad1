/** Reads on a connection that was lost without a word, and changes of the schema that take long. */

import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { after, before, describe, it } from 'node:test';
import { sql } from 'kysely';
import { findAccount } from '../../src/accounts/store.ts';
import type { Database } from '../../src/storage/database.ts';
import { migrate } from '../../src/storage/migrate.ts';
import { openPostgres } from '../../src/storage/postgres.ts';
import { type AnswerThief, startAnswerThief } from '../support/answer-thief.ts';
import { emptyDatabase, POSTGRES_OBSTACLE } from '../support/databases.ts';

describe('PostgreSQL behind an unreliable network', {
  skip: POSTGRES_OBSTACLE,
}, () => {
  let thief: AnswerThief;
  let database: Database;
  before(async () => {
    thief = await startAnswerThief(await emptyDatabase('postgres', tmpdir()));
    database = openPostgres(thief.url, 1);
    await migrate(database);
  });
  after(async () => {
    await database.close();
    thief.close();
  });

  const reads: [string, () => Promise<unknown>][] = [
    ['a prepared one', () => findAccount(database.query, 'AC')],
    ['a built one', () => database.query.selectFrom('accounts').select('sid').execute()],
  ];
  for (const [name, read] of reads) {
    it(`reads again on another connection: ${name}`, async () => {
      await read();
      const taken = thief.taken();
      // The name of a prepared statement, and the words of another.
      thief.arm(name === 'a built one' ? 'select "sid"' : 'q1');
      await read();
      assert.equal(thief.taken(), taken + 1);
    });
  }

  it('reads on when the schema has changed under the statements that connections keep', async (t) => {
    const url = await emptyDatabase('postgres', tmpdir());
    const [running, upgraded] = [openPostgres(url, 4), openPostgres(url, 1)];
    t.after(() => Promise.all([running.close(), upgraded.close()]));
    await migrate(upgraded);
    const readAll = () =>
      Promise.all(Array.from({ length: 8 }, () => findAccount(running.query, 'AC')));
    await readAll();
    await upgraded.migration((transaction) =>
      transaction.schema.alterTable('accounts').addColumn('more', 'text').execute(),
    );
    await readAll();
    await readAll();
  });

  it('does not write again what is no transaction', async () => {
    const taken = thief.taken();
    thief.arm('delete from');
    await assert.rejects(database.query.deleteFrom('accounts').where('sid', '=', 'AC').execute(), {
      problem: 'storage_unavailable',
    });
    assert.equal(thief.taken(), taken + 1);
  });

  it('gives a change of the schema longer than a request would have', async () => {
    const slow = sql`select pg_sleep(2)`;
    await assert.rejects(slow.execute(database.query), { problem: 'storage_unavailable' });
    await database.migration((transaction) => slow.execute(transaction));
  });

  it('waits for another process that changes the schema', async () => {
    let isDone = false;
    const { promise: isLocked, resolve: sayLocked } = Promise.withResolvers<void>();
    const other = database.migration(async (transaction) => {
      await sql`select * from connect_apps.kysely_migration_lock for update`.execute(transaction);
      sayLocked();
      await sql`select pg_sleep(3)`.execute(transaction);
      isDone = true;
    });
    await isLocked;
    assert.deepEqual(await migrate(database), []);
    assert.ok(isDone, 'it did not wait');
    await other;
  });
});
