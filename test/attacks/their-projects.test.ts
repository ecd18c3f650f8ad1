/**
 * Commands in the project of another program: its .env, its variables, its files and its databases are
 * neither read nor changed.
 */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import SqliteConnection from 'better-sqlite3';
import pg from 'pg';
import { ended, originOf, outcomeOf, startWith } from '../support/cli.ts';
import { DATABASES } from '../support/databases.ts';
import { openCluster } from '../support/postgres.ts';

const THEIRS = { PORT: 'abc', HOST: '0.0.0.0', SECRET_KEY: 'theirs', LOG_LEVEL: 'verbose' };
const COMMANDS = [
  ['migrate'],
  ['doctor', '--port', '0'],
  ['serve', '--port', '0'],
  ['accounts', 'list'],
  ['apps', 'list', '--account-sid', 'AC00000000000000000000000000000001'],
  ['users', 'list'],
  ['backup', '.connect-apps/copy.db'],
  ['exec', '--', process.execPath, '--version'],
];

for (const engine of DATABASES) {
  describe(`a project with a ${engine} database of its own`, () => {
    let project: string;
    let home: string;
    let url: string;
    let untouched: string;
    before(async () => {
      project = await mkdtemp(join(tmpdir(), 'connect-apps-theirs-'));
      home = await mkdtemp(join(tmpdir(), 'connect-apps-home-'));
      // Their file in both cases: it lies there.
      const todos = new SqliteConnection(join(project, 'todos.db'));
      todos.pragma('journal_mode = WAL');
      todos.exec("create table todos (text); insert into todos values ('milk')");
      todos.close();
      url = 'sqlite:todos.db';
      if (engine === 'postgres') {
        url = await (await openCluster()).createDatabase();
        await query("create table todos (text text); insert into todos values ('milk')");
      }
      const settings = Object.entries({ ...THEIRS, DATABASE_URL: url });
      await writeFile(
        join(project, '.env'),
        settings.map(([name, value]) => `${name}=${value}\n`).join(''),
      );
      git('init', '--quiet');
      git('add', '.');
      git('-c', 'user.name=A', '-c', 'user.email=a@b.c', 'commit', '--quiet', '-m', 'Theirs');
      untouched = await look();
    });
    after(async () => {
      await rm(project, { recursive: true, force: true });
      await rm(home, { recursive: true, force: true });
    });

    function git(...words: string[]): string {
      return execFileSync('git', words, { cwd: project, encoding: 'utf8' });
    }

    async function query(text: string): Promise<unknown[]> {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      return client
        .query(text)
        .then(({ rows }) => rows)
        .finally(() => client.end());
    }

    /** All that is theirs, as text. */
    async function look(): Promise<string> {
      const names = (await readdir(project)).filter((name) => !/^\.(git|connect-apps)$/.test(name));
      const files = await Promise.all(
        names.map(async (name) => [name, (await readFile(join(project, name))).toString('hex')]),
      );
      const tables =
        engine === 'postgres'
          ? await query(
              `select t.*, (select text from todos) from information_schema.tables t
               where table_schema not in ('pg_catalog', 'information_schema')`,
            )
          : [];
      return JSON.stringify([files.sort(), tables]);
    }

    async function checkUntouched(words: readonly string[]): Promise<void> {
      assert.equal(await look(), untouched, words.join(' '));
      assert.equal(git('status', '--porcelain'), '', words.join(' '));
    }

    const start = (words: readonly string[], more: Record<string, string> = {}) =>
      startWith(project, words, { ...THEIRS, DATABASE_URL: url, HOME: home, ...more });

    it('is left alone by dev, with and without --fresh', async () => {
      for (const words of [['dev'], ['dev', '--fresh']]) {
        const child = start([...words, '--port', '0']);
        assert.match(await originOf(child), /^http:\/\/127\.0\.0\.1:/);
        await checkUntouched(words);
        child.kill('SIGINT');
        assert.equal(await ended(child), 0);
        await checkUntouched(words);
      }
    });

    for (const words of COMMANDS) {
      it(`is left alone by ${words[0]} ${words[1] ?? ''}`, async () => {
        const { stderr } = await outcomeOf(start(words));
        assert.doesNotMatch(stderr, /todos|verbose|abc|should not have happened/);
        await checkUntouched(words);
      });
    }

    it('is refused and left alone when a command is pointed at its database', async () => {
      for (const words of [
        ['migrate'],
        ['dev', '--port', '0'],
        ['dev', '--fresh'],
        ['users', 'list'],
      ]) {
        const { exitCode, stderr } = await outcomeOf(
          start(words, { CONNECT_APPS_DATABASE_URL: url }),
        );
        assert.equal(exitCode, 1, words.join(' '));
        assert.match(
          stderr,
          /^connect-apps: The database \S+ (contains tables of another|is not marked)[^\n]+\n$/,
        );
        await checkUntouched(words);
      }
    });
  });
}

describe('a folder without a database', () => {
  it('stays empty, and every command says where it looked', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'connect-apps-wrong-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const key = { CONNECT_APPS_SECRET_KEY: 'k'.repeat(32) };
    for (const words of [
      ['accounts', 'create'],
      ['webhooks', 'list', '--account-sid', 'AC00000000000000000000000000000001'],
      ['backup', 'copy.db'],
      ['serve', '--port', '0'],
    ]) {
      const { exitCode, stderr } = await outcomeOf(startWith(folder, words, key));
      assert.equal(exitCode, 1);
      const place = `No database at ${join(folder, '.connect-apps/connect-apps.db')}. `;
      assert.ok(stderr.startsWith(`connect-apps: ${place}`), stderr);
      assert.deepEqual(await readdir(folder), [], words.join(' '));
    }
  });
});
