/** Which account has which number: each number belongs to at most one account of the server. */

import type { Queryable } from '../storage/database.ts';
import type { StandIn } from './stand-in.ts';
import { deleteStandInRow, findStandIn, insertStandIn, listStandIns } from './store.ts';

/** The collection is the server's: its rows belong to no account. */
const COLLECTION = { accountSid: '', type: 'NumbersInUse' };
/** More than a page of a catalogue ever needs to leave out. */
const MOST = 100_000;

/** The account that has the number. */
export async function ownerOf(query: Queryable, phoneNumber: string): Promise<string | undefined> {
  return (await findStandIn(query, { ...COLLECTION, sid: phoneNumber }))?.parentSid;
}

/** The IncomingPhoneNumber of this account with this number. */
export async function findNumberOf(
  query: Queryable,
  accountSid: string,
  phoneNumber: string,
): Promise<StandIn | undefined> {
  const inUse = await findStandIn(query, { ...COLLECTION, sid: phoneNumber });
  if (inUse?.parentSid !== accountSid) return undefined;
  const sid = String(inUse.properties.sid);
  return findStandIn(query, { accountSid, type: 'IncomingPhoneNumbers', sid });
}

/** Writes down that the account has the number; false if another one has got it meanwhile. */
export async function takeNumber(
  query: Queryable,
  phoneNumber: string,
  { accountSid, sid, createdAt }: StandIn,
): Promise<boolean> {
  const row = { ...COLLECTION, sid: phoneNumber, parentSid: accountSid, createdAt };
  const rest = { properties: { sid }, sent: {}, dueAt: null, caller: 'account' } as const;
  await insertStandIn(query, { ...row, ...rest });
  const taken = await findStandIn(query, { ...COLLECTION, sid: phoneNumber });
  return taken?.properties.sid === sid;
}

/** Lets another account have the number. */
export function releaseNumber(query: Queryable, phoneNumber: string): Promise<void> {
  return deleteStandInRow(query, { ...COLLECTION, sid: phoneNumber });
}

/** All numbers that an account has. */
export async function numbersInUse(query: Queryable): Promise<Set<string>> {
  const slice = { direction: 'older', from: undefined, limit: MOST } as const;
  return new Set((await listStandIns(query, COLLECTION, slice)).map(({ sid }) => sid));
}
