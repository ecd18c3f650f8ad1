/** No world sees anything of another: two on one port, tried with every credential. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from '../../src/control/server.ts';
import { send } from '../support/server.ts';

interface Described {
  id: string;
  developer: { accountSid: string; authToken: string; email: string; password: string };
  customer: { accountSid: string; authToken: string };
  connectApp: string;
}

describe('two worlds on one port', () => {
  let server: TestServer;
  let one: Described;
  let other: Described;

  before(async () => {
    server = await startTestServer({ host: '127.0.0.1', port: 0, first: {}, log: 'silent' });
    one = (await control('POST', '/worlds', {})) as Described;
    other = (await control('POST', '/worlds', {})) as Described;
  });
  after(() => server.close());

  async function control(method: string, path: string, body?: object): Promise<unknown> {
    const reply = await fetch(server.control + path, {
      method,
      headers: { authorization: `Bearer ${server.key}` },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    assert.ok(reply.ok, text);
    return text === '' ? undefined : JSON.parse(text);
  }

  const get = (path: string, options = {}) => send(server.url, 'GET', path, options);

  it('each answers its own, whatever the path of the request has', async () => {
    for (const { developer, connectApp } of [one, other]) {
      const path = `/2010-04-01/Accounts/${developer.accountSid}`;
      assert.equal((await get(`${path}.json`, { auth: developer })).status, 200);
      assert.equal(
        (await get(`${path}/ConnectApps/${connectApp}.json`, { auth: developer })).status,
        200,
      );
      assert.equal(
        (await send(server.url, 'POST', '/2010-04-01/Accounts.json', { auth: developer })).status,
        201,
      );
    }
  });

  it('no token, key, subaccount, session, cookie or ID of one opens the other', async () => {
    const { accountSid: theirs } = other.developer;
    const { subaccountSid } = (await control('POST', `/worlds/${one.id}/authorizations`, {})) as {
      subaccountSid: string;
    };
    const made = await send(
      server.url,
      'POST',
      `/2010-04-01/Accounts/${one.developer.accountSid}/Keys.json`,
      {
        auth: one.developer,
        form: { FriendlyName: 'x' },
      },
    );
    const key = made.json as { sid: string; secret: string };
    const { authToken } = one.developer;
    const credentials = [
      one.developer,
      one.customer,
      { accountSid: subaccountSid, authToken },
      { accountSid: key.sid, authToken: key.secret },
      { accountSid: theirs, authToken },
      { accountSid: other.customer.accountSid, authToken },
    ];
    const paths = [
      `/2010-04-01/Accounts/${theirs}.json`,
      `/2010-04-01/Accounts/${theirs}/ConnectApps.json`,
      `/2010-04-01/Accounts/${theirs}/ConnectApps/${other.connectApp}.json`,
      `/2010-04-01/Accounts/${other.customer.accountSid}/AuthorizedConnectApps.json`,
    ];
    for (const auth of credentials) {
      for (const path of paths) {
        for (const headers of [
          {},
          { 'connect-apps-world': other.id },
          { 'connect-apps-world': one.id },
        ]) {
          const reply = await get(path, { auth, headers });
          assert.match(String(reply.status), /^40[134]$/, `${path} ${reply.text}`);
          assert.doesNotMatch(reply.text, new RegExp(other.developer.authToken));
        }
      }
    }
    const { cookie } = (await control('POST', `/worlds/${one.id}/sessions`, {
      accountSid: one.developer.accountSid,
    })) as { cookie: string };
    const mine = await get(`/console/${one.developer.accountSid}/apps`, { headers: { cookie } });
    assert.match(mine.text, new RegExp(one.connectApp));
    const marks = [other.id, one.id].map((id) => `; connect_apps_world=${id}`);
    for (const mark of ['', ...marks]) {
      const headers = { cookie: cookie + mark };
      const reply = await get(`/console/${theirs}/apps`, { headers });
      assert.doesNotMatch(reply.text, new RegExp(other.connectApp));
    }
  });

  it('a browser stays in the world of the consent page that it began at', async () => {
    const { headers, status } = await get(`/authorize/${other.connectApp}`);
    assert.equal(status, 200);
    const cookies = headers['set-cookie'] ?? '';
    assert.match(cookies, new RegExp(`connect_apps_world=${other.id};.*HttpOnly`));
  });

  it('a world that was dropped answers no more, and its seed is free again', async () => {
    const { id, developer } = (await control('POST', '/worlds', { seed: 3 })) as Described;
    await assert.rejects(control('POST', '/worlds', { seed: 3 }), /different seeds/);
    await control('DELETE', `/worlds/${id}`);
    const path = `/2010-04-01/Accounts/${developer.accountSid}.json`;
    assert.equal((await get(path, { auth: developer })).status, 401);
    const again = (await control('POST', '/worlds', { seed: 3 })) as Described;
    assert.deepEqual(again.developer, developer);
  });
});
