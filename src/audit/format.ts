/** An event as programs read it, with the names of Twilio's Monitor Events, as JSON and as a row of CSV. */

import type { AuditEvent } from './audit.ts';

/** The columns of the CSV file, in their order. */
export const AUDIT_COLUMNS = [
  'event_date',
  'event_type',
  'source',
  'actor_sid',
  'actor_email',
  'account_sid',
  'resource_sid',
  'resource_email',
  'related_sid',
  'properties',
  'source_ip_address',
  'sid',
] as const;

/** Makes of an event what is printed of it. */
export function auditEventToWire(event: AuditEvent) {
  return {
    event_date: new Date(event.createdAt).toISOString(),
    event_type: event.eventType,
    source: event.source,
    actor_sid: event.actorSid,
    actor_email: event.actorEmail,
    account_sid: event.changedAccountSid,
    resource_sid: event.resourceSid,
    resource_email: event.resourceEmail,
    related_sid: event.relatedSid,
    properties: event.properties,
    source_ip_address: event.sourceIpAddress,
    sid: event.sid,
  } satisfies Record<(typeof AUDIT_COLUMNS)[number], unknown>;
}
