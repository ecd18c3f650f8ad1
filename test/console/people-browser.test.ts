/** The pages of people, the trail and one's own sign-in in a real browser: by keyboard, and in every look. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { updateAccount } from '../../src/accounts/operations.ts';
import { DEMO_PASSWORD_HASH } from '../../src/demo/data.ts';
import { invite } from '../../src/users/invitations.ts';
import { joinPath, resetPath } from '../../src/users/links.ts';
import { addUser } from '../../src/users/operations.ts';
import { createReset } from '../../src/users/password-change.ts';
import { disablePerson } from '../../src/users/people.ts';
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
import { createSid } from '../support/sid.ts';

const LONG = `${'w'.repeat(64)}@example.com`;
const RIGHT_TO_LEFT = 'متجر الحيوانات';

describe('people in a browser', { skip: BROWSER_OBSTACLE }, () => {
  let server: TestServer;
  let browser: Browser;
  let secret: string;
  let base: string;
  let disabledSid: string;
  /** What the browser complained about. */
  const complaints: string[] = [];
  before(async () => {
    server = await startServer({ engine: 'sqlite' });
    const { context, developer } = server;
    await updateAccount(context, developer.accountSid, { FriendlyName: RIGHT_TO_LEFT });
    await add(LONG);
    disabledSid = await add('dora@example.com');
    await disablePerson(context, { accountSid: developer.accountSid, userSid: disabledSid });
    const user = present(await findUserByEmail(context.database.query, 'developer@example.com'));
    secret = await startSession(context, user.sid);
    browser = await launchBrowser();
    base = `${server.url}/console/${developer.accountSid}`;
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  async function add(email: string): Promise<string> {
    const sid = createSid('US');
    const user = { sid, email, createdAt: Date.now(), passwordHash: DEMO_PASSWORD_HASH };
    await addUser(server.context, user, [server.developer.accountSid], 'member');
    return sid;
  }
  async function open(look: Parameters<typeof openSignedIn>[2] = {}): Promise<Page> {
    const opened = await openSignedIn(browser, { url: server.url, secret }, look);
    opened.on('console', (message) => complaints.push(message.text()));
    opened.on('pageerror', (error) => complaints.push(error.message));
    return opened;
  }

  it('invites by keyboard alone, and whoever opens the link is in', async () => {
    const page = await open();
    await page.goto(`${base}/people`);
    await page.getByRole('link', { name: 'Invite…' }).press('Enter');
    await page.locator('dialog #Email:focus').waitFor();
    await page.keyboard.type('ada@example.com');
    await page.keyboard.press('Enter');
    const link = await page.getByLabel('Link', { exact: true }).inputValue();
    await page.getByRole('link', { name: 'Done' }).press('Enter');
    await page.getByRole('cell', { name: 'Withdraw' }).waitFor();
    const visitor = await browser.newPage();
    await visitor.goto(link);
    await visitor.locator('#password:focus').waitFor();
    await visitor.keyboard.type('a very long battery');
    await visitor.keyboard.press('Enter');
    await visitor.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await visitor.goto(`${base}/people`);
    await visitor.getByText('only owners change').waitFor();
    await visitor.close();
    await page.context().close();
  });

  it('asks in a dialog before it removes, and the way out changes nothing', async () => {
    const sid = await add('leaving@example.com');
    const page = await open();
    await page.goto(`${base}/people/${sid}`);
    await page.getByRole('link', { name: 'Remove…' }).press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Remove leaving@example.com?' });
    await dialog.waitFor();
    assert.deepEqual(await findFaults(page), []);
    await page.locator('dialog a:focus', { hasText: 'Keep them' }).waitFor();
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Remove…' }).click();
    await dialog.getByRole('button', { name: 'Remove from the account' }).click();
    await page.getByRole('heading', { level: 1, name: 'People' }).waitFor();
    assert.equal(await page.getByText('leaving@example.com').count(), 0);
    await page.context().close();
  });

  it('filters the trail while one types, and keeps the filter in the URL', async () => {
    const page = await open();
    await page.goto(`${base}/audit`);
    await page.getByLabel('What', { exact: true }).selectOption('person.disabled');
    await page.waitForURL('**EventType=person.disabled**');
    await page.locator('#events').getByText('Disabled a person').first().waitFor();
    assert.equal(await page.locator('#events').getByText('Added a person').count(), 0);
    await page.getByLabel('SID of what was changed').fill(`CN${'0'.repeat(32)}`);
    await page.getByText('Nothing matches').waitFor();
    await page.getByRole('link', { name: 'Clear filters' }).click();
    await page.locator('#events').getByText('Added a person').first().waitFor();
    await page.context().close();
  });

  for (const look of LOOKS) {
    it(`have no fault that axe-core finds, and fit, at ${look.name}`, async () => {
      const { context, developer } = server;
      const { secret: invited } = await invite(context, developer.accountSid, {
        email: `x${LONG}`,
        role: 'member',
      });
      const reset = await createReset(context, LONG);
      const tab = await open(look);
      for (const path of [
        '/people',
        '/people/invite',
        `/people/${disabledSid}`,
        ...['role', 'enable', 'remove', 'reset-password'].map(
          (name) => `/people/${disabledSid}/${name}`,
        ),
        '/audit',
        '/audit?Who=api',
        '/audit?StartDate=never',
        '/../me',
        '/../me?done=password',
      ]) {
        await tab.goto(base + path);
        assert.deepEqual(await findFaults(tab), [], path);
      }
      await tab.goto(`${base}/people/invite`);
      await tab.getByLabel('E-mail').fill(LONG);
      await tab.getByRole('button', { name: 'Create the link' }).click();
      await tab.locator('#Email-fault').waitFor();
      assert.deepEqual(await findFaults(tab), [], 'a form with a fault');
      await tab.goto(server.url + joinPath(invited));
      assert.deepEqual(await findFaults(tab), [], 'the invitation of another person');
      await tab.context().clearCookies();
      for (const path of [joinPath(invited), resetPath(reset), '/join/nothing']) {
        await tab.goto(server.url + path);
        assert.deepEqual(await findFaults(tab), [], path.slice(0, 6));
      }
      await tab.context().close();
    });
  }

  it('say nothing on the console of the browser', () => {
    const others = complaints.filter((text) => !/status of 40[04]/.test(text));
    assert.deepEqual(others, []);
  });
});
