/** Sessions are database rows, so that the server can end them. The cookie itself is not stored. */

import type { Account } from '../accounts/account.ts';
import { type Actor, acting, type Context } from '../context.ts';
import { Problem } from '../problem.ts';
import type { Queryable } from '../storage/database.ts';
import { findStanding, listAccountsIn } from './membership.ts';
import { isNoPassword } from './password.ts';
import { deleteSessions, findSessionRow, insertSession } from './session-store.ts';
import { findUser, setLastSignIn } from './store.ts';
import { isEnough, type Role, type StoredUser, type User } from './user.ts';

/** How long a session lasts, however much it is used. */
export const SESSION_MS = 12 * 60 * 60 * 1000;

export interface Session {
  user: User;
  /** Names the session without being its secret. */
  digest: string;
  /** Whether the user has a password, and not only an identity at the provider. */
  hasPassword: boolean;
}

/** A request by somebody who may be signed in. */
export interface Visit {
  /** The secret of the session; undefined without one. */
  secret: string | undefined;
  /** Where it comes from. */
  address: string;
}

/** What is remembered of where a session began, to be recognised in a list. */
export interface Origin {
  address: string;
  /** Such as "Firefox on Linux"; browser.ts. */
  browser: string;
}

/**
 * Begins a session of a user and returns its secret, for a cookie; undefined when the user is gone, or no
 * longer has the password whose hash was checked, or is disabled.
 */
export async function beginSession(
  context: Context,
  user: Pick<StoredUser, 'sid' | 'passwordHash'>,
  origin?: Origin,
): Promise<string | undefined> {
  const secret = context.random.bytes(32).toString('base64url');
  const now = context.clock.now();
  return context.database.transaction(async (transaction) => {
    const present = await findUser(transaction, user.sid);
    if (present?.passwordHash !== user.passwordHash || present.disabledAt !== null)
      return undefined;
    await insertSession(transaction, {
      digest: context.keyring.digest(secret),
      user_sid: user.sid,
      created_at: now,
      expires_at: now + SESSION_MS,
      address: origin?.address ?? null,
      browser: origin?.browser ?? null,
    });
    await setLastSignIn(transaction, user.sid, now);
    return secret;
  });
}

/** The session that a cookie opens, unless it has ended. */
export async function findSession(
  context: Context,
  secret: string | undefined,
): Promise<Session | undefined> {
  return secret ? findSessionIn(context.database.query, context, secret) : undefined;
}

/** What a person sees who asks for a page of an account. */
export interface Sight {
  session: Session;
  /** The accounts that the person belongs to. */
  accounts: Account[];
  /** The account that was asked for; undefined when it is none that the person may act for. */
  account: Account | undefined;
  /** What the person is in that account. */
  role: Role | undefined;
}

/** Reads who asks with a cookie, and for which account; undefined when nobody is signed in with it. */
export async function lookAround(
  context: Context,
  secret: string | undefined,
  accountSid: string | undefined,
): Promise<Sight | undefined> {
  if (!secret) return undefined;
  return context.database.look(async (query) => {
    const session = await findSessionIn(query, context, secret);
    if (session === undefined) return undefined;
    const accounts = await listAccountsIn(query, session.user.sid);
    const standing =
      accountSid === undefined
        ? undefined
        : await findStanding(query, session.user.sid, accountSid);
    return { session, accounts, account: standing?.account, role: standing?.role };
  });
}

/**
 * Returns the context in which a signed-in person acts for an account: every transaction begins by asking
 * whether the session still lives and its user still belongs to the account, or to its parent, and as what.
 * Raises `form_rejected` if not, `access_denied` for a member where an owner is needed, and `account_not_active`
 * for a suspended account, unless what is done there may be done all the same.
 */
export function actingFor(
  context: Context,
  { secret, address }: Visit,
  accountSid: string,
  needed: Role = 'member',
  { isAlwaysAllowed = false }: { isAlwaysAllowed?: boolean } = {},
): Context {
  return acting(context, async (query) => {
    const session = await getSessionIn(query, context, secret);
    const standing = await findStanding(query, session.user.sid, accountSid);
    if (standing === undefined) throw new Problem('form_rejected');
    if (!isEnough(standing.role, needed)) {
      throw new Problem('access_denied', 'Only an owner of this account can do this.');
    }
    if (!standing.isActive && !isAlwaysAllowed) {
      throw new Problem('account_not_active', 'The account is suspended.');
    }
    return actorOf(session, address);
  });
}

/**
 * The same for an operator, who acts for any account. Raises `not_found` for everybody else: nobody learns what
 * operators can do.
 */
export function actingAsOperator(context: Context, { secret, address }: Visit): Context {
  return acting(context, async (query) => {
    const session = secret ? await findSessionIn(query, context, secret) : undefined;
    if (session?.user.isOperator !== true) throw new Problem('not_found');
    return actorOf(session, address);
  });
}

/** The same for what a signed-in person does with their own sign-in, whatever accounts they belong to. */
export function actingForSelf(context: Context, { secret, address }: Visit): Context {
  return acting(context, async (query) =>
    actorOf(await getSessionIn(query, context, secret), address),
  );
}

/** The same for somebody who has shown otherwise who they are, as by a password. */
export function actingAsUser(context: Context, userSid: string, address: string): Context {
  return acting(context, async () => ({ source: 'web', sid: userSid, address }));
}

function actorOf({ user }: Session, address: string): Actor {
  return { source: 'web', sid: user.sid, address };
}

async function getSessionIn(
  query: Queryable,
  context: Context,
  secret: string | undefined,
): Promise<Session> {
  const session = secret ? await findSessionIn(query, context, secret) : undefined;
  if (session === undefined) throw new Problem('form_rejected');
  return session;
}

async function findSessionIn(
  query: Queryable,
  { keyring, clock }: Context,
  secret: string,
): Promise<Session | undefined> {
  const row = await findSessionRow(query, keyring.digests(secret), clock.now());
  const user = row && (await findUser(query, row.user_sid));
  if (!user || user.disabledAt !== null) return undefined;
  return { user, digest: row.digest, hasPassword: !isNoPassword(user.passwordHash) };
}

/** Ends a session; does nothing if it has ended. */
export async function endSession(context: Context, secret: string | undefined): Promise<void> {
  if (!secret) return;
  const digests = context.keyring.digests(secret);
  await context.database.transaction((transaction) => deleteSessions(transaction, digests));
}
