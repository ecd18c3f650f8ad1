/** Authorized apps and the account in a real browser: dialogs, keys, secrets that go, and every look of each page. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { createSubaccount, rotateToken, updateAccount } from '../../src/accounts/operations.ts';
import { createSecondaryToken } from '../../src/accounts/token-rotation.ts';
import { createApiKey } from '../../src/api-keys/operations.ts';
import { authorizeConnectApp, revokeAuthorization } from '../../src/authorizations/operations.ts';
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

const NAMES = ['Cat feeder', 'W'.repeat(64), 'עברית שלום', 'Old app'];

describe('the pages of a customer in a browser', { skip: BROWSER_OBSTACLE }, () => {
  let server: TestServer;
  let browser: Browser;
  let secret: string;
  let base: string;
  let apps: string[];
  let subaccountSid: string;
  let keySid: string;
  /** That of the demo data is a part of its SID. */
  let token: string;
  before(async () => {
    server = await startServer({ engine: 'sqlite' });
    browser = await launchBrowser();
    const { context, developer, customer } = server;
    base = `${server.url}/console/${customer.accountSid}`;
    const rotated = await rotateToken(context, customer.accountSid, { keepOld: false });
    token = rotated.authToken;
    apps = await server.createApps(developer.accountSid, NAMES.length, (index) => ({
      friendlyName: NAMES[index] ?? null,
      companyName: index === 0 ? 'W'.repeat(64) : 'Acme & Sons',
      description: 'word '.repeat(200),
      authorizeRedirectUrl: 'https://app.example.com/',
      homepageUrl: `https://app.example.com/${'long/'.repeat(60)}`,
      permissions: index === 1 ? [] : ['get-all', 'post-all'],
    }));
    for (const connectAppSid of apps) {
      await authorizeConnectApp(context, { accountSid: customer.accountSid, connectAppSid });
    }
    const [, , , old = ''] = apps;
    const key = { accountSid: customer.accountSid, connectAppSid: old };
    await revokeAuthorization(context, key);
    const made = await createSubaccount(context, customer.accountSid, {
      FriendlyName: 'W'.repeat(64),
    });
    subaccountSid = made.sid;
    const apiKey = await createApiKey(context, customer.accountSid, {
      FriendlyName: 'Billing server',
    });
    keySid = apiKey.sid;
    await updateAccount(context, subaccountSid, { Status: 'suspended' });
    const user = present(await findUserByEmail(context.database.query, 'customer@example.com'));
    secret = await startSession(context, user.sid);
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  /** A tab of the customer; what its console says is kept. */
  async function open(look: Parameters<typeof openSignedIn>[2] = {}) {
    const page = await openSignedIn(browser, { url: server.url, secret }, look);
    page.setDefaultTimeout(60_000);
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    return { page, said };
  }

  async function show(page: Page): Promise<void> {
    await page.goto(`${base}/account/tokens`);
    await page.getByLabel('Your password').fill('connect-apps-demo');
    await page.getByRole('button', { name: 'Show the tokens' }).click();
    await page.getByText(token).waitFor();
  }

  for (const look of LOOKS) {
    it(`have no fault at ${look.name}`, async () => {
      const { page, said } = await open(look);
      const [app = '', , , old = ''] = apps;
      const subaccount = `account/subaccounts/${subaccountSid}`;
      for (const path of [
        'authorized',
        'authorized/earlier',
        `authorized/${app}`,
        `authorized/${old}`,
        `authorized/${app}/remove`,
        'account',
        'account/tokens',
        'account/tokens/promote',
        'account/tokens/delete-secondary',
        'account/subaccounts',
        'account/subaccounts/new',
        subaccount,
        `${subaccount}/suspend`,
        `${subaccount}/close`,
        'account/keys',
        'account/keys/new',
        `account/keys/${keySid}`,
        `account/keys/${keySid}/delete`,
        'overview',
      ]) {
        await page.goto(`${base}/${path}`);
        assert.deepEqual(await findFaults(page), [], path);
      }
      assert.deepEqual(said, []);
      // Not in each look: too many wrong passwords would have to wait.
      if (look.viewport.width === 390) {
        await page.goto(`${base}/account/tokens`);
        await page.getByLabel('Your password').fill('wrong');
        await page.getByRole('button', { name: 'Show the tokens' }).click();
        await page.getByText('This is not your password').waitFor();
        assert.deepEqual(await findFaults(page), [], 'a wrong password');
      }
      await show(page);
      assert.deepEqual(await findFaults(page), [], 'shown tokens');
      await page.context().close();
    });
  }

  it('hide tokens after a minute, and when the tab is left', async () => {
    const { page } = await open();
    await page.clock.install();
    await show(page);
    await page.clock.fastForward(61_000);
    await page.getByLabel('Your password').waitFor();
    assert.ok(!(await page.content()).includes(token));

    await show(page);
    await page.evaluate(
      "Object.defineProperty(document, 'hidden', { value: true }); document.dispatchEvent(new Event('visibilitychange'))",
    );
    await page.getByLabel('Your password').waitFor();
    assert.ok(!(await page.content()).includes(token));
    assert.ok(!page.url().includes(token));
    await page.goBack();
    assert.ok(!(await page.content()).includes(token), 'it is in no history');
    await page.context().close();
  });

  it('remove access by keys alone: the way out has the focus, Escape closes', async () => {
    const { page } = await open();
    const [app = ''] = apps;
    await page.goto(`${base}/authorized/${app}`);
    const remove = page.getByRole('link', { name: 'Remove access…' });
    await remove.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Remove the access of Cat feeder?' });
    await dialog.waitFor();
    await page.locator('a:focus', { hasText: 'Keep it' }).waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await remove.focus();
    await page.keyboard.press('Enter');
    await dialog.waitFor();
    await page.keyboard.press('Shift+Tab');
    await page.locator('button:focus', { hasText: 'Remove access' }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('Its access ended on').waitFor();
    await page.context().close();
  });

  it('rotate a token without script', async () => {
    const { context, customer } = server;
    await createSecondaryToken(context, customer.accountSid);
    const { page } = await open({ javaScriptEnabled: false });
    await page.goto(`${base}/account/tokens`);
    await page.getByRole('link', { name: 'Promote the secondary token…' }).click();
    await page.getByLabel('Your password').fill('connect-apps-demo');
    await page.getByRole('button', { name: 'Promote the secondary token' }).click();
    await page.getByRole('button', { name: 'Create a secondary token' }).waitFor();
    await page.context().close();
  });
});
