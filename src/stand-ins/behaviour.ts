/** What a stand-in may do besides being stored: each resource that does more has a file in behaviours/. */

import type { Account } from '../accounts/account.ts';
import type { Context } from '../context.ts';
import type { Parameters } from '../parameter.ts';
import type { ProblemName } from '../problem.ts';
import type { Queryable } from '../storage/database.ts';
import type { WireItem, WireValue } from '../wire.ts';
import type { Target } from './places.ts';
import type { StandIn } from './stand-in.ts';

/** What a request is about. */
export interface Call {
  context: Context;
  /** The transaction or the look. */
  query: Queryable;
  account: Pick<Account, 'sid' | 'ownerAccountSid'>;
  target: Target;
  /** What was sent, as form or query. */
  sent: Parameters;
  now: number;
}

export type Values = Readonly<Record<string, WireValue>>;

export interface Behaviour {
  /** What it means that a required parameter is missing, where that has a code of its own. */
  missing?: Readonly<Record<string, ProblemName>>;
  /** Checks what was sent to create one, and adds what the server decides. Raises the fault. */
  create?(call: Call, values: Values): Promise<Values>;
  /** The same for a change. */
  update?(call: Call, values: Values, before: StandIn): Promise<Values>;
  /**
   * When the status of one goes on by itself, as it is now; null when it stays. It is asked after it was created,
   * changed or advanced.
   */
  dueAt?(standIn: Pick<StandIn, 'properties' | 'sent'>, now: number): number | null;
  /** What one has when its status went on at `now`. */
  advance?(properties: WireItem, now: number): WireItem;
  /** What else ends with one that is deleted. */
  remove?(call: Call, before: StandIn): Promise<void>;
  /** Whether a list shows an item, beyond its filters. */
  shows?(target: Target, item: WireItem): boolean;
  /** A list that is not stored, the first first. */
  list?(call: Call): Promise<readonly WireItem[]>;
  /** One that is not stored. */
  fetch?(call: Call): Promise<WireItem>;
}
