/** A command of a new version finds the schema of an older one, whose servers still run. */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Migrator } from 'kysely/migration';
import { createConfig } from '../../src/server/config.ts';
import { openDatabase } from '../../src/server/context.ts';
import type { Database } from '../../src/storage/database.ts';
import { listPendingMigrations } from '../../src/storage/migrate.ts';
import { up } from '../../src/storage/migrations/0001-accounts-and-connect-apps.ts';
import { ended, originOf, runCommand, startCommand } from '../support/cli.ts';
import { TEST_SECRET_KEY } from '../support/context.ts';
import { DATABASES, emptyDatabase } from '../support/databases.ts';

const ACCOUNT = ['--account-sid', 'AC00000000000000000000000000000001'];
const APP = ['--connect-app-sid', 'CN00000000000000000000000000000001'];
const refusedFor = (migrations: number) =>
  new RegExp(
    `^connect-apps: The database \\S+ lacks ${migrations} migration\\(s\\)\\. Run "connect-apps migrate" first\\.\n$`,
  );

for (const engine of DATABASES) {
  describe(`an older schema on ${engine}`, () => {
    let folder: string;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'connect-apps-older-'));
    });
    after(() => rm(folder, { recursive: true, force: true }));

    /** A database as the first version made it. */
    async function makeOlder(name: string) {
      const url = await emptyDatabase(engine, join(folder, name));
      const database = openDatabase(createConfig({ DATABASE_URL: url }, 'development'));
      await database.migration(async (db) => {
        const getMigrations = async () => ({ '0001-accounts-and-connect-apps': { up } });
        const { mark } = database;
        await mark?.claim(db);
        const { error } = await new Migrator({
          db,
          provider: { getMigrations },
          ...(mark && { migrationTableSchema: mark.schema }),
        }).migrateToLatest();
        assert.equal(error, undefined);
      });
      return { database, settings: { DATABASE_URL: url, SECRET_KEY: TEST_SECRET_KEY } };
    }
    const lacking = async (database: Database) => (await listPendingMigrations(database)).length;

    it('is changed by no command but migrate', async (t) => {
      const { database, settings } = await makeOlder('commands');
      t.after(() => database.close());
      const pending = await lacking(database);
      assert.ok(pending > 0);
      const refused = refusedFor(pending);
      for (const words of [
        ['accounts', 'list'],
        ['accounts', 'create'],
        ['accounts', 're-encrypt'],
        ['apps', 'list', ...ACCOUNT],
        ['authorizations', 'revoke', ...ACCOUNT, ...APP],
        ['users', 'list'],
        ['webhooks', 'list', ...ACCOUNT],
        ['serve', '--port', '0'],
      ]) {
        const outcome = await runCommand(folder, words, settings);
        assert.deepEqual([outcome.exitCode, outcome.stdout], [1, ''], words.join(' '));
        assert.match(outcome.stderr, refused, words.join(' '));
      }
      assert.equal(await lacking(database), pending);
      assert.equal((await runCommand(folder, ['migrate'], settings)).exitCode, 0);
      assert.equal(await lacking(database), 0);
      assert.equal((await runCommand(folder, ['accounts', 'list'], settings)).exitCode, 0);
    });

    it('is brought up to date by dev', async (t) => {
      const { database, settings } = await makeOlder('dev');
      t.after(() => database.close());
      const child = startCommand(folder, ['dev', '--port', '0'], settings);
      await originOf(child);
      child.kill();
      assert.equal(await ended(child), 0);
      assert.equal(await lacking(database), 0);
    });
  });
}
