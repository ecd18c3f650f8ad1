/**
 * The official `twilio` package as the judge: its own calls, its own parsing, its own exceptions. Only
 * the origin of each request is changed on its way out.
 */

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import twilio from 'twilio';
import { present } from '../api/narrow.ts';
import { DATABASES } from '../support/databases.ts';
import { type Credentials, startServer, type TestServer } from '../support/server.ts';
import { localClient } from './local-client.ts';

for (const engine of DATABASES) {
  describe(`the official Node client on ${engine}`, () => {
    let server: TestServer;
    /** An account with 25 apps, newest first as the list has them. It is never changed. */
    let reader: twilio.Twilio;
    let newestFirst: string[];
    /** An account with one app, for the tests that change it. */
    let writer: twilio.Twilio;
    let sid: string;

    before(async () => {
      server = await startServer({ engine, settings: { ALLOW_CONNECT_APP_DELETE: 'true' } });
      const many = await server.createAccount({});
      newestFirst = (await server.createApps(many.accountSid, 25)).toReversed();
      reader = clientOf(many);
    });
    after(() => server.close());

    beforeEach(async () => {
      const owner = await server.createAccount({});
      [sid = ''] = await server.createApps(owner.accountSid, 1, () => ({ friendlyName: 'App' }));
      writer = clientOf(owner);
    });

    function clientOf(auth: Credentials): twilio.Twilio {
      return localClient(server.url, auth);
    }

    /** The exception that `call` ends in, which must be the client's own. */
    async function exceptionOf(call: Promise<unknown>): Promise<twilio.RestException> {
      try {
        await call;
      } catch (error) {
        assert.ok(error instanceof twilio.RestException, String(error));
        return error;
      }
      return assert.fail('the call succeeded');
    }

    it("fetches the document's app, as its first example does", async () => {
      const connectApp = await clientOf(server.developer)
        .connectApps('CNb989fdd207b04d16aee578018ef5fd93')
        .fetch();
      assert.equal(connectApp.accountSid, server.developer.accountSid);
      assert.equal(connectApp.friendlyName, 'Connect app for deletion');
      assert.equal(connectApp.companyName, 'Twilio');
      assert.equal(connectApp.authorizeRedirectUrl, 'http://example.com/redirect');
      assert.equal(connectApp.deauthorizeCallbackUrl, 'http://example.com/deauth');
      assert.equal(connectApp.deauthorizeCallbackMethod, 'GET');
      assert.equal(connectApp.homepageUrl, 'http://example.com/home');
      assert.equal(connectApp.description, null);
      assert.deepEqual(connectApp.permissions, []);
    });

    it("lists the document's app, as its second example does", async () => {
      const connectApps = await clientOf(server.developer).connectApps.list({ limit: 20 });
      assert.deepEqual(
        connectApps.map((app) => app.sid),
        ['CNb989fdd207b04d16aee578018ef5fd93'],
      );
    });

    const updates = [
      { authorizeRedirectUrl: 'https://a.example/back?x=1&y=2' },
      { companyName: 'Acme & Sons' },
      { deauthorizeCallbackMethod: 'POST' },
      { deauthorizeCallbackUrl: 'https://a.example/bye' },
      { description: 'שלום 👩🏽‍🚀 "q" <b>&amp;</b> 100% + 1' },
      { friendlyName: '🎉'.repeat(64) },
      { homepageUrl: 'https://a.example/' },
      { permissions: ['get-all' as const, 'post-all' as const] },
    ];
    for (const update of updates) {
      const [name = ''] = Object.keys(update);
      it(`updates ${name}, and fetches it again`, async () => {
        const updated = await writer.connectApps(sid).update(update);
        const fetched = await writer.connectApps(sid).fetch();
        assert.deepEqual({ ...updated.toJSON(), ...update }, updated.toJSON());
        assert.deepEqual(fetched.toJSON(), updated.toJSON());
      });
    }

    it('updates everything at once', async () => {
      const all = Object.assign({}, ...updates);
      const updated = await writer.connectApps(sid).update(all);
      assert.deepEqual({ ...updated.toJSON(), ...all }, updated.toJSON());
    });

    it('puts permissions in their fixed order', async () => {
      const permissions = ['post-all' as const, 'get-all' as const];
      const updated = await writer.connectApps(sid).update({ permissions });
      assert.deepEqual(updated.permissions, ['get-all', 'post-all']);
    });

    it('clears a property with an empty text', async () => {
      await writer.connectApps(sid).update({ description: 'x', homepageUrl: 'https://a.example' });
      const cleared = await writer.connectApps(sid).update({ description: '', homepageUrl: '' });
      assert.equal(cleared.description, null);
      assert.equal(cleared.homepageUrl, null);
      assert.equal(cleared.friendlyName, 'App');
    });

    it('leaves the permissions when its list of them is empty, which it does not send', async () => {
      await writer.connectApps(sid).update({ permissions: ['get-all'] });
      const updated = await writer.connectApps(sid).update({ permissions: [] });
      assert.deepEqual(updated.permissions, ['get-all']);
    });

    it('deletes an app', async () => {
      assert.equal(await writer.connectApps(sid).remove(), true);
      assert.equal((await exceptionOf(writer.connectApps(sid).fetch())).code, 20404);
    });

    it('lists all, up to a limit, and by pages of a size', async () => {
      for (const [options, count] of [
        [{}, 25],
        [{ limit: 20 }, 20],
        [{ limit: 20, pageSize: 7 }, 20],
        [{ pageSize: 10 }, 25],
        [{ limit: 1 }, 1],
        [{ limit: 2000 }, 25],
        [{ pageSize: 1 }, 25],
      ] as const) {
        const apps = await reader.connectApps.list(options);
        const sids = apps.map((app) => app.sid);
        assert.deepEqual(sids, newestFirst.slice(0, count), JSON.stringify(options));
      }
    });

    it('goes through each over three pages', async () => {
      const seen: string[] = [];
      await new Promise<void>((resolve, reject) => {
        reader.connectApps.each({
          pageSize: 10,
          callback: (app) => seen.push(app.sid),
          done: (error?: Error) => (error ? reject(error) : resolve()),
        });
      });
      assert.deepEqual(seen, newestFirst);
    });

    it('turns pages forth and back', async () => {
      const first = await reader.connectApps.page({ pageSize: 10 });
      assert.equal(first.instances.length, 10);
      assert.equal(first.previousPageUrl, undefined);
      const second = present(await first.nextPage());
      const third = present(await second.nextPage());
      const sids = [first, second, third].flatMap((page) => page.instances.map((app) => app.sid));
      assert.deepEqual(sids, newestFirst);
      assert.equal(third.nextPageUrl, undefined);
      const back = present(await third.previousPage());
      assert.deepEqual(
        back.instances.map((app) => app.sid),
        newestFirst.slice(10, 20),
      );
    });

    it('goes on from the link of a page, and from a page number', async () => {
      const first = await reader.connectApps.page({ pageSize: 10 });
      const linked = await reader.connectApps.getPage(present(first.nextPageUrl));
      const expected = newestFirst.slice(10, 20);
      assert.deepEqual(
        linked.instances.map((app) => app.sid),
        expected,
      );
      const numbered = await reader.connectApps.page({ pageSize: 10, pageNumber: 1 });
      assert.deepEqual(
        numbered.instances.map((app) => app.sid),
        expected,
      );
    });

    it('gets its own exception for every error, with code, status, message and link', async () => {
      const auth = await server.createAccount({});
      const suspended = await server.createAccount({});
      await server.setAccountStatus(suspended.accountSid, 'suspended');
      const wrong = clientOf({ ...auth, authToken: 'f'.repeat(32) });
      const app = writer.connectApps(sid);
      const cases: [() => Promise<unknown>, number, number, RegExp][] = [
        [() => wrong.connectApps(sid).fetch(), 401, 20003, /^Authenticate$/],
        [() => wrong.connectApps.list(), 401, 20003, /^Authenticate$/],
        [() => clientOf(suspended).connectApps.list(), 403, 20005, /^Account not active$/],
        [
          () => reader.connectApps(sid).fetch(),
          404,
          20404,
          /^The requested resource .* was not found$/,
        ],
        [
          () => writer.connectApps('CN1').fetch(),
          404,
          20404,
          /\/ConnectApps\/CN1\.json was not found$/,
        ],
        [() => app.update({ friendlyName: '' }), 400, 20002, /^Invalid FriendlyName$/],
        [() => app.update({ friendlyName: 'x'.repeat(65) }), 400, 20002, /^Invalid FriendlyName$/],
        [() => app.update({ homepageUrl: 'nonsense' }), 400, 20422, /HomepageUrl/],
        [
          () => app.update({ deauthorizeCallbackMethod: 'PUT' }),
          400,
          20422,
          /DeauthorizeCallbackMethod/,
        ],
        [() => app.update({ description: 'x'.repeat(70_000) }), 413, 20413, /./],
        [
          () => reader.connectApps.page({ pageToken: 'nonsense' }),
          400,
          21481,
          /^Invalid PageToken$/,
        ],
        [() => reader.connectApps.page({ pageSize: 0 }), 400, 20422, /PageSize/],
      ];
      for (const [call, status, code, message] of cases) {
        const exception = await exceptionOf(call());
        assert.equal(exception.code, code, exception.message);
        assert.equal(exception.status, status);
        assert.match(exception.message, message);
        assert.equal(exception.moreInfo, `https://www.twilio.com/docs/errors/${code}`);
      }
    });

    it('reads, creates and changes accounts', async () => {
      const parent = await server.createAccount({ friendlyName: 'Parent' });
      const client = clientOf(parent);
      const own = await client.api.v2010.accounts(parent.accountSid).fetch();
      assert.equal(own.friendlyName, 'Parent');
      assert.equal(own.status, 'active');
      assert.ok(own.dateCreated instanceof Date && !Number.isNaN(own.dateCreated.getTime()));

      const child = await client.api.v2010.accounts.create({ friendlyName: 'Child' });
      assert.equal(child.ownerAccountSid, parent.accountSid);
      const mine = clientOf({ accountSid: child.sid, authToken: child.authToken });
      assert.deepEqual(await mine.connectApps.list(), []);

      const listed = await client.api.v2010.accounts.list({ friendlyName: 'Child' });
      assert.deepEqual(
        listed.map((account) => account.sid),
        [child.sid],
      );
      const closed = await client.api.v2010.accounts(child.sid).update({ status: 'closed' });
      assert.equal(closed.status, 'closed');
      assert.equal((await exceptionOf(mine.connectApps.list())).code, 20003);
    });
  });
}
