/** The port of gateways over several processes: what one changes, all know at the next question. */

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { authorizeConnectApp, revokeAuthorization } from '../../src/authorizations/operations.ts';
import { openContext } from '../support/context.ts';
import { DATABASES } from '../support/databases.ts';
import { freePort } from '../support/free-port.ts';
import { startServe } from '../support/serve.ts';
import { type Credentials, send } from '../support/server.ts';
import { until } from '../support/until.ts';

const CONNECTIONS = 24;

for (const engine of DATABASES) {
  describe(`the port of gateways of serve --workers 2 on ${engine}`, () => {
    it('sees a revocation with the next question, new rules after SIGHUP, and answers while it drains', async (t) => {
      const world = await openContext(engine);
      t.after(() => world.close());
      const port = await freePort();
      const rules = join(world.folder, 'rules.json');
      await writeFile(rules, '[]');
      const server = await startServe(world.databaseUrl, {
        WORKERS: '2',
        GATEWAY_PORT: String(port),
        ROUTE_RULES: rules,
        DRAIN_SECONDS: '3',
      });
      t.after(() => server.stop('SIGINT'));
      const owner = await world.createAccount();
      const customer = await world.createAccount();
      const connectAppSid = await world.createApp(owner.accountSid, { permissions: ['get-all'] });
      const key = { accountSid: customer.accountSid, connectAppSid };
      const { subaccountSid } = await authorizeConnectApp(world.context, key);
      const app = { accountSid: subaccountSid, authToken: owner.authToken };

      const ask = async (auth: Credentials, path: string) => {
        const target = `/2010-04-01/Accounts/${customer.accountSid}${path}`;
        const headers = { 'x-original-method': 'GET', 'x-original-uri': target };
        const url = `http://127.0.0.1:${port}`;
        const options = { auth, headers };
        return (await send(url, 'GET', '/connect/v1/decide/nginx', options)).status;
      };
      // Each on a connection of its own, which the system gives to either worker.
      const askAll = (auth: Credentials, path: string) =>
        Promise.all(Array.from({ length: CONNECTIONS }, () => ask(auth, path)));
      const all = (status: number) => Array.from({ length: CONNECTIONS }, () => status);

      assert.deepEqual(await askAll(app, '/Calls/CA1.json'), all(200));
      await writeFile(rules, '[{ "path": "/Accounts/*/Calls/**", "app": "never" }]');
      server.child.kill('SIGHUP');
      await until('both workers have the new rules', async () =>
        (await askAll(app, '/Calls/CA1.json')).every((status) => status !== 200),
      );
      assert.deepEqual(await askAll(app, '/Messages/SM1.json'), all(200));
      assert.deepEqual(await askAll(customer, '/Calls/CA1.json'), all(200));

      await revokeAuthorization(world.context, key);
      assert.deepEqual(await askAll(app, '/Messages/SM1.json'), all(401));

      server.child.kill('SIGTERM');
      await until('it drains', async () => (await server.request('GET', '/readyz')).status === 503);
      assert.equal(await ask(customer, '/Messages.json'), 200);
    });
  });
}
