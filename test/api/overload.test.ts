/** More work than the process can do: it does what it can, refuses the rest, and recovers by itself. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DATABASES } from '../support/databases.ts';
import { type Reply, startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { checkProblem } from './check-problem.ts';
import { connectAppPath, connectAppsPath } from './paths.ts';

const APPS = 200;
/** Clients that ask for all of them, again and again: seconds of work at any time. */
const CLIENTS = 600;

for (const engine of DATABASES) {
  describe(`a server that has too much to do on ${engine}`, () => {
    let server: TestServer;
    before(async () => {
      // Enough connections that none waits for one until it times out.
      server = await startServer({ engine, settings: { DATABASE_POOL_SIZE: '40' } });
      await server.createApps(server.developer.accountSid, APPS);
    });
    after(() => server.close());

    it('answers some, refuses the others with 503, 20503 and Retry-After, and then serves again', async () => {
      const { developer } = server;
      const list = connectAppsPath(developer.accountSid, '.json?PageSize=1000');
      let isOver = false;
      let answered = 0;
      const refused: Reply[] = [];
      const client = async () => {
        while (!isOver) {
          const reply = await server.request('GET', list, { auth: developer });
          if (reply.status === 200) answered += 1;
          else refused.push(reply);
        }
      };
      const clients = Array.from({ length: CLIENTS }, client);
      await until('it sheds load', () => refused.length > 0 && answered > 0, 60_000);
      // Whoever watches over the process must not take it for dead.
      assert.equal((await server.request('GET', '/healthz')).status, 200);
      isOver = true;
      await Promise.all(clients);

      for (const reply of refused) {
        checkProblem(reply, { status: 503, code: 20503 });
        assert.equal(reply.headers['retry-after'], '1');
      }
      // One line for each request, as for any other, and none more.
      assert.doesNotMatch(server.logs(), /The request failed/);
      const get = () =>
        server.request('GET', connectAppPath(developer.accountSid, server.connectAppSid), {
          auth: developer,
        });
      await until('it serves again', async () => (await get()).status === 200);
    });
  });
}
