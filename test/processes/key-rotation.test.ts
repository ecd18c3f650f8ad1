/** A new SECRET_KEY, server by server, while clients and people go on: docs/operating.md, "Change the key". */

import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { after, before, describe, it } from 'node:test';
import { authenticate } from '../../src/access/authenticate.ts';
import { rotateToken } from '../../src/accounts/operations.ts';
import { createApiKey } from '../../src/api-keys/operations.ts';
import { createConfig } from '../../src/server/config.ts';
import { createContext } from '../../src/server/context.ts';
import { createUser } from '../../src/users/operations.ts';
import { findSession } from '../../src/users/session.ts';
import { objectOf, stringOf } from '../api/narrow.ts';
import { connectAppsPath } from '../api/paths.ts';
import { runCommand } from '../support/cli.ts';
import { openContext, TEST_SECRET_KEY, type TestContext } from '../support/context.ts';
import { DATABASES } from '../support/databases.ts';
import { type ServeProcess, startServe } from '../support/serve.ts';
import type { Credentials } from '../support/server.ts';
import { startSession } from '../support/session.ts';

const OLD = TEST_SECRET_KEY;
const NEW = 'the key that follows, which is long enough';

for (const engine of DATABASES) {
  describe(`a change of SECRET_KEY on ${engine}`, () => {
    let world: TestContext;
    const accounts: Credentials[] = [];
    before(async () => {
      world = await openContext(engine);
      for (let index = 0; index < 5; index += 1) accounts.push(await world.createAccount());
    });
    after(() => world?.close());

    /** The domain as a process with these keys has it. */
    async function withKeys<T>(
      [secretKey, other]: [string, string?],
      work: (context: TestContext['context']) => Promise<T>,
    ): Promise<T> {
      const config = createConfig(
        { DATABASE_URL: world.databaseUrl, PREVIOUS_SECRET_KEY: other },
        'development',
      );
      const context = createContext(config, { secretKey });
      return work(context).finally(() => context.database.close());
    }

    const allWork = (...keys: [string, string?]) =>
      withKeys(keys, async (context) => {
        for (const { accountSid, authToken } of accounts) {
          const { query } = context.database;
          const caller = authenticate(query, context.keyring, {
            username: accountSid,
            password: authToken,
          });
          if (!(await caller.then(Boolean, () => false))) return false;
        }
        return true;
      });

    async function withServers(
      work: (before: ServeProcess, after: ServeProcess) => Promise<void>,
    ): Promise<void> {
      const servers = await Promise.all([
        startServe(world.databaseUrl, { SECRET_KEY: OLD, PREVIOUS_SECRET_KEY: NEW }),
        startServe(world.databaseUrl, { SECRET_KEY: NEW, PREVIOUS_SECRET_KEY: OLD }),
      ]);
      try {
        await work(...servers);
      } finally {
        await Promise.all(servers.map((server) => server.stop()));
      }
    }

    it('lets servers of before and after work side by side', async () => {
      await withServers(async (before, after) => {
        for (const [maker, other] of [
          [before, after],
          [after, before],
        ] as const) {
          const [owner] = accounts;
          const made = await maker.request('POST', '/2010-04-01/Accounts.json', { auth: owner });
          const { sid, auth_token } = objectOf(made.json);
          const auth = { accountSid: stringOf(sid), authToken: stringOf(auth_token) };
          const path = `/2010-04-01/Accounts/${auth.accountSid}.json`;
          assert.equal((await other.request('GET', path, { auth })).status, 200);
          accounts.push(auth);
        }
      });
    });

    it('keeps page tokens valid', async () => {
      const [owner = { accountSid: '', authToken: '' }] = accounts;
      for (const _ of [1, 2, 3]) await world.createApp(owner.accountSid, {});
      await withServers(async (before, after) => {
        const path = `${connectAppsPath(owner.accountSid)}?PageSize=1`;
        const first = await before.request('GET', path, { auth: owner });
        const next = stringOf(objectOf(first.json).next_page_uri);
        assert.equal((await after.request('GET', next, { auth: owner })).status, 200);
      });
    });

    it('keeps people signed in', async () => {
      const email = 'ada@example.com';
      const accountSid = accounts[0]?.accountSid ?? '';
      const user = await withKeys([OLD], (context) =>
        createUser(context, { email, password: 'a long password', accountSids: [accountSid] }),
      );
      const secret = await withKeys([OLD], (context) => startSession(context, user.sid));
      const found = await withKeys([NEW, OLD], (context) => findSession(context, secret));
      assert.equal(found?.user.email, email);
      assert.equal(await withKeys([NEW], (context) => findSession(context, secret)), undefined);
    });

    it('encrypts every token again, the secondary ones too, and every API key', async () => {
      const [first = { accountSid: '', authToken: '' }] = accounts;
      const rotated = await rotateToken(world.context, first.accountSid, { keepOld: true });
      accounts.push({ accountSid: first.accountSid, authToken: rotated.authToken });
      const key = await createApiKey(world.context, first.accountSid, {});
      accounts.push({ accountSid: key.sid, authToken: key.secret });
      assert.equal(await allWork(NEW), false);
      const reEncrypt = () =>
        runCommand(tmpdir(), ['accounts', 're-encrypt', '--json'], {
          DATABASE_URL: world.databaseUrl,
          SECRET_KEY: NEW,
          PREVIOUS_SECRET_KEY: OLD,
        });
      const outcome = await reEncrypt();
      assert.equal(outcome.stderr, '');
      const { re_encrypted, re_encrypted_api_keys } = JSON.parse(outcome.stdout);
      assert.ok(re_encrypted >= 5);
      assert.equal(re_encrypted_api_keys, 1);
      assert.equal(await allWork(NEW), true);
      assert.deepEqual(JSON.parse((await reEncrypt()).stdout), {
        re_encrypted: 0,
        re_encrypted_api_keys: 0,
        re_encrypted_admin_keys: 0,
      });
      assert.equal(await allWork(OLD), false);
    });

    it('refuses to go on without the old key as long as it reads any token', async (context) => {
      const other = await openContext(engine);
      context.after(() => other.close());
      const [first, second] = [await other.createAccount(), await other.createAccount()];
      const settings = { DATABASE_URL: other.databaseUrl, SECRET_KEY: NEW };
      const runWithBoth = async (...words: string[]) => {
        const both = { ...settings, PREVIOUS_SECRET_KEY: OLD };
        const { exitCode, stderr } = await runCommand(tmpdir(), words, both);
        assert.equal(exitCode, 0, stderr);
      };
      const isRefused = async () => {
        for (const words of [
          ['doctor', '--port', '0'],
          ['accounts', 'list'],
          ['serve', '--port', '0'],
        ]) {
          const { exitCode, stdout, stderr } = await runCommand(tmpdir(), words, settings);
          assert.equal(exitCode, 1, words.join(' '));
          assert.match(
            stdout + stderr,
            /another secret key.+PREVIOUS_SECRET_KEY.+accounts re-encrypt/,
          );
        }
      };
      await runWithBoth('accounts', 'rotate-token', first.accountSid, '--no-keep-old');
      await isRefused();
      // Every primary token is under the new key by then, and one secondary token is not.
      await runWithBoth('accounts', 'rotate-token', second.accountSid);
      await isRefused();
      // Then every token is, and an API key is not.
      const key = await createApiKey(other.context, first.accountSid, {});
      await runWithBoth('accounts', 'rotate-token', second.accountSid, '--no-keep-old');
      await isRefused();

      await runWithBoth('accounts', 're-encrypt');
      assert.equal((await runCommand(tmpdir(), ['doctor', '--port', '0'], settings)).exitCode, 0);
      const server = await startServe(other.databaseUrl, { SECRET_KEY: NEW });
      context.after(() => server.stop());
      const path = connectAppsPath(second.accountSid);
      assert.equal((await server.request('GET', path, { auth: second })).status, 401);
      const auth = { accountSid: key.sid, authToken: key.secret };
      const ofFirst = connectAppsPath(first.accountSid);
      assert.equal((await server.request('GET', ofFirst, { auth })).status, 200);
    });

    it('refuses a key that is too short, or there twice', async () => {
      for (const [other, expected] of [
        [NEW, /PREVIOUS_SECRET_KEY repeats CONNECT_APPS_SECRET_KEY/],
        ['short', /PREVIOUS_SECRET_KEY must have at least 32 characters/],
      ] as const) {
        const { exitCode, stderr } = await runCommand(tmpdir(), ['serve', '--port', '0'], {
          DATABASE_URL: world.databaseUrl,
          SECRET_KEY: NEW,
          PREVIOUS_SECRET_KEY: other,
        });
        assert.equal(exitCode, 1);
        assert.match(stderr, expected);
        assert.ok(!stderr.includes(NEW));
      }
    });
  });
}
