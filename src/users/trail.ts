/** What happens to a person stands in the trail of each account that they belong to. */

import type { EventType } from '../audit/audit.ts';
import type { RecordChanges } from '../audit/record.ts';
import type { Queryable } from '../storage/database.ts';
import { listMemberships } from './membership-store.ts';

/** What is recorded when somebody becomes an operator, or is one no longer. */
export function roleEvent(isOperator: boolean): EventType {
  return isOperator ? 'operator.added' : 'operator.removed';
}

/** Records a change of a user. Without an account, nobody has a trail to look at. */
export async function recordOfUser(
  transaction: Queryable,
  record: RecordChanges,
  userSid: string,
  eventType: EventType,
): Promise<void> {
  const memberships = await listMemberships(transaction, userSid);
  await record(
    transaction,
    memberships.map(({ accountSid }) => ({ eventType, accountSid, resourceSid: userSid })),
  );
}
