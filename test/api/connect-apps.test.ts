/** The ConnectApp resource: what GET and POST do with each property, and what every other method does. */

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { DATABASES } from '../support/databases.ts';
import { type Credentials, startServer, type TestServer } from '../support/server.ts';
import { checkProblem } from './check-problem.ts';
import { arrayOf, objectOf } from './narrow.ts';
import { connectAppPath, connectAppsPath } from './paths.ts';

/** Each text parameter, the property that it sets, and two values that it may have. */
const PARAMETERS = [
  ['AuthorizeRedirectUrl', 'authorize_redirect_url', 'https://a.example/back', 'http://b.example/'],
  ['CompanyName', 'company_name', 'Acme', 'Acme & Sons'],
  ['DeauthorizeCallbackMethod', 'deauthorize_callback_method', 'GET', 'POST'],
  [
    'DeauthorizeCallbackUrl',
    'deauthorize_callback_url',
    'https://a.example/bye',
    'http://b.example',
  ],
  ['Description', 'description', 'Sends postcards', 'Sends letters'],
  ['FriendlyName', 'friendly_name', 'Postcards', 'Letters'],
  ['HomepageUrl', 'homepage_url', 'https://a.example/', 'https://b.example/?q=1&r=2'],
] as const;

const BLANK = {
  authorize_redirect_url: null,
  company_name: null,
  deauthorize_callback_method: null,
  deauthorize_callback_url: null,
  description: null,
  homepage_url: null,
  permissions: [],
};

for (const engine of DATABASES) {
  describe(`the ConnectApp resource on ${engine}`, () => {
    let server: TestServer;
    let owner: Credentials;
    let sid: string;
    let path: string;

    before(async () => {
      server = await startServer({ engine });
      owner = await server.createAccount({});
    });
    after(() => server.close());

    beforeEach(async () => {
      [sid = ''] = await server.createApps(owner.accountSid, 1, () => ({ friendlyName: 'App' }));
      path = connectAppPath(owner.accountSid, sid);
    });

    type Form = Record<string, string> | [string, string][];

    async function fetchApp(): Promise<Record<string, unknown>> {
      const reply = await server.request('GET', path, { auth: owner });
      assert.equal(reply.status, 200, reply.text);
      return objectOf(reply.json);
    }

    /** Posts `form` and returns the app, after checking that a GET returns the same. */
    async function update(form: Form): Promise<Record<string, unknown>> {
      const reply = await server.request('POST', path, { auth: owner, form });
      assert.equal(reply.status, 200, reply.text);
      const app = objectOf(reply.json);
      assert.deepEqual(await fetchApp(), app);
      return app;
    }

    it('fetches an app that has only a name', async () => {
      assert.deepEqual(await fetchApp(), {
        ...BLANK,
        account_sid: owner.accountSid,
        friendly_name: 'App',
        sid,
        uri: path,
      });
    });

    for (const [parameter, property, first, second] of PARAMETERS) {
      it(`sets ${parameter}, and leaves all else as it was`, async () => {
        const before = await fetchApp();
        assert.deepEqual(await update({ [parameter]: first }), { ...before, [property]: first });
        assert.deepEqual(await update({ [parameter]: second }), { ...before, [property]: second });
      });

      if (parameter === 'FriendlyName') continue;
      it(`clears ${parameter} with an empty value`, async () => {
        const before = await update({ [parameter]: first, FriendlyName: 'Kept' });
        assert.deepEqual(await update({ [parameter]: '' }), { ...before, [property]: null });
      });
    }

    it('sets all eight parameters at once', async () => {
      const form = Object.fromEntries(PARAMETERS.map(([name, , value]) => [name, value]));
      const properties = Object.fromEntries(PARAMETERS.map(([, name, value]) => [name, value]));
      assert.deepEqual(await update({ ...form, Permissions: 'get-all,post-all' }), {
        ...properties,
        account_sid: owner.accountSid,
        permissions: ['get-all', 'post-all'],
        sid,
        uri: path,
      });
    });

    it('changes nothing when no parameter is sent, with or without a body', async () => {
      const before = await update({ Description: 'Kept', Permissions: 'get-all' });
      assert.deepEqual(await update({}), before);
      const bare = await server.request('POST', path, { auth: owner });
      assert.equal(bare.status, 200, bare.text);
      assert.deepEqual(bare.json, before);
    });

    it('ignores parameters that it does not know, and properties that are not to be set', async () => {
      const before = await fetchApp();
      const stranger = `AC${'9'.repeat(32)}`;
      const form = {
        Sid: `CN${'9'.repeat(32)}`,
        AccountSid: stranger,
        OwnerAccountSid: stranger,
        Uri: '/elsewhere',
        DateCreated: 'Thu, 30 Jul 2015 20:00:00 +0000',
        friendly_name: 'snake',
        ['__proto__']: 'polluted',
        constructor: 'polluted',
        Whatever: 'yes',
      };
      assert.deepEqual(await update(Object.entries(form)), before);
    });

    it('takes Permissions as PHP and Rails write arrays, mixed with all other ways', async () => {
      const cases: [Form, string[]][] = [
        [[['Permissions[]', 'get-all']], ['get-all']],
        [
          [
            ['Permissions[]', 'post-all'],
            ['Permissions[]', 'get-all'],
          ],
          ['get-all', 'post-all'],
        ],
        [
          [
            ['Permissions[1]', 'get-all'],
            ['Permissions[0]', 'post-all'],
          ],
          ['get-all', 'post-all'],
        ],
        [
          [
            ['Permissions[17]', 'post-all'],
            ['Permissions', 'get-all'],
          ],
          ['get-all', 'post-all'],
        ],
        [[['Permissions[]', 'get-all,post-all']], ['get-all', 'post-all']],
        [[['Permissions[]', '']], []],
      ];
      for (const [form, expected] of cases) {
        await update({ Permissions: '' });
        assert.deepEqual((await update(form)).permissions, expected);
      }
      const reply = await server.request('POST', path, {
        auth: owner,
        form: { 'Permissions[0]': 'all' },
      });
      checkProblem(reply, { status: 400, code: 20422, message: /Permissions/ });
    });

    it('refuses a parameter whose name is wrong only in its case, and says how to write it', async () => {
      const before = await fetchApp();
      for (const [sentAs, name] of [
        ...PARAMETERS.flatMap(([name]) => [
          [name.toLowerCase(), name],
          [name.toUpperCase(), name],
          [name.replace(/^./, (letter) => letter.toLowerCase()), name],
        ]),
        ['permissions[]', 'Permissions'],
        ['PERMISSIONS[0]', 'Permissions'],
      ] as const) {
        const form = { Description: 'changed', [String(sentAs)]: 'x' };
        const reply = await server.request('POST', path, { auth: owner, form });
        const message = new RegExp(`must be written ${name}:`);
        checkProblem(reply, { status: 400, code: 20422, message });
      }
      assert.deepEqual(await fetchApp(), before);
    });

    it('changes nothing at all when one of several parameters is wrong', async () => {
      const before = await fetchApp();
      const form = { Description: 'New', HomepageUrl: 'not a URL', Permissions: 'get-all' };
      const reply = await server.request('POST', path, { auth: owner, form });
      checkProblem(reply, { status: 400, code: 20422, message: /HomepageUrl/ });
      assert.deepEqual(await fetchApp(), before);
    });

    it('takes permissions repeated, comma-separated, in any order and more than once', async () => {
      const both = ['get-all', 'post-all'];
      const cases: [string[], string[]][] = [
        [['get-all'], ['get-all']],
        [['post-all'], ['post-all']],
        [['get-all', 'post-all'], both],
        [['post-all', 'get-all'], both],
        [['get-all,post-all'], both],
        [['post-all,get-all'], both],
        [['post-all, get-all'], both],
        [['post-all', 'post-all', 'get-all,get-all'], both],
        [['get-all', ''], ['get-all']],
      ];
      for (const [values, permissions] of cases) {
        const app = await update(values.map((value) => ['Permissions', value]));
        assert.deepEqual(app.permissions, permissions, JSON.stringify(values));
      }
    });

    it('clears permissions with an empty value and with a bare key', async () => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      for (const rawBody of ['Permissions=', 'Permissions', 'Description=&Permissions']) {
        await update({ Permissions: 'get-all,post-all' });
        const reply = await server.request('POST', path, { auth: owner, rawBody, headers });
        assert.equal(reply.status, 200, reply.text);
        assert.deepEqual(objectOf(reply.json).permissions, [], rawBody);
      }
    });

    it('matches SIDs in any case, and answers them in lower case', async () => {
      const upper = connectAppPath(
        `AC${owner.accountSid.slice(2).toUpperCase()}`,
        `CN${sid.slice(2).toUpperCase()}`,
      );
      const expected = await fetchApp();
      const got = await server.request('GET', upper, { auth: owner });
      assert.deepEqual(got.json, expected);
      const form = { FriendlyName: 'Shouted' };
      const posted = await server.request('POST', upper, { auth: owner, form });
      assert.deepEqual(posted.json, { ...expected, friendly_name: 'Shouted' });
    });

    it('answers a path with a trailing slash without a redirect', async () => {
      for (const extension of ['.json', '.xml', '.csv', '']) {
        for (const plain of [
          connectAppPath(owner.accountSid, sid, extension),
          connectAppsPath(owner.accountSid, extension),
        ]) {
          const expected = await server.request('GET', plain, { auth: owner });
          const reply = await server.request('GET', `${plain}/`, { auth: owner });
          assert.equal(reply.status, 200, `${plain}/`);
          assert.equal(reply.text, expected.text);
        }
      }
    });

    it('answers HEAD as GET, without the body', async () => {
      for (const extension of ['.json', '.xml', '.csv', '']) {
        for (const plain of [
          connectAppPath(owner.accountSid, sid, extension),
          connectAppsPath(owner.accountSid, extension),
        ]) {
          const got = await server.request('GET', plain, { auth: owner });
          const head = await server.request('HEAD', plain, { auth: owner });
          assert.equal(head.status, 200);
          assert.equal(head.text, '');
          assert.equal(head.headers['content-type'], got.headers['content-type']);
          assert.equal(head.headers['content-length'], got.headers['content-length']);
        }
      }
    });

    it('answers a CORS preflight without credentials', async () => {
      const headers = { origin: 'https://a.example', 'access-control-request-method': 'POST' };
      const instance = await server.request('OPTIONS', path, { headers });
      assert.ok([200, 204].includes(instance.status), instance.text);
      assert.equal(instance.headers['access-control-allow-origin'], '*');
      const methods = instance.headers['access-control-allow-methods'] ?? '';
      for (const method of ['GET', 'POST', 'OPTIONS']) assert.match(methods, new RegExp(method));
      const allowed = instance.headers['access-control-allow-headers'] ?? '';
      for (const header of ['Content-Type', 'Authorization']) {
        assert.match(allowed, new RegExp(header, 'i'));
      }
      const list = await server.request('OPTIONS', connectAppsPath(owner.accountSid), { headers });
      assert.match(list.headers['access-control-allow-methods'] ?? '', /GET/);
      assert.doesNotMatch(list.headers['access-control-allow-methods'] ?? '', /POST/);
    });

    it('lets a page of another origin read its answers and their request ids', async () => {
      const headers = { origin: 'https://a.example' };
      for (const auth of [owner, { ...owner, authToken: 'wrong' }]) {
        const reply = await server.request('GET', path, { auth, headers });
        assert.equal(reply.headers['access-control-allow-origin'], '*');
        assert.match(
          reply.headers['access-control-expose-headers'] ?? '',
          /twilio-request-id/i,
          'Twilio-Request-Id is exposed',
        );
      }
    });

    it('refuses the methods that the document does not have, and says which it has', async () => {
      const list = connectAppsPath(owner.accountSid);
      const refused = [
        ['PUT', path, ['GET', 'HEAD', 'OPTIONS', 'POST']],
        ['PATCH', path, ['GET', 'HEAD', 'OPTIONS', 'POST']],
        ['DELETE', path, ['GET', 'HEAD', 'OPTIONS', 'POST']],
        ['POST', list, ['GET', 'HEAD', 'OPTIONS']],
        ['PUT', list, ['GET', 'HEAD', 'OPTIONS']],
        ['DELETE', list, ['GET', 'HEAD', 'OPTIONS']],
      ] as const;
      for (const [method, target, methods] of refused) {
        const reply = await server.request(method, target, { auth: owner });
        checkProblem(reply, { status: 405, code: 20004, message: 'Method not allowed' });
        const allow = (reply.headers.allow ?? '').split(', ').sort();
        assert.ok(allow.includes('GET'), `${method} ${target}: Allow is ${allow}`);
        for (const name of allow) {
          assert.ok((methods as readonly string[]).includes(name), `${method}: Allow has ${name}`);
        }
        assert.equal(allow.includes('POST'), target === path);
      }
      assert.equal((await fetchApp()).sid, sid);
    });
  });

  describe(`deleting a ConnectApp on ${engine}, where it is allowed`, () => {
    let server: TestServer;

    before(async () => {
      server = await startServer({ engine, settings: { ALLOW_CONNECT_APP_DELETE: 'true' } });
    });
    after(() => server.close());

    it('answers 204 and the app is gone, from its path and from the list', async () => {
      const owner = await server.createAccount({});
      const [kept = '', sid = ''] = await server.createApps(owner.accountSid, 2);
      const path = connectAppPath(owner.accountSid, sid);
      const reply = await server.request('DELETE', path, { auth: owner });
      assert.equal(reply.status, 204, reply.text);
      assert.equal(reply.text, '');
      for (const method of ['GET', 'POST', 'DELETE']) {
        const again = await server.request(method, path, { auth: owner });
        checkProblem(again, { status: 404, code: 20404 });
      }
      const list = await server.request('GET', connectAppsPath(owner.accountSid), { auth: owner });
      const sids = arrayOf(objectOf(list.json).connect_apps).map((app) => objectOf(app).sid);
      assert.deepEqual(sids, [kept]);
    });

    it("does not delete another account's app", async () => {
      const path = connectAppPath(server.developer.accountSid, server.connectAppSid);
      const foreign = await server.request('DELETE', path, { auth: server.customer });
      checkProblem(foreign, { status: 404, code: 20404 });
      const own = connectAppPath(server.customer.accountSid, server.connectAppSid);
      const mine = await server.request('DELETE', own, { auth: server.customer });
      checkProblem(mine, { status: 404, code: 20404 });
      const kept = await server.request('GET', path, { auth: server.developer });
      assert.equal(kept.status, 200);
    });

    it('names DELETE among the methods of the instance', async () => {
      const path = connectAppPath(server.developer.accountSid, server.connectAppSid);
      const reply = await server.request('PUT', path, { auth: server.developer });
      checkProblem(reply, { status: 405, code: 20004 });
      assert.match(reply.headers.allow ?? '', /\bDELETE\b/);
    });
  });
}
