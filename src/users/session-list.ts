/** The sessions of a person: looked at, and ended. */

import { recorder } from '../audit/record.ts';
import type { Context } from '../context.ts';
import { deleteSessionsOf, listSessionRows } from './session-store.ts';
import { recordOfUser } from './trail.ts';

/** A session in a list of one's own. */
export interface OwnSession {
  /** Names the session without being its secret. */
  digest: string;
  startedAt: number;
  endsAt: number;
  address: string | null;
  browser: string | null;
}

/** A person rarely has more; the rest end by themselves within hours. */
const MOST_SHOWN = 100;

/** The sessions of a user that have not ended, the newest first. */
export async function listOwnSessions(context: Context, userSid: string): Promise<OwnSession[]> {
  const { database, clock } = context;
  const rows = await listSessionRows(database.query, userSid, clock.now(), MOST_SHOWN);
  return rows.map((row) => ({
    digest: row.digest,
    startedAt: row.created_at,
    endsAt: row.expires_at,
    address: row.address,
    browser: row.browser,
  }));
}

/** Ends one of a user's own sessions; does nothing if it has ended, or is somebody else's. */
export async function endOwnSession(
  context: Context,
  userSid: string,
  digest: string,
): Promise<void> {
  const record = recorder(context);
  await context.database.transaction(async (transaction) => {
    if (!(await deleteSessionsOf(transaction, userSid, { only: digest }))) return;
    await recordOfUser(transaction, record, userSid, 'session.ended');
  });
}

/** Signs a user out everywhere, this browser too. */
export async function endOwnSessions(context: Context, userSid: string): Promise<void> {
  const record = recorder(context);
  await context.database.transaction(async (transaction) => {
    await deleteSessionsOf(transaction, userSid);
    await recordOfUser(transaction, record, userSid, 'sessions.ended');
  });
}
