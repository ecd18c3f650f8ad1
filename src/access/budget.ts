/** Which budget of work (http/rate-limit.ts) pays for a request. */

import type { Caller } from './authenticate.ts';

/**
 * Names the budget of a caller. A parent and its subaccounts share a budget, because a parent can have
 * any number of subaccounts. The Connect Apps that act for a family share another: they cannot use up
 * what their customer has.
 */
export function budgetOf({ account, permissions }: Caller): string {
  return permissions === undefined ? account.ownerAccountSid : `${account.ownerAccountSid} apps`;
}
