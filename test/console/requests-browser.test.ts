/** The pages of requests in a real browser: rows that arrive, pause, filters, and every look of each page. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { authorizeConnectApp } from '../../src/authorizations/operations.ts';
import { updateConnectApp } from '../../src/connect-apps/operations.ts';
import { listRequests } from '../../src/requests/operations.ts';
import { findUserByEmail } from '../../src/users/store.ts';
import { present } from '../api/narrow.ts';
import {
  BROWSER_OBSTACLE,
  findFaults,
  LOOKS,
  launchBrowser,
  openSignedIn,
} from '../support/browser.ts';
import { type Credentials, startServer, type TestServer } from '../support/server.ts';
import { startSession } from '../support/session.ts';
import { createSid } from '../support/sid.ts';
import { until } from '../support/until.ts';

/** Where pictures go, for who wants to look at them. */
const PICTURES = process.env.PICTURES;

describe('requests in a browser', { skip: BROWSER_OBSTACLE }, () => {
  let server: TestServer;
  let browser: Browser;
  let secret: string;
  let page: Page;
  let base: string;
  let app: Credentials;
  const complaints: string[] = [];
  before(async () => {
    server = await startServer({ engine: 'sqlite', hasDemoApp: true });
    const { context, developer, customer, connectAppSid } = server;
    await updateConnectApp(context, developer.accountSid, connectAppSid, {
      FriendlyName: 'Pet Shop Reminders',
      Permissions: 'post-all',
    });
    const key = { accountSid: customer.accountSid, connectAppSid };
    const { subaccountSid } = await authorizeConnectApp(context, key);
    app = { accountSid: subaccountSid, authToken: developer.authToken };
    const user = present(await findUserByEmail(context.database.query, 'developer@example.com'));
    secret = await startSession(context, user.sid);
    browser = await launchBrowser();
    base = `${server.url}/console/${developer.accountSid}`;
    page = await open();
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  async function open(look: Parameters<typeof openSignedIn>[2] = {}): Promise<Page> {
    const opened = await openSignedIn(browser, { url: server.url, secret }, look);
    opened.on('console', (message) => complaints.push(message.text()));
    opened.on('pageerror', (error) => complaints.push(error.message));
    return opened;
  }

  const pathOf = (sid: string, rest = '') => `/2010-04-01/Accounts/${sid}${rest}.json`;
  const ask = (path: string, auth = server.developer) => server.request('GET', path, { auth });

  it('arrive on a page that had none, in the words of the reason', async () => {
    await page.goto(`${base}/requests`);
    await page.getByText('No request in this time').waitFor();
    await ask(pathOf(server.customer.accountSid), app);
    await page
      .getByText('The app is granted post-all; a GET of this account needs get-all.')
      .waitFor();
    assert.equal(await page.getByText('No request in this time').isVisible(), false);
    await page.getByRole('cell', { name: 'Pet Shop Reminders' }).waitFor();
  });

  it('arrive once, wait while paused, and go on', async () => {
    await page.goto(`${base}/requests`);
    await ask(pathOf(server.developer.accountSid));
    const rows = page.locator('#found tbody tr[id]');
    await until('it is there', async () => (await rows.count()) === 2);
    await page.keyboard.press('p');
    const { accountSid } = server.developer;
    await ask(pathOf(accountSid, `/ConnectApps/${createSid('CN')}`));
    await until('it is stored', async () => {
      return (await listRequests(server.context, { accountSid })).length === 3;
    });
    await page.waitForTimeout(2500);
    assert.equal(await rows.count(), 2);
    await page.keyboard.press('p');
    await page.reload();
    await until('all are there', async () => (await rows.count()) === 3);
  });

  it('are filtered while one chooses, and the URL says so', async () => {
    await page.goto(`${base}/requests`);
    await page.getByRole('combobox', { name: 'Status' }).selectOption('answered');
    await page.waitForURL(/\?status=answered/);
    await until(
      'one is left',
      async () => (await page.locator('#found tbody tr[id]').count()) === 1,
    );
    await page.getByRole('combobox', { name: 'Status' }).selectOption('failed');
    await page.getByText('Nothing matches').waitFor();
    await page.getByRole('link', { name: 'Clear filters' }).click();
    await until(
      'all are back',
      async () => (await page.locator('#found tbody tr[id]').count()) === 3,
    );
  });

  it('lead to the page of one, whose curl holds no secret', async () => {
    await page.goto(`${base}/requests?status=refused`);
    await page.locator('#found tbody tr[id] a').first().click();
    await page.getByRole('heading', { name: 'Why it was refused' }).waitFor();
    assert.match((await page.locator('#curl').textContent()) ?? '', /\$AUTH_TOKEN/);
  });

  it('are there without script, with their filters', async () => {
    const plain = await open({ javaScriptEnabled: false });
    await plain.goto(`${base}/requests`);
    await plain.getByRole('combobox', { name: 'Status' }).selectOption('refused');
    await plain.getByRole('button', { name: 'Filter' }).click();
    assert.equal(await plain.locator('#found tbody tr[id]').count(), 2);
    await plain.context().close();
  });

  for (const look of LOOKS) {
    it(`have no fault that axe-core finds, and fit, at ${look.name}`, async () => {
      const [newest] = await listRequests(server.context, {
        accountSid: server.developer.accountSid,
        outcome: 'refused',
      });
      const [answered] = await listRequests(server.context, {
        accountSid: server.developer.accountSid,
        outcome: 'answered',
      });
      const tab = await open(look);
      for (const [name, path] of [
        ['overview', '/overview'],
        ['list', '/requests'],
        ['nothing', '/requests?status=failed&time=1h'],
        ['refused', `/requests/${newest?.sid}`],
        ['answered', `/requests/${answered?.sid}`],
      ]) {
        await tab.goto(base + path);
        assert.deepEqual(await findFaults(tab), [], path);
        if (PICTURES === undefined) continue;
        const picture = `${PICTURES}/${name}-${look.viewport.width}-${look.colorScheme}.png`;
        await tab.screenshot({ path: picture, fullPage: true });
      }
      await tab.context().close();
    });
  }

  it('left the browser nothing to complain about', () => {
    assert.deepEqual(complaints, []);
  });
});
