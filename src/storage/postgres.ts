/**
 * PostgreSQL, for more than one machine. One endpoint through a pool; transactions are serializable
 * and run again after a conflict or a lost connection, so `work` sees what SQLite's one writer would.
 */

import { setTimeout } from 'node:timers/promises';
import {
  Kysely,
  type KyselyConfig,
  PostgresAdapter,
  type PostgresCursor,
  PostgresDialect,
  type PostgresPool,
  type PostgresQueryResult,
  sql,
} from 'kysely';
import pg from 'pg';
import { Problem } from '../problem.ts';
import type { Database, QueryObserver } from './database.ts';
import { keepStatementsOn } from './prepared.ts';
import type { Schema } from './schema.ts';

/** For a connection and for a statement: a request is answered 503 within this when it is away. */
const TIMEOUT_MS = 1500;
/** How long a transaction that conflicts with others is tried again. */
const CONFLICT_MS = 5000;
/** How long a lost connection is: a request must be answered 503 within two seconds. */
const AWAY_MS = 400;
const INT8_OID = 20;

/** Opens the database at a postgres:// URL. Nothing is connected before the first statement. */
export function openPostgres(url: string, poolSize: number, observe?: QueryObserver): Database {
  const types = new pg.TypeOverrides();
  // Times in milliseconds: far below 2^53.
  types.setTypeParser(INT8_OID, Number);
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
    // The server gives up first, and says why.
    statement_timeout: TIMEOUT_MS - 100,
    keepAlive: true,
    types,
  });
  // A connection that breaks is replaced: whoever uses it learns of it from its statement, and an
  // error event that nobody hears would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));

  const config: KyselyConfig = {
    dialect: new PortableDialect({ pool: discardingBroken(pool) }),
    ...(observe && { log: (event) => observe(event.queryDurationMillis) }),
  };
  const query = new Kysely<Schema>(config);
  let kept = 0;
  keepStatementsOn(query, <Row>(text: string) => {
    kept += 1;
    const name = `q${kept}`;
    return async (values) => {
      const begun = performance.now();
      try {
        const read = async () =>
          pool.query<Row & pg.QueryResultRow>({ name, text, values: [...values] });
        const { rows } = await read().catch((error: unknown) => {
          // A read may be done twice: the connection could have been lost long before.
          if (isAway(error) && performance.now() - begun < AWAY_MS) return read();
          throw error;
        });
        return rows;
      } catch (error) {
        throw nameFailure(error);
      } finally {
        observe?.(performance.now() - begun);
      }
    };
  });
  let commits = 0;

  return {
    engine: 'postgres',
    query,
    commits: () => commits,
    async transaction(work) {
      const begun = performance.now();
      for (let tries = 1; ; tries += 1) {
        try {
          const result = await query
            .transaction()
            .setIsolationLevel('serializable')
            .execute((transaction) => work(transaction));
          commits += 1;
          return result;
        } catch (error) {
          const limitMs = isConflict(error) ? CONFLICT_MS : isAway(error) ? AWAY_MS : 0;
          if (performance.now() - begun > limitMs) throw error;
          await setTimeout(Math.random() * Math.min(200, 5 * 2 ** tries));
        }
      }
    },
    async forget() {
      // Deleted rows are PostgreSQL's to overwrite: autovacuum does.
    },
    async ping() {
      await sql`select 1`.execute(query);
    },
    close: () => query.destroy(),
  };
}

/** The SQL that PostgreSQL and those who speak its language share: no advisory locks. */
class PortableDialect extends PostgresDialect {
  override createAdapter(): PostgresAdapter {
    return new PortableAdapter();
  }
}

class PortableAdapter extends PostgresAdapter {
  /** Locks a row instead; the transaction of the migration ends it. */
  override async acquireMigrationLock(
    db: Kysely<unknown>,
    options: { lockTable: string; lockRowId: string },
  ): Promise<void> {
    await sql`select * from ${sql.table(options.lockTable)} where id = ${options.lockRowId} for update`.execute(
      db,
    );
  }

  override async releaseMigrationLock(): Promise<void> {}
}

/**
 * A pool that names its failures, and throws a client away after one that leaves its state unknown:
 * a statement that timed out here may still be running there, and the next would wait behind it.
 */
function discardingBroken(pool: pg.Pool): PostgresPool {
  return {
    options: pool.options,
    end: () => pool.end(),
    async connect() {
      const client = await pool.connect().catch((error: unknown) => {
        throw nameFailure(error);
      });
      let failure: unknown;
      function query<R>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<R>>;
      function query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
      function query<R>(text: string | PostgresCursor<R>, values: readonly unknown[] = []) {
        if (typeof text !== 'string') return text;
        return ask<R>(text, values);
      }
      async function ask<R>(
        text: string,
        values: readonly unknown[],
      ): Promise<PostgresQueryResult<R>> {
        if (failure !== undefined) throw failure;
        try {
          const { command, rowCount, rows } = await client.query<R & pg.QueryResultRow>(text, [
            ...values,
          ]);
          return { command: commandOf(command), rowCount: rowCount ?? 0, rows };
        } catch (error) {
          const named = nameFailure(error);
          if (isAway(error)) failure = named;
          throw named;
        }
      }
      return { query, release: () => client.release(failure !== undefined) };
    },
  };
}

type Command = PostgresQueryResult<unknown>['command'];
const COUNTED: readonly Command[] = ['UPDATE', 'DELETE', 'INSERT', 'MERGE'];

/** The commands that change rows, which Kysely counts; every other is as good as a SELECT. */
function commandOf(command: string): Command {
  return COUNTED.find((one) => one === command) ?? 'SELECT';
}

// PostgreSQL's documentation, appendix A, and Node's names for what happens to a socket.
const CONFLICT = /^(40001|40P01)$/;
// 25006 and 0A000: a standby that is not the primary yet takes no write, no serializable transaction.
const AWAY =
  /^(08...|57P0[1-4]|25006|0A000|53[0-9]{3}|ECONN.+|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|57014)$/;
/** A wrong user or password, or a database that does not exist. */
const REFUSED = /^(28...|3D000)$/;
const AWAY_MESSAGE = /timeout|terminated|Connection ended|not queryable|timed out/i;

/** What the driver raised, also when it has its name already. */
function rawOf(error: unknown): unknown {
  return error instanceof Problem ? error.cause : error;
}

function codeOf(error: unknown): string {
  const raw = rawOf(error);
  return raw instanceof Error && 'code' in raw ? String(raw.code) : '';
}

function isAway(error: unknown): boolean {
  const raw = rawOf(error);
  if (!(raw instanceof Error)) return false;
  const code = codeOf(raw);
  return code === '' ? AWAY_MESSAGE.test(raw.message) : AWAY.test(code);
}

function isConflict(error: unknown): boolean {
  return CONFLICT.test(codeOf(error));
}

function nameFailure(error: unknown): unknown {
  if (error instanceof Problem) return error;
  if (error instanceof Error && REFUSED.test(codeOf(error))) {
    return new Problem('storage_unavailable', `PostgreSQL refuses: ${error.message}.`, {
      cause: error,
    });
  }
  if (!(isConflict(error) || isAway(error))) return error;
  const reason = codeOf(error) || 'no answer in time';
  return new Problem('storage_unavailable', `The database does not answer (${reason}).`, {
    cause: error,
  });
}
