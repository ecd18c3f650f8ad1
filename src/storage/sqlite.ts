/**
 * SQLite, the embedded engine: one file, write-ahead log, every commit synced to disk before it is
 * acknowledged. One connection reads and one writes, so a read never waits for a commit.
 */

import { resolve } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import SqliteConnection, { type Database as Connection, type Statement } from 'better-sqlite3';
import {
  CompiledQuery,
  type Driver,
  Kysely,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  type SqliteStatement,
} from 'kysely';
import { Problem } from '../problem.ts';
import type { Database, Queryable, QueryObserver } from './database.ts';
import { groupCommit } from './group-commit.ts';
import { keepRowsOn } from './kept-rows.ts';
import type { Opening } from './mark.ts';
import { type KeepStatement, keepStatementsOn } from './prepared.ts';
import { readTogether } from './read-together.ts';
import type { Schema } from './schema.ts';
import { isBusy, nameFailure, namingFailures } from './sqlite-failures.ts';
import { prepareFile } from './sqlite-file.ts';

/** How long a write waits for those of other processes. */
const BUSY_TIMEOUT_MS = 5000;
const BUSY_RETRY_MS = 1;
const FORGET_TIMEOUT_MS = 200;
const KEPT_STATEMENTS = 500;
/** In memory: most tables and indexes of a test have few rows, and each takes at least one page. */
const MEMORY_PAGE_BYTES = 1024;
/** Of an image: a copy of what is in memory already, and each page of it takes time to free. */
const IMAGE_CACHE_KIB = 256;

export interface EmbeddedDatabase extends Database {
  /** The whole database as bytes, as of the last commit. */
  bytes(): Promise<Buffer>;
}

/**
 * Opens the database file at `path`; `:memory:` keeps nothing, and begins as `image`, what `bytes` of another
 * returned, or empty. Raises `database_missing` or `database_foreign` when `opening` does not allow to take what
 * is there.
 */
export function openSqlite(
  path: string,
  observe?: QueryObserver,
  opening: Opening = 'claim',
  image?: Buffer,
): EmbeddedDatabase {
  const isMemory = path === ':memory:';
  if (!isMemory) prepareFile(path, opening);
  const writing = connect(isMemory && image ? image : path);
  // It waits for other processes where it begins a transaction, and nowhere else.
  writing.pragma('busy_timeout = 0');
  const writer = kyselyOn(writing, observe);
  // In memory there is one connection, which may be inside a transaction: there Kysely makes reads wait.
  const reading = isMemory ? writing : connect(path, { queryOnly: true });
  const { reader, look } = isMemory
    ? { reader: writer, look: <T>(work: (query: Queryable) => Promise<T>) => work(writer) }
    : readerOn(reading, observe);
  let commits = 0;
  const totalChanges = writing.prepare<[], number>('select total_changes()').pluck();
  const keepOnWriter = keepOn(writing, observe);
  const write = groupCommit({
    query: writer,
    onBegin: (transaction) => keepStatementsOn(transaction, keepOnWriter),
    changes: () => totalChanges.get() ?? 0,
    isOpen: () => writing.inTransaction,
    onCommit() {
      commits += 1;
    },
  });

  return {
    engine: 'sqlite',
    name: isMemory ? path : resolve(path),
    query: reader,
    look,
    transaction: write,
    migration: write,
    append: write,
    commits: () => commits,
    // In the writer's queue: a connection cannot empty its log while a transaction is open on it.
    forget: () =>
      writer.connection().execute(async () => {
        // Nor while this process itself has a snapshot open, as it may just now.
        await setImmediate();
        emptyLog(writing);
      }),
    bytes: () => writer.connection().execute(async () => writing.serialize()),
    async ping() {
      await reader.executeQuery(CompiledQuery.raw('select 1'));
    },
    async close() {
      if (reader !== writer) await reader.destroy();
      await writer.destroy();
      // Kysely does not close a connection that it has not used, and an open connection keeps the log file
      // alive.
      reading.close();
      writing.close();
    },
  };
}

function connect(path: string | Buffer, options: { queryOnly?: boolean } = {}): Connection {
  try {
    const fileMustExist = typeof path === 'string' && path !== ':memory:';
    const connection = new SqliteConnection(path, { timeout: BUSY_TIMEOUT_MS, fileMustExist });
    if (path === ':memory:') connection.pragma(`page_size = ${MEMORY_PAGE_BYTES}`);
    connection.pragma('journal_mode = WAL');
    connection.pragma('synchronous = FULL');
    connection.pragma('foreign_keys = ON');
    if (typeof path !== 'string') connection.pragma(`cache_size = -${IMAGE_CACHE_KIB}`);
    // Deleted data is overwritten, because we promise that it is gone.
    connection.pragma('secure_delete = ON');
    if (options.queryOnly) connection.pragma('query_only = ON');
    return connection;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Problem(
      'storage_unavailable',
      `Cannot open the database ${String(path)}: ${reason}.`,
      {
        cause,
      },
    );
  }
}

/** Keeps statements on a connection that is inside a transaction, and runs each at once. */
function keepOn(connection: Connection, observe: QueryObserver | undefined): KeepStatement {
  return <Row>(sql: string) => {
    const statement = namingFailures(() => connection.prepare<unknown[], Row>(sql));
    return async (parameters) => {
      const begun = performance.now();
      const rows = namingFailures(() => {
        if (statement.reader) return statement.all(...parameters);
        statement.run(...parameters);
        return [];
      });
      observe?.(performance.now() - begun);
      return rows;
    };
  };
}

/** The log still holds the pages as they were; raises `storage_unavailable` while another process reads. */
function emptyLog(connection: Connection): void {
  // Nobody is served in the meantime, so this must not wait as long as a write may.
  connection.pragma(`busy_timeout = ${FORGET_TIMEOUT_MS}`);
  try {
    const empty = () => connection.pragma('wal_checkpoint(TRUNCATE)', { simple: true });
    const isBusy = namingFailures(empty) === 1;
    if (isBusy)
      throw new Problem('storage_unavailable', 'Another process is reading the database.');
  } finally {
    connection.pragma('busy_timeout = 0');
  }
}

function kyselyOn(connection: Connection, observe: QueryObserver | undefined): Kysely<Schema> {
  return new Kysely<Schema>({
    dialect: new ImmediateSqliteDialect(connection),
    ...(observe && { log: (event) => observe(event.queryDurationMillis) }),
  });
}

/** Reads on a separate connection: single statements and looks, batched per turn of the event loop. */
function readerOn(connection: Connection, observe: QueryObserver | undefined) {
  const begin = connection.prepare('begin');
  const rollback = connection.prepare('rollback');
  const kept = keepRowsOn(connection, observe);
  const { keep } = kept;
  const together = readTogether({
    begin() {
      namingFailures(() => begin.run());
      kept.begin();
    },
    end() {
      kept.end();
      // A disk failure has already rolled back, so there is nothing to commit.
      if (connection.inTransaction) rollback.run();
    },
  });
  const reader = kyselyOn(connection, observe);
  keepStatementsOn(reader, <Row>(sql: string) => {
    const read = keep<Row>(sql);
    return (parameters) => together(() => read(parameters));
  });
  const looking = kyselyOn(connection, observe);
  keepStatementsOn(looking, keep);
  return {
    reader,
    look: <T>(work: (query: Queryable) => Promise<T>) => together(() => work(looking)),
  };
}

/**
 * Preparing a statement costs more than running it: each text is prepared once and kept. A failure
 * of the disk gets its name here, the lowest place that all statements pass.
 */
function withKeptStatements(connection: Connection): SqliteDatabase {
  const statements = new Map<string, SqliteStatement>();
  return {
    close: () => connection.close(),
    prepare(sql) {
      let statement = statements.get(sql);
      if (statement === undefined) {
        if (statements.size >= KEPT_STATEMENTS) statements.clear();
        statement = withNamedFailures(namingFailures(() => connection.prepare<unknown[]>(sql)));
        statements.set(sql, statement);
      }
      return statement;
    },
  };
}

function withNamedFailures(statement: Statement<unknown[]>): SqliteStatement {
  return {
    reader: statement.reader,
    all: (parameters) => namingFailures(() => statement.all(...parameters)),
    run: (parameters) => namingFailures(() => statement.run(...parameters)),
    iterate: (parameters) => namingFailures(() => statement.iterate(...parameters)),
  };
}

/**
 * Takes the write lock when a transaction begins: one that reads first and writes later would fail
 * at once, without waiting, when another process wrote in between.
 */
class ImmediateSqliteDialect extends SqliteDialect {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    super({ database: withKeptStatements(connection) });
    this.#connection = connection;
  }

  override createDriver(): Driver {
    const driver = super.createDriver();
    const sqlite = this.#connection;
    // A full disk has already rolled back: a second time would hide the first failure.
    driver.rollbackTransaction = async (connection) => {
      if (sqlite.inTransaction) await connection.executeQuery(CompiledQuery.raw('rollback'));
    };
    const begin = sqlite.prepare('begin immediate');
    driver.beginTransaction = () => beginWriting(begin);
    return driver;
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalSqliteAdapter();
  }
}

/** Waits here, since SQLite's own wait would hold up every other request of this process. */
async function beginWriting(begin: Statement): Promise<void> {
  const deadline = performance.now() + BUSY_TIMEOUT_MS;
  for (;;) {
    try {
      begin.run();
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw nameFailure(error);
    }
    await setTimeout(BUSY_RETRY_MS);
  }
}

/** SQLite's schema changes are transactional: migrations run in one, which holds the write lock. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}
