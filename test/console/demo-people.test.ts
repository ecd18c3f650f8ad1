/** The demo people of a development server: signed in with one click, by the password that anyone could type. */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { DEMO_APP_SID, DEMO_CUSTOMER } from '../../src/demo/data.ts';
import { setPassword } from '../../src/users/password-change.ts';
import { BROWSER_OBSTACLE, launchBrowser } from '../support/browser.ts';
import { ended, printedBy, startCommand } from '../support/cli.ts';
import { DATABASES } from '../support/databases.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { visit } from '../support/visitor.ts';

const CONSENT = `/authorize/${DEMO_APP_SID}`;

for (const engine of DATABASES) {
  describe(`the demo people on ${engine}`, () => {
    let server: TestServer;
    before(async () => {
      server = await startServer({ engine, hasDemoApp: true });
    });
    after(() => server.close());

    it('have a button each, which leads to where they wanted to go', async () => {
      const visitor = visit(server);
      const page = await visitor.get(`${CONSENT}?state=kept`);
      assert.match(page.text, /<button class="second">Demo developer<\/button>/);
      assert.match(page.text, /<button class="second">Demo customer<\/button>/);
      // The fields of the last form.
      const reply = await visitor.submit('/sign-in', {});
      assert.equal(reply.status, 303);
      assert.equal(reply.headers.location, `${CONSENT}?state=kept`);
      assert.match((await visitor.get('/console/accounts')).text, /customer@example\.com/);
    });

    it('are asked for their password once it is another one', async () => {
      await setPassword(server.context, DEMO_CUSTOMER.email, 'not the one of the demo');
      const visitor = visit(server);
      await visitor.get('/sign-in');
      const reply = await visitor.submit('/sign-in', {});
      assert.equal(reply.status, 401);
      assert.match(reply.text, /The e-mail address or the password is wrong/);
    });

    it('are signed in by no form of another site', async () => {
      const visitor = visit(server);
      await visitor.get('/sign-in');
      const headers = { origin: 'https://evil.example.com' };
      assert.equal((await visitor.submit('/sign-in', {}, headers)).status, 403);
      assert.equal((await visitor.submit('/sign-in', { _csrf: undefined })).status, 403);
    });
  });
}

describe('a server without the demo app', () => {
  it('has no such button, and no demo password on its page', async (t) => {
    const server = await startServer({ engine: 'sqlite' });
    t.after(() => server.close());
    const { text } = await server.request('GET', '/sign-in');
    assert.doesNotMatch(text, /Demo (developer|customer)|connect-apps-demo/);
  });
});

describe('a newcomer', { skip: BROWSER_OBSTACLE }, () => {
  it('presses Allow two clicks after `dev` has printed where, and asks nobody else for anything', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'connect-apps-newcomer-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const dev = startCommand(folder, ['dev', '--port', '0']);
    t.after(async () => {
      dev.kill();
      await ended(dev);
    });
    const link = await printedBy(dev, /(http:\/\/[\d.]+:\d+\/authorize\/CN\w+)/);
    const browser = await launchBrowser();
    t.after(() => browser.close());
    const page = await browser.newPage();
    const others: string[] = [];
    page.on('request', (request) => {
      if (new URL(request.url()).origin !== new URL(link).origin) others.push(request.url());
    });
    await page.goto(link);
    await page.getByRole('button', { name: 'Demo customer' }).click();
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.getByRole('heading', { name: 'Connected', exact: true }).waitFor();
    assert.deepEqual(others, []);
  });
});
