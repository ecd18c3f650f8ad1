/** The rate limit of an account: what counts, who is refused, and how. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DATABASES } from '../support/databases.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { checkProblem } from './check-problem.ts';
import { accountPath, connectAppsPath } from './paths.ts';
import { exchange } from './raw-socket.ts';

const RATE = 5;

for (const engine of DATABASES) {
  describe(`the rate limit on ${engine}`, () => {
    let server: TestServer;

    before(async () => {
      server = await startServer({ engine, settings: { RATE_LIMIT_PER_SECOND: String(RATE) } });
    });
    after(() => server.close());

    it('answers 429 with Retry-After beyond it, to that account alone, and then relents', async () => {
      const path = connectAppsPath(server.developer.accountSid);
      const ask = () => server.request('GET', path, { auth: server.developer });
      const replies = await Promise.all(Array.from({ length: 20 }, ask));
      const refused = replies.filter((reply) => reply.status === 429);
      const served = replies.filter((reply) => reply.status === 200);
      assert.equal(served.length + refused.length, 20);
      assert.ok(served.length >= 5 && served.length <= 10, `${served.length} were served`);
      for (const reply of refused) {
        checkProblem(reply, { status: 429, code: 20429 });
        assert.match(reply.headers['retry-after'] ?? '', /^[1-9]\d*$/);
      }

      const others = connectAppsPath(server.customer.accountSid);
      const other = await server.request('GET', others, { auth: server.customer });
      assert.equal(other.status, 200);

      const deadline = Date.now() + 5000;
      while ((await ask()).status !== 200) {
        assert.ok(Date.now() < deadline, 'the account is served again');
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    });

    it('counts all methods of all routes together, and those that a route does not have', async () => {
      const kinds = [
        ['GET', connectAppsPath],
        ['HEAD', connectAppsPath],
        ['PUT', connectAppsPath],
        ['GET', accountPath],
        ['POST', accountPath],
      ] as const;
      assert.equal(kinds.length, RATE);
      // Each time with an account that has asked for nothing: all must fall into its first second.
      await until('one request of each kind is all that is answered', async () => {
        const auth = await server.createAccount({});
        const askAll = async () => {
          const replies = [];
          for (const [method, path] of kinds) {
            replies.push(await server.request(method, path(auth.accountSid), { auth }));
          }
          return replies;
        };
        const left = (await askAll()).map((reply) => reply.headers['x-ratelimit-remaining']);
        const statuses = (await askAll()).map((reply) => reply.status);
        const preflight = await server.request('OPTIONS', accountPath(auth.accountSid));
        assert.equal(preflight.status, 204);
        return left.join() === '4,3,2,1,0' && statuses.every((status) => status === 429);
      });
    });

    it('refuses before it has read a body, whatever the method', async () => {
      const auth = await server.createAccount({});
      const basic = Buffer.from(`${auth.accountSid}:${auth.authToken}`).toString('base64');
      const path = accountPath(auth.accountSid);
      for (const method of ['POST', 'PUT']) {
        const lines = [
          `${method} ${path} HTTP/1.1`,
          'Host: localhost',
          `Authorization: Basic ${basic}`,
          'Content-Type: application/x-www-form-urlencoded',
          'Content-Length: 5',
        ];
        await until(`${method} is refused`, async () => {
          await Promise.all(
            Array.from({ length: RATE }, () => server.request('GET', path, { auth })),
          );
          const bytes = `${lines.join('\r\n')}\r\n\r\n`;
          const { replies } = await exchange(server.url, bytes, { limitMs: 500 });
          return replies[0]?.status === 429;
        });
      }
    });

    it('does not let the wrong token of an account use up its share', async () => {
      const auth = await server.createAccount({});
      const path = connectAppsPath(auth.accountSid);
      const wrong = { ...auth, authToken: 'f'.repeat(32) };
      const attempts = Array.from({ length: 20 }, () =>
        server.request('GET', path, { auth: wrong }),
      );
      for (const reply of await Promise.all(attempts)) {
        assert.ok([401, 429].includes(reply.status));
      }
      assert.equal((await server.request('GET', path, { auth })).status, 200);
    });
  });
}
