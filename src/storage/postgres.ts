/**
 * PostgreSQL, for more than one machine. One endpoint through a pool; transactions are serializable
 * and run again after a conflict or a lost connection, so `work` sees what SQLite's one writer would.
 */

import { setTimeout } from 'node:timers/promises';
import {
  Kysely,
  type KyselyConfig,
  PostgresAdapter,
  PostgresDialect,
  type PostgresPool,
  sql,
  type Transaction,
  WithSchemaPlugin,
} from 'kysely';
import type { Database, QueryObserver } from './database.ts';
import { TABLE_SCHEMA } from './mark.ts';
import { connectionOf } from './postgres-connection.ts';
import { isAway, isConflict, isWorthAnotherTry } from './postgres-failures.ts';
import { lookOn, poolOfOne } from './postgres-look.ts';
import { checkMark, claim, dropTables } from './postgres-mark.ts';
import { discardingBroken, openPool, watchConnections } from './postgres-pool.ts';
import { watchStandby } from './postgres-standby.ts';
import { keepOn, keepOnAny, nameStatements } from './postgres-statements.ts';
import { keepStatementsOn } from './prepared.ts';
import type { Schema } from './schema.ts';

/** For a statement: a request is answered 503 within this when the database is away. */
const TIMEOUT_MS = 1500;
/** For a schema change, including the wait for another process that makes one. */
const MIGRATION_TIMEOUT_MS = 3_600_000;
/** How long a transaction that conflicts with others is tried again. */
const CONFLICT_MS = 5000;

/**
 * Opens the database at a postgres:// URL; raises `setting_invalid` if the URL is invalid. Nothing is
 * connected before the first statement.
 */
export function openPostgres(url: string, poolSize: number, observe?: QueryObserver): Database {
  const connection = connectionOf(url);
  const pool = openPool(connection, poolSize, TIMEOUT_MS);
  const query: Kysely<Schema> = kyselyOn(
    discardingBroken(pool, () => standby.suspect()),
    observe,
  );
  const standby = watchStandby(query, poolSize);
  const names = nameStatements();
  keepStatementsOn(query, keepOnAny(pool, names, observe));
  const transact = transactionsOn(query);
  let commits = 0;
  const name = nameOf(url);

  return {
    engine: 'postgres',
    name,
    mark: {
      schema: TABLE_SCHEMA,
      check: () => checkMark(query, name),
      claim: (transaction) => claim(transaction, name),
      drop: (transaction) => dropTables(transaction, name),
    },
    query,
    look: lookOn(pool, (client) => {
      const looking = kyselyOn(poolOfOne(pool, client), observe);
      keepStatementsOn(looking, keepOn(client, names, observe));
      return looking;
    }),
    connections: watchConnections(pool, poolSize),
    commits: () => commits,
    async transaction(work) {
      standby.check();
      const result = await transact(work);
      commits += 1;
      return result;
    },
    async append(work) {
      standby.check();
      return query.transaction().setIsolationLevel('read committed').execute(work);
    },
    async migration(work) {
      const patient = kyselyOn(discardingBroken(openPool(connection, 1, MIGRATION_TIMEOUT_MS)));
      try {
        return await transactionsOn(patient)(work);
      } finally {
        await patient.destroy();
      }
    },
    async forget() {
      // Deleted rows are PostgreSQL's to overwrite: autovacuum does.
    },
    async ping() {
      await sql`select 1`.execute(query);
    },
    close() {
      standby.close();
      return query.destroy();
    },
  };
}

function nameOf(text: string): string {
  const url = new URL(text);
  url.password = '';
  url.search = '';
  return url.href;
}

function kyselyOn(pool: PostgresPool, observe?: QueryObserver): Kysely<Schema> {
  const config: KyselyConfig = {
    dialect: new PortableDialect({ pool }),
    plugins: [new WithSchemaPlugin(TABLE_SCHEMA)],
    ...(observe && { log: (event) => observe(event.queryDurationMillis) }),
  };
  return new Kysely<Schema>(config);
}

/**
 * Returns what runs transactions on `query`. While some have met others, and are not through, all run one by
 * one: side by side they would only meet again.
 */
function transactionsOn(query: Kysely<Schema>) {
  let last: Promise<unknown> = Promise.resolve();
  /** How many have met others and are not through. */
  let met = 0;
  /** When the database last left a transaction without an answer, and the failure of that. */
  let lost: { at: number; failure: unknown } | undefined;

  /** Runs after those before, unless the database has left one without an answer since `begun`. */
  function inTurn<T>(begun: number, run: () => Promise<T>): Promise<T> {
    const turn = last.then(() => {
      // It would wait for nothing, and everyone behind it once more.
      if (lost && lost.at > begun) throw lost.failure;
      return run();
    });
    last = turn.catch(() => {});
    return turn;
  }

  return async function transaction<T>(
    work: (transaction: Transaction<Schema>) => Promise<T>,
  ): Promise<T> {
    const begun = performance.now();
    const run = async () => {
      try {
        return await query.transaction().setIsolationLevel('serializable').execute(work);
      } catch (failure) {
        if (isAway(failure) && !isWorthAnotherTry(failure, begun)) {
          lost = { at: performance.now(), failure };
        }
        throw failure;
      }
    };
    let hasMet = false;
    try {
      for (let tries = 1; ; tries += 1) {
        try {
          return await (met > 0 ? inTurn(begun, run) : run());
        } catch (error) {
          const isInTime = isConflict(error) && performance.now() - begun < CONFLICT_MS;
          if (!(isInTime || isWorthAnotherTry(error, begun))) throw error;
          if (!hasMet) met += 1;
          hasMet = true;
          await setTimeout(Math.random() * Math.min(200, 5 * 2 ** tries));
        }
      }
    } finally {
      if (hasMet) met -= 1;
    }
  };
}

/** The SQL that PostgreSQL shares with compatible databases: no advisory locks. */
class PortableDialect extends PostgresDialect {
  override createAdapter(): PostgresAdapter {
    return ADAPTER;
  }
}

class PortableAdapter extends PostgresAdapter {
  /** Locks a row instead; the transaction of the migration ends it. */
  override async acquireMigrationLock(
    db: Kysely<unknown>,
    options: { lockTable: string; lockRowId: string; lockTableSchema?: string },
  ): Promise<void> {
    const table = sql.table(`${options.lockTableSchema ?? TABLE_SCHEMA}.${options.lockTable}`);
    await sql`select * from ${table} where id = ${options.lockRowId} for update`.execute(db);
  }

  override async releaseMigrationLock(): Promise<void> {}
}

/** The same for every connection: queries are compiled once for each adapter (prepared.ts). */
const ADAPTER = new PortableAdapter();
