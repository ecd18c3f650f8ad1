/**
 * Users who come from the provider of the platform's own identities. They are who the provider calls them, the
 * issuer and subject, and never whoever has their e-mail address. What it says of accounts holds from then on.
 */

import { isSubaccount } from '../accounts/account.ts';
import { findAccount } from '../accounts/store.ts';
import { type RecordChanges, recorder } from '../audit/record.ts';
import type { Context } from '../context.ts';
import { createSid, parseSid } from '../sid.ts';
import type { Queryable } from '../storage/database.ts';
import { canonicalEmail, isEmail } from './email.ts';
import { deleteMembership, insertMembership, listMemberships } from './membership-store.ts';
import { noPassword } from './password.ts';
import { findUserOfSubject, insertSubject, type Subject } from './provider-store.ts';
import { findUser, findUserByEmail, insertUser, updateUserRow } from './store.ts';
import { recordOfUser, roleEvent } from './trail.ts';
import type { StoredUser } from './user.ts';

/** What a provider says of somebody who signs in. */
export interface ProviderIdentity extends Subject {
  /** Verified by the provider. */
  email: string | undefined;
  /** Unchecked; undefined: the accounts are not the provider's business. */
  accountSids: readonly string[] | undefined;
  /** Undefined: not the provider's business. */
  isOperator: boolean | undefined;
}

export interface ProviderSignIn {
  user: StoredUser;
  /** How many accounts the user belongs to now. */
  accounts: number;
  /** How many of the provider's accounts are no parent accounts of this server. */
  unknownAccounts: number;
}

/**
 * Returns the user of an identity, who is created the first time. The memberships become those of the claim, in
 * the same transaction, whether or not the user may then sign in.
 */
export async function acceptIdentity(
  context: Context,
  identity: ProviderIdentity,
): Promise<ProviderSignIn> {
  const newSid = createSid('US', context.random);
  const now = context.clock.now();
  const record = recorder(context);
  return context.database.transaction(async (transaction) => {
    const email = await freeEmail(transaction, identity);
    const present = await findPresent(transaction, identity);
    const sid = present?.sid ?? newSid;
    if (present === undefined) {
      const created = {
        sid,
        // Not an address where there is none to trust: then nobody else's is taken.
        email: email ?? sid,
        createdAt: now,
        isOperator: identity.isOperator === true,
        passwordHash: noPassword(context.passwordCost),
      };
      await insertUser(transaction, created);
      await insertSubject(transaction, identity, sid);
    } else {
      await updateUserRow(transaction, sid, {
        ...(email !== undefined && email !== present.email && { email }),
        ...(identity.isOperator !== undefined && { isOperator: identity.isOperator }),
        updatedAt: now,
      });
    }
    const claimed = identity.accountSids;
    const unknownAccounts =
      claimed === undefined
        ? 0
        : await takeMemberships(transaction, record, { userSid: sid, claimed, now });
    const user = await findUser(transaction, sid);
    if (user === undefined) throw new Error('The user of this transaction is not in it.');
    // In the trails of the accounts that they belong to now.
    if (user.isOperator !== (present?.isOperator ?? false)) {
      await recordOfUser(transaction, record, sid, roleEvent(user.isOperator));
    }
    const memberships = await listMemberships(transaction, sid);
    const accounts = memberships.filter(({ disabledAt }) => disabledAt === null).length;
    return { user, accounts, unknownAccounts };
  });
}

async function findPresent(
  transaction: Queryable,
  subject: Subject,
): Promise<StoredUser | undefined> {
  const sid = await findUserOfSubject(transaction, subject);
  return sid === undefined ? undefined : findUser(transaction, sid);
}

/** The verified address, unless it is another user's. */
async function freeEmail(
  transaction: Queryable,
  identity: ProviderIdentity,
): Promise<string | undefined> {
  const email = canonicalEmail(identity.email ?? '');
  if (!isEmail(email)) return undefined;
  const owner = await findUserByEmail(transaction, email);
  const isFree =
    owner === undefined || owner.sid === (await findUserOfSubject(transaction, identity));
  return isFree ? email : undefined;
}

async function takeMemberships(
  transaction: Queryable,
  record: RecordChanges,
  { userSid, claimed, now }: { userSid: string; claimed: readonly string[]; now: number },
): Promise<number> {
  const named = new Set(claimed);
  const wanted: string[] = [];
  for (const text of named) {
    const sid = parseSid('AC', text);
    const account = sid && (await findAccount(transaction, sid));
    if (account && !isSubaccount(account)) wanted.push(account.sid);
  }
  for (const { accountSid } of await listMemberships(transaction, userSid)) {
    if (wanted.includes(accountSid)) continue;
    await deleteMembership(transaction, { accountSid, userSid });
    await record(transaction, { eventType: 'person.removed', accountSid, resourceSid: userSid });
  }
  for (const accountSid of wanted) {
    // A role that an owner has given stays.
    const key = { accountSid, userSid };
    if (!(await insertMembership(transaction, key, { role: 'owner', createdAt: now }))) continue;
    await record(transaction, { eventType: 'person.added', accountSid, resourceSid: userSid });
  }
  return named.size - wanted.length;
}
