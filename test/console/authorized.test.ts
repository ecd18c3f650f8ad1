/** Authorized apps: what a customer sees of them, and that access which is removed is gone. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { authorizeConnectApp, revokeAuthorization } from '../../src/authorizations/operations.ts';
import { findAuthorization } from '../../src/authorizations/store.ts';
import { deleteConnectApp, updateConnectApp } from '../../src/connect-apps/operations.ts';
import { updateUser } from '../../src/users/operations.ts';
import { DATABASES } from '../support/databases.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { type Visitor, visit } from '../support/visitor.ts';

const HOSTILE = '\u202e"><script>alert(1)</script>';

for (const engine of DATABASES) {
  describe(`authorized apps on ${engine}`, () => {
    let server: TestServer;
    let customer: Visitor;
    let stranger: Visitor;
    let base: string;
    before(async () => {
      server = await startServer({ engine });
      base = `/console/${server.customer.accountSid}/authorized`;
      customer = visit(server);
      await customer.signIn('customer@example.com');
      stranger = visit(server);
      await stranger.signIn('developer@example.com');
    });
    after(() => server.close());

    /** An app that the customer has authorized. */
    async function authorized(properties: Record<string, string> = {}) {
      const { developer, context } = server;
      const [app = ''] = await server.createApps(developer.accountSid, 1);
      await updateConnectApp(context, developer.accountSid, app, {
        AuthorizeRedirectUrl: 'https://app.example.com/',
        Permissions: 'get-all,post-all',
        ...properties,
      });
      const key = { accountSid: server.customer.accountSid, connectAppSid: app };
      const { subaccountSid } = await authorizeConnectApp(context, key);
      const path = `/2010-04-01/Accounts/${subaccountSid}.json`;
      const auth = { accountSid: subaccountSid, authToken: developer.authToken };
      return {
        app,
        key,
        path: `${base}/${app}`,
        subaccountSid,
        act: async () => (await server.request('GET', path, { auth })).status,
        isRevoked: async () =>
          (await findAuthorization(context.database.query, key))?.revokedAt !== null,
      };
    }

    it('are listed with what each may do, and led to from the consent page', async () => {
      const { app, path } = await authorized({ FriendlyName: 'Cat feeder', CompanyName: 'Cats' });
      const consent = await customer.get(`/authorize/${app}`);
      assert.match(consent.text, /You can remove the access at any time in <a href="([^"]+)">/);
      assert.ok(consent.text.includes(`href="${base}"`));
      const { status, text } = await customer.get(base);
      assert.equal(status, 200);
      assert.ok(text.includes(`href="${path}"`));
      for (const words of [
        'Cat feeder',
        'by <bdi>Cats',
        'Read all account data',
        'Charge account',
      ]) {
        assert.ok(text.includes(words), words);
      }
      const page = await customer.get(path);
      assert.match(page.text, /It can read everything in this account/);
      assert.match(page.text, /Remove access…/);
    });

    it('say when each was used last, and what it did, with the reason of a refusal', async () => {
      const one = await authorized({ Permissions: 'post-all' });
      assert.match((await customer.get(one.path)).text, /Nothing lately/);
      assert.equal(await one.act(), 200);
      const auth = { accountSid: one.subaccountSid, authToken: server.developer.authToken };
      const parent = `/2010-04-01/Accounts/${server.customer.accountSid}.json`;
      assert.equal((await server.request('GET', parent, { auth })).status, 403);
      await until('both are recorded', async () => {
        const { text } = await customer.get(one.path);
        return /200 answered/.test(text) && /403 refused/.test(text);
      });
      const { text } = await customer.get(one.path);
      assert.match(text, /The app is granted post-all; a GET of this account needs get-all/);
      assert.doesNotMatch(text, /not in the last 90 days/);
    });

    it('lose their access by the form, and are told', async () => {
      const one = await authorized({ DeauthorizeCallbackUrl: 'https://app.example.com/bye' });
      assert.equal(await one.act(), 200);
      const question = await customer.get(`${one.path}/remove`);
      assert.match(question.text, /refused from now on/);
      assert.match(question.text, /told so at <strong>app\.example\.com/);
      assert.match(question.text, /subaccount stays yours/);
      const reply = await customer.submit(`${one.path}/remove`, {});
      assert.equal(reply.status, 303);
      assert.equal(reply.headers.location, one.path);
      assert.equal(await one.act(), 403);
      const { query } = server.context.database;
      const callbacks = await query
        .selectFrom('callbacks')
        .select('subaccount_sid')
        .where('connect_app_sid', '=', one.app)
        .execute();
      assert.deepEqual(callbacks, [{ subaccount_sid: one.subaccountSid }]);

      const page = await customer.get(one.path);
      assert.match(page.text, /Its access ended on/);
      assert.doesNotMatch(page.text, /Remove access…/);
      assert.match((await customer.get(base)).text, /Earlier/);
    });

    it('lose it once, however often the button is pressed', async () => {
      const one = await authorized({ DeauthorizeCallbackUrl: 'https://app.example.com/bye' });
      await customer.get(`${one.path}/remove`);
      const replies = await Promise.all(
        Array.from({ length: 6 }, () => customer.submit(`${one.path}/remove`, {})),
      );
      assert.deepEqual(new Set(replies.map(({ status }) => status)), new Set([303]));
      const { query } = server.context.database;
      const callbacks = await query
        .selectFrom('callbacks')
        .select('sid')
        .where('connect_app_sid', '=', one.app)
        .execute();
      assert.equal(callbacks.length, 1);
      const again = await customer.get(`${one.path}/remove`);
      assert.equal(again.headers.location, one.path);
    });

    it('can do nothing after the answer, while they act all the time', async () => {
      const one = await authorized();
      await customer.get(`${one.path}/remove`);
      let isRemoved = false;
      const after: number[] = [];
      const acting = Array.from({ length: 4 }, async () => {
        for (let count = 0; count < 40 && after.length < 20; count += 1) {
          const begunAfter = isRemoved;
          const status = await one.act();
          if (begunAfter) after.push(status);
        }
      });
      await customer.submit(`${one.path}/remove`, {});
      isRemoved = true;
      await Promise.all(acting);
      after.push(await one.act());
      assert.deepEqual(new Set(after), new Set([403]));
    });

    it('come back with another consent, to the same subaccount', async () => {
      const one = await authorized();
      await customer.get(`${one.path}/remove`);
      await customer.submit(`${one.path}/remove`, {});
      const again = await authorizeConnectApp(server.context, one.key);
      assert.equal(again.subaccountSid, one.subaccountSid);
      assert.equal(await one.act(), 200);
      assert.doesNotMatch((await customer.get(one.path)).text, /Its access ended/);
    });

    it('belong to their customer alone: the owner of the app, and nobody, see none of it', async () => {
      const one = await authorized();
      const nobody = visit(server);
      const theirs = `/console/${server.developer.accountSid}/authorized/${one.app}`;
      for (const path of [base, `${base}/earlier`, one.path, `${one.path}/remove`]) {
        assert.equal((await stranger.get(path)).status, 404, path);
        assert.match((await nobody.get(path)).text, /<h1>Sign in<\/h1>/);
      }
      assert.equal((await stranger.get(theirs)).status, 404);
      for (const path of [one.path, theirs]) {
        await stranger.get('/console/accounts');
        assert.equal((await stranger.submit(`${path}/remove`, {})).status, 404);
      }
      await nobody.get('/sign-in');
      assert.match((await nobody.submit(`${one.path}/remove`, {})).text, /<h1>Sign in<\/h1>/);
      assert.equal(await one.isRevoked(), false);
    });

    it('stay when the form is not ours', async () => {
      const one = await authorized();
      for (const [fields, headers] of [
        [{ _csrf: undefined }, {}],
        [{ _csrf: 'forged' }, {}],
        [{}, { origin: 'https://evil.example.com' }],
        [{}, { 'sec-fetch-site': 'cross-site' }],
      ] as const) {
        await customer.get(`${one.path}/remove`);
        assert.equal((await customer.submit(`${one.path}/remove`, fields, headers)).status, 403);
      }
      assert.equal(await one.isRevoked(), false);
      const page = await customer.get(`${one.path}/remove`);
      assert.equal(page.headers['x-frame-options'], 'DENY');
    });

    it('stay when the person no longer belongs to the account', async () => {
      const one = await authorized();
      await customer.get(`${one.path}/remove`);
      const { accountSid } = server.customer;
      const other = await server.createAccount();
      const { context } = server;
      const change = (add: string[], remove: string[]) =>
        updateUser(context, 'customer@example.com', { add, remove });
      await change([other.accountSid], [accountSid]);
      assert.equal((await customer.submit(`${one.path}/remove`, {})).status, 404);
      assert.equal(await one.isRevoked(), false);
      await change([accountSid], [other.accountSid]);
    });

    it('show the texts of others as texts', async () => {
      const one = await authorized({
        FriendlyName: HOSTILE.slice(1),
        CompanyName: HOSTILE,
        Description: HOSTILE,
      });
      await customer.get(`${one.path}/remove`);
      for (const path of [base, one.path, `${one.path}/remove`]) {
        const { text } = await customer.get(path);
        assert.doesNotMatch(text, /<script>alert|\u202e/, path);
        assert.match(text, /&lt;script&gt;/, path);
      }
    });

    it('are shown when the app is gone, too', async () => {
      const one = await authorized();
      await deleteConnectApp(server.context, server.developer.accountSid, one.app);
      const { status, text } = await customer.get(one.path);
      assert.equal(status, 200);
      assert.match(text, /deleted by its owner/);
      assert.doesNotMatch(text, /allow it again/);
    });

    it('say what an app asks for beyond what it was granted', async () => {
      const one = await authorized({ Permissions: 'get-all' });
      await updateConnectApp(server.context, server.developer.accountSid, one.app, {
        Permissions: 'get-all,post-all',
      });
      assert.match(
        (await customer.get(one.path)).text,
        /now also asks for: Charge account for usage/,
      );
    });

    it('are read in pages, whatever has ended', async () => {
      const many = await server.createApps(server.developer.accountSid, 60, () => ({
        authorizeRedirectUrl: 'https://app.example.com/',
      }));
      const { accountSid } = server.customer;
      for (const connectAppSid of many) {
        await authorizeConnectApp(server.context, { accountSid, connectAppSid });
      }
      const first = await customer.get(base);
      const [, older = ''] = /href="([^"]+)" data-swap="authorized">Older/.exec(first.text) ?? [];
      const second = await customer.get(older.replaceAll('&amp;', '&'));
      const sids = (text: string) =>
        new Set([...text.matchAll(/authorized\/(CN\w{32})"/g)].map(([, sid]) => sid));
      const both = new Set([...sids(first.text), ...sids(second.text)]);
      assert.ok(many.every((sid) => both.has(sid)));

      for (const connectAppSid of many) {
        await revokeAuthorization(server.context, { accountSid, connectAppSid });
      }
      const ended = await customer.get(`${base}/earlier`);
      assert.match(ended.text, /data-swap="earlier">Older/);
      assert.match((await customer.get(base)).text, /All that ended/);
    });

    it('write no name, address or token to the log', async () => {
      await until('the log has lines', () => server.logs().includes('/authorized'));
      assert.doesNotMatch(server.logs(), /Cat feeder|customer@example\.com/);
    });
  });
}
