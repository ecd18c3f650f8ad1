/** How commands fail: one sentence that names the thing and the database, or with --json one object. */

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import SqliteConnection from 'better-sqlite3';
import { runCommand } from '../support/cli.ts';
import { TERMINAL_OBSTACLE, typeInto } from '../support/terminal.ts';

const UNKNOWN = `AC${'e'.repeat(32)}`;
const APP = `CN${'e'.repeat(32)}`;

let folder: string;
let database: string;
let settings: Record<string, string>;
let account: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'connect-apps-failures-'));
  const path = join(folder, 'test.db');
  database = `sqlite:${path}`;
  settings = { DATABASE_URL: database, SECRET_KEY: 'a secret key that only this test knows' };
  await runCommand(folder, ['migrate'], settings);
  const made = await runCommand(folder, ['accounts', 'create', '--json'], settings);
  account = JSON.parse(made.stdout).sid;
});
after(() => rm(folder, { recursive: true, force: true }));

describe('a failure with --json', () => {
  it('is one object on stderr, for every kind of failure', async () => {
    for (const [words, exitCode, error, message] of [
      [['accounts', 'show', UNKNOWN], 1, 'not_found', `No account ${UNKNOWN} in ${database}.`],
      [['migrate', '--database-url', 'mysql://a'], 1, 'setting_invalid', /DATABASE_URL must be/],
      [['apps', 'create', '--account-sid', account], 1, 'friendly_name_invalid', /^FriendlyName /],
      [['health', '--url', 'http://127.0.0.1:1'], 1, 'server_not_ready', /127\.0\.0\.1:1 /],
      [['apps', 'list'], 2, 'usage', "Required option '--account-sid <sid>' not specified."],
      [['accounts', 'show'], 2, 'usage', 'Name the account: its SID, or --account-sid.'],
      [['accounts', 'list', '--frob'], 2, 'usage', "Unknown option '--frob'."],
      [['accounts', 'lst'], 2, 'usage', "Unknown command 'lst'. Did you mean list?"],
      [['acounts'], 2, 'usage', /^Unknown (option|command)/],
      [['accounts', 'create', '--type', 'Huge'], 2, 'usage', /Allowed choices are Trial, Full\.$/],
      [['users', 'create', '--email', 'a@b.c'], 2, 'usage', /--account-sid/],
      [['dev', '--port', '0'], 2, 'usage', "Unknown option '--json'."],
    ] as const) {
      const outcome = await runCommand(folder, [...words, '--json'], settings);
      const about = `${words.join(' ')}: ${outcome.stderr}`;
      assert.deepEqual([outcome.exitCode, outcome.stdout], [exitCode, ''], about);
      const { error: name, message: sentence, ...rest } = JSON.parse(outcome.stderr);
      assert.deepEqual([name, rest], [error, {}], about);
      if (typeof message === 'string') assert.equal(sentence, message);
      else assert.match(sentence, message);
    }
  });
});

describe('a failure', () => {
  async function refused(...words: string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await runCommand(folder, words, settings);
    assert.deepEqual([exitCode, stdout], [1, ''], stderr);
    assert.match(stderr, /^connect-apps: [^\n]+\n$/);
    return stderr;
  }

  it('names what there is not, and the database', async () => {
    for (const [words, what] of [
      [['apps', 'list', '--account-sid', UNKNOWN], `account ${UNKNOWN}`],
      [['apps', 'show', APP], `Connect App ${APP}`],
      [['apps', 'show', APP, '--account-sid', account], `Connect App ${APP} of account ${account}`],
      [
        ['authorizations', 'create', '--account-sid', account, '--connect-app-sid', APP],
        `Connect App ${APP}`,
      ],
      [
        ['authorizations', 'deny', '--account-sid', UNKNOWN, '--connect-app-sid', APP],
        `account ${UNKNOWN}`,
      ],
      [['users', 'delete', '--email', 'a@b.c'], 'user a@b.c'],
      [['users', 'update', '--email', 'a@b.c', '--add-account-sid', UNKNOWN], `account ${UNKNOWN}`],
      [['webhooks', 'show', 'WH1'], 'callback WH1'],
      [
        ['webhooks', 'retry', 'WH1', '--account-sid', account],
        `callback WH1 of account ${account}`,
      ],
      // What is given must not move the cursor.
      [['accounts', 'show', 'a\u001b[2J\nb'], 'account a\\u001b[2J\\nb'],
    ] as const) {
      assert.equal(await refused(...words), `connect-apps: No ${what} in ${database}.\n`);
    }
  });

  it('names a PostgreSQL without its password', async () => {
    const url = 'postgres://ada:secret@127.0.0.1:1/apps?password=secret&connect_timeout=1';
    const sentence = await refused('accounts', 'list', '--database-url', url);
    assert.match(sentence, /^connect-apps: postgres:\/\/ada@127\.0\.0\.1:1\/apps: /);
    assert.doesNotMatch(sentence, /secret/);
  });

  it('says that the database is busy, or not one', async (t) => {
    const path = join(folder, 'test.db');
    const other = new SqliteConnection(path);
    t.after(() => other.close());
    other.exec('begin immediate');
    assert.equal(
      await refused('accounts', 'create'),
      `connect-apps: ${database} is busy: another process has been writing to it for too long. Try again.\n`,
    );
    other.exec('rollback');
    await mkdir(join(folder, 'folder.db'));
    const wrong = await refused('accounts', 'list', '--database-url', 'sqlite:folder.db');
    assert.match(wrong, /folder\.db/);
  });

  it('of health says what is wrong with the server', async (t) => {
    const busy = createServer((_, response) => response.writeHead(503).end());
    await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve));
    t.after(() => busy.close());
    const address = busy.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const url = `http://127.0.0.1:${port}`;
    assert.equal(
      await refused('health', '--url', url),
      `connect-apps: The server at ${url} is not ready: it answered 503.\n`,
    );
    assert.equal(
      await refused('health', '--url', 'http://127.0.0.1:1'),
      'connect-apps: No server answers at http://127.0.0.1:1 (ECONNREFUSED).\n',
    );
  });
});

describe('the program itself', () => {
  it('prints its version and its help on stdout, and exits with 0', async () => {
    const file = join(import.meta.dirname, '../../package.json');
    const { version } = JSON.parse(await readFile(file, 'utf8'));
    const printed = await runCommand(folder, ['--version'], settings);
    assert.deepEqual(printed, { exitCode: 0, stdout: `${version}\n`, stderr: '' });
    for (const words of [['--help'], ['help'], ['help', 'apps'], ['apps', 'create', '--help']]) {
      const { exitCode, stdout, stderr } = await runCommand(folder, words, settings);
      assert.deepEqual([exitCode, stderr], [0, ''], words.join(' '));
      assert.match(stdout, /^Usage: connect-apps/);
    }
  });

  it('explains itself on stderr when it is told too little, and exits with 2', async () => {
    for (const words of [[], ['apps']]) {
      const { exitCode, stdout, stderr } = await runCommand(folder, words, settings);
      assert.deepEqual([exitCode, stdout], [2, '']);
      assert.match(stderr, /^Usage: connect-apps/);
    }
  });

  it('works in a locale that is not UTF-8 and on a narrow terminal', {
    skip: TERMINAL_OBSTACLE,
  }, async () => {
    const environment = { ...settings, LC_ALL: 'C', LANG: 'C', COLUMNS: '10', LINES: '3' };
    const plain = await runCommand(folder, ['apps', 'create', '--help'], environment);
    assert.equal(plain.exitCode, 0, plain.stderr);
    const { exitCode, shown } = await typeInto(['accounts', 'list'], [], { folder, environment });
    assert.equal(exitCode, 0, shown);
    assert.ok(shown.includes(account));
  });
});
