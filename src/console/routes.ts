/** Every page of the console. */

import type { Context } from '../context.ts';
import type { FlowRunner } from '../flow-runs/runner.ts';
import type { GuardedClient } from '../outgoing/guarded-client.ts';
import type { Pages } from '../pages/pages.ts';
import { addCodePage } from './apps/code.ts';
import { latestApps, needsOfApps } from './apps/overview-parts.ts';
import { addAppPages } from './apps/pages.ts';
import { addReadinessForm } from './apps/readiness.ts';
import { addConsoleAssets } from './assets.ts';
import { needsOfCallbacks } from './callbacks/overview-parts.ts';
import { addCallbackPages } from './callbacks/pages.ts';
import { createConsole } from './console.ts';
import { addFindPage } from './find/pages.ts';
import { addOverviewPages } from './overview/pages.ts';
import { addStartPages } from './start/pages.ts';
import { addTryPages } from './try/pages.ts';

export interface ConsoleParts {
  /** For what people ask the console to send to their apps' URLs. */
  client: GuardedClient;
  flowRunner: FlowRunner;
}

/** Adds /console and all that is under it. */
export function addConsoleRoutes(
  pages: Pages,
  context: Context,
  { client, flowRunner }: ConsoleParts,
): void {
  addConsoleAssets(pages.server);
  const console = createConsole(pages, context);
  addStartPages(console);
  addOverviewPages(console, {
    needs: [needsOfApps(context), needsOfCallbacks(context)],
    tiles: [],
    charts: [],
    latest: [latestApps(context)],
  });
  addAppPages(console);
  addFindPage(console);
  addCallbackPages(console);
  addReadinessForm(console, client);
  addCodePage(console);
  addTryPages(console, flowRunner);
}
