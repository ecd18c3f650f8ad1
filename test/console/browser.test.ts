/** The console in a real browser: preview while one types, palette, keys alone, dialogs, and every look of each page. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { authorizeConnectApp } from '../../src/authorizations/operations.ts';
import { updateConnectApp } from '../../src/connect-apps/operations.ts';
import { findUserByEmail } from '../../src/users/store.ts';
import { present } from '../api/narrow.ts';
import {
  BROWSER_OBSTACLE,
  findFaults,
  LOOKS,
  launchBrowser,
  openSignedIn,
} from '../support/browser.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { startSession } from '../support/session.ts';
import { until } from '../support/until.ts';

const LONG = 'W'.repeat(64);

describe('the console in a browser', { skip: BROWSER_OBSTACLE }, () => {
  let server: TestServer;
  let browser: Browser;
  let secret: string;
  let page: Page;
  let base: string;
  /** What the browser complained about. */
  const complaints: string[] = [];
  before(async () => {
    server = await startServer({ engine: 'sqlite', hasDemoApp: true });
    const { context, developer, customer, connectAppSid } = server;
    await updateConnectApp(context, developer.accountSid, connectAppSid, {
      FriendlyName: 'Pet Shop Reminders',
      Permissions: 'get-all,post-all',
    });
    await authorizeConnectApp(context, { accountSid: customer.accountSid, connectAppSid });
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

  it('shows what a customer will see while one types, and saves by keyboard alone', async () => {
    await page.goto(`${base}/apps/new`);
    await page.locator('#FriendlyName:focus').waitFor();
    await page.keyboard.type('Typed <b>name</b>');
    await page.locator('#preview', { hasText: 'Typed <b>name</b> asks for access' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.type('What it does');
    await page.locator('#preview', { hasText: 'What it does' }).waitFor();
    assert.equal(await page.locator('#Description').inputValue(), 'What it does');
    await page.getByLabel('get-all').press('Space');
    await page.locator('#preview', { hasText: 'Read all account data' }).waitFor();
    assert.equal(page.url(), `${base}/apps/new`, 'nothing that is typed is in the URL');
    await page.getByLabel('Friendly name').press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Typed <b>name</b>' }).waitFor();
  });

  it('searches while one types, keeps the search in the URL, and the last letter wins', async () => {
    await page.goto(`${base}/apps`);
    await page
      .getByRole('searchbox', { name: 'Search by name or SID' })
      .pressSequentially('reminders');
    await until(
      'one app is left',
      async () => (await page.locator('#apps tbody tr').count()) === 2,
    );
    await page.waitForURL(/\?q=reminders$/);
    await page.getByRole('searchbox', { name: 'Search by name or SID' }).fill('nothing like it');
    await page.getByText('Nothing matches').waitFor();
    await page.getByRole('link', { name: 'Clear the search' }).click();
    await page.getByText('Typed <b>name</b>').waitFor();
  });

  it('goes anywhere by the palette: a key, a few letters, arrows, Enter', async () => {
    await page.goto(`${base}/overview`);
    await page.keyboard.press('/');
    await page.locator('#palette input:focus').waitFor();
    await page.keyboard.type('audit');
    await page.locator('#palette .here', { hasText: 'Audit trail' }).waitFor();
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('#palette').isVisible(), false);
    await page.keyboard.press('Control+k');
    await page.locator('#palette input').fill('con');
    await page.locator('#palette .here').waitFor();
    await until('apps are found', async () => (await page.locator('#palette li').count()) >= 1);
    await page.locator('#palette input').fill('connect apps');
    await page.locator('#palette .here', { hasText: 'Connect Apps' }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(`${base}/apps`);
    await page.keyboard.press('g');
    await page.keyboard.press('o');
    await page.waitForURL(`${base}/overview`);
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await page.keyboard.press('Escape');
  });

  it('does nothing by a key inside a field', async () => {
    await page.goto(`${base}/apps`);
    await page.getByRole('searchbox', { name: 'Search by name or SID' }).pressSequentially('/ga?p');
    assert.equal(await page.locator('dialog[open]').count(), 0);
    assert.match(page.url(), /\/apps/);
  });

  it('asks in a dialog before it deletes, which Esc and "Keep it" close', async () => {
    const app = `${base}/apps/${server.connectAppSid}`;
    await page.goto(app);
    await page.getByRole('link', { name: 'Delete…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete Pet Shop Reminders?' });
    await dialog.waitFor();
    await page.locator('dialog #Name:focus').waitFor();
    assert.equal(page.url(), app);
    assert.deepEqual(await findFaults(page), []);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Delete…' }).click();
    await dialog.getByRole('link', { name: 'Keep it' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Delete…' }).click();
    await dialog.getByRole('textbox').fill('something else');
    await dialog.getByRole('button', { name: 'Delete app and end 1 authorization' }).click();
    await page.getByText('This must be Pet Shop Reminders').waitFor();
  });

  it('copies, and says so', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.goto(`${base}/apps/${server.connectAppSid}`);
    await page.getByRole('button', { name: 'Copy the link' }).click();
    await page.getByRole('status').filter({ hasText: 'Copied' }).waitFor();
    const copied = await page.evaluate<string>('navigator.clipboard.readText()');
    assert.equal(copied, `${server.url}/authorize/${server.connectAppSid}`);
  });

  it('opens and closes the menus by keyboard, without script, too', async () => {
    await page.goto(`${base}/overview`);
    await page.locator('summary', { hasText: 'developer@example.com' }).press('Enter');
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    await page.keyboard.press('Escape');
    assert.equal(await page.getByRole('button', { name: 'Sign out' }).isVisible(), false);
    const plain = await open({ javaScriptEnabled: false });
    await plain.goto(`${base}/overview`);
    await plain.locator('summary', { hasText: 'developer@example.com' }).click();
    await plain.getByRole('button', { name: 'Sign out' }).waitFor();
    assert.equal(await plain.locator('.scripted').first().isVisible(), false);
    await plain.goto(`${base}/apps/new`);
    await plain.getByLabel('Friendly name').fill('Without script');
    await plain.getByRole('button', { name: 'Preview' }).click();
    await plain.locator('#preview', { hasText: 'Without script asks for access' }).waitFor();
    await plain.getByRole('button', { name: 'Create app' }).click();
    await plain.getByRole('heading', { level: 1, name: 'Without script' }).waitFor();
    await plain.context().close();
  });

  for (const look of LOOKS) {
    it(`has no fault that axe-core finds, and fits, at ${look.name}`, async () => {
      const { context, developer, connectAppSid } = server;
      const [longSid = ''] = await server.createApps(developer.accountSid, 1, () => ({
        friendlyName: LONG,
        companyName: LONG,
        description: `${LONG} مرحبا `.repeat(10),
        homepageUrl: `https://example.com/${'a'.repeat(300)}`,
      }));
      await updateConnectApp(context, developer.accountSid, longSid, {});
      const tab = await open(look);
      for (const path of [
        '/overview',
        '/apps',
        '/apps?q=nothing',
        '/apps/new',
        `/apps/${connectAppSid}`,
        `/apps/${longSid}`,
        `/apps/${longSid}/edit`,
        `/apps/${connectAppSid}/authorizations`,
        `/apps/${longSid}/authorizations`,
        `/apps/${connectAppSid}/authorizations?state=ended`,
        `/apps/${connectAppSid}/delete`,
        '/../find?q=o',
        '/../find?q=nothing',
        '/../accounts',
      ]) {
        await tab.goto(base + path);
        assert.deepEqual(await findFaults(tab), [], path);
      }
      await tab.goto(`${base}/apps/new`);
      await tab.getByLabel('Homepage URL').fill('nowhere');
      await tab.getByLabel('Friendly name').fill('x');
      await tab.getByRole('button', { name: 'Create app' }).click();
      await tab.locator('#HomepageUrl-fault').waitFor();
      assert.deepEqual(await findFaults(tab), [], 'a form with a fault');
      await tab.goto(`${base}/overview`);
      await tab.keyboard.press('/');
      await tab.locator('#palette li').first().waitFor();
      assert.deepEqual(await findFaults(tab), [], 'the palette');
      await tab.keyboard.press('Escape');
      for (const menu of await tab.locator('.menu summary').all()) {
        await menu.click();
        assert.deepEqual(await findFaults(tab), [], 'an open menu');
      }
      await tab.context().close();
    });
  }

  it('says nothing on the console of the browser', () => {
    const others = complaints.filter((text) => !/status of 400/.test(text));
    assert.deepEqual(others, []);
  });
});
