/** Three `serve` processes on one database: what one does, the others know, and nothing is done twice. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { rotateToken, updateAccount } from '../../src/accounts/operations.ts';
import { authorizeConnectApp, revokeAuthorization } from '../../src/authorizations/operations.ts';
import { deleteConnectApp, updateConnectApp } from '../../src/connect-apps/operations.ts';
import { accountPath, connectAppPath } from '../api/paths.ts';
import { openContext, type TestContext } from '../support/context.ts';
import { DATABASES } from '../support/databases.ts';
import { startReceiver } from '../support/receiver.ts';
import { type ServeProcess, startServe } from '../support/serve.ts';
import type { Credentials } from '../support/server.ts';
import { until, whenThere } from '../support/until.ts';

const SERVERS = 3;
/** How long requests go on that should long have been refused. */
const LIMIT_MS = 10_000;
const CALLBACKS = 90;
/** How often each server has answered before something is taken away. */
const GOOD_ANSWERS = 6;

for (const engine of DATABASES) {
  describe(`three servers on one database of ${engine}`, () => {
    let world: TestContext;
    let owner: Credentials;
    let servers: ServeProcess[];
    before(async () => {
      world = await openContext(engine);
      owner = await world.createAccount();
      servers = await Promise.all(
        Array.from({ length: SERVERS }, () =>
          startServe(world.databaseUrl, { DATABASE_POOL_SIZE: '5' }),
        ),
      );
    });
    after(async () => {
      await Promise.all((servers ?? []).map((server) => server.stop()));
      await world?.close();
    });

    async function authorize(properties: Parameters<TestContext['createApp']>[1]) {
      const customer = await world.createAccount();
      const connectAppSid = await world.createApp(owner.accountSid, properties);
      const key = { accountSid: customer.accountSid, connectAppSid };
      const { subaccountSid } = await authorizeConnectApp(world.context, key);
      return { key, auth: { accountSid: subaccountSid, authToken: owner.authToken } };
    }

    it('sends one callback for each deauthorization', async () => {
      const receiver = await startReceiver();
      const authorizations = [];
      for (let index = 0; index < CALLBACKS; index += 1) {
        authorizations.push(await authorize({ deauthorizeCallbackUrl: `${receiver.url}/bye` }));
      }
      // All at once, for the connections of a pool: on a busy machine some wait too long for one.
      await Promise.all(
        authorizations.map(({ key }) => whenThere(() => revokeAuthorization(world.context, key))),
      );
      await until('all have arrived', () => receiver.received.length >= CALLBACKS, 30_000);
      // Long enough for each of the workers to look again.
      await setTimeout(2500);
      const tokens = receiver.received.map(({ headers }) => headers['i-twilio-idempotency-token']);
      assert.deepEqual([tokens.length, new Set(tokens).size], [CALLBACKS, CALLBACKS]);
      await receiver.close();
    });

    /** Asks every server all the time, takes something away, and returns how many later requests it answered. */
    async function goodAnswersAfter(
      auth: Credentials,
      path: string,
      takeAway: () => Promise<unknown>,
    ): Promise<number> {
      let begunAt = Number.POSITIVE_INFINITY;
      let takenAt = Number.POSITIVE_INFINITY;
      let late = 0;
      const good = servers.map(() => 0);
      const ask = async (server: ServeProcess, index: number) => {
        for (;;) {
          const sentAt = performance.now();
          const reply = await server.request('GET', path, { auth });
          if (reply.status === 200) {
            good[index] = (good[index] ?? 0) + 1;
            if (sentAt > takenAt) late += 1;
            // A refusal may come before the taking away is reported here, but not before it began.
          } else if (performance.now() > begunAt) return;
          else assert.fail(`${reply.status} before it was taken away`);
          assert.ok(sentAt < takenAt + LIMIT_MS, 'it is never refused');
        }
      };
      const asking = Promise.all(servers.map(ask));
      const isAnswered = () => good.every((count) => count >= GOOD_ANSWERS);
      await Promise.race([asking, until('each of them has answered', isAnswered)]);
      begunAt = performance.now();
      await whenThere(takeAway);
      takenAt = performance.now();
      await asking;
      return late;
    }

    it('refuses everywhere at once what was revoked, rotated, suspended, closed, dropped or deleted', async () => {
      const { context } = world;
      const revoked = await authorize({ permissions: ['get-all'] });
      const dropped = await authorize({ permissions: ['get-all'] });
      const suspended = await authorize({ permissions: ['get-all'] });
      const left = await authorize({ permissions: ['get-all'] });
      const deleted = await authorize({ permissions: ['get-all'] });
      const closed = await world.createAccount();
      const rotated = await world.createAccount();
      const path = ({ accountSid }: Credentials) => accountPath(accountSid);
      const cases: [name: string, auth: Credentials, takeAway: () => Promise<unknown>][] = [
        ['revoked', revoked.auth, () => revokeAuthorization(context, revoked.key)],
        [
          'dropped',
          dropped.auth,
          () =>
            updateConnectApp(context, owner.accountSid, dropped.key.connectAppSid, {
              Permissions: '',
            }),
        ],
        [
          'suspended',
          suspended.auth,
          () => updateAccount(context, suspended.key.accountSid, { Status: 'suspended' }),
        ],
        [
          'closed, an app that acted for it',
          left.auth,
          () => updateAccount(context, left.key.accountSid, { Status: 'closed' }),
        ],
        ['closed', closed, () => updateAccount(context, closed.accountSid, { Status: 'closed' })],
        [
          'deleted',
          deleted.auth,
          () => deleteConnectApp(context, owner.accountSid, deleted.key.connectAppSid),
        ],
        ['rotated', rotated, () => rotateToken(context, rotated.accountSid, { keepOld: false })],
      ];
      for (const [name, auth, takeAway] of cases) {
        const late = await goodAnswersAfter(auth, path(auth), takeAway);
        assert.equal(late, 0, `${name}: answered ${late} requests that began later`);
      }
    });

    it('shows at once on every server what one has written', async () => {
      const [first, ...others] = servers;
      const sid = await world.createApp(owner.accountSid, {});
      const path = connectAppPath(owner.accountSid, sid);
      for (let round = 0; round < 20; round += 1) {
        const form = { Description: `round ${round}` };
        const written = await first?.request('POST', path, { auth: owner, form });
        assert.equal(written?.status, 200);
        for (const server of others) {
          const reply = await server.request('GET', path, { auth: owner });
          assert.ok(reply.text.includes(`"description":"round ${round}"`));
        }
      }
    });

    it('shows at once on every server what became of an account that asks all of them', async () => {
      const [first, ...others] = servers;
      const account = await world.createAccount();
      const path = accountPath(account.accountSid);
      const ask = (server: ServeProcess) => server.request('GET', path, { auth: account });
      for (const server of servers) assert.equal((await ask(server)).status, 200);
      for (let round = 0; round < 20; round += 1) {
        const form = { FriendlyName: `round ${round}` };
        const written = await first?.request('POST', path, { auth: account, form });
        assert.equal(written?.status, 200);
        for (const server of others) {
          assert.ok((await ask(server)).text.includes(`"friendly_name":"round ${round}"`));
        }
      }
      const { authToken } = await rotateToken(world.context, account.accountSid, { keepOld: true });
      for (const server of servers) assert.ok((await ask(server)).text.includes(authToken));
    });

    it('loses no update when all change different properties at once', async () => {
      const sid = await world.createApp(owner.accountSid, {});
      const path = connectAppPath(owner.accountSid, sid);
      const names = ['FriendlyName', 'CompanyName', 'Description'] as const;
      for (let round = 0; round < 15; round += 1) {
        const value = `round ${round}`;
        const replies = await Promise.all(
          servers.map((server, index) =>
            server.request('POST', path, {
              auth: owner,
              form: { [names[index] ?? 'Description']: value },
            }),
          ),
        );
        assert.deepEqual(
          replies.map(({ status }) => status),
          [200, 200, 200],
        );
        const reply = await servers[0]?.request('GET', path, { auth: owner });
        assert.equal(reply?.text.match(new RegExp(`"${value}"`, 'g'))?.length, 3);
      }
    });
  });
}
