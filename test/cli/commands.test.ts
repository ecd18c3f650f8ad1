/** The commands that work on the database: what they print, and how they fail. */

import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ended, originOf, runCommand, startCommand } from '../support/cli.ts';
import { DATABASES, emptyDatabase, settingsOfDatabase } from '../support/databases.ts';

for (const engine of DATABASES) {
  describe(`the commands on ${engine}`, () => {
    let folder: string;
    let settings: Record<string, string>;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'connect-apps-cli-'));
      settings = await settingsOfDatabase(engine);
    });
    after(() => rm(folder, { recursive: true, force: true }));

    async function json(...words: string[]) {
      const { stdout, stderr, exitCode } = await runCommand(folder, [...words, '--json'], settings);
      assert.equal(exitCode, 0, stderr);
      return JSON.parse(stdout);
    }

    async function refused(exitCode: number, ...words: string[]): Promise<string> {
      const outcome = await runCommand(folder, words, settings);
      assert.equal(outcome.exitCode, exitCode, outcome.stdout + outcome.stderr);
      assert.equal(outcome.stdout, '');
      assert.doesNotMatch(outcome.stderr, /^\s+at /m, 'no stack');
      return outcome.stderr;
    }

    /** The sentence that names what there is not, and the database meant: without its password. */
    function meant(what: string): RegExp {
      const database = engine === 'sqlite' ? `sqlite:${folder}/[^ ]+` : 'postgres://[^ ?]+';
      return new RegExp(`^connect-apps: No ${what} in ${database}\\.\\n$`);
    }

    it('migrate brings an empty database up to date once, from several processes at once', async () => {
      const all = await Promise.all([json('migrate'), json('migrate'), json('migrate')]);
      const applied = all.flatMap((one) => one.applied);
      const files = await readdir(join(import.meta.dirname, '../../src/storage/migrations'));
      assert.deepEqual(applied, files.map((name) => name.replace('.ts', '')).sort());
    });

    it('migrate says that there is nothing to do', async () => {
      const { stdout, exitCode } = await runCommand(folder, ['migrate'], settings);
      assert.equal(exitCode, 0);
      assert.equal(stdout, 'Nothing to do: the schema is current.\n');
      assert.deepEqual((await json('migrate')).applied, []);
    });

    it('accounts rotate-token keeps the old token, unless it is told not to', async () => {
      const { sid, auth_token: first } = await json('accounts', 'create');
      const opens = async (token: string) => {
        const server = startCommand(folder, ['dev', '--port', '0'], settings);
        try {
          const reply = await fetch(`${await originOf(server)}/2010-04-01/Accounts/${sid}.json`, {
            headers: {
              authorization: `Basic ${Buffer.from(`${sid}:${token}`).toString('base64')}`,
            },
          });
          return reply.status;
        } finally {
          server.kill();
          await ended(server);
        }
      };
      await json('accounts', 'rotate-token', sid);
      assert.equal(await opens(first), 200);
      await json('accounts', 'rotate-token', sid, '--no-keep-old');
      assert.equal(await opens(first), 401);
      assert.equal(await opens((await json('accounts', 'show', sid)).auth_token), 200);
    });

    it('authorizations: create, list and revoke', async () => {
      const owner = (await json('accounts', 'create')).sid;
      const customer = (await json('accounts', 'create')).sid;
      const flags = ['--friendly-name', 'My app', '--permissions', 'get-all'];
      const url = ['--authorize-redirect-url', 'https://app.example.com/done'];
      const app = (await json('apps', 'create', '--account-sid', owner, ...flags, ...url)).sid;
      const both = ['--account-sid', customer, '--connect-app-sid', app];

      const created = await json('authorizations', 'create', ...both);
      const { redirect, ...authorization } = created;
      assert.equal(redirect, `https://app.example.com/done?AccountSid=${created.account_sid}`);
      assert.deepEqual(Object.keys(authorization), [
        'account_sid',
        'connect_app_sid',
        'permissions',
      ]);
      const subaccount = await json('accounts', 'show', created.account_sid);
      assert.equal(subaccount.owner_account_sid, customer);
      const listed = await json('authorizations', 'list', '--account-sid', customer);
      assert.deepEqual(listed, [{ ...authorization, connect_app_friendly_name: 'My app' }]);

      assert.deepEqual(await json('authorizations', 'revoke', ...both), authorization);
      assert.deepEqual(await json('authorizations', 'list', '--account-sid', customer), []);
      assert.match(
        await refused(1, 'authorizations', 'revoke', ...both),
        meant(`authorization of Connect App ${app} by account ${customer}`),
      );
      await json('apps', 'update', app, '--authorize-redirect-url', '');
      assert.match(
        await refused(1, 'authorizations', 'create', ...both),
        /^connect-apps: The Connect App has no Authorize URL.+\n$/,
      );
    });

    it('accounts: create, show, list, suspend, activate, rotate the token and close', async () => {
      const account = await json('accounts', 'create', '--friendly-name', 'Acme 🚀');
      assert.match(account.sid, /^AC[0-9a-f]{32}$/);
      assert.equal(account.friendly_name, 'Acme 🚀');
      const child = await json('accounts', 'create', '--owner', account.sid);
      assert.equal(child.owner_account_sid, account.sid);

      const listed = await json('accounts', 'list', '--owner', account.sid);
      assert.deepEqual(
        listed.map((one: { sid: string }) => one.sid),
        [child.sid, account.sid],
      );
      assert.ok(!('auth_token' in listed[0]), 'a list has no tokens');

      assert.equal((await json('accounts', 'suspend', account.sid)).status, 'suspended');
      assert.equal(
        (await json('accounts', 'show', '--account-sid', child.sid)).status,
        'suspended',
      );
      assert.equal((await json('accounts', 'activate', account.sid)).status, 'active');
      assert.equal((await json('accounts', 'show', child.sid)).status, 'active');

      const rotated = await json('accounts', 'rotate-token', account.sid);
      assert.notEqual(rotated.auth_token, account.auth_token);
      assert.equal((await json('accounts', 'show', account.sid)).auth_token, rotated.auth_token);

      assert.equal((await json('accounts', 'close', account.sid)).status, 'closed');
      assert.match(await refused(1, 'accounts', 'activate', account.sid), /final/);
    });

    it('apps: create, show, update, list and delete', async () => {
      const owner = (await json('accounts', 'create')).sid;
      const flags = ['--friendly-name', 'My app', '--permissions', 'post-all,get-all'];
      const app = await json('apps', 'create', '--account-sid', owner, ...flags);
      assert.deepEqual(app.permissions, ['get-all', 'post-all']);
      assert.deepEqual(await json('apps', 'show', app.sid), app);

      const changed = await json(
        'apps',
        'update',
        '--sid',
        app.sid,
        '--logo-url',
        'https://a.example/',
      );
      assert.equal(changed.logo_url, 'https://a.example/');
      assert.equal(changed.friendly_name, 'My app');
      assert.deepEqual(await json('apps', 'list', '--account-sid', owner), [changed]);
      await json('apps', 'delete', app.sid, '--account-sid', owner);
      assert.deepEqual(await json('apps', 'list', '--account-sid', owner), []);
    });

    it('says in one sentence what is wrong, and exits with 1', async () => {
      const owner = (await json('accounts', 'create')).sid;
      const create = ['apps', 'create', '--account-sid', owner];
      assert.match(await refused(1, ...create), /^connect-apps: FriendlyName .+\.\n$/);
      assert.match(
        await refused(1, ...create, '--friendly-name', 'A', '--homepage-url', 'ftp://a'),
        /^connect-apps: HomepageUrl .+\.\n$/,
      );
      for (const [room, sid] of [
        ['apps', 'CN1'],
        ['apps', `CN${'e'.repeat(32)}`],
        ['accounts', `AC${'e'.repeat(32)}`],
        ['accounts', 'nonsense'],
      ] as const) {
        const sentence = await refused(1, room, 'show', sid);
        assert.match(sentence, meant(`${room === 'apps' ? 'Connect App' : 'account'} ${sid}`));
      }
      assert.match(
        await refused(1, 'migrate', '--database-url', 'mysql://a'),
        /^connect-apps: CONNECT_APPS_DATABASE_URL must be .+\.\n$/,
      );
    });

    it('doctor makes nothing where there is no database', async () => {
      const empty = await mkdtemp(join(tmpdir(), 'connect-apps-doctor-'));
      const missing =
        engine === 'sqlite' ? {} : { DATABASE_URL: `${settings.DATABASE_URL}_missing` };
      const { stdout, exitCode } = await runCommand(empty, ['doctor'], missing);
      assert.equal(exitCode, 1);
      assert.match(stdout, engine === 'sqlite' ? /^database +No database at/m : /does not exist/);
      assert.deepEqual(await readdir(empty), []);
      await rm(empty, { recursive: true });
    });

    if (engine === 'sqlite') {
      it('doctor makes no key, but says that there is none and reads the one that there is', async () => {
        const fresh = await mkdtemp(join(tmpdir(), 'connect-apps-doctor-'));
        await runCommand(fresh, ['migrate']);
        const made = await readdir(fresh, { recursive: true });
        const without = await runCommand(fresh, ['doctor']);
        assert.equal(without.exitCode, 1);
        assert.match(without.stdout, /^key +CONNECT_APPS_SECRET_KEY is not set, .+\.db\.key.+\.$/m);
        assert.match(without.stdout, /^schema +ok$/m);
        assert.deepEqual(await readdir(fresh, { recursive: true }), made);
        await runCommand(fresh, ['accounts', 'create']);
        const withIt = await runCommand(fresh, ['doctor']);
        assert.match(withIt.stdout, /^key +ok$/m);
        const SECRET_KEY = await readFile(join(fresh, '.connect-apps/connect-apps.db.key'), 'utf8');
        const asServe = await runCommand(fresh, ['doctor'], { SECRET_KEY, PORT: '0' });
        assert.equal(asServe.exitCode, 0, asServe.stdout);
        await rm(fresh, { recursive: true });
      });
    }

    it('doctor sees a database that nobody has migrated', async () => {
      const old = await mkdtemp(join(tmpdir(), 'connect-apps-doctor-'));
      // SQLite takes an empty file for an empty database.
      await writeFile(join(old, 'test.db'), '');
      const DATABASE_URL = await emptyDatabase(engine, old);
      const { stdout, exitCode } = await runCommand(old, ['doctor'], { DATABASE_URL });
      assert.equal(exitCode, 1);
      assert.match(stdout, /No database at .+"connect-apps migrate"/);
      await rm(old, { recursive: true });
    });

    it('doctor says what is well, and what is not', async () => {
      const clean = await mkdtemp(join(tmpdir(), 'connect-apps-doctor-'));
      const DATABASE_URL = await emptyDatabase(engine, clean);
      const well = { DATABASE_URL, SECRET_KEY: 'x'.repeat(40), PORT: '0' };
      await runCommand(clean, ['migrate'], well);
      await runCommand(clean, ['accounts', 'create'], well);
      const doctor = (more: Record<string, string>) =>
        runCommand(clean, ['doctor', '--json'], { ...well, ...more });
      const { exitCode, stdout } = await doctor({});
      assert.equal(exitCode, 0, stdout);
      assert.deepEqual(new Set(Object.values(JSON.parse(stdout))), new Set(['ok']));
      for (const [name, more, sentence] of [
        ['key', { SECRET_KEY: 'y'.repeat(40) }, /another secret key/],
        ['settings', { CONNECT_APPS_PROT: '1' }, /unknown setting CONNECT_APPS_PROT/],
        ['settings', { LOG_LEVEL: 'loud' }, /LOG_LEVEL must be one of/],
        ['secret_key', { SECRET_KEY: 'short' }, /at least 32 characters/],
        ['storage', { DATABASE_URL: 'sqlite::memory:' }, /stores nothing/],
        ['public_url', { PUBLIC_URL: 'https://a.example', HOST: '::1' }, /TRUST_PROXY/],
      ] as const) {
        const outcome = await doctor(more);
        assert.equal(outcome.exitCode, 1, name);
        assert.match(JSON.parse(outcome.stdout)[name], sentence);
      }
      await rm(clean, { recursive: true });
    });
  });
}
