/** The whole state of a world as JSON, and back: accounts with their tokens, people, apps, authorizations. */

import { createAccount, getAccount, listingOfAccounts } from '../accounts/operations.ts';
import { listingOfAppAuthorizations } from '../authorizations/app-operations.ts';
import { addAuthorization } from '../authorizations/operations.ts';
import type { ConnectApp as StoredApp } from '../connect-apps/connect-app.ts';
import { addConnectApp, listingOfConnectApps } from '../connect-apps/operations.ts';
import { PERMISSIONS } from '../connect-apps/permissions.ts';
import type { Context } from '../context.ts';
import { DEMO_PASSWORD, DEMO_PASSWORD_HASH } from '../demo/data.ts';
import { createSid } from '../sid.ts';
import type { Position, Slice } from '../storage/keyset.ts';
import { addUser } from '../users/operations.ts';
import { hashPassword } from '../users/password.ts';
import { listingOfPeople } from '../users/people.ts';
import type { ConnectApp, Fixture } from './types.ts';

const SLICE_LENGTH = 500;

/** Adds what a fixture has; what is there already with the same SID stays as it is. */
export async function addFixture(context: Context, fixture: Fixture): Promise<void> {
  const { accounts = [], connectApps = [], people = [], authorizations = [] } = fixture;
  for (const { owner, ...account } of accounts) {
    await createAccount(context, { ...account, ...(owner && { ownerAccountSid: owner }) });
  }
  for (const { sid, accountSid, permissions, ...properties } of connectApps) {
    await addConnectApp(context, accountSid, sid, {
      ...properties,
      ...(permissions && { permissions: [...permissions] }),
    });
  }
  for (const { email, password, accounts: sids, role } of people) {
    const passwordHash =
      password === DEMO_PASSWORD
        ? DEMO_PASSWORD_HASH
        : await hashPassword(password, context.passwordCost);
    const sid = createSid('US', context.random);
    const user = { sid, email, createdAt: context.clock.now(), passwordHash };
    await addUser(context, user, sids, role);
  }
  for (const { isRevoked, permissions = PERMISSIONS, ...key } of authorizations) {
    const revokedAt = isRevoked ? context.clock.now() : null;
    await addAuthorization(context, { ...key, permissions: [...permissions], revokedAt });
  }
}

/** All that `addFixture` adds. A password is known only where it is the world's own. */
export async function exportFixture(
  context: Context,
): Promise<Required<Omit<Fixture, 'developer' | 'customer'>>> {
  const fixture: Required<Omit<Fixture, 'developer' | 'customer'>> = {
    accounts: [],
    connectApps: [],
    people: [],
    authorizations: [],
  };
  const people = new Map<string, { email: string; accounts: string[]; role: 'owner' | 'member' }>();
  const accounts = await readAll(listingOfAccounts(context, {}, {}).slice, place);
  for (const { sid } of accounts.reverse()) {
    const account = await getAccount(context, sid);
    const { authToken, friendlyName, type, status, ownerAccountSid: owner } = account;
    fixture.accounts.push({
      sid,
      authToken,
      friendlyName,
      type,
      status,
      ...(owner !== sid && { owner }),
    });
    for (const { email, role } of await readAll(listingOfPeople(context, sid).slice, place)) {
      const known = people.get(email) ?? { email, accounts: [], role };
      known.accounts.push(sid);
      people.set(email, known);
    }
    for (const app of (await readAll(listingOfConnectApps(context, sid).slice, place)).reverse()) {
      fixture.connectApps.push(withoutTimes(app));
      for (const isEnded of [false, true]) {
        const { slice, placeOf } = listingOfAppAuthorizations(context, sid, app.sid, { isEnded });
        for (const given of await readAll(slice, placeOf)) {
          const { accountSid, connectAppSid, subaccountSid, permissions } = given;
          const key = { accountSid, connectAppSid, subaccountSid, permissions: [...permissions] };
          fixture.authorizations.push({ ...key, ...(isEnded && { isRevoked: true }) });
        }
      }
    }
  }
  fixture.people = [...people.values()].map((one) => ({ ...one, password: DEMO_PASSWORD }));
  return fixture;
}

/** An app as the interface shows it. */
export function withoutTimes({ createdAt: _, ...app }: StoredApp): ConnectApp {
  return app;
}

/** Reads slices until one is not full. */
async function readAll<Item>(
  list: (slice: Slice) => Promise<Item[]>,
  placeOf: (item: Item) => Position,
): Promise<Item[]> {
  const items: Item[] = [];
  for (;;) {
    const last = items.at(-1);
    const from = last && placeOf(last);
    const slice = await list({ direction: 'older', from, limit: SLICE_LENGTH });
    items.push(...slice);
    if (slice.length < SLICE_LENGTH) return items;
  }
}

const place = (item: Position): Position => item;
