/** Operators' pages, the sign-in with a provider, and a brand, in a real browser: every look of each. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { createAccount } from '../../src/accounts/operations.ts';
import { createUser } from '../../src/users/operations.ts';
import {
  BROWSER_OBSTACLE,
  findFaults,
  LOOKS,
  launchBrowser,
  openSignedIn,
} from '../support/browser.ts';
import { type IdentityProvider, startIdentityProvider } from '../support/identity-provider.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { startSession } from '../support/session.ts';

const PATH = '/console/operator';

describe("operators' pages in a browser", { skip: BROWSER_OBSTACLE }, () => {
  let server: TestServer;
  let unbranded: TestServer;
  let provider: IdentityProvider;
  let browser: Browser;
  let secret: string;
  let accountSid: string;
  let userSid: string;
  const complaints: string[] = [];
  before(async () => {
    provider = await startIdentityProvider(() => [`${server.url}/sign-in/provider/callback`]);
    const signIn = {
      OIDC_ISSUER: provider.issuer,
      OIDC_CLIENT_ID: provider.clientId,
      OIDC_CLIENT_SECRET: provider.clientSecret,
      OIDC_NAME: 'Example Cloud',
    };
    unbranded = await startServer({ engine: 'sqlite', settings: signIn });
    server = await startServer({
      engine: 'sqlite',
      settings: {
        ...signIn,
        BRAND_NAME: 'Example Cloud',
        BRAND_COLOUR: '#7a1fa2',
        BRAND_LINKS: 'Support=https://example.com/support,Terms=https://example.com/terms',
      },
    });
    const { context } = server;
    for (const friendlyName of [
      'W'.repeat(64),
      'متجر الحيوانات الأليفة',
      '<b>bold</b>',
      '\u202eevil',
    ]) {
      await createAccount(context, { friendlyName });
    }
    accountSid = (await createAccount(context, { friendlyName: 'Pet Shop' })).sid;
    await server.createAccount({ owner: accountSid });
    await server.createApps(accountSid, 2);
    const operator = await createUser(context, {
      email: 'operator@example.com',
      password: 'correct horse battery',
      accountSids: [accountSid],
      isOperator: true,
    });
    const person = await createUser(context, {
      email: `${'w'.repeat(60)}@${'long-name-of-a-host.'.repeat(5)}example.com`,
      password: 'correct horse battery',
      accountSids: [accountSid],
    });
    userSid = person.sid;
    const now = Date.now();
    await context.database.transaction(async (query) => {
      await query
        .insertInto('callbacks')
        .values(
          ['1', '2'].map((digit) => ({
            account_sid: accountSid,
            sid: `WH${digit.repeat(32)}`,
            connect_app_sid: server.connectAppSid,
            subaccount_sid: `AC${'9'.repeat(32)}`,
            url: `https://${digit === '1' ? 'app' : 'long-name.'.repeat(12)}.example.com/gone`,
            method: 'POST' as const,
            receiver: 'app.example.com',
            status: digit === '1' ? ('failed' as const) : ('pending' as const),
            attempts_made: 9,
            next_attempt_at: digit === '1' ? null : now + 3_600_000,
            created_at: now,
            updated_at: now,
          })),
        )
        .execute();
    });
    secret = await startSession(context, operator.sid);
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    await server?.close();
    await unbranded?.close();
    await provider?.close();
  });

  async function open(look: Parameters<typeof openSignedIn>[2] = {}): Promise<Page> {
    const page = await openSignedIn(browser, { url: server.url, secret }, look);
    page.on('console', (message) => {
      // It reports each answer that is a refusal, too.
      if (!/status of 4\d\d/.test(message.text())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    return page;
  }

  /** Each page and state, by the name of its picture. */
  const pages = () => ({
    accounts: `${PATH}/accounts`,
    'accounts-nothing': `${PATH}/accounts?q=nothing+like+it`,
    'account-new': `${PATH}/accounts/new`,
    account: `${PATH}/accounts/${accountSid}`,
    'account-close': `${PATH}/accounts/${accountSid}/close`,
    'account-rotate-token': `${PATH}/accounts/${accountSid}/rotate-token`,
    users: `${PATH}/users`,
    user: `${PATH}/users/${userSid}`,
    'user-invite': `${PATH}/users/invite?account=${accountSid}`,
    'user-disable': `${PATH}/users/${userSid}/disable`,
    'user-make-operator': `${PATH}/users/${userSid}/make-operator`,
    'user-delete': `${PATH}/users/${userSid}/delete`,
    'user-take-out': `${PATH}/users/${userSid}/accounts/${accountSid}/remove`,
    callbacks: `${PATH}/callbacks`,
    server: `${PATH}/server`,
  });

  for (const look of LOOKS) {
    it(`have no fault that axe finds, and fit, at ${look.name}`, async () => {
      const page = await open(look);
      for (const [name, path] of Object.entries(pages())) {
        await page.goto(server.url + path);
        assert.deepEqual(await findFaults(page), [], `${name} at ${look.name}`);
        const folder = process.env.SCREENSHOTS;
        if (folder !== undefined) {
          const { width } = look.viewport;
          await page.screenshot({
            path: `${folder}/${name}-${width}-${look.colorScheme}.png`,
            fullPage: true,
          });
        }
      }
      await page.context().close();
    });

    it(`sign in with a provider without a fault, with a brand and without, at ${look.name}`, async () => {
      const context = await browser.newContext({ ...look });
      const page = await context.newPage();
      for (const [name, path] of Object.entries({
        'sign-in-unbranded': `${unbranded.url}/sign-in`,
        'sign-in': '/sign-in',
        'sign-in-failed': '/sign-in/provider/callback?state=x',
        'signed-out': '/signed-out',
        missing: '/console/missing/page',
      })) {
        await page.goto(new URL(path, server.url).href);
        assert.deepEqual(await findFaults(page), [], `${name} at ${look.name}`);
        const folder = process.env.SCREENSHOTS;
        if (folder !== undefined) {
          const { width } = look.viewport;
          await page.screenshot({
            path: `${folder}/${name}-${width}-${look.colorScheme}.png`,
            fullPage: true,
          });
        }
      }
      await context.close();
    });
  }

  it('sign in with the provider from its button, and out again', async () => {
    provider.person = {
      subject: 'somebody',
      claims: { email: 'somebody@example.com', email_verified: true },
    };
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${server.url}/console`);
    await page.getByRole('link', { name: 'Sign in with Example Cloud' }).click();
    await page.waitForURL(`${server.url}/console**`);
    await page.getByText('You belong to no account').waitFor();
    await page.getByText('somebody@example.com').click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(`${server.url}/signed-out`);
    await page.getByRole('link', { name: 'Sign out of Example Cloud' }).waitFor();
    await context.close();
  });

  it('work by keyboard alone: find an account, suspend it in the dialog', async () => {
    const page = await open();
    await page.goto(`${server.url}${PATH}/accounts`);
    await page.getByRole('searchbox').pressSequentially('pet');
    await page.getByRole('link', { name: 'Demo customer' }).waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Pet Shop' }).press('Enter');
    await page.getByRole('link', { name: 'Suspend…' }).press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Suspend Pet Shop?' });
    await dialog.waitFor();
    await page.locator('dialog #LastDigits:focus').waitFor();
    await page.keyboard.type(accountSid.slice(-4));
    await page.keyboard.press('Enter');
    await page.getByText('suspended', { exact: true }).first().waitFor();
    await page.context().close();
  });

  it('work without script', async () => {
    const page = await open({ javaScriptEnabled: false });
    await page.goto(`${server.url}${PATH}/users`);
    await page.getByRole('searchbox').fill('OPERATOR@');
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await page.getByRole('link', { name: 'operator@example.com' }).click();
    await page.getByRole('link', { name: 'Disable…' }).click();
    await page.getByRole('button', { name: 'Disable the user' }).click();
    await page.getByText('You cannot disable yourself').waitFor();
    await page.context().close();
  });

  it('leave the browser nothing to complain about', () => {
    assert.deepEqual(complaints, []);
  });
});
