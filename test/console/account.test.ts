/** The account's own pages: tokens after the password alone, their rotation, subaccounts. */

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { revealTokens } from '../../src/accounts/token-rotation.ts';
import { createApiKey } from '../../src/api-keys/operations.ts';
import { listingOfEvents } from '../../src/audit/operations.ts';
import { authorizeConnectApp } from '../../src/authorizations/operations.ts';
import { findAuthorization } from '../../src/authorizations/store.ts';
import { updateConnectApp } from '../../src/connect-apps/operations.ts';
import { createUser, deleteUser } from '../../src/users/operations.ts';
import { setPassword } from '../../src/users/password-change.ts';
import { present } from '../api/narrow.ts';
import { DATABASES } from '../support/databases.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { type Visitor, visit } from '../support/visitor.ts';

const PASSWORD = 'a password of nobody else';
const TOKEN = /\b[0-9a-f]{32}\b/g;

for (const engine of DATABASES) {
  describe(`the pages of an account on ${engine}`, () => {
    let server: TestServer;
    let people = 0;
    /** A person of an account of their own. */
    let person: Visitor;
    let email: string;
    let accountSid: string;
    let base: string;
    before(async () => {
      server = await startServer({ engine, settings: { TRUST_PROXY: '127.0.0.0/8' } });
    });
    after(() => server.close());
    beforeEach(async () => {
      people += 1;
      email = `person${people}@example.com`;
      ({ accountSid } = await server.createAccount({ friendlyName: 'Shop' }));
      await createUser(server.context, { email, password: PASSWORD, accountSids: [accountSid] });
      person = visit(server);
      await person.signIn(email, PASSWORD);
      base = `/console/${accountSid}/account`;
    });

    const tokens = () => revealTokens(server.context, accountSid);
    const opens = async (authToken: string) => {
      const path = `/2010-04-01/Accounts/${accountSid}.json`;
      return (
        (await server.request('GET', path, { auth: { accountSid, authToken } })).status === 200
      );
    };
    /** What on a page could be a token: no SID. */
    const tokensOn = (text: string) => text.match(TOKEN) ?? [];

    async function makeSecondary(): Promise<string> {
      await person.get(`${base}/tokens`);
      const reply = await person.submit(`${base}/tokens/secondary`, {});
      assert.equal(reply.headers.location, `${base}/tokens`);
      return present((await tokens()).secondary);
    }

    it('rename it, and say what is wrong with a name', async () => {
      await person.get(base);
      const renamed = await person.submit(base, { FriendlyName: 'Corner shop' });
      assert.equal(renamed.headers.location, base);
      const page = await person.get(base);
      assert.match(page.text, /value="Corner shop"/);
      const refused = await person.submit(base, { FriendlyName: 'x'.repeat(65) });
      assert.equal(refused.status, 400);
      assert.match(refused.text, /at most 64 characters/);
      assert.ok(refused.text.includes('x'.repeat(65)), 'what was typed is still there');
    });

    it('show tokens after the password alone, where nothing keeps them', async () => {
      const { primary } = await tokens();
      const secondary = await makeSecondary();
      for (const path of ['', '/tokens', '/tokens/promote', '/tokens/delete-secondary', '/keys']) {
        const { text } = await person.get(base + path);
        for (const secret of [primary, secondary]) assert.ok(!text.includes(secret), path);
      }
      await person.get(`${base}/tokens`);
      for (const password of ['', 'wrong', primary]) {
        const refused = await person.submit(`${base}/tokens`, { password });
        assert.equal(refused.status, 401);
        assert.match(refused.text, /This is not your password/);
        assert.ok(!refused.text.includes(primary));
      }
      const shown = await person.submit(`${base}/tokens`, { password: PASSWORD });
      assert.equal(shown.status, 200);
      assert.ok(shown.text.includes(primary) && shown.text.includes(secondary));
      assert.equal(shown.headers['cache-control'], 'no-store');
      assert.equal(shown.headers['content-encoding'], undefined, 'its length tells nothing');
      assert.equal(shown.headers.location, undefined, 'it is in no URL');
      assert.ok(!(await person.get(`${base}/tokens`)).text.includes(primary));
      for (const secret of [primary, secondary, PASSWORD]) {
        assert.ok(!server.logs().includes(secret), 'it is in no log');
      }
    });

    it('make API keys after the password, show their secret once, rename and delete them', async () => {
      const keys = `${base}/keys`;
      await person.get(`${keys}/new`);
      const form = { FriendlyName: 'Billing <server>', Type: 'Standard' };
      const refused = await person.submit(`${keys}/new`, { ...form, password: 'wrong' });
      assert.equal(refused.status, 401);
      assert.match(refused.text, /value="Billing &lt;server&gt;"/, 'what was typed is still there');
      const wrongType = { ...form, Type: 'Root', password: PASSWORD };
      assert.equal((await person.submit(`${keys}/new`, wrongType)).status, 400);
      const made = await person.submit(`${keys}/new`, { ...form, password: PASSWORD });
      assert.equal(made.status, 200);
      assert.equal(made.headers['cache-control'], 'no-store');
      const [, sid = ''] = /(SK[0-9a-f]{32})/.exec(made.text) ?? [];
      const [, secret = ''] = /data-secret><code>([0-9a-f]{32})</.exec(made.text) ?? [];
      const path = `/2010-04-01/Accounts/${accountSid}/ConnectApps.json`;
      const use = () =>
        server.request('GET', path, { auth: { accountSid: sid, authToken: secret } });
      assert.equal((await use()).status, 200);
      for (const page of [keys, `${keys}/${sid}`]) {
        assert.ok(!(await person.get(page)).text.includes(secret), page);
      }
      const renamed = await person.submit(`${keys}/${sid}`, { FriendlyName: 'Reports' });
      assert.equal(renamed.headers.location, keys);
      assert.match((await person.get(keys)).text, /Reports/);

      const stranger = await server.createAccount();
      const theirs = await createApiKey(server.context, stranger.accountSid, {});
      assert.equal((await person.get(`${keys}/${theirs.sid}`)).status, 404);
      await person.get(`${keys}/${sid}/delete`);
      assert.equal((await person.submit(`${keys}/${theirs.sid}/delete`, {})).status, 404);
      await person.get(`${keys}/${sid}/delete`);
      const deleted = await person.submit(`${keys}/${sid}/delete`, {});
      assert.equal(deleted.headers.location, keys);
      assert.equal((await use()).status, 401);
      const { slice } = listingOfEvents(server.context, accountSid);
      const events = await slice({ direction: 'older', from: undefined, limit: 3 });
      assert.deepEqual(
        events.map(({ eventType }) => eventType),
        ['api-key.deleted', 'api-key.renamed', 'api-key.created'],
      );
      for (const hidden of [secret, PASSWORD]) assert.ok(!server.logs().includes(hidden));
    });

    it('count passwords with those of the sign-in page', async () => {
      await person.get(`${base}/tokens`);
      // Another network than everybody's here.
      const headers = { 'x-forwarded-for': `192.0.2.${people}` };
      // No browser that is known, which has tries of its own.
      person.cookies.delete('connect_apps_known_browser');
      const statuses: number[] = [];
      for (let count = 0; count < 6; count += 1) {
        const { status } = await person.submit(`${base}/tokens`, { password: 'guess' }, headers);
        statuses.push(status);
      }
      assert.deepEqual(statuses, [401, 401, 401, 401, 401, 429]);
      const right = await person.submit(`${base}/tokens`, { password: PASSWORD }, headers);
      assert.equal(right.status, 429);
      assert.match(right.headers['retry-after'] ?? '', /^\d+$/);
      const other = visit(server);
      await other.get('/sign-in');
      const signIn = await other.submit('/sign-in', { email, password: PASSWORD }, headers);
      assert.equal(signIn.status, 429);
    });

    it('rotate a token in three steps', async () => {
      const { primary } = await tokens();
      const secondary = await makeSecondary();
      assert.ok((await opens(primary)) && (await opens(secondary)));
      const question = await person.get(`${base}/tokens/promote`);
      assert.match(question.text, /are refused/);
      const refused = await person.submit(`${base}/tokens/promote`, { password: 'wrong' });
      assert.equal(refused.status, 401);
      assert.ok(await opens(primary));
      const reply = await person.submit(`${base}/tokens/promote`, { password: PASSWORD });
      assert.equal(reply.headers.location, `${base}/tokens`);
      assert.deepEqual(await tokens(), { primary: secondary, secondary: undefined });
      assert.ok(!(await opens(primary)) && (await opens(secondary)));
    });

    it('leave a line in the audit trail for each step, with who and what', async () => {
      await makeSecondary();
      await person.get(`${base}/tokens`);
      await person.submit(`${base}/tokens`, { password: PASSWORD });
      await person.get(`${base}/tokens/promote`);
      await person.submit(`${base}/tokens/promote`, { password: PASSWORD });
      await makeSecondary();
      await person.get(`${base}/tokens/delete-secondary`);
      await person.submit(`${base}/tokens/delete-secondary`, {});
      const slice = { direction: 'older', from: undefined, limit: 20 } as const;
      const events = await listingOfEvents(server.context, accountSid).slice(slice);
      const byPerson = events.filter(({ source }) => source === 'web');
      assert.ok(byPerson.every(({ actorEmail }) => actorEmail === email));
      assert.deepEqual(
        byPerson.map(({ eventType }) => eventType).filter((type) => type.includes('token')),
        [
          'secondary-auth-token.deleted',
          'secondary-auth-token.created',
          'secondary-auth-token.promoted',
          'auth-token.shown',
          'secondary-auth-token.created',
        ],
      );
    });

    it('let a member read, but neither see tokens nor change the account', async () => {
      const member = visit(server);
      const address = `member${people}@example.com`;
      await createUser(server.context, {
        email: address,
        password: PASSWORD,
        accountSids: [accountSid],
        role: 'member',
      });
      await member.signIn(address, PASSWORD);
      const { primary } = await tokens();
      for (const path of ['', '/tokens', '/subaccounts', '/keys']) {
        const page = await member.get(base + path);
        assert.equal(page.status, 200, path);
        assert.ok(!page.text.includes(primary));
      }
      assert.match((await member.get(`${base}/tokens`)).text, /Only an owner/);
      for (const path of ['', '/tokens', '/tokens/secondary', '/subaccounts/new']) {
        await member.get(base);
        const fields = { password: PASSWORD, FriendlyName: 'Mine' };
        const reply = await member.submit(base + path, fields);
        assert.equal(reply.status, 403, path);
        assert.ok(!reply.text.includes(primary));
      }
    });

    it('promote a token once when two people do, and never another one', async () => {
      const secondary = await makeSecondary();
      const other = visit(server);
      await other.signIn(email, PASSWORD);
      await Promise.all([person, other].map((one) => one.get(`${base}/tokens/promote`)));
      const replies = await Promise.all(
        [person, other].map((one) => one.submit(`${base}/tokens/promote`, { password: PASSWORD })),
      );
      assert.deepEqual(
        replies.map(({ status }) => status),
        [303, 303],
      );
      assert.deepEqual(await tokens(), { primary: secondary, secondary: undefined });
      // A page that was open while another token was made.
      await makeSecondary();
      await person.get(`${base}/tokens/promote`);
      await other.get(`${base}/tokens/delete-secondary`);
      await other.submit(`${base}/tokens/delete-secondary`, {});
      const third = await server.context.database.query
        .selectFrom('accounts')
        .select('secondary_token_digest')
        .where('sid', '=', accountSid)
        .executeTakeFirstOrThrow();
      assert.equal(third.secondary_token_digest, null);
      const stale = await person.submit(`${base}/tokens/promote`, { password: PASSWORD });
      assert.equal(stale.status, 403);
      assert.deepEqual(await tokens(), { primary: secondary, secondary: undefined });
    });

    it('end with the session, the membership or the password, also in the middle', async () => {
      const { context } = server;
      await person.get(`${base}/tokens`);
      await setPassword(context, email, `${PASSWORD} too`);
      const reply = await person.submit(`${base}/tokens`, { password: PASSWORD });
      assert.match(reply.text, /<h1>Sign in<\/h1>/);
      const again = visit(server);
      await again.signIn(email, `${PASSWORD} too`);
      await again.get(`${base}/tokens`);
      await deleteUser(context, email);
      const gone = await again.submit(`${base}/tokens`, { password: `${PASSWORD} too` });
      assert.deepEqual(
        tokensOn(gone.text).filter((one) => one === server.customer.authToken),
        [],
      );
      assert.match(gone.text, /<h1>Sign in<\/h1>/);
    });

    it('make, suspend, activate and close a subaccount', async () => {
      await person.get(`${base}/subaccounts/new`);
      const made = await person.submit(`${base}/subaccounts/new`, { FriendlyName: 'Second shop' });
      const path = made.headers.location ?? '';
      const sid = path.slice(-34);
      const statusOf = async () =>
        (await person.get(path)).text.match(/Status<\/dt><dd>(\w+)/)?.[1];
      assert.equal(await statusOf(), 'active');
      assert.match((await person.get(`${base}/subaccounts`)).text, /Second shop/);

      await person.get(`${path}/suspend`);
      await person.submit(`${path}/suspend`, {});
      assert.equal(await statusOf(), 'suspended');
      await person.submit(`${path}/activate`, {});
      assert.equal(await statusOf(), 'active');

      await person.get(`${path}/close`);
      for (const last4 of ['', 'zzzz', sid]) {
        const refused = await person.submit(`${path}/close`, { last4 });
        assert.equal(refused.status, 400, last4);
        assert.match(refused.text, /must be the last four characters/);
      }
      await person.submit(`${path}/close`, { last4: sid.slice(-4).toUpperCase() });
      assert.equal(await statusOf(), 'closed');
      const back = await person.submit(`${path}/activate`, {});
      assert.equal(back.status, 400);
      assert.equal(await statusOf(), 'closed');
    });

    it('name the apps that lose access with a subaccount, and tell them', async () => {
      const { context, developer } = server;
      const [app = ''] = await server.createApps(developer.accountSid, 1);
      await updateConnectApp(context, developer.accountSid, app, {
        FriendlyName: 'Cat feeder',
        AuthorizeRedirectUrl: 'https://app.example.com/',
        DeauthorizeCallbackUrl: 'https://app.example.com/bye',
      });
      const key = { accountSid, connectAppSid: app };
      const { subaccountSid } = await authorizeConnectApp(context, key);
      const path = `${base}/subaccounts/${subaccountSid}`;
      assert.match((await person.get(`${path}/close`)).text, /1 app loses access.*Cat feeder/s);
      await person.submit(`${path}/close`, { last4: subaccountSid.slice(-4) });
      const { rows } = { rows: await callbacksOf(app) };
      assert.deepEqual(rows, [{ subaccount_sid: subaccountSid }]);
    });

    const callbacksOf = (app: string) =>
      server.context.database.query
        .selectFrom('callbacks')
        .select('subaccount_sid')
        .where('connect_app_sid', '=', app)
        .execute();

    it('belong to its people alone, and so do its subaccounts', async () => {
      const { customer } = server;
      const theirs = `/console/${customer.accountSid}/account`;
      const sub = await server.createAccount({ owner: customer.accountSid });
      const nobody = visit(server);
      const paths = ['', '/tokens', '/tokens/promote', '/tokens/delete-secondary', '/keys'];
      const ofSubaccounts = ['', '/new', `/${sub.accountSid}`, `/${sub.accountSid}/close`];
      for (const path of [...paths, ...ofSubaccounts.map((one) => `/subaccounts${one}`)]) {
        assert.equal((await person.get(theirs + path)).status, 404, path);
        assert.match((await nobody.get(theirs + path)).text, /<h1>Sign in<\/h1>/, path);
      }
      assert.equal((await person.get(`/console/${sub.accountSid}/account`)).status, 404);
      // Somebody else's subaccount under one's own account.
      for (const path of ['', '/suspend', '/close']) {
        const url = `${base}/subaccounts/${sub.accountSid}${path}`;
        assert.equal((await person.get(url)).status, 404, url);
      }
      await person.get(base);
      const fields = { password: PASSWORD, FriendlyName: 'Mine', last4: sub.accountSid.slice(-4) };
      for (const path of [
        theirs,
        `${theirs}/tokens`,
        `${theirs}/tokens/secondary`,
        `${theirs}/tokens/promote`,
        `${theirs}/tokens/delete-secondary`,
        `${theirs}/subaccounts/new`,
        `${theirs}/subaccounts/${sub.accountSid}/close`,
        `${base}/subaccounts/${sub.accountSid}/suspend`,
        `${base}/subaccounts/${sub.accountSid}/activate`,
        `${base}/subaccounts/${sub.accountSid}/close`,
      ]) {
        await person.get(base);
        const reply = await person.submit(path, fields);
        assert.equal(reply.status, 404, path);
        assert.ok(!reply.text.includes(customer.authToken));
      }
      const { text } = await server.request('GET', `/2010-04-01/Accounts/${sub.accountSid}.json`, {
        auth: sub,
      });
      assert.match(text, /"status":"active"/);
    });

    it('change nothing by a form that is not ours', async () => {
      const before = await tokens();
      for (const path of ['/tokens/secondary', '/tokens', '/subaccounts/new', '']) {
        for (const [fields, headers] of [
          [{ _csrf: undefined }, {}],
          [{}, { origin: 'https://evil.example.com' }],
        ] as const) {
          await person.get(`${base}/tokens`);
          const all = { password: PASSWORD, FriendlyName: 'Evil', ...fields };
          const reply = await person.submit(base + path, all, headers);
          assert.equal(reply.status, 403, path);
          assert.ok(!reply.text.includes(before.primary));
        }
      }
      assert.deepEqual(await tokens(), before);
      assert.doesNotMatch((await person.get(`${base}/subaccounts`)).text, /Evil/);
    });

    it('change nothing while the account is suspended', async () => {
      await person.get(`${base}/subaccounts/new`);
      await server.setAccountStatus(accountSid, 'suspended');
      const sub = await server.createAccount({ owner: accountSid });
      const ofSub = `/console/${sub.accountSid}`;
      for (const path of [
        ...['/subaccounts/new', '/tokens/secondary', '', '/keys/new'].map((one) => base + one),
        ...['apps/new', 'people/invite'].map((one) => `/console/${accountSid}/${one}`),
        ...['apps/new', 'account'].map((one) => `${ofSub}/${one}`),
      ]) {
        const form = {
          FriendlyName: 'Anyhow',
          Type: 'Main',
          Email: 'x@example.com',
          role: 'owner',
        };
        const reply = await person.submit(path, { ...form, password: PASSWORD });
        assert.equal(reply.status, 403, path);
      }
      await server.setAccountStatus(accountSid, 'active');
      assert.equal((await tokens()).secondary, undefined);
      assert.doesNotMatch((await person.get(base)).text, /Anyhow/);
    });

    it('leave the people of a suspended account one thing: to remove access', async () => {
      const key = { accountSid, connectAppSid: server.connectAppSid };
      await authorizeConnectApp(server.context, key);
      await server.setAccountStatus(accountSid, 'suspended');
      const path = `/console/${accountSid}/authorized/${server.connectAppSid}`;
      await person.get(`${path}/remove`);
      assert.equal((await person.submit(`${path}/remove`, {})).headers.location, path);
      const ended = await findAuthorization(server.context.database.query, key);
      assert.notEqual(ended?.revokedAt ?? null, null);
    });

    it('of a subaccount end with its parent', async () => {
      const sub = await server.createAccount({ owner: accountSid });
      const path = `/console/${sub.accountSid}/account`;
      assert.equal((await person.get(path)).status, 200);
      await server.setAccountStatus(accountSid, 'closed');
      assert.equal((await person.get(path)).status, 404);
    });

    it('show the tokens of a subaccount to the people of its parent', async () => {
      const sub = await server.createAccount({ owner: accountSid });
      const path = `/console/${sub.accountSid}/account`;
      assert.doesNotMatch((await person.get(path)).text, />Subaccounts</);
      assert.equal((await person.get(`${path}/subaccounts`)).status, 404);
      await person.get(`${path}/tokens`);
      const shown = await person.submit(`${path}/tokens`, { password: PASSWORD });
      assert.ok(shown.text.includes(sub.authToken));
    });
  });
}
