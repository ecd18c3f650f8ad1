/** Every page of the console. */

import type { Context } from '../context.ts';
import type { Pages } from '../pages/pages.ts';
import type { SignInLimits } from '../users/sign-in-limits.ts';
import { latestApps, needsOfApps } from './apps/overview-parts.ts';
import { addAppPages } from './apps/pages.ts';
import { addConsoleAssets } from './assets.ts';
import { addAuditPages, latestEvents } from './audit/pages.ts';
import { createConsole } from './console.ts';
import { addFindPage } from './find/pages.ts';
import { addLinkPages } from './links/pages.ts';
import { addMePages } from './me/pages.ts';
import { addMissingPages } from './missing.ts';
import { addOperatorAccountForms } from './operator/account-forms.ts';
import { addOperatorAccountPages } from './operator/accounts.ts';
import { addFailingCallbackPages } from './operator/callbacks.ts';
import { addServerPages, type ServerState } from './operator/server.ts';
import { addOperatorUserForms } from './operator/user-forms.ts';
import { addOperatorUserPages } from './operator/users.ts';
import { addOverviewPages } from './overview/pages.ts';
import { addPeoplePages } from './people/pages.ts';
import { addPersonPages } from './people/person.ts';
import { addStartPages } from './start/pages.ts';

/** Adds /console and all that is under it. */
export function addConsoleRoutes(
  pages: Pages,
  context: Context,
  { limits, readState }: { limits: SignInLimits; readState: () => Promise<ServerState> },
): void {
  addConsoleAssets(pages.server);
  const console = createConsole(pages, context);
  addStartPages(console);
  addOverviewPages(console, {
    needs: [needsOfApps(context)],
    tiles: [],
    charts: [],
    latest: [latestApps(context), latestEvents(context)],
  });
  addAppPages(console);
  addFindPage(console);
  addPeoplePages(console);
  addPersonPages(console);
  addAuditPages(console);
  addMePages(console, limits);
  addOperatorAccountPages(console);
  addOperatorAccountForms(console);
  addOperatorUserPages(console);
  addOperatorUserForms(console);
  addFailingCallbackPages(console);
  addServerPages(console, readState);
  addMissingPages(console);
  addLinkPages(pages, context, limits);
}
