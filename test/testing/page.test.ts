/** The page of a test server in a real browser: what happened in a world, its clock and its faults. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { startTestServer, type TestServer } from '../../src/control/server.ts';
import { BROWSER_OBSTACLE, findFaults, LOOKS, launchBrowser } from '../support/browser.ts';
import { send } from '../support/server.ts';

describe('the page of a test server', { skip: BROWSER_OBSTACLE }, () => {
  let browser: Browser;
  let server: TestServer;
  before(async () => {
    browser = await launchBrowser();
    const first = { seed: 1, now: '2026-01-01T00:00:00Z' };
    server = await startTestServer({ host: '127.0.0.1', port: 0, first, log: 'silent' });
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  /** Asks the control plane of the first world. */
  async function ask(path: string, method: string, body: unknown): Promise<void> {
    const reply = await fetch(`${server.control}/worlds/default${path}`, {
      method,
      headers: { authorization: `Bearer ${server.key}` },
      body: JSON.stringify(body),
    });
    assert.ok(reply.ok, await reply.text());
  }

  /** A tab that has entered the key. */
  async function open(look: object = {}) {
    const context = await browser.newContext({ reducedMotion: 'reduce', ...look });
    const page = await context.newPage();
    await page.goto(server.control);
    await page.getByLabel('Key').fill(server.key);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { level: 1, name: 'World' }).waitFor();
    return page;
  }

  it('shows requests with their reasons, callbacks, and orders faults', async () => {
    const { developer } = server.world;
    const page = await open();
    await page.getByText('No request yet').waitFor();
    await send(server.url, 'GET', `/2010-04-01/Accounts/${developer.accountSid}.json`, {
      auth: { ...developer, authToken: 'wrong' },
    });
    await ask('/authorizations', 'POST', {});
    await ask('/inbox/replies', 'PUT', [500]);
    await ask(`/authorizations/${server.world.connectApp}/revoke`, 'POST', {});
    await page.getByLabel('Let time pass').fill('1d');
    await page.getByRole('button', { name: 'Advance' }).click();
    await page.getByText('2 Jan 2026, 00:00:00 UTC').waitFor();
    const requests = page.getByRole('region', { name: 'Requests' });
    await requests.getByText('20003 The Auth Token belongs neither to this account').waitFor();
    const inbox = page.getByRole('region', { name: 'Inbox' });
    assert.equal(await inbox.locator('tbody tr').count(), 2, 'both attempts');

    await page.getByLabel('Status').fill('503');
    await page.getByRole('button', { name: 'Let requests fail' }).click();
    await page.getByText('"status":503').waitFor();
    assert.equal((await send(server.url, 'GET', '/healthz', { isPatient: false })).status, 503);
    await page.getByLabel('Status').fill('1');
    await page.getByRole('button', { name: 'Let requests fail' }).click();
    await page.getByRole('alert').getByText('The status must be a whole number').waitFor();
    await page.context().close();
  });

  it('has nothing for axe to find, and fits every window', async () => {
    await ask('/faults', 'POST', { match: { method: 'PATCH' }, how: { status: 500 } });
    for (const { name, ...look } of LOOKS) {
      const page = await open(look);
      assert.deepEqual(await findFaults(page), [], name);
      await page.context().close();
    }
  });
});
