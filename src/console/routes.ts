/** Every page of the console. */

import type { Context } from '../context.ts';
import type { Pages } from '../pages/pages.ts';
import { latestApps, needsOfApps } from './apps/overview-parts.ts';
import { addAppPages } from './apps/pages.ts';
import { addConsoleAssets } from './assets.ts';
import { createConsole } from './console.ts';
import { addFindPage } from './find/pages.ts';
import { addOverviewPages } from './overview/pages.ts';
import { overviewOfRequests } from './requests/overview-parts.ts';
import { addRequestPages } from './requests/pages.ts';
import { addStartPages } from './start/pages.ts';

/** Adds /console and all that is under it. What is never done by itself ends with `ending`. */
export function addConsoleRoutes(pages: Pages, context: Context, ending: AbortSignal): void {
  addConsoleAssets(pages.server);
  const console = createConsole(pages, context);
  addStartPages(console);
  const requests = overviewOfRequests(context);
  addOverviewPages(console, {
    needs: [requests.needs, needsOfApps(context)],
    tiles: requests.tiles,
    charts: [requests.chart],
    latest: [requests.latest, latestApps(context)],
  });
  addAppPages(console);
  addRequestPages(console, ending);
  addFindPage(console);
}
