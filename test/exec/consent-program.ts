/** A person's browser under exec: follows a vendor's link to www.twilio.com and allows. LINK is the link. */

import { launchBrowser } from '../support/browser.ts';

const { LINK = '', HTTPS_PROXY = '' } = process.env;

const browser = await launchBrowser();
const page = await browser.newPage({ ignoreHTTPSErrors: true, proxy: { server: HTTPS_PROXY } });
page.setDefaultTimeout(60_000);
await page.goto(LINK);
await page.getByLabel('E-mail').fill('customer@example.com');
await page.getByLabel('Password').fill('connect-apps-demo');
await page.getByRole('button', { name: 'Sign in' }).click();
const origin = new URL(page.url()).origin;
await page.getByRole('button', { name: 'Allow' }).click();
await page.waitForURL(/AccountSid=/);
process.stdout.write(`${origin} ${page.url()}\n`);
await browser.close();
