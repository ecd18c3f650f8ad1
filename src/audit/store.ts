/** The SQL of the trail. Events are added and read; nothing here changes one but for its address. */

import { setImmediate } from 'node:timers/promises';
import { type Insertable, type Selectable, sql } from 'kysely';
import type { Queryable } from '../storage/database.ts';
import { type KeysetList, keysetList, type Parameter, type Slice } from '../storage/keyset.ts';
import type { AuditEventsTable } from '../storage/schema.ts';
import { type AuditEvent, type EventType, parseEventType, type Source } from './audit.ts';

/** Rows a statement, so that none takes long. */
const CHUNK = 500;

/** Adds events; one that is there already stays as it is. */
export async function insertEvents(
  query: Queryable,
  rows: readonly Insertable<AuditEventsTable>[],
): Promise<void> {
  for (let start = 0; start < rows.length; start += CHUNK) {
    await query
      .insertInto('audit_events')
      .values(rows.slice(start, start + CHUNK))
      .onConflict((conflict) => conflict.columns(['account_sid', 'sid']).doNothing())
      .execute();
  }
}

/** Which events a list holds: those of the account that have every given value. */
export interface AuditFilter {
  accountSid: string;
  eventType?: EventType | undefined;
  source?: Source | undefined;
  /** A user or an account. */
  actorSid?: string | undefined;
  /** What was changed. */
  resourceSid?: string | undefined;
  /** From this time on. */
  since?: number | undefined;
  /** Before this time. */
  until?: number | undefined;
}

/** The filters that have an index, the one that leaves the fewest events first. */
const INDEXED = ['resourceSid', 'actorSid', 'eventType'] as const;
/** What each filter asks of a row; one that is not given is not asked, so that each list has its index. */
const CONDITIONS = {
  resourceSid: sql`event.resource_sid =`,
  actorSid: sql`event.actor_sid =`,
  eventType: sql`event.event_type =`,
  since: sql`event.created_at >=`,
  until: sql`event.created_at <`,
} as const;
type FilterName = keyof typeof CONDITIONS;
type Values = Record<(typeof INDEXED)[number] | 'accountSid', string> &
  Record<'since' | 'until', number>;

type Row = Selectable<AuditEventsTable> & {
  createdAt: number;
  actorEmail: string | null;
  resourceEmail: string | null;
};

/** By the names of the filters that are given. */
const lists = new Map<string, KeysetList<Values, Row>>();

/** The list of an index, a time, or both. */
function listWith(filter: AuditFilter): KeysetList<Values, Row> {
  const index = INDEXED.find((name) => filter[name] !== undefined);
  const times = (['since', 'until'] as const).filter((name) => filter[name] !== undefined);
  const names = [...(index ? [index] : []), ...times];
  const key = names.join();
  let list = lists.get(key);
  if (list === undefined) {
    list = declareList(names);
    lists.set(key, list);
  }
  return list;
}

function declareList(names: readonly FilterName[]): KeysetList<Values, Row> {
  const matching = (parameter: Parameter<Values>) => [
    sql<boolean>`event.account_sid = ${parameter('accountSid')}`,
    ...names.map((name) => sql<boolean>`${CONDITIONS[name]} ${parameter(name)}`),
  ];
  return keysetList({
    rows: (query, parameter: Parameter<Values>) =>
      query
        .selectFrom('audit_events as event')
        .leftJoin('users as actor', 'actor.sid', 'event.actor_sid')
        .leftJoin('users as person', 'person.sid', 'event.resource_sid')
        .selectAll('event')
        .select([
          'event.created_at as createdAt',
          'actor.email as actorEmail',
          'person.email as resourceEmail',
        ])
        .where((row) => row.and(matching(parameter))),
    places: (query, parameter) =>
      query
        .selectFrom('audit_events as event')
        .select(['event.created_at as createdAt', 'event.sid'])
        .where((row) => row.and(matching(parameter))),
    createdAt: 'event.created_at',
    sid: 'event.sid',
  });
}

/** Events that are looked through together. */
const SIFTED_AT_ONCE = 1000;

/**
 * A slice of an account's events, newest first in either direction. What one index does not find is looked through,
 * some events at a time: a trail may be long, and others have their turn in between.
 */
export async function listEvents(
  query: Queryable,
  filter: AuditFilter,
  { direction, from, limit }: Slice,
): Promise<AuditEvent[]> {
  const list = listWith(filter);
  const values = valuesOf(filter);
  if (!isSifted(filter)) {
    return (await list.slice(query, values, { direction, from, limit })).map(fromRow);
  }
  const found: Row[] = [];
  let place = from;
  let count = SIFTED_AT_ONCE;
  while (count === SIFTED_AT_ONCE && found.length < limit) {
    const rows = await list.slice(query, values, { direction, from: place, limit: SIFTED_AT_ONCE });
    // Away from the place.
    if (direction === 'newer') rows.reverse();
    found.push(...rows.filter((row) => hasAll(row, filter)));
    place = rows.at(-1);
    count = rows.length;
    await setImmediate();
  }
  const events = found.slice(0, limit).map(fromRow);
  return direction === 'newer' ? events.reverse() : events;
}

/** Whether there is more to ask of a row than its index and its time. */
function isSifted({ source, ...filter }: AuditFilter): boolean {
  return source !== undefined || INDEXED.filter((name) => filter[name] !== undefined).length > 1;
}

function hasAll(row: Row, { source, eventType, actorSid, resourceSid }: AuditFilter): boolean {
  const asked = [
    [source, row.source],
    [eventType, row.event_type],
    [actorSid, row.actor_sid],
    [resourceSid, row.resource_sid],
  ] as const;
  return asked.every(([wanted, value]) => wanted === undefined || wanted === value);
}

/** Forgets where up to `limit` events before a time came from, and returns of how many. */
export async function forgetAddresses(
  query: Queryable,
  before: number,
  limit: number,
): Promise<number> {
  const rows = await query
    .selectFrom('audit_events')
    .select(['account_sid', 'sid'])
    .where('source_ip_address', 'is not', null)
    .where('created_at', '<', before)
    .limit(limit)
    .execute();
  for (const { account_sid, sid } of rows) {
    await query
      .updateTable('audit_events')
      .set({ source_ip_address: null })
      .where('account_sid', '=', account_sid)
      .where('sid', '=', sid)
      .execute();
  }
  return rows.length;
}

function valuesOf(filter: AuditFilter): Values {
  return {
    accountSid: filter.accountSid,
    eventType: filter.eventType ?? '',
    actorSid: filter.actorSid ?? '',
    resourceSid: filter.resourceSid ?? '',
    since: filter.since ?? 0,
    until: filter.until ?? 0,
  };
}

function fromRow(row: Row): AuditEvent {
  const eventType = parseEventType(row.event_type);
  if (eventType === undefined) throw new Error(`An audit event is a ${row.event_type}.`);
  return {
    sid: row.sid,
    accountSid: row.account_sid,
    createdAt: row.created_at,
    eventType,
    source: row.source,
    actorSid: row.actor_sid,
    actorEmail: row.actorEmail,
    changedAccountSid: row.changed_account_sid,
    resourceSid: row.resource_sid,
    resourceEmail: row.resourceEmail,
    relatedSid: row.related_sid,
    properties: row.properties === '' ? [] : row.properties.split(','),
    sourceIpAddress: row.source_ip_address,
  };
}
