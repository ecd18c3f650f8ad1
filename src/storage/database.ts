/**
 * The contract that each engine fulfils: queries outside a transaction, and transactions. It knows
 * no resource. Engines: sqlite.ts, postgres.ts. Statements that run on every request: prepared.ts.
 */

import type { Kysely, Transaction } from 'kysely';
import type { Schema } from './schema.ts';

export type Engine = 'sqlite' | 'postgres';

/** Something that runs queries: the database itself, or a transaction on it. */
export type Queryable = Kysely<Schema>;

export interface Database {
  readonly engine: Engine;
  /** Which database it is, for sentences: its file, or its URL without a password. */
  readonly name: string;
  /** The mark that identifies a connect-apps database, if opening does not check it. */
  readonly mark?: Mark;
  /** Runs single statements; each sees all that was committed before it. */
  readonly query: Queryable;
  /**
   * Runs reads that belong together, in the order in which they begin: none of them sees the data as it
   * was before an earlier one. On SQLite all see one moment; on PostgreSQL those that do not wait for
   * each other take one round trip. `work` may run again after a lost connection, and must only read.
   */
  look<T>(work: (query: Queryable) => Promise<T>): Promise<T>;
  /**
   * Runs `work` in one transaction and resolves once its commit is durable. `work` may run more than
   * once (it waits with others and shares their commit, meets a conflict, or its commit was done and
   * the answer lost), so it must make its ids before it is called, and a second run must find and
   * keep what the first one did.
   */
  transaction<T>(work: (transaction: Transaction<Schema>) => Promise<T>): Promise<T>;
  /**
   * Runs writes in one transaction that no other must wait for: only what is added, and what may be lost.
   * On PostgreSQL it is not serializable, conflicts with no transaction, and is never run again.
   */
  append<T>(work: (transaction: Transaction<Schema>) => Promise<T>): Promise<T>;
  /** The same as `transaction` for a change of the schema, which may take long and wait for that of another process. */
  migration<T>(work: (transaction: Transaction<Schema>) => Promise<T>): Promise<T>;
  /** The connections that statements wait for; absent if they run in this process. */
  readonly connections?: Connections;
  /** How many commits this process has made: what was read before another number may be old. */
  commits(): number;
  /** Makes sure that deleted data is no longer in any file of the database. */
  forget(): Promise<void>;
  /** Resolves when the database answers; raises `storage_unavailable` when it does not. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface Mark {
  /** The schema that holds all our tables, and the tables of migrations. */
  readonly schema: string;
  /** Raises `database_missing`, `database_foreign` or `database_not_current` unless it is there. */
  check(): Promise<void>;
  /** Marks an empty database, or one of a version before the mark; raises `database_foreign` for others. */
  claim(transaction: Queryable): Promise<void>;
  /** Drops all our tables and nothing else; raises the same as `check` where they are not marked. */
  drop(transaction: Queryable): Promise<void>;
}

export interface Connections {
  /** How many there may be at once. */
  readonly count: number;
  /** How long they have been in use so far, in milliseconds, all added up. */
  busyMs(): number;
}

/** Called with the time that each statement took. */
export type QueryObserver = (durationMs: number) => void;
