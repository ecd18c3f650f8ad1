/** Signing in and out: sessions, their cookies, and the limits on guessing. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { PASSWORD_COST } from '../../src/password-cost.ts';
import { setPassword } from '../../src/users/password-change.ts';
import { findSession } from '../../src/users/session.ts';
import { DATABASES } from '../support/databases.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { visit } from '../support/visitor.ts';

const EMAIL = 'customer@example.com';
const COOKIE = 'connect_apps_session';

for (const engine of DATABASES) {
  describe(`sessions on ${engine}`, () => {
    let server: TestServer;
    before(async () => {
      server = await startServer({ engine, settings: { TRUST_PROXY: '127.0.0.0/8' } });
    });
    after(() => server.close());

    it('begin with a cookie that no script can read, and end at sign-out', async () => {
      const visitor = visit(server);
      const signedIn = await visitor.signIn(EMAIL);
      assert.equal(signedIn.status, 303);
      const cookie = (signedIn.headers['set-cookie'] ?? '')
        .split(/,(?=\w)/)
        .find((one) => one.startsWith(COOKIE));
      assert.match(cookie ?? '', /; Path=\/; HttpOnly; SameSite=Lax$/);
      const secret = visitor.cookies.get(COOKIE);
      assert.match(secret ?? '', /^[\w-]{43}$/);
      assert.match((await visitor.get('/console/accounts')).text, /Your accounts/);
      await visitor.submit('/sign-out', {});
      assert.equal(visitor.cookies.get(COOKIE), undefined);
      assert.equal(await findSession(server.context, secret), undefined, 'the secret is worthless');
    });

    it('have a cookie for https alone where the browser sees https', async () => {
      const headers = { 'x-forwarded-proto': 'https' };
      const form = await server.request('GET', '/sign-in', { headers });
      const [, token = ''] = /name="_csrf" value="([^"]+)"/.exec(form.text) ?? [];
      const [cookie = ''] = (form.headers['set-cookie'] ?? '').split(';');
      const reply = await server.request('POST', '/sign-in', {
        headers: { ...headers, cookie },
        form: { _csrf: token, email: EMAIL, password: 'connect-apps-demo' },
      });
      assert.equal(reply.status, 303, reply.text);
      assert.match(
        reply.headers['set-cookie'] ?? '',
        /__Host-connect_apps_session=[\w-]+; Path=\/; HttpOnly; Secure; SameSite=Lax/,
      );
    });

    it('are new at every sign-in: one that was planted is worth nothing', async () => {
      const visitor = visit(server);
      visitor.cookies.set(COOKIE, 'planted');
      await visitor.signIn(EMAIL);
      const first = visitor.cookies.get(COOKIE);
      assert.notEqual(first, 'planted');
      await visitor.get('/console/accounts');
      const fields = { email: EMAIL, password: 'connect-apps-demo', return_to: '/sign-in' };
      assert.equal((await visitor.submit('/sign-in', fields)).status, 303);
      assert.notEqual(visitor.cookies.get(COOKIE), first);
      assert.equal(await findSession(server.context, first), undefined, 'the first has ended');
      assert.equal(await findSession(server.context, 'planted'), undefined);
    });

    it('end, all of them, when the password changes', async () => {
      const [one, other] = [visit(server), visit(server)];
      await one.signIn('developer@example.com');
      await other.signIn('developer@example.com');
      await setPassword(server.context, 'developer@example.com', 'a quite different password');
      for (const visitor of [one, other]) {
        assert.match((await visitor.get('/sign-in')).text, /name="password"/);
      }
      assert.equal((await visit(server).signIn('developer@example.com')).status, 401);
      const again = await visit(server).signIn(
        'developer@example.com',
        'a quite different password',
      );
      assert.equal(again.status, 303);
    });

    it('answer an unknown e-mail as they answer a wrong password', async () => {
      const answers = [];
      for (const email of [EMAIL, 'nobody@example.com', 'no\u0000body@example.com']) {
        const visitor = visit(server);
        const { status, text } = await visitor.signIn(email, 'wrong password here');
        answers.push([status, text.replace(email, '').replace(/name="_csrf" value="[^"]*"/, '')]);
      }
      assert.deepEqual(answers[0], answers[1]);
      assert.equal(answers[2]?.[0], 401);
      assert.equal(answers[0]?.[0], 401);
    });

    it('lead back only to a path of this server', async () => {
      for (const target of [
        'https://evil.example.com/',
        '//evil.example.com',
        '/\\evil.example.com',
        '\\\\evil.example.com',
        'javascript:alert(1)',
        '/%0d%0aSet-Cookie: x=1 ',
        'evil',
        '',
      ]) {
        const visitor = visit(server);
        await visitor.get('/sign-in');
        const reply = await visitor.submit('/sign-in', {
          email: EMAIL,
          password: 'connect-apps-demo',
          return_to: target,
        });
        assert.equal(reply.status, 303);
        assert.equal(reply.headers.location, '/console', target);
      }
    });

    it('cannot be begun by a form of another site', async () => {
      const visitor = visit(server);
      await visitor.get('/sign-in');
      const fields = { email: EMAIL, password: 'connect-apps-demo' };
      for (const [more, headers] of [
        [{ _csrf: undefined }, {}],
        [{}, { origin: 'https://evil.example.com' }],
      ] as const) {
        const reply = await visitor.submit('/sign-in', { ...fields, ...more }, headers);
        assert.equal(reply.status, 403);
        assert.equal(visitor.cookies.get(COOKIE), undefined);
        await visitor.get('/sign-in');
      }
    });

    it('cannot be begun by another site that has planted a cookie and its token', async () => {
      const attacker = visit(server);
      const { text } = await attacker.get('/sign-in');
      const [, token = ''] = /name="_csrf" value="([^"]+)"/.exec(text) ?? [];
      for (const headers of [
        { origin: 'https://evil.example.com' },
        { origin: 'null' },
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site' },
      ]) {
        const victim = visit(server);
        for (const [name, value] of attacker.cookies) victim.cookies.set(name, value);
        const fields = { _csrf: token, email: EMAIL, password: 'connect-apps-demo' };
        const reply = await victim.submit('/sign-in', fields, headers);
        assert.equal(reply.status, 403, JSON.stringify(headers));
        assert.equal(victim.cookies.get(COOKIE), undefined);
      }
    });

    it('have forms that are of no use to another session, nor to nobody', async () => {
      const [one, other] = [visit(server), visit(server)];
      await one.signIn(EMAIL);
      await other.signIn(EMAIL);
      const { text } = await one.get('/console/accounts');
      const [, token = ''] = /name="_csrf" value="([^"]+)"/.exec(text) ?? [];
      await other.get('/console/accounts');
      assert.equal((await other.submit('/sign-out', { _csrf: token })).status, 403);
      const nobody = visit(server);
      await nobody.get('/sign-in');
      assert.equal((await nobody.submit('/sign-out', { _csrf: token })).status, 403);
      assert.match((await other.get('/console/accounts')).text, /Your accounts/);
    });

    it('take as long to refuse an unknown e-mail as a wrong password', async (t) => {
      const settings = { TRUST_PROXY: '127.0.0.0/8' };
      const costly = await startServer({ engine, settings, passwordCost: PASSWORD_COST });
      t.after(() => costly.close());
      const timeOf = async (email: string) => {
        const visitor = visit(costly);
        await visitor.get('/sign-in');
        const startedAt = performance.now();
        const fields = { email, password: 'a wrong guess at it' };
        const from = { 'x-forwarded-for': `198.18.0.${Math.floor(startedAt) % 250}` };
        assert.equal((await visitor.submit('/sign-in', fields, from)).status, 401);
        return performance.now() - startedAt;
      };
      // One whose hash costs what that of any user costs.
      await setPassword(costly.context, 'developer@example.com', 'a quite different password');
      const known: number[] = [];
      const unknown: number[] = [];
      for (let round = 0; round < 4; round += 1) {
        known.push(await timeOf('developer@example.com'));
        unknown.push(await timeOf(`nobody${round}@example.com`));
      }
      const ratio = Math.min(...unknown) / Math.min(...known);
      assert.ok(ratio > 0.4 && ratio < 2.5, `an unknown user took ${ratio} of the time`);
    });

    it('slow down a client that guesses, and never lock the victim out', async () => {
      const attacker = { 'x-forwarded-for': '203.0.113.9' };
      const statuses: number[] = [];
      for (let tries = 0; tries < 15; tries += 1) {
        const visitor = visit(server);
        await visitor.get('/sign-in');
        const fields = { email: EMAIL, password: `guess number ${tries}` };
        const reply = await visitor.submit('/sign-in', fields, attacker);
        statuses.push(reply.status);
        if (reply.status === 429) assert.match(reply.headers['retry-after'] ?? '', /^\d+$/);
      }
      assert.deepEqual(statuses.slice(0, 5), Array(5).fill(401));
      assert.deepEqual(statuses.slice(5), Array(10).fill(429));
      const victim = visit(server);
      await victim.get('/sign-in');
      const fields = { email: EMAIL, password: 'connect-apps-demo' };
      const home = { 'x-forwarded-for': '198.51.100.7' };
      assert.equal((await victim.submit('/sign-in', fields, home)).status, 303);
    });

    it('leave no password and no secret in the log or the database', async () => {
      const visitor = visit(server);
      await visitor.signIn(EMAIL);
      const secret = visitor.cookies.get(COOKIE) ?? 'none';
      assert.ok(!server.logs().includes(secret));
      assert.ok(!server.logs().includes('connect-apps-demo'));
      const rows = await server.context.database.query.selectFrom('sessions').selectAll().execute();
      assert.ok(rows.length > 0);
      assert.ok(!JSON.stringify(rows).includes(secret));
    });
  });
}
