/** More work than the process can do: it says so at once, and recovers by itself. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DATABASES } from '../support/databases.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { checkProblem } from './check-problem.ts';
import { connectAppPath } from './paths.ts';

/** Long enough that the delay is over a second on average, as the server looks at it. */
const HELD_UP_MS = 5000;

for (const engine of DATABASES) {
  describe(`a server whose event loop is held up on ${engine}`, () => {
    let server: TestServer;
    before(async () => {
      server = await startServer({ engine });
    });
    after(() => server.close());

    it('answers 503, 20503 with Retry-After, and then serves again', async () => {
      const path = connectAppPath(server.developer.accountSid, server.connectAppSid);
      const get = () => server.request('GET', path, { auth: server.developer });
      assert.equal((await get()).status, 200);

      // The server runs in this process: what holds up the test holds up the server.
      let refusal = await get();
      const holdUp = async () => {
        const end = Date.now() + HELD_UP_MS;
        while (Date.now() < end);
        refusal = await get();
        return refusal.status === 503;
      };
      await until('it sheds load', holdUp, 5 * HELD_UP_MS);
      checkProblem(refusal, { status: 503, code: 20503 });
      assert.equal(refusal.headers['retry-after'], '1');
      await until('it serves again', async () => (await get()).status === 200);
    });
  });
}
