/** The documentation site: it builds, which checks its links, needs nothing from elsewhere, and can be searched. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { BROWSER_OBSTACLE, findFaults, LOOKS, launchBrowser } from '../support/browser.ts';
import { until } from '../support/until.ts';
import { ROOT } from './pages.ts';

const WEBSITE = join(ROOT, 'website');
const VITEPRESS = join(WEBSITE, 'node_modules/vitepress/bin/vitepress.js');
const OBSTACLE =
  existsSync(VITEPRESS) || process.env.CI === 'true'
    ? BROWSER_OBSTACLE
    : 'SKIPPED: npm ci --prefix website installs the generator';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
};

describe('the documentation site', { skip: OBSTACLE }, () => {
  let folder: string;
  let browser: Browser;
  let origin: string;
  const server = createServer(async ({ url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://127.0.0.1');
    const path = join(folder, pathname === '/' ? 'index.html' : pathname);
    response.setHeader('content-type', TYPES[extname(path)] ?? 'application/octet-stream');
    response.end(await readFile(path).catch(() => ''));
  });
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'connect-apps-site-'));
    const words = [VITEPRESS, 'build', WEBSITE, '--outDir', folder];
    await promisify(execFile)(process.execPath, words, { cwd: WEBSITE });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    server.close();
    server.closeAllConnections();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  for (const look of LOOKS.filter(({ name }) => /^(320 px, light|390 px, dark|1280)/.test(name))) {
    it(`is readable, and loads nothing from elsewhere, at ${look.name}`, async () => {
      const { name: _, ...options } = look;
      const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
      const asked: string[] = [];
      context.on('request', (request) => asked.push(request.url()));
      const page = await context.newPage();
      for (const path of ['/', '/tutorial.html', '/differences.html', '/postgresql.html']) {
        await page.goto(origin + path, { waitUntil: 'networkidle' });
        assert.deepEqual(await findFaults(page), [], path);
      }
      const elsewhere = asked.filter((url) => !url.startsWith(origin) && !url.startsWith('data:'));
      assert.deepEqual(elsewhere, []);
      await context.close();
    });
  }

  it('finds a page by a word of it', async () => {
    const page = await browser.newPage();
    await page.goto(`${origin}/`, { waitUntil: 'networkidle' });
    // The key does nothing before the page's script runs, which a busy machine does late.
    const field = page.getByRole('searchbox');
    await until('the search opens', async () => {
      await page.keyboard.press('Control+k');
      return field.isVisible();
    });
    await field.fill('failover');
    await page
      .getByRole('option', { name: /A group with failover/ })
      .first()
      .click();
    await page.waitForURL(/postgresql\.html#a-group-with-failover/);
    await page.close();
  });
});
