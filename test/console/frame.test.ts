/** What every page of the console has in common: who sees it, what protects it, and how large it is. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CONSOLE_SCRIPT_PATHS, CONSOLE_STYLE_PATH } from '../../src/console/assets.ts';
import { relativeTime } from '../../src/console/parts/text.ts';
import { STYLE_SHEET_PATH } from '../../src/pages/style.ts';
import { createUser } from '../../src/users/operations.ts';
import { DATABASES } from '../support/databases.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { type Visitor, visit } from '../support/visitor.ts';
import { CONSOLE_URLS, fillIn } from './urls.ts';

const PASSWORD = 'correct horse battery';
const NO_PAGE = /The link is wrong or has expired/;

for (const engine of DATABASES) {
  describe(`the console on ${engine}`, () => {
    let server: TestServer;
    /** Belongs to an account of nobody else. */
    let stranger: Visitor;
    let strangerSid: string;
    /** Belongs to the developer's account. */
    let developer: Visitor;
    before(async () => {
      server = await startServer({ engine });
      ({ accountSid: strangerSid } = await server.createAccount({ friendlyName: 'Of a stranger' }));
      await createUser(server.context, {
        email: 'stranger@example.com',
        password: PASSWORD,
        accountSids: [strangerSid],
      });
      stranger = visit(server);
      await stranger.signIn('stranger@example.com', PASSWORD);
      developer = visit(server);
      await developer.signIn('developer@example.com');
    });
    after(() => server.close());

    const pathOf = (path: string) =>
      fillIn(path, server.developer.accountSid, server.connectAppSid);
    const overview = () => `/console/${server.developer.accountSid}/overview`;

    it('has its URLs read from its source', () => {
      assert.ok(CONSOLE_URLS.length >= 12);
      assert.ok(CONSOLE_URLS.some(({ path }) => path === '/console/:AccountSid/apps/:Sid/delete'));
    });

    for (const { path, isOfAccount, isForm } of CONSOLE_URLS) {
      if (isOfAccount) {
        it(`${path} is there for nobody else`, async () => {
          const page = await stranger.get(pathOf(path));
          assert.equal(page.status, 404);
          // A form that is on another page has no page of its own, for nobody.
          if (!isForm) assert.match(page.text, NO_PAGE);
          assert.ok(!page.text.includes('Demo developer'));
          if (!isForm) return;
          await stranger.get(`/console/${strangerSid}/overview`);
          const sent = await stranger.submit(pathOf(path), { Name: 'x', FriendlyName: 'x' });
          assert.equal(sent.status, 404, sent.text);
        });
      }

      it(`${path} asks to sign in, and leads back`, async () => {
        const somebody = visit(server);
        const { status, text } = await somebody.get(`${pathOf(path)}?q=1`);
        // A form that is on another page has no page of its own.
        if (isForm && status === 404) return;
        assert.equal(status, 200);
        assert.match(text, /<h1>Sign in<\/h1>/);
        assert.ok(text.includes(`name="return_to" value="${pathOf(path)}?q=1"`));
      });

      if (isForm) {
        it(`${path} takes no form without its token, nor from another site`, async () => {
          const bare = await developer.submit(pathOf(path), { _csrf: undefined });
          assert.equal(bare.status, 403);
          assert.match(bare.text, /no longer valid/);
          await developer.get('/console/accounts');
          for (const headers of [
            { origin: 'https://evil.example.com' },
            { origin: 'null' },
            { 'sec-fetch-site': 'cross-site' },
            { 'sec-fetch-site': 'same-site' },
          ]) {
            const sent = await developer.submit(pathOf(path), {}, headers);
            assert.equal(sent.status, 403, JSON.stringify(headers));
          }
        });
      }
    }

    it('is open to who belongs to the parent of a subaccount, and to no stranger', async () => {
      const owner = server.developer.accountSid;
      const { accountSid } = await server.createAccount({ owner });
      assert.equal((await developer.get(`/console/${accountSid}/overview`)).status, 200);
      assert.equal((await stranger.get(`/console/${accountSid}/overview`)).status, 404);
      await server.setAccountStatus(accountSid, 'closed');
      assert.equal((await developer.get(`/console/${accountSid}/overview`)).status, 404);
    });

    it('begins with the account that was seen last, or a choice', async () => {
      const { accountSid } = await server.createAccount({ friendlyName: 'A second one' });
      await createUser(server.context, {
        email: 'two@example.com',
        password: PASSWORD,
        accountSids: [strangerSid, accountSid],
      });
      const person = visit(server);
      await person.signIn('two@example.com', PASSWORD);
      const choice = await person.get('/console');
      assert.match(choice.text, /A second one/);
      assert.match(choice.text, /Of a stranger/);
      await person.get(`/console/${accountSid}/overview`);
      const again = await person.get('/console');
      assert.equal(again.headers.location, `/console/${accountSid}/overview`);
      const bare = await person.get(`/console/${accountSid}`);
      assert.equal(bare.headers.location, `/console/${accountSid}/overview`);
      // A cookie that names an account of somebody else leads nowhere.
      person.cookies.set('connect_apps_account', server.developer.accountSid);
      assert.match((await person.get('/console')).text, /Your accounts/);
    });

    it('runs its own script alone, and loads nothing from elsewhere', async () => {
      const { headers, text } = await developer.get(overview());
      const policy = headers['content-security-policy'] ?? '';
      for (const part of [
        "default-src 'none'",
        "script-src 'self'",
        "connect-src 'self'",
        "img-src 'self'",
        "style-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
      ]) {
        assert.ok(policy.split('; ').includes(part), `${part} in ${policy}`);
      }
      assert.equal(headers['x-frame-options'], 'DENY');
      assert.equal(headers['cache-control'], 'no-store');
      assert.doesNotMatch(text, /<script(?! type="module" src="\/assets\/)/);
      assert.doesNotMatch(text, /<script[^>]*>[^<]/);
      assert.doesNotMatch(text, /\s(?:style|on\w+)=/);
      const consent = await developer.get(`/authorize/${server.connectAppSid}`);
      assert.doesNotMatch(consent.headers['content-security-policy'] ?? '', /script-src/);
    });

    it('is small: script, style, and the first page', async () => {
      const sizeOf = async (path: string) => {
        const compressed = await server.request('GET', path, {
          headers: { 'accept-encoding': 'gzip, deflate', cookie: cookiesOf(developer) },
        });
        return Number(compressed.headers['content-length']);
      };
      const scripts = await Promise.all(CONSOLE_SCRIPT_PATHS.map(sizeOf));
      const script = scripts.reduce((sum, size) => sum + size, 0);
      assert.ok(script <= 4096, `${script} bytes of script`);
      const style = await sizeOf(CONSOLE_STYLE_PATH);
      assert.ok(style <= 5120, `${style} bytes of style`);
      const first = script + style + (await sizeOf(STYLE_SHEET_PATH)) + (await sizeOf(overview()));
      assert.ok(first <= 20 * 1024, `${first} bytes in all`);
      const lines = await Promise.all(
        CONSOLE_SCRIPT_PATHS.map(
          async (path) => (await server.request('GET', path)).text.split('\n').length - 1,
        ),
      );
      assert.ok(lines.reduce((sum, count) => sum + count, 0) <= 250, `${lines} lines of script`);
    });

    it('serves assets for ever, compressed where that is taken', async () => {
      for (const path of [CONSOLE_STYLE_PATH, ...CONSOLE_SCRIPT_PATHS]) {
        const plain = await server.request('GET', path);
        assert.equal(plain.status, 200);
        assert.match(plain.headers['cache-control'] ?? '', /immutable/);
        assert.equal(plain.headers['x-content-type-options'], 'nosniff');
        assert.equal(plain.headers['content-encoding'], undefined);
        for (const accept of ['gzip;q=0', 'br', 'identity']) {
          const headers = { 'accept-encoding': accept };
          const reply = await server.request('GET', path, { headers });
          assert.equal(reply.headers['content-encoding'], undefined, accept);
        }
      }
    });

    it('compresses large pages, whole', async () => {
      const response = await fetch(server.url + overview(), {
        headers: { cookie: cookiesOf(developer), 'accept-encoding': 'gzip' },
      });
      assert.equal(response.headers.get('content-encoding'), 'gzip');
      assert.match(response.headers.get('vary') ?? '', /accept-encoding/);
      assert.ok((await response.text()).trimEnd().endsWith('</html>'));
    });

    it('keeps what was typed when the token of a form has ended', async () => {
      const path = `/console/${server.developer.accountSid}/apps/new`;
      await developer.get(path);
      const typed = { FriendlyName: 'Typed <b>at length</b>', _csrf: 'ended' };
      const headers = { 'sec-fetch-site': 'same-origin' };
      const shown = await developer.submit(path, typed, headers);
      assert.equal(shown.status, 403);
      assert.match(shown.text, /open too long/);
      assert.ok(shown.text.includes('value="Typed &lt;b&gt;at length&lt;/b&gt;"'));
      const sent = await developer.submit(path, { FriendlyName: 'Typed' }, headers);
      assert.equal(sent.status, 303);
      // Nobody else is shown a form with what another site has typed.
      const foreign = await developer.submit(path, typed);
      assert.doesNotMatch(foreign.text, /at length/);
    });

    it('asks to sign in again where a session has ended with a form open', async () => {
      const person = visit(server);
      await person.signIn('developer@example.com');
      const path = `/console/${server.developer.accountSid}/apps/new`;
      await person.get(path);
      person.cookies.delete('connect_apps_session');
      const reply = await person.submit(
        path,
        { FriendlyName: 'x' },
        { 'sec-fetch-site': 'same-origin' },
      );
      assert.match(reply.text, /<h1>Sign in<\/h1>/);
    });

    it('does not act for an account that the person left while the form was open', async () => {
      const { accountSid } = await server.createAccount();
      await createUser(server.context, {
        email: 'leaver@example.com',
        password: PASSWORD,
        accountSids: [accountSid],
      });
      const person = visit(server);
      await person.signIn('leaver@example.com', PASSWORD);
      const path = `/console/${accountSid}/apps/new`;
      await person.get(path);
      await server.setAccountStatus(accountSid, 'closed');
      const reply = await person.submit(path, { FriendlyName: 'x' });
      assert.equal(reply.status, 404);
    });
  });
}

function cookiesOf(visitor: Visitor): string {
  return [...visitor.cookies].map((pair) => pair.join('=')).join('; ');
}

describe('a time in a list', () => {
  const now = Date.UTC(2026, 10, 28, 12);
  const cases: [ago: number, text: string][] = [
    [0, 'just now'],
    [10_000, '10 s ago'],
    [120_000, '2 min ago'],
    [3 * 3_600_000, '3 h ago'],
    [86_400_000, '1 day ago'],
    [40 * 86_400_000, '19 Oct 2026'],
    [-4 * 60_000, 'in 4 min'],
  ];
  for (const [ago, text] of cases) {
    it(`is “${text}”`, () => assert.equal(relativeTime(now - ago, now), text));
  }
});
