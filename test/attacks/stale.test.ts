/**
 * What was taken away is gone: a request that begins after a rotation, suspension or revocation is
 * refused on every process, one whose body comes after it changes nothing, and no token is handed to
 * somebody who does not have it.
 */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  createSubaccount,
  getAccount,
  rotateToken,
  updateAccount,
} from '../../src/accounts/operations.ts';
import { authorizeConnectApp, revokeAuthorization } from '../../src/authorizations/operations.ts';
import { accountPath, accountsPath } from '../api/paths.ts';
import { openContext, type TestContext } from '../support/context.ts';
import { DATABASES } from '../support/databases.ts';
import { type ServeProcess, startServe } from '../support/serve.ts';
import type { Credentials } from '../support/server.ts';
import { whenThere } from '../support/until.ts';
import { type Connection, openConnection } from './keep-alive.ts';

/** Of each kind. */
const RACES = 1000;
/** Side by side, each with an account and connections of its own. */
const LANES = 10;
const SERVERS = 2;
const OPEN = 'FriendlyName=written+too+late';

for (const engine of DATABASES) {
  describe(`what was taken away, on ${engine}`, () => {
    let world: TestContext;
    let owner: Credentials;
    let servers: ServeProcess[] = [];
    before(async () => {
      world = await openContext(engine);
      owner = await world.createAccount();
      servers = await Promise.all(
        Array.from({ length: SERVERS }, () => startServe(world.databaseUrl)),
      );
    });
    after(async () => {
      await Promise.all(servers.map((server) => server.stop()));
      await world?.close();
    });

    /** A busy machine may refuse anything for now: that is no answer to what was asked. */
    const isOneOf = (status: number, expected: readonly number[]) =>
      status === 503 || expected.includes(status);

    /** Runs every race, some side by side; each lane has two connections to each server. */
    async function race(
      run: (polled: Connection[], held: Connection[], round: number) => Promise<void>,
    ) {
      const lanes = Array.from({ length: LANES }, async () => {
        const [polled, held] = [open(), open()];
        try {
          for (let round = 0; round < RACES / LANES; round += 1) await run(polled, held, round);
        } finally {
          for (const connection of [...polled, ...held]) connection.close();
        }
      });
      await Promise.all(lanes);
    }
    const open = () => servers.map(({ url }) => openConnection(url));

    /**
     * Runs something while requests are held, whose heads have come and whose bodies come after it: they are
     * refused with `status`, tell no token and change nothing.
     */
    async function whileHeld(
      held: readonly Connection[],
      round: number,
      auth: Credentials,
      status: number,
      run: () => Promise<unknown>,
    ) {
      const before = await nameOf(auth);
      const path = round % 2 === 0 ? accountPath(auth.accountSid) : accountsPath();
      const sends = await Promise.all(held.map((one) => one.hold(path, auth, OPEN)));
      await run();
      for (const answer of await Promise.all(sends.map((send) => send()))) {
        assert.ok(isOneOf(answer.status, [status]), answer.body);
        assert.ok(!answer.body.includes('auth_token'));
      }
      assert.equal(await nameOf(auth), before);
    }

    /** Asks on every connection until `isOver`, and gives each answer to `look`. */
    async function poll(
      connections: readonly Connection[],
      auth: Credentials,
      isOver: () => boolean,
      look: (answer: { status: number; body: string }) => void,
    ) {
      const path = accountPath(auth.accountSid);
      await Promise.all(
        connections.map(async (connection) => {
          do look(await connection.ask('GET', path, auth));
          while (!isOver());
        }),
      );
    }

    async function statusOf(connection: Connection, auth: Credentials): Promise<number> {
      const { status } = await connection.ask('GET', accountPath(auth.accountSid), auth);
      return status === 503 ? statusOf(connection, auth) : status;
    }
    const statusesOf = (connections: readonly Connection[], auth: Credentials) =>
      Promise.all(connections.map((connection) => statusOf(connection, auth)));
    const nameOf = async ({ accountSid }: Credentials) =>
      (await whenThere(() => getAccount(world.context, accountSid))).friendlyName;

    it('hands a rotated token to nobody who has only the old one', async () => {
      await race(async (polled, held, round) => {
        const auth = await world.createAccount();
        await whileHeld(held, round, auth, 401, async () => {
          let isRotated = false;
          const polling = poll(
            polled,
            auth,
            () => isRotated,
            ({ status, body }) => {
              assert.ok(isOneOf(status, [401]) || body.includes(auth.authToken), body);
            },
          );
          const rotating = whenThere(() =>
            rotateToken(world.context, auth.accountSid, { keepOld: false }),
          );
          const [{ authToken }] = await Promise.all([
            rotating.finally(() => {
              isRotated = true;
            }),
            polling,
          ]);
          assert.deepEqual(await statusesOf(polled, auth), [401, 401]);
          assert.deepEqual(await statusesOf(polled, { ...auth, authToken }), [200, 200]);
        });
      });
    });

    it('lets no account lift its own suspension, and answers it no more', async () => {
      await race(async ([first, second], held, round) => {
        assert.ok(first && second);
        const { accountSid: parentSid } = await world.createAccount();
        const child = await whenThere(() => createSubaccount(world.context, parentSid, {}));
        const auth = { accountSid: child.sid, authToken: child.authToken };
        const path = accountPath(auth.accountSid);
        await whileHeld(held, round, auth, 403, async () => {
          let isSuspended = false;
          const lifting = (async () => {
            do assert.notEqual((await second.ask('POST', path, auth, 'Status=active')).status, 200);
            while (!isSuspended);
          })();
          const polling = poll(
            [first],
            auth,
            () => isSuspended,
            ({ status }) => assert.ok(isOneOf(status, [200, 403])),
          );
          const suspending = whenThere(() =>
            updateAccount(world.context, child.sid, { Status: 'suspended' }),
          );
          await Promise.all([
            suspending.finally(() => {
              isSuspended = true;
            }),
            lifting,
            polling,
          ]);
          assert.deepEqual(await statusesOf([first, second], auth), [403, 403]);
          const { status } = await whenThere(() => getAccount(world.context, child.sid));
          assert.equal(status, 'suspended');
        });
      });
    });

    it('answers no app whose authorization was revoked', async () => {
      const connectAppSid = await world.createApp(owner.accountSid, { permissions: ['get-all'] });
      await race(async (connections) => {
        const customer = await world.createAccount();
        const key = { accountSid: customer.accountSid, connectAppSid };
        const { subaccountSid } = await whenThere(() => authorizeConnectApp(world.context, key));
        const auth = { accountSid: subaccountSid, authToken: owner.authToken };
        let isRevoked = false;
        const polling = poll(
          connections,
          auth,
          () => isRevoked,
          ({ status }) => assert.ok(isOneOf(status, [200, 403])),
        );
        const revoking = whenThere(() => revokeAuthorization(world.context, key));
        await Promise.all([
          revoking.finally(() => {
            isRevoked = true;
          }),
          polling,
        ]);
        assert.deepEqual(await statusesOf(connections, auth), [403, 403]);
      });
    });

    it('does nothing for a body that comes after a closure', async () => {
      await race(async (_, held, round) => {
        const auth = await world.createAccount();
        await whileHeld(held, round, auth, 401, () =>
          whenThere(() => updateAccount(world.context, auth.accountSid, { Status: 'closed' })),
        );
      });
    });
  });
}
