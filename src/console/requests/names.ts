/** The names of those who send requests, as the person who looks knows them. */

import { html } from 'hono/html';
import type { Account } from '../../accounts/account.ts';
import { getAuthorizedConnectApp } from '../../authorizations/operations.ts';
import { getConnectApp } from '../../connect-apps/operations.ts';
import type { Context } from '../../context.ts';
import type { Html } from '../../pages/layout.ts';
import { isolated } from '../../pages/text.ts';
import { Problem } from '../../problem.ts';
import { shortSid } from '../parts/text.ts';

/** Names of apps by their SIDs; one that is gone has none. */
export type AppNames = ReadonlyMap<string, string>;

/** Looks up the names of the apps among these callers: the account's own, and those that it authorized. */
export async function namesOf(
  context: Context,
  account: Account,
  callers: readonly string[],
): Promise<AppNames> {
  const names = new Map<string, string>();
  const sids = new Set(callers.filter((caller) => caller.startsWith('CN')));
  await Promise.all(
    [...sids].map(async (sid) => {
      const own = await unlessGone(getConnectApp(context, account.ownerAccountSid, sid));
      const authorized = own ?? (await unlessGone(getAuthorizedConnectApp(context, account, sid)));
      const name =
        authorized && 'friendlyName' in authorized
          ? authorized.friendlyName
          : authorized?.connectAppFriendlyName;
      if (name) names.set(sid, name);
    }),
  );
  return names;
}

async function unlessGone<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof Problem && error.problem === 'not_found') return undefined;
    throw error;
  }
}

/** Who sent a request, in words. */
export function callerText(caller: string, names: AppNames): Html | string {
  if (caller === 'account') return 'this account';
  if (caller === 'parent') return 'the parent account';
  if (caller === 'nobody') return 'unknown';
  const name = names.get(caller);
  if (name !== undefined) return isolated(name);
  return html`<code title="${caller}">${shortSid(caller)}</code>`;
}
