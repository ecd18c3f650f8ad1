/** Servers on one database, behind gateways of their own: what is revoked anywhere, the next decision of each knows. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { updateAccount } from '../../src/accounts/operations.ts';
import { authorizeConnectApp, revokeAuthorization } from '../../src/authorizations/operations.ts';
import { openContext, type TestContext } from '../support/context.ts';
import { DATABASES } from '../support/databases.ts';
import { freePorts } from '../support/free-port.ts';
import { type ServeProcess, startServe } from '../support/serve.ts';
import type { Credentials } from '../support/server.ts';
import { INSTALLED, type Program } from './fronts.ts';
import { basicOf } from './raw.ts';
import { type Front, openFront, type Platform, settingsFor, startPlatform } from './scene.ts';

const ROUNDS = 5;
/** A connection of a client reaches any of them. */
const WORKERS = 2;

for (const engine of DATABASES) {
  describe(`two servers with ${WORKERS} workers each on ${engine}`, () => {
    let world: TestContext;
    let platform: Platform;
    const servers: ServeProcess[] = [];
    const fronts: Front[] = [];

    before(async () => {
      world = await openContext(engine);
      platform = await startPlatform();
      const settings = { ...settingsFor(platform), WORKERS: String(WORKERS) };
      for (const port of await freePorts(2)) {
        const GATEWAY_PORT = String(port);
        const server = await startServe(world.databaseUrl, { ...settings, GATEWAY_PORT });
        servers.push(server);
        const gatewayUrl = `http://127.0.0.1:${port}`;
        for (const program of gatewaysOf(servers.length)) {
          fronts.push(await openFront(program, { url: server.url, gatewayUrl }, platform));
        }
      }
    });
    after(async () => {
      for (const front of fronts) await front.close();
      for (const server of servers) await server.stop();
      await platform?.close();
      await world?.close();
    });

    it('know of a revocation and of a suspension with the next request', async () => {
      const developer = await world.createAccount();
      const customer = await world.createAccount();
      const permissions = ['get-all', 'post-all'] as const;
      const target = `/2010-04-01/Accounts/${customer.accountSid}/Calls.json`;
      const statuses = (auth: Credentials) =>
        Promise.all(
          fronts.flatMap((front) =>
            Array.from({ length: 2 * WORKERS }, async () => {
              const { status } = await front.ask([`HEAD ${target} HTTP/1.1`, basicOf(auth)]);
              return status;
            }),
          ),
        );
      const all = (status: number) => fronts.flatMap(() => Array(2 * WORKERS).fill(status));

      for (let round = 0; round < ROUNDS; round += 1) {
        const connectAppSid = await world.createApp(developer.accountSid, {
          permissions: [...permissions],
        });
        const key = { accountSid: customer.accountSid, connectAppSid };
        const { subaccountSid } = await authorizeConnectApp(world.context, key);
        const app = { accountSid: subaccountSid, authToken: developer.authToken };
        assert.deepEqual(await statuses(app), all(200));
        await updateAccount(world.context, customer.accountSid, { Status: 'suspended' });
        assert.deepEqual(await statuses(app), all(403));
        await updateAccount(world.context, customer.accountSid, { Status: 'active' });
        assert.deepEqual(await statuses(app), all(200));
        await revokeAuthorization(world.context, key);
        assert.deepEqual(await statuses(app), all(403));
      }
    });
  });
}

/** One gateway for each server, of different kinds, and the server itself. */
function gatewaysOf(server: number): Program[] {
  const [last] = INSTALLED.slice(-1);
  const recipe = INSTALLED[server - 1];
  return [recipe, last].flatMap((program) => program ?? []);
}
