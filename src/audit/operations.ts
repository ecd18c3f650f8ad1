/** Reading the trail. No HTTP. What writes it is record.ts. */

import type { Context } from '../context.ts';
import { type Parameters, parameterProblem, textOf } from '../parameter.ts';
import { parseSid } from '../sid.ts';
import type { Slice } from '../storage/keyset.ts';
import { type AuditEvent, EVENT_TYPES, parseEventType, type Source } from './audit.ts';
import { type AuditFilter, listEvents } from './store.ts';

/** The words for an actor that is no user and no account. */
const SOURCES: readonly Source[] = ['web', 'api', 'cli', 'server', 'customer', 'owner'];

/** The parameters of a list of events: Twilio's, for its Monitor Events. */
export const AUDIT_FILTERS = [
  'EventType',
  'ActorSid',
  'ResourceSid',
  'Source',
  'StartDate',
  'EndDate',
] as const;

/** Reads the filters of a list; raises `parameter_invalid` for a value that none can have. */
export function parseAuditFilters(parameters: Parameters): Omit<AuditFilter, 'accountSid'> {
  const given = (name: (typeof AUDIT_FILTERS)[number]) => textOf(parameters, name) || undefined;
  const eventType = given('EventType');
  const source = given('Source');
  const filter = {
    eventType: eventType && parseEventType(eventType),
    source: SOURCES.find((one) => one === source),
    actorSid: sidOf('ActorSid', given('ActorSid')),
    resourceSid: sidOf('ResourceSid', given('ResourceSid')),
    since: startOfDay('StartDate', given('StartDate')),
    until: endOfDay('EndDate', given('EndDate')),
  };
  if (eventType && !filter.eventType) {
    throw parameterProblem('EventType', `must be one of ${EVENT_TYPES.join(', ')}`);
  }
  if (source && !filter.source) {
    throw parameterProblem('Source', `must be one of ${SOURCES.join(', ')}`);
  }
  return { ...filter, eventType: filter.eventType || undefined };
}

/** The trail of an account and its subaccounts. */
export function listingOfEvents(
  context: Context,
  accountSid: string,
  filters: Omit<AuditFilter, 'accountSid'> = {},
) {
  const { query } = context.database;
  const filter: AuditFilter = { ...filters, accountSid };
  return {
    scope: `${accountSid} AuditEvents ${JSON.stringify(filters)}`,
    slice: (slice: Slice): Promise<AuditEvent[]> => listEvents(query, filter, slice),
  };
}

const KINDS = ['AC', 'CN', 'SK', 'US', 'WH', 'IV'] as const;

function sidOf(name: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  for (const kind of KINDS) {
    const sid = parseSid(kind, text);
    if (sid !== undefined) return sid;
  }
  throw parameterProblem(name, 'must be a SID');
}

const DAY_MS = 24 * 60 * 60 * 1000;

function startOfDay(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(time)) throw parameterProblem(name, 'must be a day, such as 2026-11-28');
  return time;
}

/** The day itself still belongs to the list. */
function endOfDay(name: string, text: string | undefined): number | undefined {
  const start = startOfDay(name, text);
  return start === undefined ? undefined : start + DAY_MS;
}
