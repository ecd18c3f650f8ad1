/** What can be done with stand-ins, each operation one transaction. No HTTP. */

import type { Account } from '../accounts/account.ts';
import { findAccount } from '../accounts/store.ts';
import type { Context } from '../context.ts';
import type { Parameters } from '../parameter.ts';
import { Problem } from '../problem.ts';
import type { Queryable } from '../storage/database.ts';
import type { WireItem } from '../wire.ts';
import type { Call } from './behaviour.ts';
import { BEHAVIOURS } from './behaviours.ts';
import { DESCRIPTION } from './description.ts';
import { createSidFor, propertiesOf, rowOf, shapeOf } from './making.ts';
import { type Target, typesBelow } from './places.ts';
import { changedProperties, parseParameters, type StandIn, unshown } from './stand-in.ts';
import {
  deleteChildren,
  deleteStandInRow,
  findStandIn,
  insertStandIn,
  updateStandInRow,
} from './store.ts';

/** Returns the one that a path names; raises `not_found` when there is none. */
export async function getStandIn(
  context: Context,
  account: Call['account'],
  target: Target,
): Promise<WireItem> {
  const { query } = context.database;
  const { fetch } = BEHAVIOURS[target.type] ?? {};
  if (fetch !== undefined) return fetch(callOf(context, query, account, target, {}));
  await checkParents(query, account.sid, target);
  return (await getIn(query, account.sid, target)).properties;
}

/** Creates one in the list that a path names. */
export async function createStandIn(
  context: Context,
  accountSid: string,
  asked: Target,
  sent: Parameters,
): Promise<WireItem> {
  const { post } = asked.place;
  if (post === undefined) throw new Problem('method_not_allowed');
  const { adopt, create, dueAt, follow, missing } = BEHAVIOURS[asked.type] ?? {};
  const values = parseParameters(post, sent, missing);
  const sid = createSidFor(context, asked);
  return context.database.transaction(async (transaction) => {
    // A first run of this transaction may have been committed, and its answer lost.
    const made = sid && (await findStandIn(transaction, { accountSid, type: asked.type, sid }));
    if (made) return made.properties;
    const account = await getAccountIn(transaction, accountSid);
    const call = callOf(context, transaction, account, asked, sent);
    const target = (await adopt?.(call)) ?? asked;
    await checkParents(transaction, accountSid, target);
    const given = (await create?.(call, values)) ?? values;
    const properties = propertiesOf(accountSid, target, sid, given, call.now);
    if (sid === undefined) return properties;
    const caller = context.actor().isApp ? 'app' : 'account';
    const row = rowOf(accountSid, target, sid, caller, call.now);
    const kept = unshown(shapeOf(target), values);
    const due = dueAt?.({ properties, sent: kept }, call.now) ?? null;
    const standIn: StandIn = { ...row, properties, sent: kept, dueAt: due };
    await insertStandIn(transaction, standIn);
    await follow?.({ context, query: transaction, now: call.now, standIn });
    return properties;
  });
}

/** A parameter that says what to call. */
const URL_NAME = /(?:Url|Callback)$/;

/** Changes the one that a path names. */
export async function updateStandIn(
  context: Context,
  accountSid: string,
  target: Target,
  sent: Parameters,
): Promise<WireItem> {
  const { post, shape } = target.place;
  if (post === undefined) throw new Problem('method_not_allowed');
  const { update, dueAt, follow } = BEHAVIOURS[target.type] ?? {};
  const values = parseParameters(post, sent);
  return context.database.transaction(async (transaction) => {
    const account = await getAccountIn(transaction, accountSid);
    const call = callOf(context, transaction, account, target, sent);
    await checkParents(transaction, accountSid, target);
    const before = await getIn(transaction, accountSid, target);
    const decided = (await update?.(call, values, before)) ?? values;
    const known = DESCRIPTION.shapes[shape] ?? {};
    const properties = changedProperties(known, before.properties, decided, call.now);
    const due = dueAt?.({ properties, sent: before.sent }, call.now) ?? null;
    const setsUrls = Object.keys(sent).some((name) => URL_NAME.test(name));
    const caller = setsUrls ? (context.actor().isApp ? 'app' : 'account') : before.caller;
    const standIn = { ...before, properties, dueAt: due, caller } as const;
    await updateStandInRow(transaction, before, standIn);
    const change = { context, query: transaction, now: call.now, standIn };
    await follow?.({ ...change, before: before.properties });
    return properties;
  });
}

/** Deletes the one that a path names. */
export async function deleteStandIn(
  context: Context,
  accountSid: string,
  target: Target,
): Promise<void> {
  if (!target.place.delete) throw new Problem('method_not_allowed');
  await context.database.transaction(async (transaction) => {
    const account = await getAccountIn(transaction, accountSid);
    await checkParents(transaction, accountSid, target);
    const before = await getIn(transaction, accountSid, target);
    const call = callOf(context, transaction, account, target, {});
    await BEHAVIOURS[target.type]?.remove?.(call, before);
    await deleteChildren(transaction, accountSid, typesBelow(target.type), before.sid);
    await deleteStandInRow(transaction, before);
  });
}

/** Raises `not_found` unless everything that the target belongs to exists. */
export async function checkParents(
  query: Queryable,
  accountSid: string,
  target: Target,
): Promise<void> {
  for (const { type, sid } of target.parents) {
    if (type === 'AvailablePhoneNumbers') continue;
    const parent = await findStandIn(query, { accountSid, type, sid });
    if (parent === undefined) throw new Problem('not_found');
  }
}

async function getIn(query: Queryable, accountSid: string, target: Target): Promise<StandIn> {
  const { type, sid = '', parents } = target;
  const found = await findStandIn(query, { accountSid, type, sid });
  const parentSid = parents.at(-1)?.sid;
  if (found === undefined || (parentSid !== undefined && found.parentSid !== parentSid)) {
    throw new Problem('not_found');
  }
  return found;
}

async function getAccountIn(query: Queryable, sid: string): Promise<Account> {
  const account = await findAccount(query, sid);
  if (account === undefined) throw new Problem('not_found');
  return account;
}

/** What a behaviour is told of a request. */
export function callOf(
  context: Context,
  query: Queryable,
  account: Call['account'],
  target: Target,
  sent: Parameters,
): Call {
  return { context, query, account, target, sent, now: context.clock.now() };
}
