/** Reads that share a snapshot: each has its own result, also when the disk or the snapshot fails. */

import assert from 'node:assert/strict';
import { copyFile, mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { findAccount, insertAccount } from '../../src/accounts/store.ts';
import { migrate } from '../../src/storage/migrate.ts';
import { readTogether, type Snapshot } from '../../src/storage/read-together.ts';
import { openSqlite } from '../../src/storage/sqlite.ts';

const fail = () => {
  throw new Error('the disk is gone');
};
const LOST = { message: 'the disk is gone' };

describe('reads of one turn', () => {
  function readingIn(snapshot: Partial<Snapshot>) {
    return readTogether({ begin: () => {}, end: () => {}, ...snapshot });
  }

  it('have each its own result or failure', async () => {
    const read = readingIn({});
    const outcomes = await Promise.allSettled([read(() => 1), read<number>(fail), read(() => 3)]);
    assert.deepEqual(
      outcomes.map((one) => (one.status === 'fulfilled' ? one.value : one.reason.message)),
      [1, LOST.message, 3],
    );
  });

  it('keep what they read when the snapshot cannot be ended, and so do the next', async () => {
    const read = readingIn({ end: fail });
    assert.deepEqual(await Promise.all([read(() => 1), read(() => 2)]), [1, 2]);
    assert.deepEqual(await Promise.all([read(() => 3), read(() => 4)]), [3, 4]);
  });

  it('fail together when the snapshot cannot be begun, and the next are read', async () => {
    let begin: () => void = fail;
    const read = readingIn({ begin: () => begin() });
    await Promise.all(
      [1, 2].map((value) =>
        assert.rejects(
          read(() => value),
          LOST,
        ),
      ),
    );
    begin = () => {};
    assert.deepEqual(await Promise.all([read(() => 3), read(() => 4)]), [3, 4]);
  });

  it('are all read when they take longer than a turn may', async () => {
    const read = readingIn({ end: fail });
    const slowly = (value: number) =>
      read(() => {
        const end = performance.now() + 10;
        while (performance.now() < end);
        return value;
      });
    assert.deepEqual(await Promise.all([1, 2, 3].map(slowly)), [1, 2, 3]);
  });
});

it('an error of the disk fails the reads that meet it, and no other', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'connect-apps-disk-error-'));
  const path = join(folder, 'test.db');
  const database = openSqlite(path);
  context.after(async () => {
    await database.close();
    await rm(folder, { recursive: true });
  });
  await migrate(database);
  // More pages than are read before the disk fails.
  const sids = Array.from({ length: 400 }, (_, index) => `AC${String(index).padStart(32, '0')}`);
  await database.transaction(async (transaction) => {
    for (const sid of sids) {
      const account = {
        sid,
        ownerAccountSid: sid,
        friendlyName: 'x'.repeat(64),
        type: 'Full',
        status: 'active',
        createdAt: 1,
        updatedAt: 1,
      } as const;
      await insertAccount(transaction, account, { digest: sid, sealed: 's'.repeat(100) });
    }
  });
  const read = (...indexes: number[]) =>
    Promise.allSettled(indexes.map((index) => findAccount(database.query, sids[index] ?? '')));
  const outcomesOf = (results: Awaited<ReturnType<typeof read>>) =>
    results.map((one) => (one.status === 'fulfilled' ? one.value?.sid : one.reason.problem));
  assert.deepEqual(outcomesOf(await read(0)), [sids[0]]);

  // Pages that should be in the log are not: SQLite has SQLITE_IOERR_SHORT_READ, and rolls back.
  await copyFile(`${path}-wal`, `${path}-copy`);
  await truncate(`${path}-wal`, 0);
  const lost = 'storage_unavailable';
  assert.deepEqual(outcomesOf(await read(300, 0, 200)), [lost, sids[0], lost]);
  assert.deepEqual(outcomesOf(await read(150)), [lost]);

  await copyFile(`${path}-copy`, `${path}-wal`);
  assert.deepEqual(outcomesOf(await read(300, 200, 150)), [sids[300], sids[200], sids[150]]);
  // Not in the snapshot that failed.
  await database.transaction((one) =>
    one
      .updateTable('accounts')
      .set({ friendly_name: 'y' })
      .where('sid', '=', sids[0] ?? '')
      .execute(),
  );
  assert.equal((await findAccount(database.query, sids[0] ?? ''))?.friendlyName, 'y');
});
