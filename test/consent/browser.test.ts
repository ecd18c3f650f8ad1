/** Consent in a real browser: what a person does, and what a hostile page tries. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { findAuthorization } from '../../src/authorizations/store.ts';
import { updateConnectApp } from '../../src/connect-apps/operations.ts';
import { BROWSER_OBSTACLE, launchBrowser } from '../support/browser.ts';
import { DATABASES } from '../support/databases.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

for (const engine of DATABASES) {
  describe(`consent in a browser on ${engine}`, { skip: BROWSER_OBSTACLE }, () => {
    let server: TestServer;
    let browser: Browser;
    /** The site of the app, where consent leads back to. */
    let site: Receiver;
    /** What its page /hostile holds. */
    let hostileHtml = '';
    let context: BrowserContext;
    let page: Page;

    before(async () => {
      server = await startServer({ engine });
      browser = await launchBrowser();
      site = await startReceiver(({ path }, response) => {
        const body = path === '/hostile' ? hostileHtml : '<h1>Back at the app</h1>';
        response.writeHead(200, { 'content-type': 'text/html' }).end(body);
      });
      await change({
        AuthorizeRedirectUrl: `${site.url}/done?kept=1`,
        Permissions: 'get-all,post-all',
        Description: 'Feeds the cat while you are away.',
      });
      context = await browser.newContext();
      page = await context.newPage();
      page.setDefaultTimeout(60_000);
    });
    after(async () => {
      await browser?.close();
      await site?.close();
      await server?.close();
    });

    const change = (changes: Record<string, string>) =>
      updateConnectApp(server.context, server.developer.accountSid, server.connectAppSid, changes);
    const link = (query = '') => `${server.url}/authorize/${server.connectAppSid}${query}`;
    const lastPath = () => site.received.filter((one) => one.path.startsWith('/done')).at(-1)?.path;
    const authorization = () =>
      findAuthorization(server.context.database.query, {
        accountSid: server.customer.accountSid,
        connectAppSid: server.connectAppSid,
      });

    async function signIn() {
      await page.getByLabel('E-mail').fill('customer@example.com');
      await page.getByLabel('Password').fill('connect-apps-demo');
      await page.getByRole('button', { name: 'Sign in' }).click();
    }

    it('signs in by keyboard alone, denies, and nothing is granted', async () => {
      await page.goto(link('?state=first'));
      await page.locator('#email:focus').waitFor();
      await page.keyboard.type('customer@example.com');
      await page.keyboard.press('Tab');
      await page.keyboard.type('connect-apps-demo');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Deny' }).click();
      await page.getByText('Back at the app').waitFor();
      assert.equal(lastPath(), '/done?kept=1&error=unauthorized_client');
      assert.equal(await authorization(), undefined);
    });

    it('allows, and goes back with the subaccount and the state of 4 KB as it was', async () => {
      const state = `a+b%20${'%F0%9F%90%88'.repeat(300)}%`;
      await page.goto(link(`?state=${state}`));
      await page.getByRole('button', { name: 'Allow' }).click();
      await page.getByText('Back at the app').waitFor();
      const granted = await authorization();
      assert.equal(lastPath(), `/done?kept=1&AccountSid=${granted?.subaccountSid}&state=${state}`);
    });

    it('shows the page again after the back button, and allows once more to the same end', async () => {
      const before = await authorization();
      await page.goBack();
      await page.getByRole('button', { name: 'Allow' }).click();
      await page.getByText('Back at the app').waitFor();
      assert.equal((await authorization())?.subaccountSid, before?.subaccountSid);
    });

    it('asks to sign in after sign-out, also through the back button', async () => {
      await page.goto(link());
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('button', { name: 'Sign in' }).waitFor();
      await page.goBack();
      await page.reload();
      await page.getByRole('button', { name: 'Sign in' }).waitFor();
      await page.goto(link());
      await signIn();
      await page.getByRole('button', { name: 'Allow' }).waitFor();
    });

    const frames: Record<string, () => string> = {
      'a frame': () => `<iframe src="${link()}"></iframe>`,
      'a sandboxed frame': () =>
        `<iframe sandbox="allow-forms allow-same-origin allow-scripts" src="${link()}"></iframe>`,
      'a frame in a frame': () => `<iframe srcdoc='<iframe src="${link()}"></iframe>'></iframe>`,
    };
    for (const [name, htmlOf] of Object.entries(frames)) {
      it(`is not shown in ${name}`, async () => {
        const outer = await context.newPage();
        const refusals: string[] = [];
        outer.on('console', (message) => refusals.push(message.text()));
        hostileHtml = htmlOf();
        await outer.goto(`${site.url}/hostile`);
        await until('the browser has refused', () =>
          refusals.some((text) => /frame-ancestors|X-Frame-Options/i.test(text)),
        );
        for (const frame of outer.frames()) assert.equal(await frame.getByText('Allow').count(), 0);
        await outer.close();
      });
    }

    it('takes no form of another site', async () => {
      const outer = await context.newPage();
      hostileHtml = `<form method="post" action="${link()}"><input name="decision" value="allow"><button>Win a cat</button></form>`;
      await outer.goto(`${site.url}/hostile`);
      await outer.getByRole('button').click();
      await outer.waitForLoadState();
      assert.doesNotMatch(outer.url(), /AccountSid/);
      assert.match((await outer.locator('h1').textContent()) ?? '', /no longer valid|Sign in/);
      await outer.close();
    });

    it('runs nothing that an app says of itself', async () => {
      const payloads = [
        '<script>alert(1)</script>',
        '"><img src=x onerror=alert(1)>',
        "'><svg onload=alert(1)>",
        '</title><svg/onload=alert(1)>',
        '<details open ontoggle=alert(1)>',
      ];
      let dialogs = 0;
      page.on('dialog', (dialog) => {
        dialogs += 1;
        dialog.dismiss().catch(() => {});
      });
      for (const payload of payloads) {
        await change({ FriendlyName: payload, CompanyName: payload, Description: payload });
        await page.goto(link(`?state=${encodeURIComponent(payload)}`));
        assert.ok((await page.locator('h1').textContent())?.includes(payload));
        const { scripts, handlers } = await page.evaluate<{ scripts: number; handlers: number }>(
          '({ scripts: document.scripts.length, handlers: document.querySelectorAll("[onerror],[onload],[ontoggle]").length })',
        );
        assert.deepEqual([scripts, handlers], [0, 0]);
      }
      assert.equal(dialogs, 0);
      await change({
        FriendlyName: 'Pet shop',
        CompanyName: 'Cats & Co',
        Description: 'Feeds the cat',
      });
    });

    it('shows the initial where the logo does not come, and no hole', async () => {
      await change({ LogoUrl: `${site.url.replace(/\d+$/, '1')}/logo.png` });
      await page.goto(link());
      await page.waitForLoadState('networkidle');
      const shown = await page.evaluate<string>(
        'getComputedStyle(document.querySelector(".logo img"), "::after").content',
      );
      assert.equal(shown, '"P"');
      const box = await page.locator('.logo').boundingBox();
      assert.deepEqual([box?.width, box?.height], [64, 64]);
      await change({ LogoUrl: '' });
      await page.goto(link());
      assert.equal(await page.locator('.logo').count(), 0);
    });

    it('shows the rest of a long description on demand, without script', async () => {
      const end = 'the very end of it';
      await change({ Description: `${'It feeds the cat. '.repeat(60)}${end}` });
      await page.goto(link());
      assert.equal(await page.getByText(end).isVisible(), false);
      await page.getByText('more', { exact: true }).click();
      assert.equal(await page.getByText(end).isVisible(), true);
      await page.getByText('less', { exact: true }).click();
      assert.equal(await page.getByText(end).isVisible(), false);
      await change({ Description: 'Feeds the cat' });
    });

    it('works without JavaScript, fits a phone, and names what a screen reader reads', async () => {
      const phone = await browser.newContext({
        javaScriptEnabled: false,
        viewport: { width: 320, height: 640 },
      });
      const small = await phone.newPage();
      await small.goto(link());
      await small.getByLabel('E-mail').fill('customer@example.com');
      await small.getByLabel('Password').fill('connect-apps-demo');
      await small.getByRole('button', { name: 'Sign in' }).click();
      await small.getByRole('heading', { level: 1 }).waitFor();
      assert.match(await small.title(), /^Connect /);
      assert.equal(await small.getByRole('main').count(), 1);
      assert.equal(await small.locator('html').getAttribute('lang'), 'en');
      const box = await small.locator('.card').boundingBox();
      assert.ok(box && box.x >= 0 && box.x + box.width <= 320);
      await small.getByRole('button', { name: 'Allow' }).click();
      await small.getByText('Back at the app').waitFor();
      await phone.close();
    });
  });
}
