/**
 * Takes the pictures of docs/images/: `node test/console/screenshots.ts`, after a change of the look of a page. The
 * first steps as their guide takes them, then the pages that docs/console.md shows.
 */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setOperator } from '../../src/users/operators.ts';
import { launchBrowser } from '../support/browser.ts';
import { startServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { walkFirstSteps } from './first-steps.ts';

const FOLDER = join(import.meta.dirname, '../../docs/images');
const VIEWPORT = { width: 1100, height: 760 };

const server = await startServer({
  engine: 'sqlite',
  hasDemoApp: true,
  // As in the guide.
  settings: { PORT: '2010' },
});
const browser = await launchBrowser();
await mkdir(FOLDER, { recursive: true });

const page = await browser.newPage({ viewport: VIEWPORT, reducedMotion: 'reduce' });
let count = 0;
await walkFirstSteps(page, server.url, async () => {
  count += 1;
  await page.screenshot({ path: join(FOLDER, `first-steps-${count}.png`) });
});

const developer = `/console/${server.developer.accountSid}`;
const PAGES: readonly (readonly [name: string, path: string])[] = [
  ['overview', `${developer}/overview`],
  ['apps', `${developer}/apps`],
  ['app', `${developer}/apps/CN00000000000000000000000000000001`],
  ['callbacks', `${developer}/apps/CN00000000000000000000000000000001/callbacks`],
  ['code', `${developer}/apps/CN00000000000000000000000000000001/code`],
  ['requests', `${developer}/requests`],
  ['account', `${developer}/account`],
  ['tokens', `${developer}/account/tokens`],
  ['subaccounts', `${developer}/account/subaccounts`],
  ['people', `${developer}/people`],
  ['audit', `${developer}/audit`],
  ['me', '/console/me'],
];
for (const [name, path] of PAGES) {
  await page.goto(server.url + path);
  await page.screenshot({ path: join(FOLDER, `console-${name}.png`) });
}

await page.goto(`${server.url}${developer}/apps/CN00000000000000000000000000000001/try`);
await page.locator('main form button').first().click();
await page.waitForURL(/\/try\/\w+/);
const runUrl = page.url();
await until('the flow has been tried', async () => {
  await page.goto(runUrl);
  return (await page.locator('main progress').count()) === 0;
});
await page.screenshot({ path: join(FOLDER, 'console-try.png') });

await page.goto(`${server.url}/authorize/CN00000000000000000000000000000001`);
await page.getByRole('button', { name: 'Demo customer' }).click();
await page.getByRole('button', { name: 'Allow' }).click();
await page.getByRole('link', { name: 'Authorized apps' }).click();
await page.screenshot({ path: join(FOLDER, 'console-authorized-app.png') });
await page.goto(`${server.url}/console/${server.customer.accountSid}/authorized`);
await page.screenshot({ path: join(FOLDER, 'console-authorized.png') });

await setOperator(server.context, 'customer@example.com', true);
await page.goto(`${server.url}/console/operator/accounts`);
await page.screenshot({ path: join(FOLDER, 'console-operator-accounts.png') });
await page.goto(`${server.url}/console/operator/server`);
await page.screenshot({ path: join(FOLDER, 'console-operator-server.png') });

await browser.close();
await server.close();
