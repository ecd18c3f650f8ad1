/** The SQL of invitations. */

import type { Selectable } from 'kysely';
import type { Queryable } from '../storage/database.ts';
import { purgeByAge } from '../storage/purge.ts';
import type { InvitationsTable } from '../storage/schema.ts';
import type { Role } from './user.ts';

/** A link by which one person joins an account: who gets it is up to the person who made it. */
export interface Invitation {
  sid: string;
  accountSid: string;
  email: string;
  role: Role;
  createdAt: number;
  expiresAt: number;
  /** The owner or operator who made it; null for the command line. */
  invitedBy: string | null;
  /** The user who has joined by it; null while nobody has. */
  usedBy: string | null;
}

/** Adds an invitation; does nothing if it is there. */
export async function insertInvitation(
  query: Queryable,
  invitation: Invitation,
  digest: string,
): Promise<void> {
  await query
    .insertInto('invitations')
    .values({
      account_sid: invitation.accountSid,
      sid: invitation.sid,
      digest,
      email: invitation.email,
      role: invitation.role,
      invited_by: invitation.invitedBy,
      created_at: invitation.createdAt,
      expires_at: invitation.expiresAt,
      used_by: invitation.usedBy,
    })
    .onConflict((conflict) => conflict.columns(['account_sid', 'sid']).doNothing())
    .execute();
}

/** The invitation with one of these digests, used or not, unless it has expired by `now`. */
export async function findInvitationByDigest(
  query: Queryable,
  digests: readonly string[],
  now: number,
): Promise<Invitation | undefined> {
  const row = await query
    .selectFrom('invitations')
    .selectAll()
    .where('digest', 'in', digests)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  return row && fromRow(row);
}

/**
 * The invitations that still work: nobody has used them, the account is not closed, and who made them is still one of
 * its owners or an operator. One of the command line has no such person.
 */
function working(query: Queryable, now: number) {
  return query
    .selectFrom('invitations as invitation')
    .innerJoin('accounts as account', 'account.sid', 'invitation.account_sid')
    .leftJoin('users as inviter', 'inviter.sid', 'invitation.invited_by')
    .leftJoin('memberships as membership', (join) =>
      join
        .onRef('membership.account_sid', '=', 'invitation.account_sid')
        .onRef('membership.user_sid', '=', 'invitation.invited_by')
        .on('membership.role', '=', 'owner')
        .on('membership.disabled_at', 'is', null),
    )
    .selectAll('invitation')
    .select('account.friendly_name')
    .where('invitation.used_by', 'is', null)
    .where('invitation.expires_at', '>', now)
    .where('account.status', '!=', 'closed')
    .where('inviter.disabled_at', 'is', null)
    .where((is) =>
      is.or([
        is('invitation.invited_by', 'is', null),
        is('inviter.is_operator', '=', 1),
        is('membership.user_sid', 'is not', null),
      ]),
    );
}

/** The invitation with one of these digests if it still works, and the name of its account. */
export async function findWorkingInvitation(
  query: Queryable,
  digests: readonly string[],
  now: number,
): Promise<{ invitation: Invitation; accountName: string } | undefined> {
  const row = await working(query, now)
    .where('invitation.digest', 'in', digests)
    .executeTakeFirst();
  return row && { invitation: fromRow(row), accountName: row.friendly_name };
}

/** Up to `limit` invitations of an account that still work, the newest first. */
export async function listWorkingInvitations(
  query: Queryable,
  accountSid: string,
  now: number,
  limit: number,
): Promise<Invitation[]> {
  const rows = await working(query, now)
    .where('invitation.account_sid', '=', accountSid)
    .orderBy('invitation.created_at', 'desc')
    .orderBy('invitation.sid', 'desc')
    .limit(limit)
    .execute();
  return rows.map(fromRow);
}

/** Writes who has joined by an invitation. */
export async function useInvitation(
  query: Queryable,
  { accountSid, sid }: Pick<Invitation, 'accountSid' | 'sid'>,
  userSid: string,
): Promise<void> {
  await query
    .updateTable('invitations')
    .set({ used_by: userSid })
    .where('account_sid', '=', accountSid)
    .where('sid', '=', sid)
    .execute();
}

/** Removes an invitation that nobody has used, and returns whether there was one. */
export async function deleteInvitation(
  query: Queryable,
  { accountSid, sid }: Pick<Invitation, 'accountSid' | 'sid'>,
): Promise<boolean> {
  const deleted = await query
    .deleteFrom('invitations')
    .where('account_sid', '=', accountSid)
    .where('sid', '=', sid)
    .where('used_by', 'is', null)
    .executeTakeFirst();
  return deleted.numDeletedRows > 0n;
}

/** Removes up to `limit` invitations that expired before a time, and returns how many it removed. */
export const purgeInvitations = purgeByAge('invitations', 'expires_at');

function fromRow(row: Selectable<InvitationsTable>): Invitation {
  return {
    sid: row.sid,
    accountSid: row.account_sid,
    email: row.email,
    role: row.role,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    invitedBy: row.invited_by,
    usedBy: row.used_by,
  };
}
