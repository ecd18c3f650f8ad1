/** Signing in with the identities of a real OpenID Connect provider: who becomes which user, with which accounts. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createUser, getUser, listAccountsOf } from '../../src/users/operations.ts';
import { findSession } from '../../src/users/session.ts';
import { DATABASES } from '../support/databases.ts';
import { type IdentityProvider, startIdentityProvider } from '../support/identity-provider.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { createSid } from '../support/sid.ts';
import { signInAtProvider, startAtProvider } from '../support/travel.ts';
import { visit } from '../support/visitor.ts';

const COOKIE = 'connect_apps_session';

for (const engine of DATABASES) {
  describe(`signing in with a provider on ${engine}`, () => {
    let server: TestServer;
    let provider: IdentityProvider;
    before(async () => {
      provider = await startIdentityProvider(() => [`${server.url}/sign-in/provider/callback`]);
      server = await startServer({
        engine,
        settings: {
          OIDC_ISSUER: provider.issuer,
          OIDC_CLIENT_ID: provider.clientId,
          OIDC_CLIENT_SECRET: provider.clientSecret,
          OIDC_NAME: 'Example Cloud',
          OIDC_SCOPES: 'openid email accounts',
          OIDC_ACCOUNTS_CLAIM: 'accounts',
          OIDC_OPERATOR_CLAIM: 'groups=operators',
        },
      });
    });
    after(async () => {
      await server?.close();
      await provider?.close();
    });

    let people = 0;
    /** Somebody new sits down at the browser. */
    function seat(claims: Record<string, unknown>) {
      people += 1;
      const person = { subject: `subject-${people}`, claims };
      provider.person = person;
      return person;
    }
    async function userOf(visitor: ReturnType<typeof visit>) {
      const session = await findSession(server.context, visitor.cookies.get(COOKIE));
      assert.ok(session, 'nobody is signed in');
      return session.user;
    }
    const accountsOf = async (sid: string) =>
      (await listAccountsOf(server.context, sid)).map((account) => account.sid).sort();

    it('begins a session for the accounts of the claim, and leads where the person was going', async () => {
      const { accountSid } = server.customer;
      seat({ email: 'Ada@Example.com', email_verified: true, accounts: [accountSid] });
      const visitor = visit(server);
      assert.match((await visitor.get('/sign-in')).text, /Sign in with Example Cloud/);
      const reply = await signInAtProvider(server, visitor, '/authorize/CNx?state=1');
      assert.equal(reply.status, 303, reply.text);
      assert.equal(reply.headers.location, '/authorize/CNx?state=1');
      const user = await userOf(visitor);
      assert.equal(user.email, 'ada@example.com');
      assert.equal(user.isOperator, false);
      assert.deepEqual(await accountsOf(user.sid), [accountSid]);
    });

    it('asks with a fresh state, nonce and PKCE challenge each time', async () => {
      const asked = await Promise.all(
        [visit(server), visit(server)].map(async (visitor) => {
          const { searchParams } = new URL(await startAtProvider(visitor));
          assert.equal(searchParams.get('response_type'), 'code');
          assert.equal(searchParams.get('code_challenge_method'), 'S256');
          return ['state', 'nonce', 'code_challenge'].map((name) => searchParams.get(name));
        }),
      );
      const all = asked.flat();
      assert.equal(new Set(all).size, 6);
      for (const one of all) assert.match(one ?? '', /^[\w-]{43}$/);
    });

    it('replaces the accounts at each sign-in by those of the claim', async () => {
      const [one, other] = [await server.createAccount(), await server.createAccount()];
      const person = seat({ accounts: [one.accountSid] });
      const visitor = visit(server);
      await signInAtProvider(server, visitor);
      const { sid } = await userOf(visitor);
      assert.deepEqual(await accountsOf(sid), [one.accountSid]);
      provider.person = { ...person, claims: { accounts: `${other.accountSid}` } };
      await signInAtProvider(server, visitor);
      assert.equal((await userOf(visitor)).sid, sid, 'the same user');
      assert.deepEqual(await accountsOf(sid), [other.accountSid]);
    });

    it('ignores accounts that are not here, and subaccounts, and says so without naming anybody', async () => {
      const parent = await server.createAccount();
      const child = await server.createAccount({ owner: parent.accountSid });
      const unknown = createSid('AC');
      const accounts = [parent.accountSid, child.accountSid, unknown, "' or 1=1", 7, null];
      seat({ email: 'secret.person@example.com', email_verified: true, accounts });
      const visitor = visit(server);
      await signInAtProvider(server, visitor);
      assert.deepEqual(await accountsOf((await userOf(visitor)).sid), [parent.accountSid]);
      const logs = server.logs();
      assert.match(logs, /"connect_apps\.count":3,.*The provider named accounts/);
      assert.ok(!logs.includes('secret.person') && !logs.includes(unknown));
    });

    it('begins no session for somebody whose claim has no account, and takes the accounts away', async () => {
      const account = await server.createAccount();
      const person = seat({ accounts: [account.accountSid] });
      const visitor = visit(server);
      await signInAtProvider(server, visitor);
      const { sid } = await userOf(visitor);
      provider.person = { ...person, claims: {} };
      const again = visit(server);
      const reply = await signInAtProvider(server, again);
      assert.equal(reply.status, 403);
      assert.match(reply.text, /Example Cloud knows you, but you have no account here\. Ask/);
      assert.equal(again.cookies.get(COOKIE), undefined);
      assert.deepEqual(await accountsOf(sid), []);
    });

    it('knows people by issuer and subject, never by their e-mail address', async () => {
      const email = 'victim@example.com';
      const { accountSid } = server.developer;
      const victim = await createUser(server.context, {
        email,
        password: 'correct horse battery',
        accountSids: [accountSid],
        isOperator: true,
      });
      const own = await server.createAccount();
      for (const email_verified of [true, false]) {
        seat({ email, email_verified, accounts: [own.accountSid] });
        const visitor = visit(server);
        await signInAtProvider(server, visitor);
        const user = await userOf(visitor);
        assert.notEqual(user.sid, victim.sid);
        assert.notEqual(user.email, email);
        assert.equal(user.isOperator, false);
        assert.deepEqual(await accountsOf(user.sid), [own.accountSid]);
      }
      assert.equal((await getUser(server.context, email)).sid, victim.sid);
    });

    it('takes no e-mail address that the provider has not verified', async () => {
      for (const claims of [{}, { email_verified: false }, { email_verified: 'true' }]) {
        const { accountSid } = await server.createAccount();
        seat({ email: 'unverified@example.com', ...claims, accounts: [accountSid] });
        const visitor = visit(server);
        await signInAtProvider(server, visitor);
        const user = await userOf(visitor);
        assert.equal(user.email, user.sid);
      }
    });

    it('makes an operator, and ends it, by the claim', async () => {
      const person = seat({ groups: ['staff', 'operators'] });
      const visitor = visit(server);
      assert.equal((await signInAtProvider(server, visitor)).status, 303);
      assert.equal((await userOf(visitor)).isOperator, true);
      const { accountSid } = await server.createAccount();
      provider.person = { ...person, claims: { groups: 'no-operators', accounts: accountSid } };
      await signInAtProvider(server, visitor);
      assert.equal((await userOf(visitor)).isOperator, false);
    });

    it('gives nobody a password: the page refuses every one', async () => {
      const { accountSid } = await server.createAccount();
      seat({ email: 'nopass@example.com', email_verified: true, accounts: [accountSid] });
      await signInAtProvider(server, visit(server));
      for (const password of ['', 'A', '\0'.repeat(32)]) {
        assert.equal((await visit(server).signIn('nopass@example.com', password)).status, 401);
      }
    });

    it('signs out here, and shows where to sign out at the provider', async () => {
      const { accountSid } = server.customer;
      seat({ accounts: [accountSid] });
      const visitor = visit(server);
      await signInAtProvider(server, visitor);
      const secret = visitor.cookies.get(COOKIE);
      await visitor.get('/console/accounts');
      const reply = await visitor.submit('/sign-out', {});
      assert.equal(reply.headers.location, '/signed-out');
      assert.equal(await findSession(server.context, secret), undefined);
      const { text } = await visitor.get('/signed-out');
      const [, url = ''] = /href="([^"]+)" rel[^>]*>Sign out of Example Cloud/.exec(text) ?? [];
      const { origin, searchParams } = new URL(url.replaceAll('&amp;', '&'));
      assert.equal(origin, provider.issuer);
      assert.equal(searchParams.get('post_logout_redirect_uri'), `${server.url}/sign-in`);
    });
  });
}
