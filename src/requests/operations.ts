/** What can be asked of the record of requests. The caller has checked whose record it may see. No HTTP. */

import type { StoredAccount } from '../accounts/token.ts';
import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';
import type { Slice } from '../storage/keyset.ts';
import { type CountsAt, type CountsFilter, findCounts } from './count-store.ts';
import { findLastUses } from './last-use-store.ts';
import { listRequestRows } from './list-store.ts';
import { type ApiRequest, type RequestFilter, type RequestKey, UNIT_MS } from './request.ts';
import { findRequest } from './store.ts';

type Reading = { database: Pick<Context['database'], 'query'> };

const LATEST: Slice = { direction: 'older', from: undefined, limit: 8 };

/**
 * Some requests of an account's record, newest first; the latest eight unless `slice` says otherwise. With
 * `connectAppSid`, those that this app made for the account.
 */
export function listRequests(
  { database }: Reading,
  { connectAppSid, ...filter }: RequestFilter & { connectAppSid?: string },
  slice: Slice = LATEST,
): Promise<ApiRequest[]> {
  const caller = connectAppSid ?? filter.caller;
  return listRequestRows(database.query, { ...filter, caller }, slice);
}

/** Returns a request of an account's record; raises `not_found`. */
export async function getRequest({ database }: Reading, key: RequestKey): Promise<ApiRequest> {
  const request = await findRequest(database.query, key);
  if (!request) throw new Problem('not_found');
  return request;
}

/** The counters of every minute, hour or day in a time, oldest first, also where nothing came. */
export async function countRequests(
  { database }: Reading,
  filter: CountsFilter,
): Promise<CountsAt[]> {
  const length = UNIT_MS[filter.unit];
  const since = filter.since - (filter.since % length);
  const found = await findCounts(database.query, { ...filter, since });
  const byTime = new Map(found.map((one) => [one.beginsAt, one]));
  const all: CountsAt[] = [];
  for (let beginsAt = since; beginsAt < filter.until; beginsAt += length) {
    all.push(byTime.get(beginsAt) ?? { beginsAt, answered: 0, refused: 0, failed: 0 });
  }
  return all;
}

/** When an app last used what a customer authorized; undefined if it has not, for as long as that is kept. */
export async function lastUsed(
  { database }: Reading,
  { accountSid, connectAppSid }: { accountSid: string; connectAppSid: string },
): Promise<number | undefined> {
  return (await findLastUses(database.query, accountSid, [connectAppSid])).get(connectAppSid);
}

/** The same for all of these apps of one customer: by the SID of the app. */
export function lastUsedOfApps(
  { database }: Reading,
  accountSid: string,
  connectAppSids: readonly string[],
): Promise<Map<string, number>> {
  return findLastUses(database.query, accountSid, connectAppSids);
}

/** The same for the API keys of an account: by the SID of the key. */
export function lastUsedOfKeys(
  { database }: Reading,
  accountSid: string,
  keySids: readonly string[],
): Promise<Map<string, number>> {
  return findLastUses(database.query, accountSid, keySids);
}

/** When each Auth Token of an account was last used; a token keeps its time when it becomes the primary one. */
export async function lastUsedOfTokens(
  { database }: Reading,
  { sid, token, secondaryToken }: Pick<StoredAccount, 'sid' | 'token' | 'secondaryToken'>,
): Promise<{ primary: number | undefined; secondary: number | undefined }> {
  const digests = [token.digest, ...(secondaryToken ? [secondaryToken.digest] : [])];
  const uses = await findLastUses(database.query, sid, digests);
  return {
    primary: uses.get(token.digest),
    secondary: secondaryToken ? uses.get(secondaryToken.digest) : undefined,
  };
}
