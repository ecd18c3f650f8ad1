/** How the server is, for the page of operators: of this process, and of the database that all share. */

import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ServerState } from '../console/operator/server.ts';
import type { Context } from '../context.ts';
import { sizeOf } from '../storage/database-size.ts';
import { findLatestMigration } from '../storage/migrate.ts';
import type { Config } from './config.ts';
import type { Purging } from './maintenance.ts';
import { readVersion } from './version.ts';

/** Returns what reads the state; `purging` is what removes old data, once it has begun. */
export function stateOf(
  { database, clock }: Context,
  config: Config,
  purging: () => Purging | undefined,
): () => Promise<ServerState> {
  const startedAt = clock.now();
  const version = readVersion();
  return async () => ({
    version,
    runtime: `Node.js ${process.versions.node}`,
    schema: await findLatestMigration(database),
    workers: config.workers,
    engine: database.engine === 'sqlite' ? 'SQLite' : 'PostgreSQL',
    databaseBytes: await sizeOf(database),
    freeBytes: await freeBytesOf(config),
    lastPurge: purging()?.last(),
    startedAt,
  });
}

/** The space that is left where the embedded database is; that of PostgreSQL is its own server's business. */
async function freeBytesOf({ database }: Config): Promise<number | undefined> {
  if (database.engine !== 'sqlite' || database.path === ':memory:') return undefined;
  const { bavail, bsize } = await statfs(dirname(database.path));
  return bavail * bsize;
}
