/** The demo app of `dev`: from the first Allow to the callback, without anything of the internet. */

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { revokeAuthorization } from '../../src/authorizations/operations.ts';
import { getConnectApp, updateConnectApp } from '../../src/connect-apps/operations.ts';
import { DEMO_APP_PATHS, DEMO_APP_SID, DEMO_DEVELOPER, placeDemoApp } from '../../src/demo/data.ts';
import { present } from '../api/narrow.ts';
import { BROWSER_OBSTACLE, launchBrowser } from '../support/browser.ts';
import { DATABASES } from '../support/databases.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

for (const engine of DATABASES) {
  describe(`the demo app on ${engine}`, () => {
    let server: TestServer;
    before(async () => {
      server = await startServer({ engine, hasDemoApp: true });
    });
    after(() => server.close());
    const appNow = () => getConnectApp(server.context, DEMO_DEVELOPER.accountSid, DEMO_APP_SID);

    it('ends well: Allow, an authorized request, a revocation, its callback, a refusal', {
      skip: BROWSER_OBSTACLE,
    }, async (t) => {
      const browser: Browser = await launchBrowser();
      t.after(() => browser.close());
      const page = await browser.newPage();
      page.setDefaultTimeout(60_000);
      const failures: string[] = [];
      page.on('requestfailed', (request) => failures.push(request.url()));
      page.on('request', (request) => {
        if (!request.url().startsWith(server.url)) failures.push(request.url());
      });
      await page.goto(`${server.url}/authorize/${DEMO_APP_SID}?state=from%20the%20test`);
      await page.getByLabel('E-mail').fill('customer@example.com');
      await page.getByLabel('Password').fill('connect-apps-demo');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('heading', { name: 'Pet Shop Reminders asks' }).waitFor();
      const width = await page.evaluate('document.querySelector(".logo img").naturalWidth');
      assert.ok(Number(width) > 0, 'the logo is there');
      await page.getByRole('button', { name: 'Allow' }).click();
      await page.getByRole('heading', { name: 'Connected', exact: true }).waitFor();
      await page.getByRole('cell', { name: 'from the test' }).waitFor();

      const [curl] = await page.locator('pre').allTextContents();
      const [, path, accountSid, authToken] = present(
        /^curl http:\/\/[^/]+(\/\S+) \\\n {2}-u (\w+):(\w+)$/.exec(present(curl)) ?? undefined,
      );
      const auth = { accountSid: present(accountSid), authToken: present(authToken) };
      assert.equal((await server.request('GET', present(path), { auth })).status, 200);

      const removal = page.getByRole('link', { name: 'Authorized apps' });
      const [, customer, app] = present(
        /^\/console\/(AC\w+)\/authorized\/(CN\w+)$/.exec(
          present((await removal.getAttribute('href')) ?? undefined),
        ) ?? undefined,
      );
      assert.equal(customer, server.customer.accountSid);
      await revokeAuthorization(server.context, {
        accountSid: customer,
        connectAppSid: present(app),
      });
      await page.getByRole('link', { name: 'Deauthorize URL' }).click();
      await until('the callback has arrived', async () => {
        await page.reload();
        return (await page.getByRole('cell', { name: 'right', exact: true }).count()) === 1;
      });
      await page.getByRole('cell', { name: auth.accountSid }).waitFor();
      await until('it is written down as delivered', async () => {
        const rows = await server.context.database.query
          .selectFrom('callbacks')
          .select('status')
          .execute();
        return rows.every(({ status }) => status === 'delivered');
      });
      assert.match(server.logs(), /The demo app received a deauthorization/);
      await until('the app is refused', async () => {
        return (await server.request('GET', present(path), { auth })).status === 403;
      });
      assert.deepEqual(failures, [], 'nothing was asked of anybody else');
    });

    it('takes no callback that its owner did not sign', async () => {
      const path = DEMO_APP_PATHS.deauthorizeCallbackUrl;
      const form = { AccountSid: `AC${'1'.repeat(32)}`, ConnectAppSid: DEMO_APP_SID };
      for (const signature of [undefined, '', 'x', 'A'.repeat(28), 'é'.repeat(20)]) {
        const headers = {
          ...(signature !== undefined && {
            'x-twilio-signature': Buffer.from(signature).toString('latin1'),
          }),
        };
        const reply = await server.request('POST', path, { form, headers });
        assert.equal(reply.status, 403);
      }
      const page = await server.request('GET', path);
      assert.match(page.text, /wrong: refused/);
    });

    it('says what came back, whatever it is, as a text', async () => {
      const path = DEMO_APP_PATHS.authorizeRedirectUrl;
      const denied = await server.request('GET', `${path}?error=unauthorized_client`);
      assert.match(denied.text, /Not connected/);
      assert.match(denied.text, /unauthorized_client/);
      for (const query of [
        '?AccountSid=<script>alert(1)</script>',
        `?AccountSid=AC${'9'.repeat(32)}`,
        `?AccountSid=${server.customer.accountSid}`,
        '?__proto__=1&constructor=<b>x&toString',
        '?a[]=1&a[]=2&%ff=%00',
        '',
      ]) {
        const { status, text } = await server.request('GET', path + query);
        assert.equal(status, 200, query);
        assert.doesNotMatch(text, /<script|<b>|curl /, query);
      }
    });

    it('moves with its server, and stays as it was changed', async () => {
      const change = (changes: Record<string, string>) =>
        updateConnectApp(server.context, DEMO_DEVELOPER.accountSid, DEMO_APP_SID, changes);
      const before = await appNow();
      assert.ok(before.logoUrl?.startsWith(server.url));
      await change({
        FriendlyName: 'Mine',
        DeauthorizeCallbackUrl: 'https://mine.example.com/bye',
      });
      await placeDemoApp(server.context, 'http://127.0.0.1:9');
      const after = await appNow();
      assert.equal(after.friendlyName, 'Mine');
      assert.equal(after.deauthorizeCallbackUrl, 'https://mine.example.com/bye');
      assert.equal(after.authorizeRedirectUrl, 'http://127.0.0.1:9/demo/connected');
      assert.equal(after.logoUrl, 'http://127.0.0.1:9/demo/logo.svg');
    });
  });
}

describe('without the demo app', () => {
  it('there are none of its pages', async (t) => {
    const server = await startServer({ engine: 'sqlite' });
    t.after(() => server.close());
    for (const path of Object.values(DEMO_APP_PATHS)) {
      for (const method of ['GET', 'POST']) {
        assert.equal((await server.request(method, path)).status, 404, path);
      }
    }
    assert.equal((await server.request('GET', `/authorize/${DEMO_APP_SID}`)).status, 404);
  });

  it('is every server but the one of dev', () => {
    const source = join(import.meta.dirname, '../../src');
    const asking = globSync('**/*.ts', { cwd: source }).filter((path) =>
      /hasDemoApp: /.test(readFileSync(join(source, path), 'utf8')),
    );
    assert.deepEqual(asking, ['cli/dev.ts']);
  });
});
