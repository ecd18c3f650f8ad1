/** A database whose looks and transactions are spans of the request, or of the callback, that they belong to. */

import type { Tracing } from '../observability/tracing.ts';
import type { Database } from './database.ts';

/** Returns the same database, with a span for whatever runs within another. */
export function withSpans(database: Database, tracing: Tracing): Database {
  const system = database.engine === 'sqlite' ? 'sqlite' : 'postgresql';
  const step = <T>(operation: string, work: () => Promise<T>) =>
    tracing.step(operation, { 'db.system.name': system, 'db.operation.name': operation }, work);
  return {
    ...database,
    look: (work) => step('look', () => database.look(work)),
    transaction: (work) => step('transaction', () => database.transaction(work)),
    append: (work) => step('append', () => database.append(work)),
  };
}
