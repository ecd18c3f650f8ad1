/** /openapi.json and /docs/plain: complete, and readable in a real browser under a strict policy. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { arrayOf, objectOf, stringOf } from '../api/narrow.ts';
import { publishedRoutes, withSameNames } from '../api/published-routes.ts';
import { BROWSER_OBSTACLE, launchBrowser } from '../support/browser.ts';
import { DATABASES } from '../support/databases.ts';
import { freePort } from '../support/free-port.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { readDescription, resolve } from './description.ts';

const ROUTES = [
  'DELETE /2010-04-01/Accounts/{}/ConnectApps/{}',
  'DELETE /2010-04-01/Accounts/{}/Keys/{}',
  'DELETE /2010-04-01/Accounts/{}/SigningKeys/{}',
  'GET /2010-04-01/Accounts',
  'GET /2010-04-01/Accounts/{}',
  'GET /2010-04-01/Accounts/{}/AuthorizedConnectApps',
  'GET /2010-04-01/Accounts/{}/AuthorizedConnectApps/{}',
  'GET /2010-04-01/Accounts/{}/ConnectApps',
  'GET /2010-04-01/Accounts/{}/ConnectApps/{}',
  'GET /2010-04-01/Accounts/{}/Keys',
  'GET /2010-04-01/Accounts/{}/Keys/{}',
  'GET /2010-04-01/Accounts/{}/SigningKeys',
  'GET /2010-04-01/Accounts/{}/SigningKeys/{}',
  'POST /2010-04-01/Accounts',
  'POST /2010-04-01/Accounts/{}',
  'POST /2010-04-01/Accounts/{}/ConnectApps/{}',
  'POST /2010-04-01/Accounts/{}/Keys',
  'POST /2010-04-01/Accounts/{}/Keys/{}',
  'POST /2010-04-01/Accounts/{}/SigningKeys',
  'POST /2010-04-01/Accounts/{}/SigningKeys/{}',
].map((route) => `${route}.json`);

for (const engine of DATABASES) {
  describe(`the documentation that the server gives on ${engine}`, () => {
    let server: TestServer;
    before(async () => {
      server = await startServer({ engine, settings: { ALLOW_CONNECT_APP_DELETE: 'true' } });
    });
    after(() => server.close());

    it('lists every route in /openapi.json, and each of them answers', async () => {
      assert.deepEqual(await publishedRoutes(server), ROUTES);
      const { operations } = await readDescription(server);
      for (const { method, path } of operations) {
        const filled = path
          .replace(/(?<=\/Accounts\/)\{\w+\}/, server.developer.accountSid)
          .replace(/\{\w+\}/, server.connectAppSid);
        const reply = await server.request(method, filled);
        assert.equal(reply.status, 401, `${method} ${filled} asks who it is`);
      }
    });

    it('lists each route in XML and CSV, too', async () => {
      const { operations } = await readDescription(server);
      for (const extension of ['.xml', '.csv']) {
        const routes = operations
          .filter(({ path }) => path.endsWith(extension))
          .map(({ method, path }) => `${method} ${withSameNames(path)}`);
        const expected = ROUTES.map((route) => route.replace('.json', extension));
        assert.deepEqual(routes.sort(), expected);
      }
    });

    it('lists no deletion where the server has none', async (context) => {
      const other = await startServer({ engine });
      context.after(() => other.close());
      const routes = ROUTES.filter((route) => !/^DELETE .*\/ConnectApps/.test(route));
      assert.deepEqual(await publishedRoutes(other), routes);
    });

    it('names the public address, if there is one, and one that is right in any case', async (context) => {
      const urls = async (of: TestServer) => {
        const { document } = await readDescription(of);
        return arrayOf(document.servers).map((one) => objectOf(one).url);
      };
      assert.deepEqual(await urls(server), ['/']);
      const port = String(await freePort());
      const publicUrl = `http://localhost:${port}`;
      const settings = { PORT: port, PUBLIC_URL: publicUrl };
      const other = await startServer({ engine, settings });
      context.after(() => other.close());
      assert.deepEqual(await urls(other), [publicUrl, '/']);
    });

    it('publishes the rules that the server checks by', async () => {
      const { document } = await readDescription(server);
      const form = resolve(document, { $ref: '#/components/schemas/UpdateConnectAppForm' });
      const properties = objectOf(form.properties);
      assert.equal(Object.keys(properties).length, 8);
      assert.equal(objectOf(properties.FriendlyName).maxLength, 64);
      assert.equal(objectOf(properties.HomepageUrl).format, 'uri');
      const { items } = objectOf(properties.Permissions);
      assert.deepEqual(resolve(document, items).enum, ['get-all', 'post-all']);
    });

    it('shows /docs/plain under a policy that allows no script', async () => {
      const reply = await server.request('GET', '/docs/plain');
      assert.equal(reply.status, 200);
      const policy = stringOf(reply.headers['content-security-policy']);
      assert.match(policy, /default-src 'none'/);
      assert.doesNotMatch(policy, /unsafe|script-src(?! 'none')/);
      assert.doesNotMatch(reply.text, /<script|\son\w+=|style=/);
    });

    it('shows every route of /docs/plain in a browser, with its style and without an error', {
      skip: BROWSER_OBSTACLE,
    }, async () => {
      const browser: Browser = await launchBrowser();
      try {
        for (const viewport of [
          { width: 390, height: 844 },
          { width: 1280, height: 900 },
        ]) {
          const page = await browser.newPage({ viewport });
          const complaints: string[] = [];
          page.on('console', (message) => complaints.push(message.text()));
          page.on('pageerror', (error) => complaints.push(error.message));
          await page.goto(`${server.url}/docs/plain`);
          const headings = await page.locator('h2').allInnerTexts();
          const shown = headings.map((text) =>
            text.replaceAll(/\{\w+\}/g, '{}').replace(/\s+/, ' '),
          );
          assert.deepEqual(shown.sort(), ROUTES);
          const overflow = await page.evaluate(
            'document.documentElement.scrollWidth - document.documentElement.clientWidth',
          );
          assert.equal(overflow, 0, 'nothing lies beyond the edge of the screen');
          assert.deepEqual(complaints, []);
          await page.close();
        }
      } finally {
        await browser.close();
      }
    });
  });
}
