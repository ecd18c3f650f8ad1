/** The walk of docs/first-steps.md, step by step, in a browser and with the command that the page shows. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { BROWSER_OBSTACLE, launchBrowser } from '../support/browser.ts';
import { DATABASES } from '../support/databases.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { walkFirstSteps } from './first-steps.ts';

const GUIDE = readFileSync(join(import.meta.dirname, '../../docs/first-steps.md'), 'utf8');

for (const engine of DATABASES) {
  describe(`the first steps on ${engine}`, { skip: BROWSER_OBSTACLE }, () => {
    let server: TestServer;
    let browser: Browser;
    let page: Page;
    before(async () => {
      server = await startServer({ engine, hasDemoApp: true });
      browser = await launchBrowser();
      page = await browser.newPage();
      page.setDefaultTimeout(60_000);
    });
    after(async () => {
      await browser?.close();
      await server?.close();
    });

    it('lead from nothing to a signed callback, and ask nobody else for anything', async () => {
      const others: string[] = [];
      page.on('request', (request) => {
        if (!request.url().startsWith(server.url)) others.push(request.url());
      });
      const said: string[] = [];
      await walkFirstSteps(page, server.url, async (step) => {
        said.push(step);
      });
      assert.deepEqual(others, []);
      // The guide has the same steps in the same order.
      const headings = [...GUIDE.matchAll(/^## \d+\. (.+)$/gm)].map(([, heading]) => heading);
      assert.deepEqual(headings, said);
    });
  });
}
