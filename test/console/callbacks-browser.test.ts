/** The pages of callbacks, code and *Try the flow* in a real browser: without a fault of axe-core, on a phone and a desk. */

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import type { Callback, CallbackStatus } from '../../src/callbacks/callback.ts';
import { insertCallbacks } from '../../src/callbacks/store.ts';
import { updateConnectApp } from '../../src/connect-apps/operations.ts';
import { present } from '../api/narrow.ts';
import { BROWSER_OBSTACLE, launchBrowser } from '../support/browser.ts';
import { DATABASES } from '../support/databases.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { createSid } from '../support/sid.ts';

/** Where pictures of every page are put, if they are wanted. */
const { SCREENSHOTS } = process.env;
const WIDTHS = [320, 390, 1280] as const;

const engine = DATABASES[0] ?? 'sqlite';
describe('callbacks, code and Try the flow in a browser', { skip: BROWSER_OBSTACLE }, () => {
  let server: TestServer;
  let receiver: Receiver;
  let browser: Browser;
  let base: string;
  const faults: string[] = [];

  before(async () => {
    receiver = await startReceiver(({ path, headers }, response) => {
      if (path.startsWith('/done')) return response.writeHead(200).end('<h1>Welcome</h1>');
      const isTest = headers['x-connect-apps-test'] !== undefined;
      return response.writeHead(isTest ? 500 : 204).end('{"error":"no such customer"}');
    });
    server = await startServer({ engine });
    browser = await launchBrowser();
    const { accountSid } = server.developer;
    await updateConnectApp(server.context, accountSid, server.connectAppSid, {
      FriendlyName: 'Pet Shop Reminders',
      AuthorizeRedirectUrl: `${receiver.url}/done`,
      DeauthorizeCallbackUrl: `${receiver.url}/twilio/deauthorized`,
    });
    base = `${server.url}/console/${accountSid}/apps/${server.connectAppSid}`;
  });
  after(async () => {
    await browser?.close();
    await server?.close();
    await receiver?.close();
  });

  async function open(options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      ...options,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) faults.push(message.text());
    });
    page.on('pageerror', (error) => faults.push(String(error)));
    await page.goto(`${server.url}/sign-in`);
    await page.getByLabel('E-mail').fill('developer@example.com');
    await page.getByLabel('Password').fill('connect-apps-demo');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL(/console/);
    return page;
  }

  /** Adds callbacks in every state, with the attempts that led there. */
  async function addCallbacks(): Promise<string> {
    const now = server.context.clock.now();
    const states: [CallbackStatus, number, number | null][] = [
      ['pending', 2, now + 290_000],
      ['failed', 8, null],
      ...Array.from({ length: 6 }, (): [CallbackStatus, number, null] => ['delivered', 1, null]),
    ];
    const callbacks = states.map(
      ([status, attemptsMade, nextAttemptAt], index): Callback => ({
        accountSid: server.developer.accountSid,
        connectAppSid: server.connectAppSid,
        sid: createSid('WH'),
        subaccountSid: createSid('AC'),
        url: `${receiver.url}/twilio/deauthorized`,
        method: 'POST',
        status,
        kind: 'deauthorization',
        parameters: {},
        attemptsMade,
        nextAttemptAt,
        createdAt: now - 400_000 - index * 3_600_000,
        updatedAt: now,
      }),
    );
    await server.context.database.transaction(async (one) => {
      await insertCallbacks(one, callbacks);
      for (const callback of callbacks) {
        for (let number = 1; number <= callback.attemptsMade; number += 1) {
          const isLast = number === callback.attemptsMade;
          await one
            .insertInto('callback_attempts')
            .values({
              account_sid: callback.accountSid,
              callback_sid: callback.sid,
              number,
              started_at: callback.createdAt + number * 60_000,
              duration_ms: 38,
              status: callback.status === 'delivered' ? 204 : isLast ? null : 503,
              failure: callback.status !== 'delivered' && isLast ? 'connect_failed' : null,
              answer: callback.status === 'delivered' ? '' : isLast ? null : 'Service Unavailable',
            })
            .execute();
        }
      }
    });
    return present(callbacks[0]).sid;
  }

  /** No fault of axe-core, nothing wider than the screen; and a picture where one is wanted. */
  async function check(page: Page, name: string): Promise<void> {
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        const overflow = await page.evaluate(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        );
        assert.equal(overflow, 0, `${name} is wider than ${width}`);
        if (SCREENSHOTS !== undefined) {
          await mkdir(SCREENSHOTS, { recursive: true });
          await page.screenshot({
            path: join(SCREENSHOTS, `${name}-${scheme}-${width}.png`),
            fullPage: true,
          });
        }
      }
      await page.evaluate(axe.source);
      const violations = await page.evaluate(
        'axe.run().then((found) => found.violations.map((one) => [one.id, ...one.nodes.map((node) => node.html)]))',
      );
      assert.deepEqual(violations, [], `${name}, ${scheme}`);
    }
    await page.setViewportSize({ width: 1280, height: 900 });
    assert.deepEqual(faults, []);
  }

  it('shows callbacks without and with some, one of them, and a plan in a dialog', async () => {
    const page = await open();
    await page.goto(`${base}/callbacks`);
    await check(page, 'callbacks-none');
    const sid = await addCallbacks();
    await page.goto(`${base}/callbacks`);
    await check(page, 'callbacks');
    await page.getByLabel('State', { exact: true }).selectOption('failed');
    await page.waitForURL(/state=failed/);
    await page.locator('#callbacks tbody tr').first().waitFor();
    assert.equal(await page.locator('#callbacks tbody tr').count(), 1);
    await page.getByRole('link', { name: 'Send matching again…' }).click();
    await page.locator('dialog[open]').waitFor();
    await check(page, 'callbacks-plan');
    await page.keyboard.press('Escape');
    await page.goto(`${base}/callbacks?state=delivered&since=1h`);
    await check(page, 'callbacks-no-match');
    await page.goto(`${base}/callbacks/${sid}`);
    await check(page, 'callback');
    await page.goto(`${base}/callbacks/resend?state=failed`);
    await check(page, 'callbacks-plan-page');
    await page.getByRole('button', { name: 'Send 1 again' }).click();
    await page.getByText(/^Done: 1 callback was queued again/).waitFor();
    await check(page, 'callbacks-resend');
  });

  it('sends a test with the keyboard alone, and shows what came', async () => {
    const page = await open();
    await page.goto(`${base}/callbacks`);
    await page.getByRole('button', { name: 'Send a test callback' }).first().focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/callbacks\/WH/);
    for (;;) {
      await page.reload();
      if (await page.getByText('Attempt 1').isVisible()) break;
    }
    await check(page, 'callback-test');
  });

  it('tries the flow without script, and shows by itself when it is done', async () => {
    const page = await open({ javaScriptEnabled: false });
    await page.goto(`${base}/try`);
    await page.getByRole('button', { name: 'Try the flow' }).click();
    await page.waitForURL(/try\/TF/);
    await page.getByRole('heading', { name: 'To share' }).waitFor();
    assert.ok(await page.getByText('anybody can end your customers’ access').first().isVisible());
    const url = page.url();
    const scripted = await open();
    await scripted.goto(url);
    await check(scripted, 'try-result');
    await scripted.goto(`${base}/try`);
    await check(scripted, 'try');
  });

  it('shows code in every language, and what is ready', async () => {
    const page = await open();
    await page.goto(`${base}/code`);
    await check(page, 'code');
    await page.getByRole('link', { name: 'Go', exact: true }).click();
    await page.waitForURL(/language=go/);
    await check(page, 'code-go');
    await page.goto(base);
    await page.locator('#readiness').getByRole('button', { name: 'Check' }).first().click();
    await page.getByText('It answered 200').waitFor();
    await check(page, 'readiness');
  });
});
