/**
 * The audit trail: what was changed, by whom, when and from where. Its names are those of Twilio's Monitor
 * Events. An event holds identifiers and the names of properties, never a name, an address or a value.
 */

import type { Actor } from '../context.ts';

/** Everything that can stand in the trail. */
export const EVENT_TYPES = [
  'account.created',
  'account.renamed',
  'account.suspended',
  'account.activated',
  'account.closed',
  'auth-token.rotated',
  'auth-token.shown',
  'secondary-auth-token.created',
  'secondary-auth-token.promoted',
  'secondary-auth-token.deleted',
  'api-key.created',
  'api-key.renamed',
  'api-key.deleted',
  'connect-app.created',
  'connect-app.updated',
  'connect-app.deleted',
  'authorization.granted',
  'authorization.revoked',
  'callback.resent',
  'callbacks.resent',
  'callbacks-resend.stopped',
  'callback.tested',
  'flow-run.started',
  'person.invited',
  'invitation.withdrawn',
  'person.added',
  'person.removed',
  'person.disabled',
  'person.enabled',
  'person.role-changed',
  'operator.added',
  'operator.removed',
  'password.changed',
  'password-reset-link.created',
  'session.ended',
  'sessions.ended',
] as const;

export type EventType = (typeof EVENT_TYPES)[number];

/**
 * Where a change came from. `customer` and `owner` are the other party of an authorization, who stays
 * unnamed: neither learns which person of the other acted.
 */
export type Source = Actor['source'] | 'customer' | 'owner';

export interface AuditEvent {
  sid: string;
  /** The parent account, in whose trail it stands. */
  accountSid: string;
  createdAt: number;
  eventType: EventType;
  source: Source;
  /** The user or account that acted; null where the source says it all. */
  actorSid: string | null;
  /** Of a user that still exists, as it is now. */
  actorEmail: string | null;
  /** The account that was changed, or whose resource was. */
  changedAccountSid: string;
  resourceSid: string;
  /** The address of the resource, when it is a user that still exists. */
  resourceEmail: string | null;
  relatedSid: string | null;
  /** The names of the changed properties. */
  properties: string[];
  sourceIpAddress: string | null;
}

/** Reads the name of an event; undefined when there is none. */
export function parseEventType(text: string): EventType | undefined {
  return EVENT_TYPES.find((one) => one === text);
}
