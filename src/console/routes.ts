/** Every page of the console. */

import type { Context } from '../context.ts';
import type { Pages } from '../pages/pages.ts';
import { addConsoleAssets } from './assets.ts';
import { createConsole } from './console.ts';
import { addOverviewPages } from './overview/pages.ts';
import { addStartPages } from './start/pages.ts';

/** Adds /console and all that is under it. */
export function addConsoleRoutes(pages: Pages, context: Context): void {
  addConsoleAssets(pages.server);
  const console = createConsole(pages, context);
  addStartPages(console);
  addOverviewPages(console);
}
