/** What the owner of an app sees of its authorizations. No HTTP. */

import type { Context } from '../context.ts';
import type { Slice } from '../storage/keyset.ts';
import { countLive, listAuthorizationsOfApp, placeOf } from './app-list-store.ts';

/** More are not counted. */
export const MAX_COUNTED = 10_000;

/** The authorizations of an owner's app: those that live, or those that have ended. */
export function listingOfAppAuthorizations(
  context: Context,
  ownerSid: string,
  connectAppSid: string,
  { isEnded }: { isEnded: boolean },
) {
  const filter = { connectAppSid, ownerSid, isEnded };
  return {
    scope: `${ownerSid} ${connectAppSid} ${isEnded ? 'ended' : 'active'}`,
    slice: (slice: Slice) => listAuthorizationsOfApp(context.database.query, filter, slice),
    placeOf,
  };
}

/** How many authorizations of an app live; one more than `MAX_COUNTED` stands for any number beyond. */
export function countAuthorizationsOfApp(context: Context, connectAppSid: string): Promise<number> {
  return countLive(context.database.query, connectAppSid, MAX_COUNTED + 1);
}
