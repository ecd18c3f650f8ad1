/** A real browser: Debian's Chromium, driven by playwright-core. */

import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const EXECUTABLES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const found = EXECUTABLES.find((path) => existsSync(path));

/** Why tests in a browser are skipped here, for node:test; in CI they are not, they fail. */
export const BROWSER_OBSTACLE =
  found === undefined && process.env.CI !== 'true'
    ? 'there is no Chromium: apt-get install chromium'
    : undefined;

/** Starts the browser. Without its own sandbox, which needs rights that a container lacks. */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: found ?? 'chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
}
