/** Consent, refusal, people and health from the command line. */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createUser } from '../../src/users/operations.ts';
import { ended, originOf, runCommand, startCommand } from '../support/cli.ts';
import { openContext, TEST_SECRET_KEY, type TestContext } from '../support/context.ts';
import { DATABASES } from '../support/databases.ts';
import { startReceiver } from '../support/receiver.ts';

for (const engine of DATABASES) {
  describe(`people and consent at the command line on ${engine}`, () => {
    let test: TestContext;
    let settings: Record<string, string>;
    let folder: string;
    let owner: string;
    let customer: string;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'connect-apps-people-'));
      test = await openContext(engine);
      settings = { DATABASE_URL: test.databaseUrl, SECRET_KEY: TEST_SECRET_KEY };
      owner = (await test.createAccount()).accountSid;
      customer = (await test.createAccount()).accountSid;
    });
    after(async () => {
      await test?.close();
      await rm(folder, { recursive: true, force: true });
    });

    async function json(...words: string[]) {
      const { stdout, stderr, exitCode } = await runCommand(folder, [...words, '--json'], settings);
      assert.equal(exitCode, 0, stderr);
      return JSON.parse(stdout);
    }

    it('authorizations create --state --follow calls the app as a browser would', async (t) => {
      const receiver = await startReceiver((_, response) => response.writeHead(302).end());
      t.after(() => receiver.close());
      const authorizeRedirectUrl = `${receiver.url}/?from=connect#done`;
      const app = await test.createApp(owner, { authorizeRedirectUrl, permissions: ['get-all'] });
      const both = ['--account-sid', customer, '--connect-app-sid', app];
      const state = 'order 17 & {"a":"ü"}';
      const made = await json('authorizations', 'create', ...both, '--state', state, '--follow');
      assert.deepEqual(Object.keys(made), [
        'account_sid',
        'connect_app_sid',
        'permissions',
        'redirect',
        'redirect_status',
      ]);
      assert.equal(made.redirect_status, 302);
      assert.equal(new URL(made.redirect).searchParams.get('state'), state);
      const [called] = receiver.received;
      assert.equal(called?.method, 'GET');
      const url = new URL(called?.path ?? '', receiver.url);
      assert.deepEqual(
        [...url.searchParams],
        [
          ['from', 'connect'],
          ['AccountSid', made.account_sid],
          ['state', state],
        ],
      );

      const denied = await json('authorizations', 'deny', ...both, '--follow');
      assert.equal(denied.redirect_status, 302);
      assert.deepEqual(Object.keys(denied), ['connect_app_sid', 'redirect', 'redirect_status']);
      const refusal = new URL(receiver.received[1]?.path ?? '', receiver.url);
      assert.deepEqual(
        [...refusal.searchParams],
        [
          ['from', 'connect'],
          ['error', 'unauthorized_client'],
        ],
      );
      // A refusal changes nothing.
      const authorized = await json('authorizations', 'list', '--account-sid', customer);
      assert.equal(authorized.length, 1);
    });

    it('authorizations create --follow says that nobody answered, and that it stands', async () => {
      const app = await test.createApp(owner, { authorizeRedirectUrl: 'http://127.0.0.1:59999/' });
      const both = ['--account-sid', customer, '--connect-app-sid', app];
      const words = ['authorizations', 'create', ...both, '--follow', '--json'];
      const { exitCode, stdout, stderr } = await runCommand(folder, words, settings);
      assert.equal(exitCode, 1);
      assert.equal(JSON.parse(stdout).redirect_status, null);
      assert.equal(JSON.parse(stderr).error, 'redirect_failed');
    });

    it('authorizations create refuses a state that no link can carry', async () => {
      const app = await test.createApp(owner, {});
      const both = ['--account-sid', customer, '--connect-app-sid', app];
      const words = ['authorizations', 'create', ...both, '--state', 'x'.repeat(4097)];
      const { exitCode, stderr } = await runCommand(folder, words, settings);
      assert.equal(exitCode, 1);
      assert.match(stderr, /^connect-apps: state must have at most 4096 bytes[^\n]+\n$/);
    });

    it('users update and delete', async () => {
      const email = 'grace@example.com';
      const password = 'correct horse battery';
      await createUser(test.context, { email, password, accountSids: [owner] });
      const update = (...flags: string[]) => json('users', 'update', '--email', email, ...flags);
      const added = await update('--add-account-sid', customer);
      assert.deepEqual(added.account_sids, [owner, customer].toSorted());
      const both = ['--add-account-sid', customer, '--remove-account-sid', owner];
      assert.deepEqual((await update(...both)).account_sids, [customer]);
      const again = ['users', 'update', '--email', email, '--remove-account-sid', owner];
      const refused = await runCommand(folder, again, settings);
      assert.deepEqual(
        [refused.exitCode, refused.stderr],
        [1, `connect-apps: ${email} does not belong to ${owner}.\n`],
      );
      const nothing = await runCommand(folder, ['users', 'update', '--email', email], settings);
      assert.equal(nothing.exitCode, 2);
      const deleted = await json('users', 'delete', '--email', 'Grace@Example.com');
      assert.deepEqual([deleted.email, deleted.deleted], [email, true]);
      assert.deepEqual(await json('users', 'list'), []);
    });

    it('webhooks show and retry heed the account that acts', async () => {
      const deauthorizeCallbackUrl = 'http://127.0.0.1:9/bye';
      const app = await test.createApp(owner, { deauthorizeCallbackUrl });
      const both = ['--account-sid', customer, '--connect-app-sid', app];
      await json('authorizations', 'create', ...both);
      await json('authorizations', 'revoke', ...both);
      const [{ sid }] = await json('webhooks', 'list', '--account-sid', owner);
      assert.equal((await json('webhooks', 'show', sid, '--account-sid', owner)).sid, sid);
      for (const name of ['show', 'retry']) {
        const words = ['webhooks', name, sid, '--account-sid', customer];
        const { exitCode, stderr } = await runCommand(folder, words, settings);
        assert.equal(exitCode, 1);
        assert.match(stderr, new RegExp(`No callback ${sid} of account ${customer} in `));
      }
    });

    it('health: the server that the settings describe, or the one at --url', async (t) => {
      const child = startCommand(
        folder,
        ['serve', '--port', '0', '--drain-seconds', '0'],
        settings,
      );
      t.after(async () => {
        child.kill();
        await ended(child);
      });
      const origin = await originOf(child);
      assert.deepEqual(await json('health', '--url', origin), { url: origin, ready: true });
      const port = { PORT: new URL(origin).port, HOST: '0.0.0.0' };
      const { stdout, exitCode } = await runCommand(folder, ['health'], port);
      assert.deepEqual([exitCode, stdout], [0, `${origin} is ready.\n`]);
    });
  });
}
