/** What can be done with accounts and subaccounts, each operation one transaction. No HTTP. */

import type { EventType } from '../audit/audit.ts';
import { recorder } from '../audit/record.ts';
import { endAuthorizations } from '../authorizations/revocation.ts';
import type { Context } from '../context.ts';
import { checkSpelling, checkText, type Parameters, type TextRule, textOf } from '../parameter.ts';
import { Problem } from '../problem.ts';
import { createSid, parseSid } from '../sid.ts';
import type { Slice } from '../storage/keyset.ts';
import {
  ACCOUNT_PROPERTIES,
  type AccountProperties,
  type AccountStatus,
  defaultFriendlyName,
  INITIAL_PROPERTIES,
  isSubaccount,
  parseAccountProperties,
  parseStatus,
  propertiesOf,
} from './account.ts';
import { type AccountFilter, findPosition, listAccounts } from './list-store.ts';
import { findAccount, insertAccount, updateAccountRow } from './store.ts';
import {
  type AccountWithToken,
  createAuthToken,
  type StoredToken,
  sealToken,
  type VisibleAccount,
  withoutToken,
  withToken,
} from './token.ts';

/** A property that is absent has what the table says; the name is made of the time. */
export interface NewAccount extends Partial<AccountProperties> {
  /** Made when absent. */
  sid?: string;
  /** Made when absent: 32 random lower-case hex digits. */
  authToken?: string;
  /** The parent; absent for a parent account. */
  ownerAccountSid?: string;
}

/** Makes an account that is not stored yet, with its token as it will be. */
export function makeAccount(
  context: Context,
  account: NewAccount,
): { account: AccountWithToken; token: StoredToken } {
  const sid = account.sid ?? createSid('AC', context.random);
  const now = context.clock.now();
  const authToken = account.authToken ?? createAuthToken(context.random);
  const made: AccountWithToken = {
    ...INITIAL_PROPERTIES,
    friendlyName: defaultFriendlyName(now),
    ...account,
    sid,
    ownerAccountSid: account.ownerAccountSid ?? sid,
    createdAt: now,
    updatedAt: now,
    authToken,
  };
  return { account: made, token: sealToken(context, sid, authToken) };
}

/** Creates an account; does nothing if one with this SID exists. */
export async function createAccount(
  context: Context,
  newAccount: NewAccount,
): Promise<AccountWithToken> {
  const { account, token } = makeAccount(context, newAccount);
  checkProperties(account);
  const record = recorder(context);
  await context.database.transaction(async (transaction) => {
    if (await insertAccount(transaction, account, token)) {
      await record(transaction, changeOf(account.sid, 'account.created'));
    }
  });
  return account;
}

/** Creates a subaccount of the account `parentSid`; a subaccount cannot have any: `nested_subaccount`. */
export async function createSubaccount(
  context: Context,
  parentSid: string,
  parameters: Parameters,
): Promise<AccountWithToken> {
  const { account: child, token } = makeAccount(context, {
    ...parseAccountProperties('create', parameters),
    ownerAccountSid: parentSid,
  });
  const record = recorder(context);
  return context.database.transaction(async (transaction) => {
    const parent = await findAccount(transaction, parentSid);
    if (!parent) throw new Problem('not_found');
    if (isSubaccount(parent)) {
      throw new Problem('nested_subaccount', 'A subaccount cannot create subaccounts.');
    }
    const account = { ...child, type: parent.type };
    if (await insertAccount(transaction, account, token)) {
      await record(transaction, changeOf(account.sid, 'account.created'));
    }
    return account;
  });
}

/** Returns the account without its token; undefined when there is none with this SID. */
export async function findVisibleAccount(
  context: Context,
  sidText: string,
): Promise<VisibleAccount | undefined> {
  const sid = parseSid('AC', sidText);
  const found = sid && (await findAccount(context.database.query, sid));
  return found ? withoutToken(found) : undefined;
}

/** Returns the account, and raises `not_found` when there is none with this SID. */
export async function getAccount(context: Context, sidText: string): Promise<AccountWithToken> {
  const sid = parseSid('AC', sidText);
  const found = sid && (await findAccount(context.database.query, sid));
  if (!found) throw new Problem('not_found');
  return withToken(context, found);
}

/**
 * Changes FriendlyName and Status. A closed account stays closed; closing one ends what it, or its
 * parent for it, authorized Connect Apps to do.
 */
export async function updateAccount(
  context: Context,
  sid: string,
  parameters: Parameters,
): Promise<AccountWithToken> {
  const changes = parseAccountProperties('update', parameters);
  const updatedAt = context.clock.now();
  const record = recorder(context);
  let count = 0;
  const changed = await context.database.transaction(async (transaction) => {
    const account = await findAccount(transaction, sid);
    if (!account) throw new Problem('not_found');
    if (changes.status && account.status === 'closed' && changes.status !== 'closed') {
      throw new Problem('account_closed', 'The account is closed, and that is final.');
    }
    await updateAccountRow(transaction, sid, { ...changes, updatedAt });
    if (changes.friendlyName !== undefined && changes.friendlyName !== account.friendlyName) {
      await record(transaction, changeOf(sid, 'account.renamed'));
    }
    if (changes.status !== undefined && changes.status !== account.status) {
      await record(transaction, changeOf(sid, STATUS_EVENTS[changes.status]));
    }
    if (changes.status === 'closed') {
      const whose = isSubaccount(account) ? { subaccountSid: sid } : { accountSid: sid };
      count = await endAuthorizations(transaction, whose, {
        now: updatedAt,
        random: context.random,
        record,
        by: 'customer',
      });
    }
    const updated = await findAccount(transaction, sid);
    if (!updated) throw new Problem('not_found');
    return withToken(context, updated);
  });
  if (count > 0) context.report({ name: 'revoked', count, accountSid: sid });
  return changed;
}

/**
 * Gives the account a new primary Auth Token. The old one keeps working as the secondary token until
 * the next rotation, or stops at once when `keepOld` is false.
 */
export async function rotateToken(
  context: Context,
  sidText: string,
  options: { keepOld: boolean },
): Promise<AccountWithToken> {
  const { sid } = await getAccount(context, sidText);
  const authToken = createAuthToken(context.random);
  const token = sealToken(context, sid, authToken);
  const updatedAt = context.clock.now();
  const record = recorder(context);
  return context.database.transaction(async (transaction) => {
    const account = await findAccount(transaction, sid);
    if (!account) throw new Problem('not_found');
    // The same already when this runs again after a commit whose answer was lost.
    if (account.token.digest !== token.digest) {
      const secondaryToken = options.keepOld ? account.token : null;
      await updateAccountRow(transaction, sid, { token, secondaryToken, updatedAt });
      await record(transaction, changeOf(sid, 'auth-token.rotated'));
    }
    return { ...withToken(context, account), authToken, updatedAt };
  });
}

const STATUS_EVENTS = {
  active: 'account.activated',
  suspended: 'account.suspended',
  closed: 'account.closed',
} as const satisfies Record<AccountStatus, EventType>;

/** A change of an account itself. */
function changeOf(sid: string, eventType: EventType) {
  return { eventType, accountSid: sid, resourceSid: sid };
}

/** Raises a Problem for a value that no form would let through: the operator's own may be anything. */
function checkProperties(account: AccountProperties): void {
  for (const name of propertiesOf('flag')) {
    const { parameter, rule } = ACCOUNT_PROPERTIES[name];
    rule.parse({ [parameter]: account[name] }, parameter);
  }
}

/** A filter may be any text that a name could hold. */
const FILTER_RULE: TextRule = { type: 'string', description: 'The exact name of an account.' };

export type AccountListFilters = Pick<AccountFilter, 'friendlyName' | 'status'>;

/** Reads the filters of a list; raises `status_invalid` for a status that does not exist. */
export function parseAccountFilters(parameters: Parameters): AccountListFilters {
  checkSpelling(
    parameters,
    propertiesOf('filter').map((name) => ACCOUNT_PROPERTIES[name].parameter),
  );
  const friendlyName = textOf(parameters, 'FriendlyName');
  const status = textOf(parameters, 'Status');
  return {
    ...(friendlyName && { friendlyName: checkText('FriendlyName', FILTER_RULE, friendlyName) }),
    ...(status && { status: parseStatus(status) }),
  };
}

/** The accounts that a caller sees: one alone, or a parent and its subaccounts. */
export function listingOfAccounts(
  context: Context,
  scope: Pick<AccountFilter, 'sid' | 'ownerAccountSid'>,
  filters: AccountListFilters,
) {
  const { query } = context.database;
  const filter: AccountFilter = { ...filters, ...scope };
  const links = {
    ...(filters.friendlyName && { FriendlyName: filters.friendlyName }),
    ...(filters.status && { Status: filters.status }),
  };
  return {
    scope: `${scope.ownerAccountSid ?? scope.sid} Accounts ${JSON.stringify(links)}`,
    filters: links,
    slice: (slice: Slice) => listAccounts(query, filter, slice),
    findPosition: (count: number) => findPosition(query, filter, count),
  };
}
