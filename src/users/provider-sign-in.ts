/**
 * Users who come from the provider of the platform's own identities. They are who the provider calls them, the
 * issuer and subject, and never whoever has their e-mail address. What it says of accounts holds from then on.
 */

import { isSubaccount } from '../accounts/account.ts';
import { findAccount } from '../accounts/store.ts';
import type { Context } from '../context.ts';
import { createSid, parseSid } from '../sid.ts';
import type { Queryable } from '../storage/database.ts';
import { canonicalEmail, isEmail } from './email.ts';
import { NO_PASSWORD } from './password.ts';
import { findUserOfSubject, insertSubject, type Subject } from './provider-store.ts';
import {
  changeMemberships,
  findUser,
  findUserByEmail,
  insertUser,
  listMemberships,
  updateUserRow,
} from './store.ts';
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
        passwordHash: NO_PASSWORD,
      };
      await insertUser(transaction, created, []);
      await insertSubject(transaction, identity, sid);
    } else {
      await updateUserRow(transaction, sid, {
        ...(email !== undefined && email !== present.email && { email }),
        ...(identity.isOperator !== undefined && { isOperator: identity.isOperator }),
        updatedAt: now,
      });
    }
    const unknownAccounts = await takeMemberships(transaction, sid, identity.accountSids);
    const user = await findUser(transaction, sid);
    if (user === undefined) throw new Error('The user of this transaction is not in it.');
    const accounts = (await listMemberships(transaction, sid)).length;
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
  userSid: string,
  claimed: readonly string[] | undefined,
): Promise<number> {
  if (claimed === undefined) return 0;
  const named = new Set(claimed);
  const wanted: string[] = [];
  for (const text of named) {
    const sid = parseSid('AC', text);
    const account = sid && (await findAccount(transaction, sid));
    if (account && !isSubaccount(account)) wanted.push(account.sid);
  }
  const present = await listMemberships(transaction, userSid);
  await changeMemberships(transaction, userSid, {
    add: wanted.filter((sid) => !present.includes(sid)),
    remove: present.filter((sid) => !wanted.includes(sid)),
  });
  return named.size - wanted.length;
}
