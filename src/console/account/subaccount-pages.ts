/** Subaccounts: made, suspended, activated and closed by the people of their parent. */

import { isSubaccount } from '../../accounts/account.ts';
import { createSubaccount, listingOfAccounts } from '../../accounts/operations.ts';
import { getSubaccount, updateSubaccount } from '../../accounts/subaccounts.ts';
import { listingOfAuthorizedConnectApps } from '../../authorizations/operations.ts';
import { pathParameter } from '../../http/request.ts';
import { parameterProblem, textOf } from '../../parameter.ts';
import { Problem } from '../../problem.ts';
import type { AccountVisit, Console } from '../console.ts';
import { readListPage } from '../paging.ts';
import { type Subaccount, subaccountView } from './subaccount.ts';
import { closingView, newSubaccountView, subaccountsView, suspensionView } from './subaccounts.ts';

/** More apps than one in a subaccount were authorized by no page of ours. */
const FEW = 20;

/** Adds /console/AC…/account/subaccounts and what is under it. */
export function addSubaccountPages(console: Console): void {
  const { context } = console;

  console.page('account/subaccounts', async (visit) => {
    const { account, link, query } = checkParent(visit);
    const page = await readListPage({
      ...listingOfAccounts(context, { ownerAccountSid: account.sid }, {}),
      keyring: context.keyring,
      path: link('account/subaccounts'),
      query,
      placeOf: (one) => one,
    });
    // The list of a family begins or ends with the parent itself.
    const items = page.items.filter(({ sid }) => sid !== account.sid);
    return subaccountsView(visit, { ...page, items });
  });

  console.form('account/subaccounts/new', {
    fields: ['FriendlyName'],
    page: async (visit, typed) => newSubaccountView(checkParent(visit), typed),
    async submit(visit, form) {
      const { account, actingAsOwner, link } = checkParent(visit);
      const FriendlyName = textOf(form, 'FriendlyName')?.trim() || undefined;
      const { sid } = await createSubaccount(actingAsOwner, account.sid, {
        FriendlyName,
      });
      return link(`account/subaccounts/${sid}`);
    },
  });

  async function find(visit: AccountVisit): Promise<Subaccount> {
    const { account, request } = visit;
    const sidText = pathParameter(request, 'SubaccountSid');
    const subaccount = await getSubaccount(context.database.query, account.sid, sidText);
    const apps = await listingOfAuthorizedConnectApps(context, subaccount).slice({
      direction: 'older',
      from: undefined,
      limit: FEW,
    });
    return { account: subaccount, apps };
  }

  console.page('account/subaccounts/:SubaccountSid', async (visit) =>
    subaccountView(visit, await find(visit)),
  );

  console.form('account/subaccounts/:SubaccountSid/suspend', {
    fields: [],
    page: async (visit) => suspensionView(visit, await find(visit)),
    submit: (visit) => change(visit, 'suspended'),
  });

  console.form('account/subaccounts/:SubaccountSid/activate', {
    fields: [],
    submit: (visit) => change(visit, 'active'),
  });

  console.form('account/subaccounts/:SubaccountSid/close', {
    fields: ['last4'],
    page: async (visit, typed) => closingView(visit, await find(visit), typed),
    async submit(visit, form) {
      const sid = pathParameter(visit.request, 'SubaccountSid');
      if ((textOf(form, 'last4') ?? '').trim().toLowerCase() !== sid.slice(-4).toLowerCase()) {
        throw parameterProblem('last4', 'must be the last four characters of the SID');
      }
      return change(visit, 'closed');
    },
  });

  async function change(
    { account, actingAsOwner, link, request }: AccountVisit,
    Status: 'active' | 'suspended' | 'closed',
  ): Promise<string> {
    const sidText = pathParameter(request, 'SubaccountSid');
    const { sid } = await updateSubaccount(actingAsOwner, account.sid, sidText, { Status });
    return link(`account/subaccounts/${sid}`);
  }
}

/** A subaccount has no such pages. */
function checkParent(visit: AccountVisit): AccountVisit {
  if (isSubaccount(visit.account)) throw new Problem('not_found');
  return visit;
}
