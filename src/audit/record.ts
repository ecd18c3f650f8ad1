/** Writes the trail, in the transaction of the change itself: either both are written or neither. */

import { createHash } from 'node:crypto';
import { findOwnerSids } from '../accounts/store.ts';
import type { Context } from '../context.ts';
import type { Queryable } from '../storage/database.ts';
import type { EventType } from './audit.ts';
import { insertEvents } from './store.ts';

/** What was changed; who, when and from where are those of the context. */
export interface Change {
  eventType: EventType;
  /** The account that was changed, or whose resource was. Its parent's trail has the event. */
  accountSid: string;
  /** What was changed: an account, Connect App, user, callback or invitation. */
  resourceSid: string;
  /** The other side, such as the subaccount of an authorization. */
  relatedSid?: string;
  /** The names of the changed properties, never their values. */
  properties?: readonly string[];
  /** Set for the trail of the other party, which learns neither who acted nor from where. */
  source?: 'customer' | 'owner';
}

/** Adds events to the trail. */
export type RecordChanges = (
  transaction: Queryable,
  changes: Change | readonly Change[],
) => Promise<void>;

/**
 * Returns what records the changes of one operation. Call it before the transaction: if that runs again after
 * a commit whose answer was lost, each event is still written once.
 */
export function recorder(context: Context): RecordChanges {
  const operation = context.random.bytes(16).toString('hex');
  const now = context.clock.now();
  return async (transaction, given) => {
    const changes = [given].flat();
    const { source, sid, address } = context.actor();
    const parents = await parentsOf(transaction, changes);
    const rows = changes.map((change) => {
      const { accountSid, eventType, resourceSid, relatedSid = null } = change;
      // A subaccount has no trail of its own: its parent's people see it.
      const trail = parents.get(accountSid) ?? accountSid;
      const isOther = change.source !== undefined;
      return {
        account_sid: trail,
        sid: sidOf([operation, trail, eventType, resourceSid, relatedSid ?? '']),
        created_at: now,
        event_type: eventType,
        source: change.source ?? source,
        actor_sid: isOther ? null : sid,
        changed_account_sid: accountSid,
        resource_sid: resourceSid,
        related_sid: relatedSid,
        properties: (change.properties ?? []).join(),
        source_ip_address: isOther ? null : address,
      };
    });
    await insertEvents(transaction, rows);
  };
}

/** Accounts that one statement looks up. */
const CHUNK = 500;

async function parentsOf(
  transaction: Queryable,
  changes: readonly Change[],
): Promise<Map<string, string>> {
  const sids = [...new Set(changes.map(({ accountSid }) => accountSid))];
  const parents = new Map<string, string>();
  for (let start = 0; start < sids.length; start += CHUNK) {
    const found = await findOwnerSids(transaction, sids.slice(start, start + CHUNK));
    for (const [sid, parent] of found) parents.set(sid, parent);
  }
  return parents;
}

/** The same operation and the same change have the same identifier. */
function sidOf(parts: readonly string[]): string {
  return `AE${createHash('sha256').update(parts.join(' ')).digest('hex').slice(0, 32)}`;
}
