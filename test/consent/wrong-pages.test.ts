/** What somebody sees who asks for a page that is not there: a page, if they read pages. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { send, startServer, type TestServer } from '../support/server.ts';
import { visit } from '../support/visitor.ts';

/** As Chromium and Firefox send it. */
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8';

describe('a wrong page', () => {
  let server: TestServer;
  before(async () => {
    server = await startServer({ engine: 'sqlite' });
  });
  after(() => server.close());

  const ask = (path: string, accept?: string, method = 'GET') =>
    send(server.url, method, path, { headers: { ...(accept !== undefined && { accept }) } });

  for (const path of ['/nowhere', '/assets/nothing', '/authorize', '/favicon.ico', '/%zz', '//']) {
    it(`at ${path} is HTML for who takes HTML`, async () => {
      const { status, headers, text } = await ask(path, BROWSER);
      assert.equal(status, 404);
      assert.equal(headers['content-type'], 'text/html; charset=utf-8');
      assert.match(headers['content-security-policy'] ?? '', /^default-src 'none'/);
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['cache-control'], 'no-store');
      assert.match(text, /<h1>Page not found<\/h1>/);
      assert.ok(text.includes(headers['twilio-request-id'] ?? 'none'), 'with its reference');
    });
  }

  it('is a page for every method', async () => {
    for (const method of ['POST', 'PUT', 'DELETE']) {
      const reply = await ask('/console', BROWSER, method);
      assert.equal(reply.status, 404, method);
      assert.match(reply.headers['content-type'] ?? '', /^text\/html/);
    }
  });

  it('is no page for programs', async () => {
    for (const accept of [
      undefined,
      '*/*',
      'application/json',
      'text/html;q=0',
      'text/htmlx',
      '',
    ]) {
      const { status, headers } = await ask('/nowhere', accept);
      assert.equal(status, 404);
      assert.match(headers['content-type'] ?? '', /^application\/xml/, String(accept));
    }
  });

  it('is never one of the API, whatever its client takes', async () => {
    for (const path of [
      '/2010-04-01',
      '/2010-04-01/',
      '/2010-04-01/Nothing.json',
      '//2010-04-01/Nothing.json',
      '/2010-04-01/Accounts/AC1.json',
      '/2010-04-01/%zz.json',
      '/2010-04-01?x=/console',
    ]) {
      const { headers } = await ask(path, BROWSER);
      const expected = path.endsWith('.json') ? /^application\/json/ : /^application\/xml/;
      assert.match(headers['content-type'] ?? '', expected, path);
    }
  });

  it('says nothing of the path that was asked for', async () => {
    const { text } = await ask('/%3Cscript%3E<script>alert(1)</script>', BROWSER);
    assert.doesNotMatch(text, /script/i);
  });
});

describe('the first page', () => {
  let server: TestServer;
  before(async () => {
    server = await startServer({ engine: 'sqlite' });
  });
  after(() => server.close());

  it('leads to the console, and the console to sign-in and back', async () => {
    const first = await server.request('GET', '/');
    assert.deepEqual([first.status, first.headers.location], [302, '/console']);
    const visitor = visit(server);
    assert.match((await visitor.get('/console')).text, /<h1>Sign in<\/h1>/);
    const fields = { email: 'customer@example.com', password: 'connect-apps-demo' };
    const signedIn = await visitor.submit('/sign-in', fields);
    assert.deepEqual([signedIn.status, signedIn.headers.location], [303, '/console']);
    const begun = await visitor.get('/console');
    const overview = `/console/${server.customer.accountSid}/overview`;
    assert.deepEqual([begun.status, begun.headers.location], [302, overview]);
    const { status, text } = await visitor.get(overview);
    assert.equal(status, 200);
    assert.ok(text.includes(server.customer.accountSid));
    assert.ok(!text.includes(server.developer.accountSid));
    const again = await visitor.get('/sign-in');
    assert.deepEqual([again.status, again.headers.location], [303, '/console']);
  });
});
