/** Who gets in: HTTP Basic with an Account SID and one of its tokens, on which accounts' paths. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DATABASES } from '../support/databases.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { checkProblem } from './check-problem.ts';
import { objectOf } from './narrow.ts';
import { accountPath, connectAppPath, connectAppsPath } from './paths.ts';
import { exchange } from './raw-socket.ts';

const REFUSED = {
  status: 401,
  code: 20003,
  message: 'Authenticate',
  detail: 'Your AccountSid or AuthToken was incorrect.',
};
const UNKNOWN_SID = `AC${'f'.repeat(32)}`;

for (const engine of DATABASES) {
  describe(`authentication on ${engine}`, () => {
    let server: TestServer;

    before(async () => {
      server = await startServer({ engine });
    });
    after(() => server.close());

    /** Asks for the developer's list with a raw Authorization header. */
    function askWithHeader(authorization: string) {
      const path = connectAppsPath(server.developer.accountSid);
      return server.request('GET', path, { headers: { authorization } });
    }

    function basic(name: string, password: string): string {
      return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
    }

    it('lets an account in with its own token', async () => {
      const path = connectAppsPath(server.developer.accountSid);
      const reply = await server.request('GET', path, { auth: server.developer });
      assert.equal(reply.status, 200);
      assert.equal(reply.headers['www-authenticate'], undefined);
    });

    it('challenges a request without credentials', async () => {
      const reply = await server.request('GET', connectAppsPath(server.developer.accountSid));
      checkProblem(reply, REFUSED);
      assert.equal(reply.headers['www-authenticate'], 'Basic realm="Twilio API"');
    });

    it('answers a wrong token, a token of another account and an unknown account alike', async () => {
      const { accountSid } = server.developer;
      const attempts = [
        { accountSid, authToken: 'f'.repeat(32) },
        { accountSid, authToken: server.customer.authToken },
        { accountSid, authToken: '' },
        { accountSid: UNKNOWN_SID, authToken: server.developer.authToken },
        { accountSid: '', authToken: '' },
        { accountSid: 'nobody', authToken: server.developer.authToken },
      ];
      const path = connectAppsPath(accountSid);
      const bodies = new Set<string>();
      for (const auth of attempts) {
        const reply = await server.request('GET', path, { auth });
        checkProblem(reply, REFUSED);
        assert.equal(reply.headers['www-authenticate'], 'Basic realm="Twilio API"');
        bodies.add(reply.text);
      }
      assert.equal(bodies.size, 1, 'nothing tells which half was wrong');
    });

    it('refuses credentials that are not HTTP Basic', async () => {
      const { accountSid, authToken } = server.developer;
      const pair = Buffer.from(`${accountSid}:${authToken}`).toString('base64');
      const withoutColon = Buffer.from(accountSid + authToken).toString('base64');
      for (const header of [
        `Bearer ${authToken}`,
        `Digest ${pair}`,
        'Basic',
        'Basic ',
        'Basic !!!!',
        `Basic ${withoutColon}`,
        pair,
      ]) {
        checkProblem(await askWithHeader(header), REFUSED);
      }
    });

    it('takes the name of the scheme in any case', async () => {
      const { accountSid, authToken } = server.developer;
      const pair = basic(accountSid, authToken).slice('Basic '.length);
      assert.equal((await askWithHeader(`basic ${pair}`)).status, 200);
      assert.equal((await askWithHeader(`BASIC ${pair}`)).status, 200);
    });

    it('takes the SID in any case, but the token exactly', async () => {
      const { accountSid, authToken } = await server.createAccount({});
      const path = connectAppsPath(accountSid);
      const upperSid = `AC${accountSid.slice(2).toUpperCase()}`;
      const upperToken = authToken.toUpperCase();
      const ask = (auth: { accountSid: string; authToken: string }) =>
        server.request('GET', path, { auth });
      assert.equal((await ask({ accountSid: upperSid, authToken })).status, 200);
      checkProblem(await ask({ accountSid, authToken: upperToken }), REFUSED);
      checkProblem(await ask({ accountSid, authToken: `${authToken} ` }), REFUSED);
      checkProblem(await ask({ accountSid, authToken: `${authToken}0` }), REFUSED);
      checkProblem(await ask({ accountSid, authToken: authToken.slice(0, -1) }), REFUSED);
    });

    it("opens a subaccount's paths to its parent and to itself", async () => {
      const child = await server.createAccount({ owner: server.developer.accountSid });
      for (const auth of [server.developer, child]) {
        const reply = await server.request('GET', connectAppsPath(child.accountSid), { auth });
        assert.equal(reply.status, 200);
        const account = await server.request('GET', accountPath(child.accountSid), { auth });
        assert.equal(objectOf(account.json).sid, child.accountSid);
      }
    });

    it("hides the parent's and the siblings' paths from a subaccount", async () => {
      const child = await server.createAccount({ owner: server.developer.accountSid });
      const sibling = await server.createAccount({ owner: server.developer.accountSid });
      for (const accountSid of [server.developer.accountSid, sibling.accountSid]) {
        const path = connectAppsPath(accountSid);
        const reply = await server.request('GET', path, { auth: child });
        checkProblem(reply, { status: 404, code: 20404 });
      }
    });

    it("answers a foreign account's path as if nothing were there", async () => {
      for (const method of ['GET', 'POST']) {
        const bodies: string[] = [];
        for (const accountSid of [server.developer.accountSid, UNKNOWN_SID]) {
          const path = connectAppPath(accountSid, server.connectAppSid);
          const reply = await server.request(method, path, {
            auth: server.customer,
            ...(method === 'POST' && { form: { FriendlyName: 'mine now' } }),
          });
          checkProblem(reply, { status: 404, code: 20404 });
          bodies.push(reply.text.replaceAll(accountSid, 'AC'));
        }
        assert.equal(bodies[0], bodies[1], `${method}: foreign and unknown cannot be told apart`);
      }
    });

    it('refuses two Authorization headers, which two programs could read as two callers', async () => {
      const { accountSid, authToken } = server.developer;
      const right = `Authorization: ${basic(accountSid, authToken)}`;
      const other = `Authorization: ${basic(UNKNOWN_SID, authToken)}`;
      for (const headers of [
        [right, other],
        [other, right],
        [right, right],
        [right, 'authorization: Bearer x'],
      ]) {
        for (const method of ['GET', 'POST']) {
          const head = [
            `${method} ${connectAppPath(accountSid, server.connectAppSid)} HTTP/1.1`,
            'Host: localhost',
            ...headers,
            'Content-Length: 0',
            'Connection: close',
            '\r\n',
          ];
          const { replies } = await exchange(server.url, head.join('\r\n'));
          assert.equal(replies[0]?.status, 401);
          assert.match(replies[0]?.body ?? '', /exactly one Authorization header/);
        }
      }
    });

    it('changes nothing for a page of another site, whose browser adds what it remembers', async () => {
      const { accountSid } = server.developer;
      const path = connectAppPath(accountSid, server.connectAppSid);
      const { host } = new URL(server.url);
      const ask = (method: string, headers: Record<string, string>) =>
        server.request(method, path, {
          auth: server.developer,
          headers,
          ...(method === 'POST' && { form: { Description: JSON.stringify(headers) } }),
        });
      const before = await ask('GET', {});
      for (const headers of [
        { origin: 'https://evil.example' },
        { origin: 'null' },
        { origin: `http://${host}.evil.example` },
        { origin: `http://evil.example/${host}` },
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site' },
        { 'sec-fetch-site': 'cross-site', origin: server.url },
        { 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' },
      ]) {
        for (const method of ['POST', 'DELETE', 'PUT']) {
          const reply = await ask(method, headers);
          checkProblem(reply, { status: 403, code: 20006 });
        }
        assert.equal((await ask('GET', headers)).text, before.text);
      }
      for (const headers of [
        {},
        { origin: server.url },
        { 'sec-fetch-site': 'same-origin', origin: server.url },
        { 'sec-fetch-site': 'none' },
      ]) {
        const reply = await ask('POST', headers);
        assert.equal(reply.status, 200, reply.text);
        assert.equal(objectOf(reply.json).description, JSON.stringify(headers));
      }
    });

    it('keeps the old token working beside the new one during a rotation', async () => {
      const { accountSid, authToken: first } = await server.createAccount({});
      const path = connectAppsPath(accountSid);
      const statusWith = async (authToken: string) =>
        (await server.request('GET', path, { auth: { accountSid, authToken } })).status;

      const second = await server.rotateToken(accountSid);
      assert.notEqual(second, first);
      assert.match(second, /^[0-9a-f]{32}$/);
      assert.deepEqual([await statusWith(first), await statusWith(second)], [200, 200]);

      const third = await server.rotateToken(accountSid);
      assert.deepEqual(
        [await statusWith(first), await statusWith(second), await statusWith(third)],
        [401, 200, 200],
      );
    });

    it('tells a suspended account so, once its token is right', async () => {
      const auth = await server.createAccount({});
      const path = connectAppsPath(auth.accountSid);
      assert.equal((await server.request('GET', path, { auth })).status, 200);
      await server.setAccountStatus(auth.accountSid, 'suspended');
      const reply = await server.request('GET', path, { auth });
      checkProblem(reply, { status: 403, code: 20005, message: 'Account not active' });

      const wrong = { ...auth, authToken: 'f'.repeat(32) };
      checkProblem(await server.request('GET', path, { auth: wrong }), REFUSED);

      await server.setAccountStatus(auth.accountSid, 'active');
      assert.equal((await server.request('GET', path, { auth })).status, 200);
    });

    it('treats a closed account as one that does not exist', async () => {
      const auth = await server.createAccount({});
      await server.setAccountStatus(auth.accountSid, 'closed');
      const reply = await server.request('GET', connectAppsPath(auth.accountSid), { auth });
      checkProblem(reply, REFUSED);
    });
  });
}
