/** What an account authorized: the apps that can act for it, what each may do, and the end of that. */

import { isSubaccount } from '../../accounts/account.ts';
import {
  type ConnectedApp,
  getConnectedApp,
  listingOfEndedAuthorizations,
} from '../../authorizations/connected-app.ts';
import {
  listingOfAuthorizedConnectApps,
  revokeAuthorization,
} from '../../authorizations/operations.ts';
import { pathParameter } from '../../http/request.ts';
import { Problem } from '../../problem.ts';
import { lastUsed, lastUsedOfApps, listRequests } from '../../requests/operations.ts';
import type { AccountVisit, Console } from '../console.ts';
import { readListPage } from '../paging.ts';
import { connectedAppView } from './app.ts';
import { latestRequests } from './latest.ts';
import { authorizedView, earlierView } from './list.ts';
import { removalView } from './removal.ts';

/** How many that ended the first page shows. */
const FEW = 5;

/** Adds /console/AC…/authorized and what is under it. */
export function addAuthorizedPages(console: Console): void {
  const { context } = console;
  const { query } = context.database;

  console.page('authorized', async (visit) => {
    const { account, link } = visit;
    const authorized = await readListPage({
      ...listingOfAuthorizedConnectApps(context, account),
      keyring: context.keyring,
      path: link('authorized'),
      query: visit.query,
      placeOf: ({ createdAt, connectAppSid: sid }) => ({ createdAt, sid }),
    });
    const earlier = isSubaccount(account)
      ? []
      : await listingOfEndedAuthorizations(context, account.sid).slice({
          direction: 'older',
          from: undefined,
          limit: FEW + 1,
        });
    return authorizedView(visit, {
      authorized,
      earlier: earlier.slice(0, FEW),
      hasMoreEarlier: earlier.length > FEW,
      lastUsedAt: await lastUsedOfApps(
        context,
        account.ownerAccountSid,
        authorized.items.map(({ sid }) => sid),
      ),
    });
  });

  console.page('authorized/earlier', async (visit) =>
    earlierView(
      visit,
      await readListPage({
        ...listingOfEndedAuthorizations(context, visit.account.sid),
        keyring: context.keyring,
        path: visit.link('authorized/earlier'),
        query: visit.query,
        placeOf: ({ revokedAt: createdAt, connectAppSid: sid }) => ({ createdAt, sid }),
      }),
    ),
  );

  const find = ({ account, request }: AccountVisit): Promise<ConnectedApp> =>
    getConnectedApp(query, account, pathParameter(request, 'ConnectAppSid'));

  console.page('authorized/:ConnectAppSid', async (visit) => {
    const connected = await find(visit);
    const { accountSid, connectAppSid } = connected.authorization;
    const key = { accountSid, connectAppSid };
    return connectedAppView(visit, connected, {
      lastUsedAt: await lastUsed(context, key),
      latest: latestRequests(visit, await listRequests(context, key)),
    });
  });

  console.form('authorized/:ConnectAppSid/remove', {
    fields: [],
    async page(visit) {
      const connected = await find(visit);
      const { connectAppSid, revokedAt } = connected.authorization;
      if (revokedAt === null) return removalView(visit, connected);
      return visit.reply.redirect(visit.link(`authorized/${connectAppSid}`), 303);
    },
    async submit(visit) {
      const { accountSid, connectAppSid } = (await find(visit)).authorization;
      try {
        await revokeAuthorization(visit.actingToRemove, { accountSid, connectAppSid });
      } catch (error) {
        // Somebody else was faster, or the button was pressed twice: what was wanted has happened.
        if (!(error instanceof Problem && error.problem === 'not_found')) throw error;
      }
      return visit.link(`authorized/${connectAppSid}`);
    },
  });
}
