/** The SQL of who users are at a provider of identities. */

import type { Queryable } from '../storage/database.ts';

export interface Subject {
  issuer: string;
  /** What the issuer calls somebody, and nobody else, ever. */
  subject: string;
}

/** The SID of the user who is this subject. */
export async function findUserOfSubject(
  query: Queryable,
  { issuer, subject }: Subject,
): Promise<string | undefined> {
  const row = await query
    .selectFrom('provider_subjects')
    .select('user_sid')
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .executeTakeFirst();
  return row?.user_sid;
}

/** Whether a user has signed in with a provider. */
export async function isSubject(query: Queryable, userSid: string): Promise<boolean> {
  const row = await query
    .selectFrom('provider_subjects')
    .select('user_sid')
    .where('user_sid', '=', userSid)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Makes a subject a user, instead of one that is gone. */
export async function insertSubject(
  query: Queryable,
  { issuer, subject }: Subject,
  userSid: string,
): Promise<void> {
  await query
    .insertInto('provider_subjects')
    .values({ issuer, subject, user_sid: userSid })
    .onConflict((conflict) =>
      conflict.columns(['issuer', 'subject']).doUpdateSet({ user_sid: userSid }),
    )
    .execute();
}
