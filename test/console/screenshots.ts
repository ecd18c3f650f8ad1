/**
 * Takes the pictures of docs/images/: `node test/console/screenshots.ts`, after a change of the look of a page. The
 * first steps as their guide takes them, then the pages that docs/console.md shows.
 */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { launchBrowser } from '../support/browser.ts';
import { startServer } from '../support/server.ts';
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

await page.goto(`${server.url}/authorize/CN00000000000000000000000000000001`);
await page.getByRole('button', { name: 'Demo customer' }).click();
await page.getByRole('button', { name: 'Allow' }).click();
await page.getByRole('link', { name: 'Authorized apps' }).click();
await page.screenshot({ path: join(FOLDER, 'console-authorized-app.png') });
await page.goto(`${server.url}/console/${server.customer.accountSid}/authorized`);
await page.screenshot({ path: join(FOLDER, 'console-authorized.png') });

await browser.close();
await server.close();
