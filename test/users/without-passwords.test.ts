/**
 * People without a password: on a server that takes none, no URL reads or makes one, and people join, and confirm that it
 * is them, at the provider.
 */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { getStoredTokens } from '../../src/accounts/token-rotation.ts';
import { invite } from '../../src/users/invitations.ts';
import { insertMembership } from '../../src/users/membership-store.ts';
import { createUser, listAccountsOf } from '../../src/users/operations.ts';
import { createReset } from '../../src/users/password-change.ts';
import { beginSession, findSession } from '../../src/users/session.ts';
import { findUser, findUserByEmail } from '../../src/users/store.ts';
import { DATABASES } from '../support/databases.ts';
import { type IdentityProvider, startIdentityProvider } from '../support/identity-provider.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { answerOfProvider, signInAtProvider, startAtProvider } from '../support/travel.ts';
import { type Visitor, visit } from '../support/visitor.ts';

const COOKIE = 'connect_apps_session';
const CONFIRMED = 'connect_apps_confirmed';
const PASSWORD = 'correct horse battery';

for (const engine of DATABASES) {
  describe(`people without a password on ${engine}`, () => {
    let provider: IdentityProvider;
    let server: TestServer;
    /** The same, with passwords beside the provider. */
    let both: TestServer;
    before(async () => {
      provider = await startIdentityProvider(() =>
        [server, both].map(({ url }) => `${url}/sign-in/provider/callback`),
      );
      const settings = {
        OIDC_ISSUER: provider.issuer,
        OIDC_CLIENT_ID: provider.clientId,
        OIDC_CLIENT_SECRET: provider.clientSecret,
        OIDC_NAME: 'Example Cloud',
      };
      server = await startServer({ engine, settings: { ...settings, PASSWORD_SIGN_IN: 'false' } });
      both = await startServer({ engine, settings });
    });
    after(async () => {
      await server?.close();
      await both?.close();
      await provider?.close();
    });

    let people = 0;
    function seat(): string {
      people += 1;
      const email = `person-${people}@example.com`;
      const claims = { email, email_verified: true };
      provider.person = { subject: `subject-${people}`, claims };
      return email;
    }
    /** Somebody who has signed in with the provider, and owns an account. */
    async function owner(of = server): Promise<{ visitor: Visitor; accountSid: string }> {
      seat();
      const visitor = visit(of);
      await signInAtProvider(of, visitor);
      const session = await findSession(of.context, visitor.cookies.get(COOKIE));
      const { accountSid } = await of.createAccount();
      const key = { accountSid, userSid: session?.user.sid ?? '' };
      await of.context.database.transaction((transaction) =>
        insertMembership(transaction, key, { role: 'owner', createdAt: 0 }),
      );
      return { visitor, accountSid };
    }
    const rolesOf = async (userSid: string) =>
      (await listAccountsOf(server.context, userSid)).map(({ sid }) => sid);

    /** Sends a password to a page without a form; the token is that of the other server, which has the same key. */
    async function sendPassword(path: string) {
      const elsewhere = visit(both);
      const { text } = await elsewhere.get('/sign-in');
      const [, token = ''] = /name="_csrf" value="([^"]+)"/.exec(text) ?? [];
      const cookie = [...elsewhere.cookies].map((pair) => pair.join('=')).join('; ');
      const form = { _csrf: token, password: PASSWORD };
      return server.request('POST', path, { headers: { cookie }, form });
    }

    it('are shown no form for one, and no password is taken', async () => {
      const visitor = visit(server);
      const { text } = await visitor.get('/sign-in');
      assert.match(text, /Sign in with Example Cloud/);
      assert.doesNotMatch(text, /type="password"/);
      const reply = await visitor.signIn('customer@example.com');
      assert.equal(visitor.cookies.get(COOKIE), undefined);
      assert.ok(reply.status >= 400);
    });

    it('join by an invitation that leads to the provider and back', async () => {
      const { accountSid } = await server.createAccount();
      const email = seat();
      const { secret } = await invite(server.context, accountSid, { email, role: 'owner' });
      const visitor = visit(server);
      const page = await visitor.get(`/join/${secret}`);
      assert.doesNotMatch(page.text, /type="password"/);
      const [, there = ''] = /href="([^"]+)">Sign in with Example Cloud/.exec(page.text) ?? [];
      assert.equal(there, `/sign-in/provider?return_to=%2Fjoin%2F${secret}`);
      // Nobody joins with a password, whether or not there is a user, and no user comes into being.
      const refused = await sendPassword(`/join/${secret}`);
      assert.equal(refused.status, 403);
      assert.match(refused.text, /Sign in with Example Cloud/);
      assert.equal(await findUserByEmail(server.context.database.query, email), undefined);
      const back = await signInAtProvider(server, visitor, `/join/${secret}`);
      assert.equal(back.headers.location, `/join/${secret}`);
      await visitor.get(`/join/${secret}`);
      const joined = await visitor.submit(`/join/${secret}`, {});
      assert.equal(joined.headers.location, `/console/${accountSid}/overview`);
      const session = await findSession(server.context, visitor.cookies.get(COOKIE));
      assert.deepEqual(await rolesOf(session?.user.sid ?? ''), [accountSid]);
    });

    it('join with no password that somebody had before', async () => {
      const { accountSid } = await server.createAccount();
      const email = 'before@example.com';
      await createUser(server.context, { email, password: PASSWORD, accountSids: [] });
      const { secret } = await invite(server.context, accountSid, { email, role: 'owner' });
      const reply = await sendPassword(`/join/${secret}`);
      assert.equal(reply.status, 403);
      assert.match(reply.text, /Sign in with Example Cloud/);
      assert.ok(!(reply.headers['set-cookie'] ?? '').includes(COOKIE));
    });

    it('are offered both ways by an invitation where both are open', async () => {
      const { accountSid } = await both.createAccount();
      const { secret } = await invite(both.context, accountSid, { email: seat(), role: 'owner' });
      const { text } = await visit(both).get(`/join/${secret}`);
      assert.match(text, /type="password"/);
      assert.match(text, /Sign in with Example Cloud/);
    });

    it('reset no password, and find no page to make a link for it', async () => {
      const { visitor, accountSid } = await owner();
      const user = await createUser(server.context, {
        email: `somebody-${accountSid}@example.com`,
        password: PASSWORD,
        accountSids: [accountSid],
      });
      const person = `/console/${accountSid}/people/${user.sid}`;
      assert.doesNotMatch((await visitor.get(person)).text, /Reset the password/);
      const secret = await createReset(server.context, user.email);
      for (const path of [`/reset-password/${secret}`, `${person}/reset-password`]) {
        assert.equal((await visitor.get(path)).status, 404, path);
        await visitor.get('/console/me');
        assert.equal((await visitor.submit(path, { password: PASSWORD })).status, 404, path);
      }
      const hash = async () =>
        (await findUser(server.context.database.query, user.sid))?.passwordHash;
      const before = await hash();
      // Signed in before passwords were switched off.
      const stored = await findUser(server.context.database.query, user.sid);
      assert.ok(stored);
      const earlier = visit(server);
      earlier.cookies.set(COOKIE, (await beginSession(server.context, stored)) ?? '');
      const me = await earlier.get('/console/me');
      assert.doesNotMatch(me.text, /type="password"/);
      const change = { CurrentPassword: PASSWORD, Password: 'another horse battery' };
      assert.equal((await earlier.submit('/console/me', change)).status, 404);
      assert.equal(await hash(), before);
      const tokens = `/console/${accountSid}/account/tokens`;
      await earlier.get(tokens);
      assert.equal((await earlier.submit(tokens, { password: PASSWORD })).status, 401);
    });

    it('see tokens after a fresh sign-in with the provider, and not after an old one', async () => {
      for (const one of [server, both]) {
        const { visitor, accountSid } = await owner(one);
        const tokens = `/console/${accountSid}/account/tokens`;
        const token = await one.tokenOf(accountSid);
        const page = await visitor.get(tokens);
        assert.doesNotMatch(page.text, /type="password"/);
        const [, there = ''] =
          /href="([^"]+)">sign in with Example Cloud again/.exec(page.text) ?? [];
        assert.ok(there.includes('again=yes'), page.text);
        const refused = await visitor.submit(tokens, {});
        assert.equal(refused.status, 401);
        assert.ok(!refused.text.includes(token));
        // A password that is typed all the same is none.
        await visitor.get(tokens);
        assert.equal((await visitor.submit(tokens, { password: PASSWORD })).status, 401);

        const back = await signInAtProvider(one, visitor, tokens, { isAgain: true });
        assert.equal(back.headers.location, tokens);
        await visitor.get(tokens);
        const shown = await visitor.submit(tokens, {});
        assert.equal(shown.status, 200);
        assert.ok(shown.text.includes(token));

        // It is of this session alone.
        const mark = visitor.cookies.get(CONFIRMED) ?? '';
        await signInAtProvider(one, visitor, tokens);
        visitor.cookies.set(CONFIRMED, mark);
        await visitor.get(tokens);
        assert.equal((await visitor.submit(tokens, {})).status, 401);
      }
    });

    it('make keys and promote tokens after it alone', async () => {
      const { visitor, accountSid } = await owner();
      const account = `/console/${accountSid}/account`;
      const key = { FriendlyName: 'one', Type: 'Standard' };
      const stored = () => getStoredTokens(server.context.database.query, accountSid);
      await visitor.get(`${account}/tokens`);
      await visitor.submit(`${account}/tokens/secondary`, {});
      const before = await stored();
      for (const path of [`${account}/keys/new`, `${account}/tokens/promote`]) {
        assert.match((await visitor.get(path)).text, /sign in with Example Cloud again/);
        assert.equal((await visitor.submit(path, key)).status, 401, path);
      }
      assert.deepEqual(await stored(), before);
      await signInAtProvider(server, visitor, `${account}/keys/new`, { isAgain: true });
      await visitor.get(`${account}/keys/new`);
      assert.match((await visitor.submit(`${account}/keys/new`, key)).text, /Copy the secret now/);
      await visitor.get(`${account}/tokens/promote`);
      assert.equal((await visitor.submit(`${account}/tokens/promote`, {})).status, 303);
      assert.notDeepEqual(await stored(), before);
    });

    it('are not confirmed by a provider that has not asked them again', async () => {
      const { visitor, accountSid } = await owner();
      const tokens = `/console/${accountSid}/account/tokens`;
      const address = new URL(await startAtProvider(visitor, tokens, { isAgain: true }));
      assert.equal(address.searchParams.get('max_age'), '300');
      // Without it, the provider signs in silently whoever it knows.
      address.searchParams.delete('max_age');
      const reply = await visitor.get(await answerOfProvider(server, address.href));
      assert.equal(reply.status, 502);
      assert.equal(visitor.cookies.get(CONFIRMED), undefined);
    });
  });
}
