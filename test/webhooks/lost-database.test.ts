/** The database goes away while a callback is on its way: its result is written when it is back. */

import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  authorizeConnectApp,
  revokeAuthorization,
} from '../../src/authorizations/authorization.ts';
import { POSTGRES_OBSTACLE } from '../support/databases.ts';
import { openCluster } from '../support/postgres.ts';
import { startReceiver } from '../support/receiver.ts';
import { startServer } from '../support/server.ts';
import { until } from '../support/until.ts';

it('a callback is sent once, though the database was away when it was answered', {
  skip: POSTGRES_OBSTACLE,
}, async (t) => {
  const cluster = await openCluster();
  const server = await startServer({ engine: 'postgres' });
  t.after(() => server.close());
  let killed: Promise<void> | undefined;
  const receiver = await startReceiver(async (_, response) => {
    killed = cluster.kill();
    await killed;
    response.writeHead(204).end();
  });
  t.after(() => receiver.close());
  const [connectAppSid = ''] = await server.createApps(server.developer.accountSid, 1, () => ({
    authorizeRedirectUrl: 'https://app.example.com/',
    deauthorizeCallbackUrl: `${receiver.url}/bye`,
  }));
  const key = { accountSid: server.customer.accountSid, connectAppSid };
  await authorizeConnectApp(server.context, key);
  await revokeAuthorization(server.context, key);

  await until('it was sent', () => receiver.received.length === 1);
  // Long enough that the first tries to write its result have failed.
  await until('the failure is seen', async () => !(await isThere()));
  await killed;
  await cluster.start();
  const statuses = () =>
    server.context.database.query.selectFrom('callbacks').select('status').execute();
  await until('it is delivered', async () =>
    (await statuses()).every(({ status }) => status === 'delivered'),
  );
  assert.equal(receiver.received.length, 1);

  async function isThere(): Promise<boolean> {
    return server.context.database.ping().then(
      () => true,
      () => false,
    );
  }
});
