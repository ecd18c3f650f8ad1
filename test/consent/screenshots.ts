/**
 * Takes the pictures of docs/screenshots/: `node test/consent/screenshots.ts`, after a change of the
 * look of a page. Each page at the width of a phone and of a desk, light and dark.
 */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { authorizeConnectApp } from '../../src/authorizations/operations.ts';
import { updateConnectApp } from '../../src/connect-apps/operations.ts';
import { DEMO_APP_SID, DEMO_PASSWORD_HASH } from '../../src/demo/data.ts';
import { addUser } from '../../src/users/operations.ts';
import { launchBrowser } from '../support/browser.ts';
import { startServer } from '../support/server.ts';
import { createSid } from '../support/sid.ts';

const FOLDER = join(import.meta.dirname, '../../docs/screenshots');
const SIZES = {
  phone: { width: 390, height: 844 },
  desk: { width: 1280, height: 900 },
};

const server = await startServer({ engine: 'sqlite', hasDemoApp: true });
const { context, developer, customer, connectAppSid } = server;
const change = (changes: Record<string, string>) =>
  updateConnectApp(context, developer.accountSid, connectAppSid, changes);
await change({
  FriendlyName: 'Pet Shop Reminders',
  CompanyName: 'Cats & Company',
  Description: 'Reminds your customers of the next visit, and feeds the cat while they are away.',
  HomepageUrl: 'https://pets.example.com/',
  TermsOfServiceUrl: 'https://pets.example.com/terms',
  AuthorizeRedirectUrl: 'https://pets.example.com/connected',
  Permissions: 'get-all',
});
const second = await server.createAccount({ friendlyName: 'Second shop' });
await addUser(
  context,
  {
    sid: createSid('US'),
    email: 'owner@example.com',
    createdAt: Date.now(),
    passwordHash: DEMO_PASSWORD_HASH,
  },
  [customer.accountSid, second.accountSid],
);
const link = `${server.url}/authorize/${connectAppSid}`;
const browser = await launchBrowser();
await mkdir(FOLDER, { recursive: true });

async function signIn(page: Page, email: string): Promise<void> {
  await page.goto(link);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill('connect-apps-demo');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Allow' }).waitFor();
}

async function take(name: string, open: (page: Page) => Promise<unknown>): Promise<void> {
  for (const [size, viewport] of Object.entries(SIZES)) {
    const colorScheme = size === 'phone' ? 'light' : 'dark';
    const page = await browser.newPage({ viewport, colorScheme });
    await open(page);
    await page.screenshot({ path: join(FOLDER, `${name}-${size}.png`) });
    await page.close();
  }
}

await take('sign-in', (page) => page.goto(link));
await take('signed-in', async (page) => {
  await signIn(page, 'customer@example.com');
  await page.goto(`${server.url}/console`);
});
await take('docs', async (page) => {
  await page.goto(`${server.url}/docs`);
  await page.getByRole('heading', { name: 'connect-apps', exact: true }).waitFor();
});
await take('error', (page) => page.goto(`${server.url}/authorize/CN${'0'.repeat(32)}`));
await take('consent-accounts', (page) => signIn(page, 'owner@example.com'));
await take('consent', (page) => signIn(page, 'customer@example.com'));
await authorizeConnectApp(context, { accountSid: customer.accountSid, connectAppSid });
await change({ Permissions: 'get-all,post-all' });
await take('consent-again', (page) => signIn(page, 'customer@example.com'));

await change({
  FriendlyName: '\u202eelgooG\u2066 '.repeat(3) + 'W'.repeat(30),
  CompanyName: `${'Z\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308'.repeat(12)} Ltd`,
  Description: `${'Reads <b>everything</b> & more. '.repeat(40)}${'x'.repeat(300)}`,
  LogoUrl: 'http://127.0.0.1:1/logo.png',
});
await take('consent-hostile', (page) => signIn(page, 'customer@example.com'));
await take('demo-connected', async (page) => {
  await page.goto(`${server.url}/authorize/${DEMO_APP_SID}?state=xyz`);
  await page.getByLabel('E-mail').fill('customer@example.com');
  await page.getByLabel('Password').fill('connect-apps-demo');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Allow' }).click();
  await page.getByRole('heading', { name: 'Connected' }).waitFor();
});

await browser.close();
await server.close();
