/** Files, links and folders of others where a database, a key or a data folder of ours should be. */

import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import SqliteConnection from 'better-sqlite3';
import { SqliteDialect } from 'kysely';
import { createConfig } from '../../src/server/config.ts';
import { openDatabase } from '../../src/server/context.ts';
import { prepareDataFolder } from '../../src/server/data-folder.ts';
import { findExistingSecretKey, findSecretKey } from '../../src/server/secret-key.ts';
import { backUpSqlite } from '../../src/storage/backup.ts';
import { checkSchema, migrate } from '../../src/storage/migrate.ts';
import { openSqlite } from '../../src/storage/sqlite.ts';
import { deleteFile } from '../../src/storage/sqlite-file.ts';
import { makeBeforeMark } from '../support/before-mark.ts';
import { isRoot } from '../support/postgres.ts';

const NOBODY = 65_534;
const NOT_ROOT = !isRoot() && 'only root can become another user';
const sentence = (problem: string, message: RegExp) => ({ problem, message });

let folder: string;
const at = (name: string) => join(folder, name);
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'connect-apps-files-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What lies in the folder, byte for byte. */
function look(): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const found = lstatSync(at(name));
      return `${name} ${found.mode} ${found.isFile() ? readFileSync(at(name), 'hex') : ''}`;
    });
}

function makeTheirs(name: string, statements = 'create table todos (text)'): string {
  const database = new SqliteConnection(at(name));
  database.pragma('journal_mode = WAL');
  database.exec(statements);
  database.close();
  return at(name);
}

async function makeOurs(name: string): Promise<string> {
  const database = openSqlite(at(name));
  await migrate(database);
  await database.close();
  return at(name);
}

/** Runs `work` without the rights of root; where there are none, as it is. */
function asNobody(work: () => void): void {
  if (isRoot()) process.seteuid?.(NOBODY);
  try {
    work();
  } finally {
    if (isRoot()) process.seteuid?.(0);
  }
}

describe('what is no database of ours', () => {
  const CASES: readonly [name: string, make: (path: string) => unknown, message: RegExp][] = [
    ['a folder', (path) => mkdirSync(path), /it is a folder/],
    ['a text', (path) => writeFileSync(path, 'precious\n'.repeat(100)), /not an SQLite database/],
    ['a short text', (path) => writeFileSync(path, 'x'), /not an SQLite database/],
    ['a link that leads nowhere', (path) => symlinkSync('absent', path), /broken symbolic link/],
    ['a log without its database', (path) => writeFileSync(`${path}-wal`, 'log'), /is next to it/],
    ['a database with tables', () => makeTheirs('x.db'), /tables of another program|not marked/],
    [
      'one with a view',
      () => makeTheirs('x.db', 'create view v as select 1'),
      /another program|not marked/,
    ],
    [
      'one with the mark of another program',
      () => makeTheirs('x.db', 'pragma application_id = 7; create table t (a)'),
      /tables of another program/,
    ],
    [
      'one with tables of the same names, and one more',
      () =>
        makeTheirs(
          'x.db',
          ['accounts', 'connect_apps', 'kysely_migration', 'kysely_migration_lock', 'more']
            .map((name) => `create table ${name} (a);`)
            .join(''),
        ),
      /another program|not marked/,
    ],
  ];
  for (const [name, make, message] of CASES) {
    it(`${name} is refused with a sentence, and stays as it is`, () => {
      make(at('x.db'));
      const before = look();
      assert.throws(() => openSqlite(at('x.db'), undefined, 'claim'), { message });
      assert.throws(() => openSqlite(at('x.db'), undefined, 'existing'), { name: 'Problem' });
      assert.throws(() => deleteFile(at('x.db')), { name: 'Problem' });
      assert.deepEqual(look(), before);
    });
  }

  it('a database that another program has open is looked at without a trace', () => {
    const theirs = new SqliteConnection(at('x.db'));
    theirs.pragma('journal_mode = WAL');
    theirs.exec('create table todos (text)');
    const before = look();
    assert.throws(() => openSqlite(at('x.db')), sentence('database_foreign', /another program/));
    assert.deepEqual(look(), before);
    theirs.close();
  });

  it('an empty file is taken and marked; nothing is made where a database must exist', async () => {
    writeFileSync(at('x.db'), '');
    assert.throws(
      () => openSqlite(at('x.db'), undefined, 'existing'),
      sentence('database_missing', /^No database at \//),
    );
    assert.throws(
      () => openSqlite(at('y/z.db'), undefined, 'existing'),
      sentence('database_missing', /z\.db/),
    );
    await makeOurs('x.db');
    assert.deepEqual(readdirSync(folder), ['x.db']);
    assert.equal(readFileSync(at('x.db')).readUInt32BE(68), 0x43417070);
    await openSqlite(at('x.db'), undefined, 'existing').close();
  });

  it('one that a version before the mark made is marked by migrate alone', async () => {
    const path = at('x.db');
    await makeBeforeMark(new SqliteDialect({ database: new SqliteConnection(path) }));
    const old = new SqliteConnection(path);
    old.exec("insert into users values ('US1', 'a@b.c', '', 1, 1)");
    old.close();
    const refusal = sentence('database_not_current', /"connect-apps migrate" to mark it/);
    assert.throws(() => openSqlite(path, undefined, 'existing'), refusal);
    const database = openSqlite(path);
    await migrate(database);
    await database.close();
    const again = openSqlite(path, undefined, 'existing');
    await checkSchema(again);
    const users = await again.query.selectFrom('users').select('sid').execute();
    assert.deepEqual(users, [{ sid: 'US1' }]);
    await again.close();
  });
});

describe('--fresh', () => {
  it('deletes the file and its log, and keeps what lies beside them', async () => {
    const path = await makeOurs('x.db');
    for (const suffix of ['-wal', '-shm']) writeFileSync(path + suffix, '');
    for (const name of ['x.db.key', 'x.db.old', 'other']) writeFileSync(at(name), 'kept');
    deleteFile(path);
    assert.deepEqual(readdirSync(folder).sort(), ['other', 'x.db.key', 'x.db.old']);
    deleteFile(path);
  });

  it('follows no symbolic link, wherever it leads', async () => {
    await makeOurs('ours.db');
    makeTheirs('theirs.db');
    for (const target of ['ours.db', 'theirs.db', 'absent.db']) {
      symlinkSync(target, at('x.db'));
      const before = look();
      assert.throws(() => deleteFile(at('x.db')), sentence('setting_invalid', /symbolic link/));
      assert.deepEqual(look(), before);
      rmSync(at('x.db'));
    }
  });
});

describe('the data folder', () => {
  const config = (name: string) => createConfig({ DATA_DIR: at(name) }, 'development');

  it('lets its owner in alone, and hides all from version control, whatever the umask is', async (t) => {
    const umask = process.umask(0);
    t.after(() => process.umask(umask));
    prepareDataFolder(config('data'));
    const database = openDatabase(config('data'));
    t.after(() => database.close());
    await migrate(database);
    findSecretKey(config('data'));
    assert.equal(modeOf(at('data')), '700');
    const names = readdirSync(at('data')).sort();
    assert.deepEqual(
      names,
      ['', '-shm', '-wal', '.key']
        .map((end) => `connect-apps.db${end}`)
        .concat('.gitignore')
        .sort(),
    );
    for (const name of names) assert.equal(modeOf(at(`data/${name}`)), '600', name);
    assert.match(readFileSync(at('data/.gitignore'), 'utf8'), /^\*$/m);
  });

  it('closes what an older version left open to everyone', async () => {
    await makeOurs('x.db');
    chmodSync(at('x.db'), 0o644);
    const database = openSqlite(at('x.db'), undefined, 'existing');
    await database.ping();
    for (const suffix of ['', '-wal', '-shm']) assert.equal(modeOf(at('x.db') + suffix), '600');
    await database.close();
  });

  it('is refused, and left as it is, when it is not ours', () => {
    mkdirSync(at('photos'), 0o755);
    writeFileSync(at('photos/cat.png'), 'cat');
    symlinkSync('photos', at('link'));
    writeFileSync(at('file'), '');
    const before = look();
    for (const [name, message] of [
      ['photos', /contains other files, such as cat\.png/],
      ['link', /is a symbolic link/],
      ['file', /is not a folder/],
      ['file/data', /cannot be used/],
    ] as const) {
      assert.throws(() => prepareDataFolder(config(name)), sentence('setting_invalid', message));
    }
    assert.deepEqual(look(), before);
  });

  it('is refused when it belongs to another user', { skip: NOT_ROOT }, () => {
    chmodSync(folder, 0o755);
    mkdirSync(at('data'));
    asNobody(() => {
      const refusal = sentence('setting_invalid', /belongs to another user/);
      assert.throws(() => prepareDataFolder(config('data')), refusal);
    });
    chmodSync(at('data'), 0o777);
    asNobody(() => assert.throws(() => prepareDataFolder(config('data')), /another user/));
    assert.deepEqual(readdirSync(at('data')), []);
  });

  it('that cannot be written, and a database in it, is named in a sentence', async () => {
    await makeOurs('x.db');
    chmodSync(folder, 0o555);
    asNobody(() => {
      const message = /The data folder \S+\/data cannot be used: EACCES/;
      assert.throws(() => prepareDataFolder(config('data')), sentence('setting_invalid', message));
      const refusal = sentence('storage_unavailable', /^Cannot open the database \S+: .+\.$/);
      assert.throws(() => openSqlite(at('y.db')), refusal);
      if (isRoot()) assert.throws(() => openSqlite(at('x.db')), refusal);
    });
    chmodSync(folder, 0o700);
  });

  it('of one project knows nothing of the one beside it', async () => {
    for (const name of ['a', 'b']) {
      prepareDataFolder(config(name));
      await makeOurs(`${name}/connect-apps.db`);
    }
    assert.notEqual(findSecretKey(config('a')), findSecretKey(config('b')));
    deleteFile(at('a/connect-apps.db'));
    assert.ok(existsSync(at('b/connect-apps.db')));
  });

  it('may be moved by hand', async () => {
    mkdirSync(at('data'));
    await makeOurs('data/connect-apps.db');
    prepareDataFolder(config('data'));
    writeFileSync(at('data/backup.db'), '');
    prepareDataFolder(config('data'));
  });
});

describe('the key file', () => {
  const config = () => createConfig({ DATABASE_URL: `sqlite:${at('x.db')}` }, 'development');
  const refused = (message: RegExp) => {
    assert.throws(() => findSecretKey(config()), sentence('setting_invalid', message));
    assert.throws(() => findExistingSecretKey(config()), sentence('setting_invalid', message));
  };

  it('is refused when others may read it, or have put it there', () => {
    findSecretKey(config());
    for (const mode of [0o640, 0o604, 0o660]) {
      chmodSync(at('x.db.key'), mode);
      refused(/Other users may read or change .+ Run: chmod 600 \//);
    }
    rmSync(at('x.db.key'));
    writeFileSync(at('known'), 'k'.repeat(64), { mode: 0o600 });
    symlinkSync('known', at('x.db.key'));
    refused(/is a symbolic link/);
    rmSync(at('x.db.key'));
    mkdirSync(at('x.db.key'));
    refused(/key file/);
  });

  it('is refused when it belongs to another user', {
    skip: NOT_ROOT,
  }, () => {
    writeFileSync(at('x.db.key'), 'k'.repeat(64), { mode: 0o600 });
    chownSync(at('x.db.key'), NOBODY, NOBODY);
    refused(/belongs to another user/);
  });
});

describe('a backup', () => {
  it('replaces no file, no link, and no unfinished one of somebody else', async () => {
    await makeOurs('ours.db');
    writeFileSync(at('precious'), 'precious');
    writeFileSync(at('copy.db.unfinished'), 'precious');
    symlinkSync('precious', at('link'));
    symlinkSync('absent', at('dangling'));
    const before = look();
    for (const name of ['precious', 'link', 'dangling', 'ours.db']) {
      assert.throws(() => backUpSqlite(at('ours.db'), at(name)), /already exists/);
    }
    assert.deepEqual(look(), before);
    backUpSqlite(at('ours.db'), at('copy.db'));
    assert.equal(modeOf(at('copy.db')), '600');
    assert.equal(readFileSync(at('copy.db.unfinished'), 'utf8'), 'precious');
    await openSqlite(at('copy.db'), undefined, 'existing').close();
  });
});
