/** Which account has which number: each number belongs to at most one account of the server. */

import type { Queryable } from '../storage/database.ts';
import { deleteStandInRow, findStandIn, insertStandIn, listStandIns } from './store.ts';

/** The collection is the server's: its rows belong to no account. */
const COLLECTION = { accountSid: '', type: 'NumbersInUse' };

/** The account that has the number. */
export async function ownerOf(query: Queryable, phoneNumber: string): Promise<string | undefined> {
  return (await findStandIn(query, { ...COLLECTION, sid: phoneNumber }))?.parentSid;
}

/** Writes down that the account has the number. */
export async function takeNumber(
  query: Queryable,
  phoneNumber: string,
  accountSid: string,
  now: number,
): Promise<void> {
  const row = { ...COLLECTION, sid: phoneNumber, parentSid: accountSid, createdAt: now };
  await insertStandIn(query, { ...row, properties: {}, sent: {}, dueAt: null });
}

/** Lets another account have the number. */
export function releaseNumber(query: Queryable, phoneNumber: string): Promise<void> {
  return deleteStandInRow(query, { ...COLLECTION, sid: phoneNumber });
}

/** All numbers that an account has. */
export async function numbersInUse(query: Queryable): Promise<Set<string>> {
  const slice = { direction: 'older', from: undefined, limit: 100_000 } as const;
  return new Set((await listStandIns(query, COLLECTION, slice)).map(({ sid }) => sid));
}
