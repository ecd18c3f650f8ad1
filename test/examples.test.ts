/**
 * The example of a Connect App, unmodified, against `connect-apps dev`, driven by a browser: from the
 * button to the deauthorization that it is told of.
 */

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { BROWSER_OBSTACLE, launchBrowser } from './support/browser.ts';
import { ended, originOf, runCommand, startCommand } from './support/cli.ts';
import { DATABASES, settingsOfDatabase } from './support/databases.ts';
import { freePort } from './support/free-port.ts';
import { until } from './support/until.ts';

const DEVELOPER = 'AC00000000000000000000000000000001';
const CUSTOMER = 'AC00000000000000000000000000000002';
const APP = 'CNb989fdd207b04d16aee578018ef5fd93';
const ROOT = join(import.meta.dirname, '..');

for (const engine of DATABASES) {
  it(`the example runs from the button to the deauthorization on ${engine}`, {
    skip: BROWSER_OBSTACLE,
  }, async (context) => {
    const folder = await mkdtemp(join(tmpdir(), 'connect-apps-example-'));
    const children: ChildProcess[] = [];
    context.after(async () => {
      for (const child of children.reverse()) {
        child.kill();
        await ended(child);
      }
      await rm(folder, { recursive: true, force: true });
    });
    const settings = await settingsOfDatabase(engine);
    const dev = startCommand(folder, ['dev', '--port', '0'], settings);
    children.push(dev);
    const origin = await originOf(dev);
    const port = String(await freePort());
    const site = `http://127.0.0.1:${port}`;
    const run = (words: string[]) => runCommand(folder, words, settings);
    const configured = await run([
      ...['apps', 'update', APP, '--permissions', 'get-all'],
      ...['--authorize-redirect-url', `${site}/authorized`],
      ...['--deauthorize-callback-url', `${site}/deauthorized`],
      ...['--deauthorize-callback-method', 'POST'],
    ]);
    assert.equal(configured.exitCode, 0, configured.stderr);

    let printed = '';
    const app = spawn(
      process.execPath,
      [
        join(ROOT, 'src/main.ts'),
        ...['exec', '--url', origin, '--', process.execPath],
        join(ROOT, 'examples/connect-app/server.ts'),
      ],
      {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'inherit'],
        env: {
          PATH: process.env.PATH,
          HOME: folder,
          CONNECT_APP_SID: APP,
          AUTHORIZE_ORIGIN: origin,
          PORT: port,
        },
      },
    );
    children.push(app);
    app.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
    });
    await until('the example listens', () => printed.includes('The app is at'), 60_000);

    const browser = await launchBrowser();
    context.after(() => browser.close());
    const page = await browser.newPage();
    page.setDefaultTimeout(60_000);
    await page.goto(site);
    await page.getByRole('link', { name: 'Connect' }).click();
    await page.getByLabel('E-mail').fill('customer@example.com');
    await page.getByLabel('Password').fill('connect-apps-demo');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.getByText('of Demo customer').waitFor();

    const words = ['--account-sid', CUSTOMER, '--connect-app-sid', APP, '--json'];
    const revoked = await run(['authorizations', 'revoke', ...words]);
    assert.equal(revoked.exitCode, 0, revoked.stderr);
    const { account_sid: subaccount } = JSON.parse(revoked.stdout);
    await until('the example is told', () => printed.includes(`${subaccount} has left`));
    await page.reload();
    assert.equal(await page.getByText(subaccount).count(), 0);

    const newest = async () => {
      const { stdout } = await run(['webhooks', 'list', '--account-sid', DEVELOPER, '--json']);
      return JSON.parse(stdout)[0];
    };
    await until('that is known', async () => (await newest()).status === 'delivered');
    const callback = await newest();
    assert.equal(callback.attempts_made, 1);
    const shown = await run(['webhooks', 'show', callback.sid]);
    assert.match(shown.stdout, /number +started_at +duration_ms +status[\s\S]*\n1 +20\d\d-.* 204/);
  });
}
