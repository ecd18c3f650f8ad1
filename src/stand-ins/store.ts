/** The SQL of stand-ins, and the only bridge between their rows and StandIn. */

import type { Selectable } from 'kysely';
import type { Queryable } from '../storage/database.ts';
import { keysetList, type Parameter, type Position, type Slice } from '../storage/keyset.ts';
import { prepared } from '../storage/prepared.ts';
import type { StandInsTable } from '../storage/schema.ts';
import type { StandIn } from './stand-in.ts';

type Row = Selectable<StandInsTable>;

/** What names a stand-in. */
export type StandInKey = Pick<StandIn, 'accountSid' | 'type' | 'sid'>;

/** A collection of an account, or the part of it that belongs to one parent. */
export interface Collection extends Record<string, unknown> {
  accountSid: string;
  type: string;
  /** Absent: of all parents. */
  parentSid?: string;
}

const selectOne = prepared<{ accountSid: string; type: string; sid: string }, Row>(
  (query, parameter) =>
    query
      .selectFrom('stand_ins')
      .selectAll()
      .where('account_sid', '=', parameter('accountSid'))
      .where('type', '=', parameter('type'))
      .where('sid', '=', parameter('sid')),
);

/** The stand-in with this key. */
export async function findStandIn(
  query: Queryable,
  { accountSid, type, sid }: StandInKey,
): Promise<StandIn | undefined> {
  const [row] = await selectOne(query, { accountSid, type, sid });
  return row && fromRow(row);
}

type Values = { accountSid: string; type: string; parentSid: string };

const all = declareList(false);
const ofParent = declareList(true);

function declareList(hasParent: boolean) {
  return keysetList({
    rows: (query, parameter: Parameter<Values>) =>
      query
        .selectFrom('stand_ins')
        .selectAll()
        .where('account_sid', '=', parameter('accountSid'))
        .where('type', '=', parameter('type'))
        .$if(hasParent, (rows) => rows.where('parent_sid', '=', parameter('parentSid'))),
    places: (query, parameter) =>
      query
        .selectFrom('stand_ins')
        .select(['created_at as createdAt', 'sid'])
        .where('account_sid', '=', parameter('accountSid'))
        .where('type', '=', parameter('type'))
        .$if(hasParent, (rows) => rows.where('parent_sid', '=', parameter('parentSid'))),
    createdAt: 'stand_ins.created_at',
    sid: 'stand_ins.sid',
  });
}

/** A slice of a collection, newest first in either direction. */
export async function listStandIns(
  query: Queryable,
  { parentSid, ...collection }: Collection,
  slice: Slice,
): Promise<StandIn[]> {
  const list = parentSid === undefined ? all : ofParent;
  return (await list.slice(query, { ...collection, parentSid: parentSid ?? '' }, slice)).map(
    fromRow,
  );
}

/** The place of the `count`-th newest of a collection, or of the oldest when there are fewer. */
export function findPosition(
  query: Queryable,
  { parentSid, ...collection }: Collection,
  count: number,
): Promise<Position | undefined> {
  const list = parentSid === undefined ? all : ofParent;
  return list.findPosition(query, { ...collection, parentSid: parentSid ?? '' }, count);
}

/** Adds a stand-in; does nothing if there is one with this key. */
export async function insertStandIn(query: Queryable, standIn: StandIn): Promise<void> {
  await query
    .insertInto('stand_ins')
    .values({
      account_sid: standIn.accountSid,
      type: standIn.type,
      sid: standIn.sid,
      parent_sid: standIn.parentSid,
      properties: JSON.stringify(standIn.properties),
      sent: JSON.stringify(standIn.sent),
      due_at: standIn.dueAt,
      caller: standIn.caller,
      created_at: standIn.createdAt,
    })
    .onConflict((conflict) => conflict.columns(['account_sid', 'type', 'sid']).doNothing())
    .execute();
}

/** Writes other properties, and when the status goes on by itself. */
export async function updateStandInRow(
  query: Queryable,
  { accountSid, type, sid }: StandInKey,
  { properties, dueAt, caller }: Pick<StandIn, 'properties' | 'dueAt' | 'caller'>,
): Promise<void> {
  await query
    .updateTable('stand_ins')
    .set({ properties: JSON.stringify(properties), due_at: dueAt, caller })
    .where('account_sid', '=', accountSid)
    .where('type', '=', type)
    .where('sid', '=', sid)
    .execute();
}

/** When the next status of any stand-in goes on; undefined when none does. */
export async function findNextDue(query: Queryable): Promise<number | undefined> {
  const row = await query
    .selectFrom('stand_ins')
    .select('due_at as at')
    .where('due_at', 'is not', null)
    .orderBy('due_at')
    .limit(1)
    .executeTakeFirst();
  return row?.at ?? undefined;
}

/** The stand-ins whose status should have gone on by a time, the longest due first. */
export async function findDue(query: Queryable, now: number, limit: number): Promise<StandIn[]> {
  const rows = await query
    .selectFrom('stand_ins')
    .selectAll()
    .where('due_at', '<=', now)
    .orderBy('due_at')
    .orderBy('account_sid')
    .orderBy('type')
    .orderBy('sid')
    .limit(limit)
    .execute();
  return rows.map(fromRow);
}

/** Removes a stand-in. */
export async function deleteStandInRow(
  query: Queryable,
  { accountSid, type, sid }: StandInKey,
): Promise<void> {
  await query
    .deleteFrom('stand_ins')
    .where('account_sid', '=', accountSid)
    .where('type', '=', type)
    .where('sid', '=', sid)
    .execute();
}

/** Removes all of some collections that belong to one parent. */
export async function deleteChildren(
  query: Queryable,
  accountSid: string,
  types: readonly string[],
  parentSid: string,
): Promise<void> {
  if (types.length === 0) return;
  await query
    .deleteFrom('stand_ins')
    .where('account_sid', '=', accountSid)
    .where('type', 'in', types)
    .where('parent_sid', '=', parentSid)
    .execute();
}

/** What is made again and again: the rest is what an account is set up with, and stays. */
const PASSING = ['Calls', 'Messages', 'Messages/Media'];

/** Removes up to `limit` messages and calls made before a time; returns how many. */
export async function purgeStandIns(
  query: Queryable,
  before: number,
  limit: number,
): Promise<number> {
  const rows = await query
    .selectFrom('stand_ins')
    .select(['account_sid as accountSid', 'type', 'sid'])
    .where('type', 'in', PASSING)
    .where('created_at', '<', before)
    .limit(limit)
    .execute();
  for (const row of rows) await deleteStandInRow(query, row);
  return rows.length;
}

/** Removes all that some accounts have, and lets others have their numbers. */
export async function deleteStandInsOf(
  query: Queryable,
  accountSids: readonly string[],
): Promise<void> {
  if (accountSids.length === 0) return;
  await query.deleteFrom('stand_ins').where('account_sid', 'in', accountSids).execute();
  await query
    .deleteFrom('stand_ins')
    .where('account_sid', '=', '')
    .where('type', '=', 'NumbersInUse')
    .where('parent_sid', 'in', accountSids)
    .execute();
}

function fromRow(row: Row): StandIn {
  return {
    accountSid: row.account_sid,
    type: row.type,
    parentSid: row.parent_sid,
    sid: row.sid,
    createdAt: row.created_at,
    properties: JSON.parse(row.properties),
    sent: JSON.parse(row.sent),
    dueAt: row.due_at,
    caller: row.caller,
  };
}
