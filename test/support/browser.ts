/** A real browser: Debian's Chromium, driven by playwright-core. */

import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';

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

export interface Look {
  name: string;
  colorScheme: 'light' | 'dark';
  viewport: { width: number; height: number };
  deviceScaleFactor?: number;
}

/** Widths of a small phone, a phone and a desk, each light and dark, and the desk at 200 %. */
export const LOOKS: readonly Look[] = [
  ...[320, 390, 1280].flatMap((width) =>
    (['light', 'dark'] as const).map((colorScheme) => ({
      name: `${width} px, ${colorScheme}`,
      colorScheme,
      viewport: { width, height: 800 },
    })),
  ),
  {
    name: '1280 px at 200 %, light',
    colorScheme: 'light',
    viewport: { width: 640, height: 400 },
    deviceScaleFactor: 2,
  },
];

/** A tab of somebody who is signed in, who looks as `look` says. */
export async function openSignedIn(
  browser: Browser,
  { url, secret }: { url: string; secret: string },
  look: Partial<Look> & { javaScriptEnabled?: boolean } = {},
): Promise<Page> {
  const { name: _, ...options } = look;
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  await context.addCookies([{ name: 'connect_apps_session', value: secret, url }]);
  return context.newPage();
}

/** Texts that end beyond the window, but for those in a box that scrolls or cuts its content itself. */
const TEXTS_BEYOND = `(() => {
  const isBox = (element) => getComputedStyle(element).overflowX !== 'visible';
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  const beyond = [];
  while (texts.nextNode()) {
    const node = texts.currentNode;
    let box = node.parentElement;
    while (box !== null && !['MAIN', 'BODY'].includes(box.tagName) && !isBox(box)) box = box.parentElement;
    if (!['MAIN', 'BODY'].includes(box?.tagName)) continue;
    range.selectNodeContents(node);
    const right = Math.max(0, ...[...range.getClientRects()].map((rect) => rect.right));
    if (right > innerWidth + 1) beyond.push('beyond the window: ' + node.textContent.trim().slice(0, 40));
  }
  return beyond;
})()`;

/** What axe-core finds wrong with a page as it is now, a line each; and what is wider than the window. */
export async function findFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const faults = await page.evaluate<string[]>(
    'axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map((node) => id + ": " + node.html.slice(0, 200))))',
  );
  const overflow = await page.evaluate<number>(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  faults.push(...(await page.evaluate<string[]>(TEXTS_BEYOND)));
  return overflow > 0 ? [...faults, `it is ${overflow} px wider than the window`] : faults;
}
