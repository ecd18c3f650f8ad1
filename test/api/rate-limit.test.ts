/** The budget of work of an account: what counts for how much, who pays, who is refused, and how. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { authorizeConnectApp } from '../../src/authorizations/operations.ts';
import { DATABASES } from '../support/databases.ts';
import { type Credentials, startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { checkProblem } from './check-problem.ts';
import { accountPath, accountsPath, connectAppsPath } from './paths.ts';
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
      const startedAt = performance.now();
      const replies = await Promise.all(Array.from({ length: 100 }, ask));
      const durationMs = performance.now() - startedAt;
      const refused = replies.filter((reply) => reply.status === 429);
      const served = replies.filter((reply) => reply.status === 200);
      assert.equal(served.length + refused.length, replies.length);
      assert.ok(refused.length > 0);
      // A second's worth at once, and what each further second adds, which is begun before it is over.
      const most = RATE * (2 + durationMs / 1000);
      assert.ok(served.length >= RATE && served.length <= most, `${served.length} were served`);
      for (const reply of refused) {
        checkProblem(reply, { status: 429, code: 20429 });
        assert.match(reply.headers['retry-after'] ?? '', /^[1-9]\d*$/);
      }

      const others = connectAppsPath(server.customer.accountSid);
      const other = await server.request('GET', others, { auth: server.customer });
      assert.equal(other.status, 200);

      await until('the account is served again', async () => (await ask()).status === 200);
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
      await until(
        'one request of each kind is all that is answered',
        async () => {
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
          // The write counts for 3, and owes 2 of them.
          return left.join() === '4,3,2,1,0' && statuses.every((status) => status === 429);
        },
        60_000,
      );
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

    it('counts a request for about the work that it makes', async () => {
      const dear = await startServer({ engine, settings: { RATE_LIMIT_PER_SECOND: '1000' } });
      try {
        const lists = () => accountsPath();
        const weights = [
          ['GET', connectAppsPath, '', 1],
          ['GET', connectAppsPath, '?PageSize=1', 1],
          ['GET', connectAppsPath, '?PageSize=51', 2],
          ['GET', connectAppsPath, '?PageSize=1000', 20],
          ['HEAD', connectAppsPath, '?PageSize=1000', 20],
          ['GET', lists, '?PageSize=99999', 20],
          ['GET', lists, '?PageSize=1000&Page=9', 29],
          ['GET', lists, '?Page=100', 6],
          ['GET', connectAppsPath, '?PageSize=1000&Page=10', 1],
          ['GET', connectAppsPath, '?PageSize=many', 1],
          ['GET', accountPath, '?PageSize=1000', 1],
          ['POST', accountPath, '', 3],
          ['POST', lists, '', 3],
          ['DELETE', connectAppsPath, '', 3],
          ['PUT', accountPath, '', 1],
        ] as const;
        for (const [method, path, query, weight] of weights) {
          // Each with a budget that is full.
          const auth = await dear.createAccount({});
          const reply = await dear.request(method, path(auth.accountSid) + query, { auth });
          const left = Number(reply.headers['x-ratelimit-remaining']);
          assert.equal(1000 - left, weight, `${method} ${query}: ${reply.status}`);
        }
      } finally {
        await dear.close();
      }
    });

    it('answers a request that costs more than a second has, and makes it pay afterwards', async () => {
      const auth = await server.createAccount({});
      const path = connectAppsPath(auth.accountSid);
      const page = await server.request('GET', `${path}?PageSize=1000`, { auth });
      assert.equal(page.status, 200);
      const next = await server.request('GET', path, { auth });
      checkProblem(next, { status: 429, code: 20429 });
      // It owes 15 and is served with 1 again: 16 units at 5 a second.
      assert.ok(
        ['3', '4'].includes(next.headers['retry-after'] ?? ''),
        next.headers['retry-after'],
      );
    });

    it('is one for a parent and all its subaccounts, and another for the apps that they use', async () => {
      const parent = await server.createAccount({});
      const owner = parent.accountSid;
      const subaccounts: Credentials[] = [];
      while (subaccounts.length < 2 * RATE) {
        subaccounts.push(await server.createAccount({ owner }));
      }
      const app = await server.createApps(server.developer.accountSid, 1, () => ({
        authorizeRedirectUrl: 'https://app.example.com/',
        permissions: ['get-all'],
      }));
      const { subaccountSid } = await authorizeConnectApp(server.context, {
        accountSid: owner,
        connectAppSid: app[0] ?? '',
      });
      const asApp = { accountSid: subaccountSid, authToken: server.developer.authToken };
      const ask = (auth: Credentials) =>
        server.request('GET', accountPath(auth.accountSid), { auth });

      const replies = await Promise.all(subaccounts.map(ask));
      assert.ok(replies.some((reply) => reply.status === 429));
      assert.equal((await ask(asApp)).status, 200);
      await until('a subaccount has used up what its parent has', async () => {
        await Promise.all(subaccounts.map(ask));
        return (await ask(parent)).status === 429;
      });

      await until('an app is refused', async () => (await ask(asApp)).status === 429);
      await until('its customer is not', async () => {
        await Promise.all(Array.from({ length: RATE }, () => ask(asApp)));
        const [ofApp, own] = await Promise.all([ask(asApp), ask(parent)]);
        return ofApp.status === 429 && own.status === 200;
      });
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
