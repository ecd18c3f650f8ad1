/** Every page of the console. */

import type { Context } from '../context.ts';
import type { Pages } from '../pages/pages.ts';
import type { SignInLimits } from '../users/sign-in-limits.ts';
import { addAccountPages } from './account/pages.ts';
import { latestApps, needsOfApps } from './apps/overview-parts.ts';
import { addAppPages } from './apps/pages.ts';
import { addConsoleAssets } from './assets.ts';
import { addAuthorizedPages } from './authorized/pages.ts';
import { createConsole } from './console.ts';
import { addFindPage } from './find/pages.ts';
import { firstSteps } from './overview/first-steps.ts';
import { addOverviewPages } from './overview/pages.ts';
import { addStartPages } from './start/pages.ts';

export interface ConsoleParts {
  /** Of passwords. */
  limits: SignInLimits;
}

/** Adds /console and all that is under it. */
export function addConsoleRoutes(pages: Pages, context: Context, { limits }: ConsoleParts): void {
  addConsoleAssets(pages.server);
  const console = createConsole(pages, context, limits);
  addStartPages(console);
  addOverviewPages(console, {
    steps: firstSteps(console),
    needs: [needsOfApps(context)],
    tiles: [],
    charts: [],
    latest: [latestApps(context)],
  });
  addAppPages(console);
  addAuthorizedPages(console);
  addAccountPages(console);
  addFindPage(console);
}
