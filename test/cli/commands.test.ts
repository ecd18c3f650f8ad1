/** The commands that work on the database: what they print, and how they fail. */

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runCommand } from '../support/cli.ts';

describe('the commands', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'connect-apps-cli-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function json(...words: string[]) {
    const { stdout, stderr, exitCode } = await runCommand(folder, [...words, '--json']);
    assert.equal(exitCode, 0, stderr);
    return JSON.parse(stdout);
  }

  async function refused(exitCode: number, ...words: string[]): Promise<string> {
    const outcome = await runCommand(folder, words);
    assert.equal(outcome.exitCode, exitCode, outcome.stdout + outcome.stderr);
    assert.equal(outcome.stdout, '');
    assert.doesNotMatch(outcome.stderr, /^\s+at /m, 'no stack');
    return outcome.stderr;
  }

  it('migrate brings an empty database up to date once, from several processes at once', async () => {
    const all = await Promise.all([json('migrate'), json('migrate'), json('migrate')]);
    const applied = all.flatMap((one) => one.applied);
    assert.deepEqual(applied, [
      '0001-accounts-and-connect-apps',
      '0002-people-authorizations-callbacks',
    ]);
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
    assert.equal((await json('accounts', 'show', '--account-sid', child.sid)).status, 'suspended');
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
    assert.match(await refused(1, 'apps', 'show', 'CN1'), /^connect-apps: There is no .+\.\n$/);
    assert.match(
      await refused(1, 'migrate', '--database-url', 'mysql://a'),
      /^connect-apps: DATABASE_URL must be .+\.\n$/,
    );
  });

  it('exits with 2 for wrong usage', async () => {
    for (const words of [
      ['frobnicate'],
      ['apps', 'list'],
      ['accounts', 'show'],
      ['dev', '--frob'],
      ['exec'],
    ]) {
      assert.match(await refused(2, ...words), /error/);
    }
  });

  it('explains every command', async () => {
    for (const words of [
      ['dev'],
      ['serve'],
      ['migrate'],
      ['exec'],
      ['accounts', 'create'],
      ['apps', 'create'],
      ['doctor'],
    ]) {
      const { stdout, exitCode } = await runCommand(folder, [...words, '--help']);
      assert.equal(exitCode, 0);
      assert.match(stdout, new RegExp(`Usage: connect-apps ${words.join(' ')}`));
    }
  });

  it('doctor says what is well, and what is not', async () => {
    const well = await json('doctor');
    assert.deepEqual(Object.values(well), ['ok', 'ok', 'ok', 'ok', 'ok']);
    const wrongKey = await runCommand(folder, ['doctor'], { SECRET_KEY: 'x'.repeat(40) });
    assert.equal(wrongKey.exitCode, 1);
    assert.match(wrongKey.stdout, /another SECRET_KEY/);
    await writeFile(join(folder, '.env'), 'PROT=1\n');
    const wrongFile = await runCommand(folder, ['doctor']);
    await rm(join(folder, '.env'));
    assert.equal(wrongFile.exitCode, 1);
    assert.match(wrongFile.stdout, /unknown setting PROT/);
  });
});
