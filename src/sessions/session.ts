/** Sessions: rows of ours, so that they can be ended here. The cookie itself is stored nowhere. */

import { randomBytes } from 'node:crypto';
import type { Context } from '../context.ts';
import { findUser } from '../users/store.ts';
import type { User } from '../users/user.ts';
import { deleteSessions, findSessionRow, insertSession } from './store.ts';

/** How long a session lasts, however much it is used. */
export const SESSION_MS = 12 * 60 * 60 * 1000;

export interface Session {
  user: User;
  /** Names the session without being its secret. */
  digest: string;
}

/** Begins a session of a user and returns its secret, for a cookie. */
export async function beginSession(context: Context, userSid: string): Promise<string> {
  const secret = randomBytes(32).toString('base64url');
  const now = context.clock.now();
  await context.database.transaction((transaction) =>
    insertSession(transaction, {
      digest: context.keyring.digest(secret),
      user_sid: userSid,
      created_at: now,
      expires_at: now + SESSION_MS,
    }),
  );
  return secret;
}

/** The session that a cookie opens, unless it has ended. */
export async function findSession(
  context: Context,
  secret: string | undefined,
): Promise<Session | undefined> {
  if (!secret) return undefined;
  const digests = context.keyring.digests(secret);
  const row = await findSessionRow(context.database.query, digests, context.clock.now());
  const user = row && (await findUser(context.database.query, row.user_sid));
  return user && { user, digest: row.digest };
}

/** Ends a session; one that has ended already stays so. */
export async function endSession(context: Context, secret: string | undefined): Promise<void> {
  if (!secret) return;
  const digests = context.keyring.digests(secret);
  await context.database.transaction((transaction) => deleteSessions(transaction, digests));
}
