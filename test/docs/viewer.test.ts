/** /docs in a real browser: what it shows, that it asks no other origin, and that its requests work. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { buildViewer } from '../../build/viewer.ts';
import { DEMO_CONNECT_APP_SID, DEMO_DEVELOPER } from '../../src/demo/data.ts';
import { stringOf } from '../api/narrow.ts';
import { BROWSER_OBSTACLE, findFaults, LOOKS, launchBrowser } from '../support/browser.ts';
import { startServer, type TestServer } from '../support/server.ts';

const PATH = '/2010-04-01/Accounts/{AccountSid}/ConnectApps/{Sid}.json';
/** The viewer names itself and its version, once. */
const BANNER = /^@scalar\/api-reference@[\d.]+$/;

interface Visit {
  page: Page;
  /** What the browser said: errors, violations of the policy, and anything else. */
  complaints: string[];
  /** Requests to another origin, none of which is let through. */
  foreign: string[];
}

describe('the viewer of /docs', () => {
  let dev: TestServer;
  let serve: TestServer;
  before(async () => {
    await buildViewer();
    dev = await startServer({ engine: 'sqlite', hasDemoApp: true });
    serve = await startServer({ engine: 'sqlite' });
  });
  after(async () => {
    await dev?.close();
    await serve?.close();
  });

  const scriptsOf = (page: string) =>
    [...page.matchAll(/<script src="([^"]+)" defer><\/script>/g)].map(([, path = '']) => path);

  it('is under a policy without inline script, eval or another origin', async () => {
    const reply = await dev.request('GET', '/docs');
    const policy = stringOf(reply.headers['content-security-policy']);
    assert.match(policy, /^default-src 'none'; script-src 'self'; /);
    assert.match(policy, /; connect-src 'self'; /);
    assert.doesNotMatch(policy, /unsafe-eval|https?:/);
    assert.doesNotMatch(reply.text, /<script(?! src)|\son\w+=|style=/);
    assert.equal(scriptsOf(reply.text).length, 2);
  });

  it('has scripts that are compressed, named for their content and kept forever', async () => {
    const { text } = await dev.request('GET', '/docs');
    for (const path of scriptsOf(text)) {
      assert.match(path, /^\/docs\/assets\/\w+-[0-9a-f]{12}\.js$/);
      const response = await fetch(dev.url + path);
      assert.equal(response.status, 200);
      assert.equal(response.headers.get('content-encoding'), 'gzip');
      assert.match(response.headers.get('cache-control') ?? '', /immutable/);
      assert.match(await response.text(), /createApiReference/);
    }
    const missing = await dev.request('GET', '/docs/assets/viewer-000000000000.js');
    assert.equal(missing.status, 404);
  });

  it('gives the description compressed to clients that take it so, and plain to others', async () => {
    const plain = await dev.request('GET', '/openapi.json');
    assert.equal(plain.headers['content-encoding'], undefined);
    const refused = { 'accept-encoding': 'gzip;q=0' };
    const uncompressed = await dev.request('GET', '/openapi.json', { headers: refused });
    assert.equal(uncompressed.headers['content-encoding'], undefined);
    const response = await fetch(`${dev.url}/openapi.json`);
    assert.equal(response.headers.get('content-encoding'), 'gzip');
    assert.equal(await response.text(), plain.text);
  });

  it('offers credentials on a development server alone', async () => {
    const startScriptOf = async (server: TestServer) => {
      const { text } = await server.request('GET', '/docs');
      const [, path = ''] = scriptsOf(text);
      return (await fetch(server.url + path)).text();
    };
    assert.ok((await startScriptOf(dev)).includes(DEMO_DEVELOPER.authToken));
    const served = await startScriptOf(serve);
    assert.ok(served.includes('createApiReference'));
    assert.ok(!served.includes(DEMO_DEVELOPER.accountSid));
    assert.ok(!served.includes(DEMO_DEVELOPER.authToken));
  });

  describe('in a browser', { skip: BROWSER_OBSTACLE }, () => {
    let browser: Browser;
    before(async () => {
      browser = await launchBrowser();
    });
    after(() => browser?.close());

    async function visit(
      server: TestServer,
      width = 1280,
      colorScheme: 'light' | 'dark' = 'light',
    ): Promise<Visit> {
      const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
      const complaints: string[] = [];
      const foreign: string[] = [];
      page.on('console', (message) => {
        if (!BANNER.test(message.text())) complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.route('**/*', (route) => {
        const url = route.request().url();
        if (url.startsWith(server.url) || /^(data|blob):/.test(url)) return route.continue();
        foreign.push(url);
        return route.abort();
      });
      await page.goto(`${server.url}/docs`);
      await page.getByRole('heading', { name: 'connect-apps', exact: true }).waitFor();
      return { page, complaints, foreign };
    }

    async function openBySearch(page: Page): Promise<void> {
      await page.keyboard.press('Control+k');
      await page.keyboard.type('Fetch a Connect App');
      await page.getByRole('option').filter({ hasText: PATH }).first().click();
      await page.getByRole('heading', { name: 'Fetch a Connect App', exact: true }).waitFor();
    }

    it('finds an operation, and fetches the demo app with the credentials it offers', async () => {
      const { page, complaints, foreign } = await visit(dev);
      await openBySearch(page);
      const path = PATH.replaceAll(/[{}/.]/g, '\\$&');
      await page.getByRole('button', { name: new RegExp(`Test Request.*get ${path}`) }).click();
      const [response] = await Promise.all([
        page.waitForResponse((answer) => answer.url().includes('/2010-04-01/')),
        page.getByRole('button', { name: /^Send/ }).first().click(),
      ]);
      assert.equal(response.status(), 200);
      const app: unknown = await response.json();
      assert.ok(typeof app === 'object' && app !== null && 'sid' in app);
      assert.equal(app.sid, DEMO_CONNECT_APP_SID);
      await page.getByText('200 OK').first().waitFor();
      assert.deepEqual(complaints, []);
      assert.deepEqual(foreign, []);
      await page.close();
    });

    it("shows the samples of Twilio's clients", async () => {
      const { page, complaints, foreign } = await visit(dev);
      await openBySearch(page);
      const choice = page.getByRole('button', { name: 'Change code sample language: curl' });
      await choice.first().click();
      const shown = await page.getByRole('option').allInnerTexts();
      for (const label of [
        'curl',
        'Node.js',
        'Python',
        'Ruby',
        'PHP',
        'Go',
        'Java',
        'C#',
        'twilio-cli',
      ]) {
        assert.ok(
          shown.some((text) => text.trim() === label),
          `${label} in ${shown}`,
        );
      }
      assert.deepEqual(complaints, []);
      assert.deepEqual(foreign, []);
      await page.close();
    });

    it('is whole on a phone, in the dark, and on a server without demo data', async () => {
      const { page, complaints, foreign } = await visit(serve, 390);
      await page.emulateMedia({ colorScheme: 'dark' });
      await page.reload();
      await page.getByText('Authenticate with HTTP Basic').first().waitFor();
      const overflow = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      assert.equal(overflow, 0, 'nothing lies beyond the edge of the screen');
      assert.deepEqual(complaints, []);
      assert.deepEqual(foreign, []);
      await page.close();
    });

    it('has no fault that axe finds', async () => {
      for (const { colorScheme, viewport } of LOOKS) {
        const { page } = await visit(dev, viewport.width, colorScheme);
        assert.deepEqual(await findFaults(page), []);
        await page.goto(`${dev.url}/docs/plain`);
        assert.deepEqual(await findFaults(page), []);
        await page.close();
      }
    });

    it('leads those without script to the page that needs none', async () => {
      const context = await browser.newContext({ javaScriptEnabled: false });
      const page = await context.newPage();
      await page.goto(`${dev.url}/docs`);
      await page.getByRole('link', { name: 'The same without script' }).click();
      await page.getByRole('heading', { name: 'connect-apps API' }).waitFor();
      await context.close();
    });
  });
});
