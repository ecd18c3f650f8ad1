/** Every page of the console. */

import type { Context } from '../context.ts';
import type { FlowRunner } from '../flow-runs/runner.ts';
import type { GuardedClient } from '../outgoing/guarded-client.ts';
import type { Pages } from '../pages/pages.ts';
import type { SignInLimits } from '../users/sign-in-limits.ts';
import { addAccountPages } from './account/pages.ts';
import { addCodePage } from './apps/code.ts';
import { latestApps, needsOfApps } from './apps/overview-parts.ts';
import { addAppPages } from './apps/pages.ts';
import { addReadinessForm } from './apps/readiness.ts';
import { addConsoleAssets } from './assets.ts';
import { addAuditPages, latestEvents } from './audit/pages.ts';
import { addAuthorizedPages } from './authorized/pages.ts';
import { needsOfCallbacks } from './callbacks/overview-parts.ts';
import { addCallbackPages } from './callbacks/pages.ts';
import { createConsole } from './console.ts';
import { addFindPage } from './find/pages.ts';
import { addLinkPages } from './links/pages.ts';
import { addMePages } from './me/pages.ts';
import { addMissingPages } from './missing.ts';
import { addOperatorAccountForms } from './operator/account-forms.ts';
import { addOperatorTokenForm } from './operator/account-token.ts';
import { addOperatorAccountPages } from './operator/accounts.ts';
import { addFailingCallbackPages } from './operator/callbacks.ts';
import { addServerPages, type ServerState } from './operator/server.ts';
import { addOperatorUserForms } from './operator/user-forms.ts';
import { addOperatorUserRights } from './operator/user-rights.ts';
import { addOperatorUserPages } from './operator/users.ts';
import { firstSteps } from './overview/first-steps.ts';
import { addOverviewPages } from './overview/pages.ts';
import { addPeoplePages } from './people/pages.ts';
import { addPersonPages } from './people/person.ts';
import { overviewOfRequests } from './requests/overview-parts.ts';
import { addRequestPages } from './requests/pages.ts';
import { addStartPages } from './start/pages.ts';
import { addTryPages } from './try/pages.ts';

export interface ConsoleParts {
  /** For what people ask the console to send to their apps' URLs. */
  client: GuardedClient;
  flowRunner: FlowRunner;
  /** Of passwords. */
  limits: SignInLimits;
  /** For operators: how this process and the database are. */
  readState: () => Promise<ServerState>;
  /** Ends what would go on for as long as somebody looks. */
  ending: AbortSignal;
}

/** Adds /console and all that is under it. */
export function addConsoleRoutes(
  pages: Pages,
  context: Context,
  { client, flowRunner, ending, limits, readState }: ConsoleParts,
): void {
  addConsoleAssets(pages.server);
  const console = createConsole(pages, context, limits);
  addStartPages(console);
  const requests = overviewOfRequests(context);
  addOverviewPages(console, {
    steps: firstSteps(console),
    needs: [needsOfCallbacks(context), requests.needs, needsOfApps(context)],
    tiles: requests.tiles,
    charts: [requests.chart],
    latest: [requests.latest, latestEvents(context), latestApps(context)],
  });
  addAppPages(console);
  addRequestPages(console, ending);
  addAuthorizedPages(console);
  addAccountPages(console);
  addFindPage(console);
  addCallbackPages(console);
  addReadinessForm(console, client);
  addCodePage(console);
  addTryPages(console, flowRunner);
  addPeoplePages(console);
  addPersonPages(console);
  addAuditPages(console);
  addMePages(console, limits);
  addOperatorAccountPages(console);
  addOperatorAccountForms(console);
  addOperatorTokenForm(console);
  addOperatorUserPages(console);
  addOperatorUserForms(console);
  addOperatorUserRights(console);
  addFailingCallbackPages(console);
  addServerPages(console, readState);
  addMissingPages(console);
  addLinkPages(pages, context, limits);
}
