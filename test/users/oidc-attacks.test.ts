/** What somebody could try at the sign-in with a provider, each against a real one; and what a failure says. */

import assert from 'node:assert/strict';
import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { openFlow, sealFlow } from '../../src/oidc/flow.ts';
import { findSession } from '../../src/users/session.ts';
import { DATABASES } from '../support/databases.ts';
import { type IdentityProvider, startIdentityProvider } from '../support/identity-provider.ts';
import { type Reply, startServer, type TestServer } from '../support/server.ts';
import { answerOfProvider, signInAtProvider, startAtProvider } from '../support/travel.ts';
import { type Visitor, visit } from '../support/visitor.ts';

const SESSION = 'connect_apps_session';
const FLOW = 'connect_apps_provider';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const KEY_ID = 'the key of the provider';

/** An ID token with other claims, signed by `key`. */
function changed(idToken: string, claims: Record<string, unknown>, key: KeyObject): string {
  const [header = '', payload = ''] = idToken.split('.');
  const parsed: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const text = JSON.stringify({ ...(typeof parsed === 'object' ? parsed : {}), ...claims });
  const signed = `${header}.${Buffer.from(text).toString('base64url')}`;
  return `${signed}.${createSign('sha256').update(signed).sign(key, 'base64url')}`;
}

for (const engine of DATABASES) {
  describe(`attacks on the sign-in with a provider, on ${engine}`, () => {
    let server: TestServer;
    let other: TestServer;
    let provider: IdentityProvider;
    before(async () => {
      const jwk = {
        ...privateKey.export({ format: 'jwk' }),
        kid: KEY_ID,
        alg: 'RS256',
        use: 'sig',
      };
      provider = await startIdentityProvider(
        () => [server, other].map(({ url }) => `${url}/sign-in/provider/callback`),
        { jwks: { keys: [{ ...jwk, kty: 'RSA' }] } },
      );
      const settings = {
        OIDC_ISSUER: provider.issuer,
        OIDC_CLIENT_ID: provider.clientId,
        OIDC_CLIENT_SECRET: provider.clientSecret,
        OIDC_NAME: 'Example Cloud',
        OIDC_SCOPES: 'openid email accounts',
        OIDC_ACCOUNTS_CLAIM: 'accounts',
      };
      server = await startServer({ engine, settings });
      other = await startServer({ engine, settings });
    });
    after(async () => {
      await server?.close();
      await other?.close();
      await provider?.close();
    });

    function seat(subject: string): void {
      const accounts = [server.customer.accountSid];
      provider.person = { subject, claims: { accounts } };
    }
    function isRefused(reply: Reply, visitor: Visitor, status: number, text: RegExp): void {
      assert.equal(reply.status, status, reply.text);
      assert.match(reply.text, text);
      assert.match(reply.text, /Sign in with Example Cloud/, 'and the way on');
      assert.equal(visitor.cookies.get(SESSION), undefined);
    }
    async function answerFor(visitor: Visitor): Promise<string> {
      return answerOfProvider(server, await startAtProvider(visitor));
    }

    it('refuse the answer to a sign-in that another browser began (login CSRF)', async () => {
      seat('attacker');
      const answer = await answerFor(visit(server));
      const victim = visit(server);
      isRefused(await victim.get(answer), victim, 400, /began in another browser/);
    });

    it("refuse another's answer while a sign-in waits, which then goes on", async () => {
      const attacker = visit(server);
      seat('attacker');
      const planted = await answerFor(attacker);
      const victim = visit(server);
      seat('victim');
      const own = await answerFor(victim);
      isRefused(await victim.get(planted), victim, 400, /began in another browser/);
      assert.equal((await victim.get(own)).status, 303);
    });

    it("refuse another's code with the right state (code injection): PKCE and nonce hold it", async () => {
      seat('attacker');
      const code = new URL(await answerFor(visit(server)), server.url).searchParams.get('code');
      const victim = visit(server);
      seat('victim');
      const own = new URL(await answerFor(victim), server.url);
      own.searchParams.set('code', code ?? '');
      isRefused(await victim.get(own.pathname + own.search), victim, 400, /already been used/);
    });

    it('refuse a code that was used, also with the cookie of its sign-in', async () => {
      seat('replayed');
      const visitor = visit(server);
      const answer = await answerFor(visitor);
      const flow = visitor.cookies.get(FLOW) ?? '';
      assert.equal((await visitor.get(answer)).status, 303);
      assert.equal(visitor.cookies.get(FLOW), undefined);
      const again = visit(server);
      isRefused(await again.get(answer), again, 400, /began in another browser/);
      again.cookies.set(FLOW, flow);
      isRefused(await again.get(answer), again, 400, /already been used/);
    });

    it('refuse an ID token of another nonce, issuer, client or key, or that has ended', async (t) => {
      t.after(() => {
        provider.forge = undefined;
      });
      seat('forged');
      const past = Math.floor(Date.now() / 1000) - 3600;
      for (const [claims, key] of [
        [{ nonce: 'another' }, privateKey],
        [{ nonce: undefined }, privateKey],
        [{ iss: 'https://evil.example.com' }, privateKey],
        [{ aud: 'another-client' }, privateKey],
        [{ exp: past, iat: past - 60 }, privateKey],
        [{ sub: 'somebody-else' }, stranger],
      ] as const) {
        provider.forge = (idToken) => changed(idToken, claims, key);
        const visitor = visit(server);
        const reply = await signInAtProvider(server, visitor);
        isRefused(reply, visitor, 502, /could not be verified, so you are not signed in/);
      }
      provider.forge = (idToken) => changed(idToken, {}, privateKey);
      assert.equal((await signInAtProvider(server, visit(server))).status, 303, 'the forge works');
      // An algorithm of none.
      provider.forge = (idToken) =>
        `${Buffer.from('{"alg":"none"}').toString('base64url')}.${idToken.split('.')[1]}.`;
      const visitor = visit(server);
      isRefused(await signInAtProvider(server, visitor), visitor, 502, /could not be verified/);
    });

    it('refuse an answer that names another issuer (mix-up)', async () => {
      seat('mixed');
      const visitor = visit(server);
      const answer = new URL(await answerFor(visitor), server.url);
      answer.searchParams.set('iss', 'https://evil.example.com');
      const reply = await visitor.get(answer.pathname + answer.search);
      isRefused(reply, visitor, 502, /could not be verified/);
    });

    it('end a session that was planted in the browser (fixation)', async () => {
      const attacker = visit(server);
      seat('attacker');
      await signInAtProvider(server, attacker);
      const planted = attacker.cookies.get(SESSION) ?? '';
      const victim = visit(server);
      victim.cookies.set(SESSION, planted);
      seat('victim');
      await signInAtProvider(server, victim);
      assert.notEqual(victim.cookies.get(SESSION), planted);
      assert.equal(await findSession(server.context, planted), undefined);
    });

    it('take no password of a form without its token, or from another site', async () => {
      for (const [more, headers] of [
        [{ _csrf: undefined }, {}],
        [{}, { origin: 'https://evil.example.com' }],
      ] as const) {
        const visitor = visit(server);
        await visitor.get('/sign-in');
        const fields = { email: 'customer@example.com', password: 'connect-apps-demo', ...more };
        assert.equal((await visitor.submit('/sign-in', fields, headers)).status, 403);
        assert.equal(visitor.cookies.get(SESSION), undefined);
      }
    });

    it('lead to no other place than ours (open redirect)', async () => {
      seat('redirected');
      for (const target of [
        'https://evil.example.com',
        '//evil.example.com',
        '/\\evil.example.com',
        '/%0d%0aLocation: x\r\n',
        'javascript:alert(1)',
      ]) {
        const reply = await signInAtProvider(server, visit(server), target);
        const to = new URL(reply.headers.location ?? '', server.url);
        assert.equal(to.origin, server.url, target);
      }
    });

    it('make no cookie of a sign-in: it is sealed, and ends after ten minutes', async () => {
      const { keyring } = server.context;
      const flow = {
        state: 'a',
        nonce: 'b',
        codeVerifier: 'c',
        returnTo: '/',
        isAgain: false,
        startedAt: 1_000,
      };
      const cookie = sealFlow(keyring, flow);
      assert.deepEqual(openFlow(keyring, cookie, 1_000 + 599_999), flow);
      assert.equal(openFlow(keyring, cookie, 1_000 + 600_000), undefined);
      const sealedToken = keyring.seal(JSON.stringify(Object.values(flow)), 'another purpose');
      const tampered = `${cookie.slice(0, -4)}AAAA`;
      for (const text of [undefined, '', 'x', 'null', sealedToken, tampered, cookie.slice(1)]) {
        assert.equal(openFlow(keyring, text, 1_000), undefined, text);
      }
    });

    it('go on when another process of the same key takes the answer', async () => {
      seat('two-processes');
      const visitor = visit(server);
      const address = await startAtProvider(visitor);
      const flow = openFlow(other.context.keyring, visitor.cookies.get(FLOW), Date.now());
      assert.equal(flow?.state, new URL(address).searchParams.get('state'));
    });

    it('learn nothing from the log', async () => {
      seat('logged@example.com');
      const visitor = visit(server);
      const answer = await answerFor(visitor);
      const flow = visitor.cookies.get(FLOW) ?? '';
      await visitor.get(answer);
      const [code = '', state = ''] = ['code', 'state'].map(
        (name) => new URL(answer, server.url).searchParams.get(name) ?? '',
      );
      for (const secret of [code, state, flow, provider.clientSecret, 'logged@example.com']) {
        assert.ok(secret !== '' && !server.logs().includes(secret), secret);
      }
    });
  });

  describe(`failures of the sign-in with a provider, on ${engine}`, () => {
    it('say what to do when the person cancels', async (t) => {
      const { server, provider } = await startBoth({});
      t.after(() => Promise.all([server.close(), provider.close()]));
      provider.person = undefined;
      const visitor = visit(server);
      const reply = await signInAtProvider(server, visitor);
      assert.equal(reply.status, 403);
      assert.match(reply.text, /did not sign you in: you cancelled, or may not use this server/);
      assert.match(
        server.logs(),
        /"connect_apps.sign_in.refusal":"denied","connect_apps.reason":"access_denied"/,
      );
    });

    it('say what to do when the provider does not know this server', async (t) => {
      const { server, provider } = await startBoth({ OIDC_CLIENT_SECRET: 'a wrong secret' });
      t.after(() => Promise.all([server.close(), provider.close()]));
      provider.person = { subject: 'one', claims: {} };
      const reply = await signInAtProvider(server, visit(server));
      assert.equal(reply.status, 502);
      assert.match(
        reply.text,
        /does not accept sign-ins for this server\. Tell the people who run/,
      );
      assert.match(server.logs(), /"connect_apps.reason":"invalid_client"/);
      assert.ok(!server.logs().includes('a wrong secret'));
    });

    it('say what to do when the provider does not answer, and try it anew each time', async (t) => {
      const { server, provider } = await startBoth({});
      t.after(() => server.close());
      await provider.close();
      const reply = await visit(server).get('/sign-in/provider');
      assert.equal(reply.status, 502);
      assert.match(reply.text, /does not answer\. Try again in a moment/);
      assert.match(server.logs(), /connect_failed \(ECONNREFUSED\)/);
      assert.equal((await visit(server).get('/signed-out')).status, 200);
    });

    async function startBoth(settings: Record<string, string>) {
      const provider = await startIdentityProvider(() => [
        `${server.url}/sign-in/provider/callback`,
      ]);
      const server = await startServer({
        engine,
        settings: {
          OIDC_ISSUER: provider.issuer,
          OIDC_CLIENT_ID: provider.clientId,
          OIDC_CLIENT_SECRET: provider.clientSecret,
          ...settings,
        },
      });
      return { server, provider };
    }
  });
}
