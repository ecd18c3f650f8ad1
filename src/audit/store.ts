/** The SQL of the trail. Events are added and read; nothing here changes one but for its address. */

import { type Insertable, type Selectable, sql } from 'kysely';
import type { Queryable } from '../storage/database.ts';
import {
  type KeysetList,
  keysetList,
  type Parameter,
  type Position,
  type Slice,
} from '../storage/keyset.ts';
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
  /** The account that was changed, one of the subaccounts say. */
  changedAccountSid?: string | undefined;
  /** From this time on. */
  since?: number | undefined;
  /** Before this time. */
  until?: number | undefined;
}

/** What each filter asks of a row; one that is not given is not asked, so that each list has its index. */
const CONDITIONS = {
  eventType: sql`event.event_type =`,
  source: sql`event.source =`,
  actorSid: sql`event.actor_sid =`,
  resourceSid: sql`event.resource_sid =`,
  changedAccountSid: sql`event.changed_account_sid =`,
  since: sql`event.created_at >=`,
  until: sql`event.created_at <`,
} as const;
const FILTERS = [
  'eventType',
  'source',
  'actorSid',
  'resourceSid',
  'changedAccountSid',
  'since',
  'until',
] as const;
type FilterName = (typeof FILTERS)[number];
type Values = Record<Exclude<FilterName, 'since' | 'until'> | 'accountSid', string> &
  Record<'since' | 'until', number>;

type Row = Selectable<AuditEventsTable> & {
  createdAt: number;
  actorEmail: string | null;
  resourceEmail: string | null;
};

/** By the names of the filters that are given. */
const lists = new Map<string, KeysetList<Values, Row>>();

function listWith(filter: AuditFilter): KeysetList<Values, Row> {
  const names = FILTERS.filter((name) => filter[name] !== undefined);
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

/** A slice of an account's events, newest first in either direction. */
export async function listEvents(
  query: Queryable,
  filter: AuditFilter,
  slice: Slice,
): Promise<AuditEvent[]> {
  return (await listWith(filter).slice(query, valuesOf(filter), slice)).map(fromRow);
}

/** The place of the `count`-th newest event of a list, or of the oldest when there are fewer. */
export function findEventPosition(
  query: Queryable,
  filter: AuditFilter,
  count: number,
): Promise<Position | undefined> {
  return listWith(filter).findPosition(query, valuesOf(filter), count);
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
    source: filter.source ?? '',
    actorSid: filter.actorSid ?? '',
    resourceSid: filter.resourceSid ?? '',
    changedAccountSid: filter.changedAccountSid ?? '',
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
