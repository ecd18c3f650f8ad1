/** The commands of Connect: people, the button, and callbacks with their attempts. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ended, MAIN, originOf, runCommand, startCommand, withPrefix } from '../support/cli.ts';
import { DATABASES, settingsOfDatabase } from '../support/databases.ts';
import { startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';

const DEVELOPER = 'AC00000000000000000000000000000001';
const CUSTOMER = 'AC00000000000000000000000000000002';
const APP = 'CNb989fdd207b04d16aee578018ef5fd93';

for (const engine of DATABASES) {
  describe(`the commands of Connect on ${engine}`, () => {
    let folder: string;
    let settings: Record<string, string>;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'connect-apps-connect-'));
      settings = await settingsOfDatabase(engine);
      await runCommand(folder, ['migrate'], settings);
    });
    after(() => rm(folder, { recursive: true, force: true }));

    function withInput(input: string, ...words: string[]) {
      const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...words], {
        cwd: folder,
        env: { PATH: process.env.PATH, HOME: folder, ...withPrefix(settings) },
        input,
        encoding: 'utf8',
      });
      return { exitCode: status, stdout, stderr };
    }

    async function json(...words: string[]) {
      const { stdout, stderr, exitCode } = await runCommand(folder, [...words, '--json'], settings);
      assert.equal(exitCode, 0, stderr);
      return JSON.parse(stdout);
    }

    it('users: create with a password from standard input, list, set-password', async () => {
      const account = (await json('accounts', 'create')).sid;
      const create = ['users', 'create', '--account-sid', account, '--email'];
      const made = withInput('a long enough password\n', ...create, 'Ada@Example.com', '--json');
      assert.equal(made.exitCode, 0, made.stderr);
      const user = JSON.parse(made.stdout);
      assert.match(user.sid, /^US[0-9a-f]{32}$/);
      assert.deepEqual([user.email, user.account_sids], ['ada@example.com', [account]]);
      assert.doesNotMatch(made.stdout, /hash|scrypt|password/);
      assert.deepEqual(await json('users', 'list'), [user]);

      for (const [input, email, pattern] of [
        ['a long enough password', 'ada@example.com', /already belongs to a user/],
        ['a long enough password', 'nonsense', /must be an e-mail address/],
        ['short', 'bob@example.com', /[Pp]assword/],
        ['', 'bob@example.com', /No password\./],
      ] as const) {
        const refused = withInput(input, ...create, email);
        assert.equal(refused.exitCode, 1);
        assert.match(refused.stderr, pattern);
        assert.match(refused.stderr, /^connect-apps: [^\n]+\n$/);
      }
      const change = ['users', 'set-password', '--email'];
      const changed = withInput('another long password', ...change, 'ada@example.com', '--json');
      assert.equal(JSON.parse(changed.stdout).sid, user.sid);
      const unknown = withInput('another long password', ...change, 'bob@example.com');
      assert.equal(unknown.exitCode, 1);
      assert.match(unknown.stderr, /No user bob@example\.com in (sqlite|postgres):\S+\.\n$/);
    });

    it('apps button: the HTML of the Connect button', async () => {
      const dev = startCommand(folder, ['dev', '--port', '0'], settings);
      try {
        const origin = await originOf(dev);
        const words = ['apps', 'button', APP, '--public-url', origin];
        const { stdout } = await runCommand(folder, words, settings);
        const [, href = '', src = ''] =
          /^<a href="([^"]+)"><img src="([^"]+)"[^>]* alt="Connect"><\/a>\n$/.exec(stdout) ?? [];
        assert.equal(href, `${origin}/authorize/${APP}`);
        const image = await fetch(src);
        assert.equal(image.headers.get('content-type'), 'image/svg+xml');
        assert.match(await image.text(), /^<svg /);
        assert.equal((await fetch(href)).status, 200);
      } finally {
        dev.kill();
        await ended(dev);
      }
    });

    it('authorizations revoke: another process refuses the app within three seconds', async () => {
      const dev = startCommand(folder, ['dev', '--port', '0'], settings);
      try {
        const origin = await originOf(dev);
        const both = ['--account-sid', CUSTOMER, '--connect-app-sid', APP];
        await json('apps', 'update', APP, '--permissions', 'get-all');
        const { account_sid: subaccount } = await json('authorizations', 'create', ...both);
        const credentials = `${subaccount}:00000000000000000000000000000001`;
        const ask = async () => {
          const url = `${origin}/2010-04-01/Accounts/${subaccount}.json`;
          const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
          return (await fetch(url, { headers: { authorization } })).status;
        };
        assert.equal(await ask(), 200);
        // It is asked all the time, so that it has what it may remember.
        const asked: Promise<unknown>[] = [];
        const asking = setInterval(() => asked.push(ask()), 50);
        await json('authorizations', 'revoke', ...both).finally(() => clearInterval(asking));
        await until('the app is refused', async () => (await ask()) === 403, 3000);
        await Promise.all(asked);
      } finally {
        dev.kill();
        await ended(dev);
      }
    });

    it('webhooks: list, show with every attempt, retry', async () => {
      let status = 500;
      const receiver = await startReceiver((_, response) => {
        response.writeHead(status).end('what the receiver says');
      });
      const dev = startCommand(folder, ['dev', '--port', '0'], settings);
      try {
        await originOf(dev);
        const both = ['--account-sid', CUSTOMER, '--connect-app-sid', APP];
        await json('apps', 'update', APP, '--deauthorize-callback-url', receiver.url);
        await json('authorizations', 'create', ...both);
        await json('authorizations', 'revoke', ...both);
        await until('it has been tried', () => receiver.received.length === 1);
        const [callback] = await json('webhooks', 'list', '--account-sid', DEVELOPER);
        assert.equal(callback.connect_app_sid, APP);
        assert.equal(callback.url, `${receiver.url}/`, 'as it is called');
        await until('the attempt is written', async () => {
          return (await json('webhooks', 'show', callback.sid)).attempts_made > 0;
        });
        const shown = await json('webhooks', 'show', callback.sid);
        assert.equal(shown.status, 'pending');
        const [attempt] = shown.attempts;
        assert.deepEqual([attempt.number, attempt.status, attempt.failure], [1, 500, null]);
        assert.equal(attempt.answer, 'what the receiver says');
        assert.match(attempt.started_at, /^20\d\d-.*Z$/);

        status = 200;
        assert.equal((await json('webhooks', 'retry', callback.sid)).status, 'pending');
        await until('it is delivered', async () => {
          return (await json('webhooks', 'show', callback.sid)).status === 'delivered';
        });
        const { attempts_made: last } = await json('webhooks', 'show', callback.sid);
        const { stdout } = await runCommand(folder, ['webhooks', 'show', callback.sid], settings);
        assert.match(stdout, /status +delivered/);
        const row = `\\n${last} +20\\d\\d-\\S+ +\\d+ +200 +- +what the receiver says\\n`;
        assert.match(stdout, new RegExp(row));
      } finally {
        dev.kill();
        await ended(dev);
        await receiver.close();
      }
    });
  });
}
