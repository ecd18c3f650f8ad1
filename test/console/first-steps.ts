/** The walk of docs/first-steps.md: its test and the script of its pictures take the same steps. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Locator, Page } from 'playwright-core';
import { until } from '../support/until.ts';

/** Walks from the first page of a development server; calls `look` when a step has been done. */
export async function walkFirstSteps(
  page: Page,
  origin: string,
  look: (step: string) => Promise<void>,
): Promise<void> {
  await page.goto(`${origin}/`);
  await page.getByRole('button', { name: 'Demo developer' }).click();
  await page.getByRole('heading', { name: 'First steps' }).waitFor();
  await look('Sign in');

  await page.getByRole('link', { name: 'create another' }).click();
  await page.getByLabel('Friendly name').fill('My first app');
  await page.getByLabel('Authorize URL', { exact: true }).fill(`${origin}/demo/connected`);
  await page.getByLabel('Deauthorize URL', { exact: true }).fill(`${origin}/demo/deauthorized`);
  await page.getByLabel('get-all').check();
  await page.getByLabel('post-all').check();
  await look('Create an app');
  await page.getByRole('button', { name: 'Create app' }).click();
  await page.getByRole('heading', { name: 'My first app', level: 1 }).waitFor();

  await page
    .getByRole('navigation', { name: 'Console' })
    .getByRole('link', { name: 'Overview' })
    .click();
  await page.getByRole('link', { name: 'Open the consent page' }).click();
  await page.getByRole('button', { name: 'Demo customer' }).click();
  await page.getByRole('heading', { name: 'My first app asks' }).waitFor();
  await look('Authorize it as the customer');
  await page.getByRole('button', { name: 'Allow' }).click();
  await page.getByRole('heading', { name: 'Connected', exact: true }).waitFor();

  const command = (await page.locator('pre').first().textContent()) ?? '';
  assert.match(await run(command), /"status":"active"/);
  await look('Make a request for the customer');

  await page.getByRole('link', { name: 'Requests' }).click();
  await appears(page, page.getByRole('row', { name: '200' }));
  await page.getByRole('row', { name: '200' }).getByRole('link').first().click();
  await page.getByText('The caller may do this').waitFor();
  await look('See it with its reason');

  await page
    .getByRole('navigation', { name: 'Console' })
    .getByRole('link', { name: 'Authorized apps' })
    .click();
  await page.getByRole('link', { name: 'Remove access of My first app…' }).click();
  await page.getByRole('heading', { name: 'Remove the access of My first app?' }).waitFor();
  await look('Remove the access');
  await page.getByRole('button', { name: 'Remove access' }).click();
  await page.getByText('Its access ended on').waitFor();
  assert.match(await run(command), /"code":20006/);
  await appears(page, page.getByText('The customer has removed the access of this app.'));

  await page.locator('summary', { hasText: 'customer@example.com' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('button', { name: 'Demo developer' }).click();
  await page
    .getByRole('navigation', { name: 'Console' })
    .getByRole('link', { name: 'Connect Apps' })
    .click();
  await page.getByRole('link', { name: 'My first app' }).click();
  await page.getByRole('link', { name: 'Callbacks' }).click();
  await appears(page, page.getByText('delivered'));
  await page.getByRole('row').nth(1).getByRole('link').first().click();
  await page.getByText('X-Twilio-Signature').first().waitFor();
  await look('See the signed callback');
}

/** Reloads the page until something is on it: what is recorded is written within a second. */
async function appears(page: Page, what: Locator): Promise<void> {
  await until('it is on the page', async () => {
    await page.reload();
    return (await what.count()) > 0;
  });
}

/** Runs a command of a page as a person would who pastes it. */
async function run(command: string): Promise<string> {
  const { stdout } = await promisify(execFile)('sh', ['-c', command]);
  return stdout;
}
