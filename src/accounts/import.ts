/** Bringing a platform's own accounts, with their SIDs and tokens: idempotent, one transaction for many. */

import { type Change, recorder } from '../audit/record.ts';
import { endAuthorizations } from '../authorizations/revocation.ts';
import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';
import type { Queryable } from '../storage/database.ts';
import { type AccountStatus, defaultFriendlyName, INITIAL_PROPERTIES } from './account.ts';
import { type AccountRow, findAccountRows, insertAccountRows } from './import-store.ts';
import type { ImportedAccount } from './imported-account.ts';
import { type AccountChanges, updateAccountRow } from './store.ts';
import { createAuthToken, sealToken } from './token.ts';

/** What became of an account: or why nothing did. */
export type ImportOutcome = 'created' | 'updated' | 'unchanged' | Problem;

const STATUS_EVENTS = {
  active: 'account.activated',
  suspended: 'account.suspended',
  closed: 'account.closed',
} as const satisfies Record<AccountStatus, string>;

/**
 * Makes up to a thousand accounts what is said of them, parents before their subaccounts, and returns what became
 * of each, in their order. One that cannot be as is said stays as it is; the others are imported.
 */
export async function importAccounts(
  context: Context,
  accounts: readonly ImportedAccount[],
): Promise<ImportOutcome[]> {
  const now = context.clock.now();
  const made = accounts.map((account) => newRow(context, account, now));
  const record = recorder(context);
  const ended: { sid: string; count: number }[] = [];
  // If this runs again after a commit whose answer was lost, what it made is there.
  const created = new Set<string>();
  const outcomes = await context.database.transaction(async (transaction) => {
    const named = accounts.flatMap(({ sid, ownerAccountSid = sid }) => [sid, ownerAccountSid]);
    const known = await findAccountRows(transaction, [...new Set(named)]);
    const results: ImportOutcome[] = [];
    const inserts: AccountRow[] = [];
    const changes: Change[] = [];
    for (const index of parentsFirst(accounts)) {
      const account = accounts[index];
      const row = made[index];
      if (account === undefined || row === undefined) continue;
      const { sid } = account;
      const existing = known.get(sid);
      const fault = faultOf(account, existing, known);
      if (fault !== undefined) {
        results[index] = fault;
      } else if (existing === undefined) {
        const parent = known.get(row.owner_account_sid);
        const complete = { ...row, type: account.type ?? parent?.type ?? row.type };
        known.set(sid, complete);
        inserts.push(complete);
        created.add(sid);
        changes.push({ eventType: 'account.imported', accountSid: sid, resourceSid: sid });
        results[index] = 'created';
      } else {
        const change = changesOf(context, account, existing);
        const isSame = Object.keys(change).length === 0;
        if (isSame) results[index] = created.has(sid) ? 'created' : 'unchanged';
        else {
          // It may be one of those that are not written yet.
          await insertAccountRows(transaction, inserts.splice(0));
          await updateAccountRow(transaction, sid, { ...change, updatedAt: now });
          known.set(sid, { ...existing, status: change.status ?? existing.status });
          changes.push(...eventsOf(sid, change));
          results[index] = 'updated';
        }
        if (change.status !== 'closed') continue;
        const count = await close(transaction, existing, { context, now, record });
        ended.push({ sid, count });
      }
    }
    await insertAccountRows(transaction, inserts);
    await record(transaction, changes);
    return results;
  });
  for (const { sid, count } of ended) {
    if (count > 0) context.report({ name: 'revoked', count, accountSid: sid });
  }
  return outcomes;
}

function close(
  transaction: Queryable,
  { sid, owner_account_sid: owner }: AccountRow,
  { context, now, record }: { context: Context; now: number; record: ReturnType<typeof recorder> },
): Promise<number> {
  const whose = owner === sid ? { accountSid: sid } : { subaccountSid: sid };
  const { random } = context;
  return endAuthorizations(transaction, whose, { now, random, record, by: 'customer' });
}

function parentsFirst(accounts: readonly ImportedAccount[]): number[] {
  const isChild = ({ sid, ownerAccountSid = sid }: ImportedAccount) => ownerAccountSid !== sid;
  const indexes = accounts.map((account, index) => ({ index, isLater: isChild(account) }));
  return [
    ...indexes.filter(({ isLater }) => !isLater),
    ...indexes.filter(({ isLater }) => isLater),
  ].map(({ index }) => index);
}

/** Why an account cannot be as is said. */
function faultOf(
  { sid, ownerAccountSid, status }: ImportedAccount,
  existing: AccountRow | undefined,
  known: ReadonlyMap<string, AccountRow>,
): Problem | undefined {
  const owner = ownerAccountSid ?? existing?.owner_account_sid ?? sid;
  if (existing && existing.owner_account_sid !== owner) {
    return new Problem('parameter_invalid', `The account ${sid} has another owner_account_sid.`);
  }
  if (existing?.status === 'closed' && status !== undefined && status !== 'closed') {
    return new Problem('account_closed', 'The account is closed, and that is final.');
  }
  if (existing !== undefined || owner === sid) return undefined;
  const parent = known.get(owner);
  if (parent === undefined) {
    return new Problem('parameter_invalid', `No account ${owner} yet: import the parent first.`);
  }
  return parent.owner_account_sid === parent.sid
    ? undefined
    : new Problem('nested_subaccount', 'A subaccount cannot have subaccounts.');
}

/** In what an account differs from what is said of it. */
function changesOf(
  context: Context,
  { sid, friendlyName, status, type, authToken, secondaryAuthToken }: ImportedAccount,
  row: AccountRow,
): AccountChanges {
  const has = (digest: string | null, token: string) =>
    digest !== null && context.keyring.digests(token).includes(digest);
  const isNewToken = authToken !== undefined && !has(row.token_digest, authToken);
  const hasSecondary = row.secondary_token_digest !== null;
  const isNewSecondary =
    typeof secondaryAuthToken === 'string' && !has(row.secondary_token_digest, secondaryAuthToken);
  return {
    ...(friendlyName !== undefined && friendlyName !== row.friendly_name && { friendlyName }),
    ...(status !== undefined && status !== row.status && { status }),
    ...(type !== undefined && type !== row.type && { type }),
    ...(isNewToken && { token: sealToken(context, sid, authToken) }),
    ...(isNewSecondary && { secondaryToken: sealToken(context, sid, secondaryAuthToken) }),
    ...(secondaryAuthToken === null && hasSecondary && { secondaryToken: null }),
  };
}

function eventsOf(sid: string, change: AccountChanges): Change[] {
  const event = (eventType: Change['eventType'], properties: readonly string[] = []): Change => ({
    eventType,
    accountSid: sid,
    resourceSid: sid,
    properties,
  });
  return [
    ...(change.friendlyName === undefined ? [] : [event('account.renamed')]),
    ...(change.type === undefined ? [] : [event('account.imported', ['type'])]),
    ...(change.status === undefined ? [] : [event(STATUS_EVENTS[change.status])]),
    ...(change.token === undefined ? [] : [event('auth-token.rotated')]),
    ...(change.secondaryToken ? [event('secondary-auth-token.created')] : []),
    ...(change.secondaryToken === null ? [event('secondary-auth-token.deleted')] : []),
  ];
}

/** The row of an account that is not there yet. */
function newRow(context: Context, account: ImportedAccount, now: number): AccountRow {
  const { sid, secondaryAuthToken } = account;
  const token = sealToken(context, sid, account.authToken ?? createAuthToken(context.random));
  const secondary = secondaryAuthToken ? sealToken(context, sid, secondaryAuthToken) : undefined;
  return {
    sid,
    owner_account_sid: account.ownerAccountSid ?? sid,
    friendly_name: account.friendlyName ?? defaultFriendlyName(now),
    type: account.type ?? INITIAL_PROPERTIES.type,
    status: account.status ?? INITIAL_PROPERTIES.status,
    token_digest: token.digest,
    token_sealed: token.sealed,
    secondary_token_digest: secondary?.digest ?? null,
    secondary_token_sealed: secondary?.sealed ?? null,
    created_at: now,
    updated_at: now,
  };
}
