/**
 * The examples of Connect Apps, unmodified, against `connect-apps dev`, driven by a browser: from the button
 * over a message and its status callbacks to the deauthorization that they are told of.
 */

import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { Browser } from 'playwright-core';
import { BROWSER_OBSTACLE, launchBrowser } from './support/browser.ts';
import { ended, originOf, runCommand, startCommand } from './support/cli.ts';
import { DATABASES, settingsOfDatabase } from './support/databases.ts';
import { freePort } from './support/free-port.ts';
import { send } from './support/server.ts';
import { until } from './support/until.ts';

const DEVELOPER = 'AC00000000000000000000000000000001';
const CUSTOMER = 'AC00000000000000000000000000000002';
const ROOT = join(import.meta.dirname, '..');
const at = (path: string) => join(ROOT, 'examples', path);

interface Example {
  name: string;
  command: (port: number) => string[];
  /** What must be there for it. */
  needs: string;
}

const EXAMPLES: readonly Example[] = [
  {
    name: 'Express',
    command: () => [process.execPath, at('express/server.js')],
    needs: at('express/node_modules/express'),
  },
  {
    name: 'Flask',
    command: () => [at('flask/.venv/bin/python'), at('flask/app.py')],
    needs: at('flask/.venv/bin/flask'),
  },
  {
    name: 'PHP',
    command: (port) => ['php', '-S', `127.0.0.1:${port}`, at('php/index.php')],
    needs:
      spawnSync('php', ['-r', 'exit(function_exists("curl_init") ? 0 : 1);']).status === 0
        ? ROOT
        : 'php-curl',
  },
];

function obstacleOf({ needs }: Example): string | undefined {
  if (existsSync(needs) || process.env.CI === 'true') return BROWSER_OBSTACLE;
  return `SKIPPED: there is no ${needs}; test/clients/install.sh installs it`;
}

for (const engine of DATABASES) {
  describe(`the examples on ${engine}`, { skip: BROWSER_OBSTACLE }, () => {
    let folder: string;
    let settings: Record<string, string>;
    let dev: ChildProcess;
    let origin: string;
    let browser: Browser;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'connect-apps-example-'));
      settings = await settingsOfDatabase(engine);
      dev = startCommand(folder, ['dev', '--port', '0'], settings);
      origin = await originOf(dev);
      browser = await launchBrowser();
    });
    after(async () => {
      await browser?.close();
      dev?.kill();
      if (dev) await ended(dev);
      if (folder) await rm(folder, { recursive: true, force: true });
    });
    const run = async (...words: string[]) => {
      const { exitCode, stdout, stderr } = await runCommand(folder, words, settings);
      assert.equal(exitCode, 0, stderr);
      return stdout;
    };

    /** Starts an example as its README says, with an app of its own. */
    async function startExample(context: TestContext, { name, command }: Example) {
      const port = await freePort();
      const site = `http://127.0.0.1:${port}`;
      const created = await run(
        ...['apps', 'create', '--json', '--account-sid', DEVELOPER, '--friendly-name', name],
        ...['--permissions', 'post-all'],
        ...['--authorize-redirect-url', `${site}/authorized`],
        ...['--deauthorize-callback-url', `${site}/deauthorized`],
        ...['--deauthorize-callback-method', 'POST'],
      );
      const appSid: string = JSON.parse(created).sid;
      const exec = [join(ROOT, 'src/main.ts'), 'exec', '--url', origin, '--', ...command(port)];
      const child = spawn(process.execPath, exec, {
        cwd: folder,
        stdio: ['ignore', 'ignore', 'inherit'],
        env: {
          PATH: process.env.PATH,
          HOME: folder,
          CONNECT_APP_SID: appSid,
          AUTHORIZE_ORIGIN: origin,
          PORT: String(port),
          ORIGIN: site,
          DATA_FILE: join(folder, `${name}.json`),
        },
      });
      context.after(async () => {
        child.kill();
        await ended(child);
      });
      const answers = () =>
        send(site, 'GET', '/').then(
          ({ status }) => status === 200,
          () => false,
        );
      await until('the example answers', answers, 60_000);
      return { site, appSid };
    }

    for (const example of EXAMPLES) {
      it(`${example.name} connects, sends a message and is told of its end`, {
        skip: obstacleOf(example),
      }, async (context) => {
        const { site, appSid } = await startExample(context, example);
        const page = await browser.newPage();
        context.after(() => page.close());
        page.setDefaultTimeout(60_000);
        await page.goto(site);
        await page.getByRole('link', { name: 'Connect' }).click();
        await page.getByLabel('E-mail').fill('customer@example.com');
        await page.getByLabel('Password').fill('connect-apps-demo');
        await page.getByRole('button', { name: 'Sign in' }).click();
        await page.getByRole('button', { name: 'Allow' }).click();
        await page.getByText(/\+1\d{10}/).waitFor();

        await page.getByLabel('To').fill('+15558675310');
        await page.getByRole('button', { name: 'Send' }).click();
        await page.getByText(/^SM[0-9a-f]{32} /).waitFor();
        await until('it is delivered', async () => {
          await page.reload();
          return (await page.getByText(/^SM[0-9a-f]{32} delivered$/).count()) === 1;
        });

        const forge = (path: string, form: Record<string, string>) =>
          send(site, 'POST', path, { form, headers: { 'x-twilio-signature': 'forged' } });
        const [sid = ''] = /SM[0-9a-f]{32}/.exec(await page.content()) ?? [];
        const forgedStatus = await forge('/status', { MessageSid: sid, MessageStatus: 'failed' });
        assert.equal(forgedStatus.status, 403);
        const subaccount = await page.locator('input[type=hidden]').inputValue();
        assert.equal((await forge('/deauthorized', { AccountSid: subaccount })).status, 403);
        const forgedConsent = `/authorized?AccountSid=${subaccount}&state=${'0'.repeat(32)}`;
        assert.equal((await send(site, 'GET', forgedConsent)).status, 403);
        await page.reload();
        assert.equal(await page.getByText(`${sid} delivered`).count(), 1);
        assert.equal(await page.getByRole('button', { name: 'Send' }).count(), 1);

        const authorization = ['--account-sid', CUSTOMER, '--connect-app-sid', appSid];
        await run('authorizations', 'revoke', ...authorization);
        await until('the example is told', async () => {
          await page.reload();
          return (await page.getByRole('button', { name: 'Send' }).count()) === 0;
        });
        const newest = async () =>
          JSON.parse(await run('webhooks', 'list', '--account-sid', DEVELOPER, '--json'))[0];
        await until('that is known', async () => (await newest()).status === 'delivered');
        assert.match(await run('webhooks', 'show', (await newest()).sid), /\n1 +20\d\d-.* 204/);
      });
    }
  });
}
