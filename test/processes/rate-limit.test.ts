/** An account is kept to its rate by each process, so to as many times the rate as there are processes. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { connectAppsPath } from '../api/paths.ts';
import { openContext, type TestContext } from '../support/context.ts';
import { DATABASES } from '../support/databases.ts';
import { startServe } from '../support/serve.ts';

const RATE = 20;
const SECONDS = 3;
const CLIENTS = 6;

/** What serves: servers, each with so many processes. */
const LAYOUTS = [
  { name: 'three servers', servers: 3, workers: 1 },
  { name: 'one server with two workers', servers: 1, workers: 2 },
];

for (const engine of DATABASES) {
  describe(`RATE_LIMIT_PER_SECOND on ${engine}`, () => {
    let world: TestContext;
    before(async () => {
      world = await openContext(engine);
    });
    after(() => world?.close());

    for (const layout of LAYOUTS) {
      it(`keeps an account to its rate times the processes of ${layout.name}`, async (t) => {
        const settings = {
          RATE_LIMIT_PER_SECOND: String(RATE),
          WORKERS: String(layout.workers),
          DATABASE_POOL_SIZE: '5',
        };
        const servers = await Promise.all(
          Array.from({ length: layout.servers }, () => startServe(world.databaseUrl, settings)),
        );
        t.after(() => Promise.all(servers.map((server) => server.stop())));
        const account = await world.createAccount();
        const path = connectAppsPath(account.accountSid);
        const counts = { accepted: 0, refused: 0 };
        const begun = performance.now();
        const ask = async (client: number) => {
          const server = servers[client % servers.length];
          while (performance.now() < begun + SECONDS * 1000) {
            const reply = await server?.request('GET', path, { auth: account });
            if (reply?.status === 200) counts.accepted += 1;
            else {
              assert.equal(reply?.status, 429);
              assert.ok(Number(reply.headers['retry-after']) >= 1);
              counts.refused += 1;
            }
          }
        };
        await Promise.all(Array.from({ length: CLIENTS }, (_, client) => ask(client)));
        // One window more than there are full seconds: they begin with the first request.
        const windows = Math.ceil((performance.now() - begun) / 1000) + 1;
        const processes = layout.servers * layout.workers;
        assert.ok(counts.refused > 0, 'more was asked for than is allowed');
        assert.ok(counts.accepted >= RATE * (SECONDS - 1), `${counts.accepted} accepted`);
        assert.ok(counts.accepted <= RATE * processes * windows, `${counts.accepted} accepted`);
      });
    }
  });
}
