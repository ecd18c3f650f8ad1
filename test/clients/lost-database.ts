/** A server that loses its database while it runs: all that it can say then is 503. */

import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import SqliteConnection from 'better-sqlite3';
import pg from 'pg';
import type { Engine } from '../../src/storage/database.ts';
import { openCluster } from '../support/postgres.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** Starts a server on a database, which lies in `folder` if it is embedded, and destroys that. */
export async function startServerWithLostDatabase(
  engine: Engine,
  folder: string,
): Promise<TestServer> {
  const path = join(folder, 'lost.db');
  const databaseUrl =
    engine === 'sqlite' ? `sqlite:${path}` : await (await openCluster()).createDatabase();
  const server = await startServer({ engine, settings: { DATABASE_URL: databaseUrl } });
  const { developer, connectAppSid } = server;
  const app = `/2010-04-01/Accounts/${developer.accountSid}/ConnectApps/${connectAppSid}.json`;
  await server.request('GET', app, { auth: developer });
  if (engine === 'sqlite') await overwrite(path);
  else await drop(databaseUrl);
  return server;
}

async function overwrite(path: string): Promise<void> {
  // What is in the log of SQLite would hide the loss.
  const connection = new SqliteConnection(path);
  connection.pragma('wal_checkpoint(TRUNCATE)');
  connection.close();
  await writeFile(path, Buffer.alloc((await stat(path)).size));
}

async function drop(databaseUrl: string): Promise<void> {
  const url = new URL(databaseUrl);
  const name = url.pathname.slice(1);
  url.pathname = '/postgres';
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  await client.query(`drop database ${name} with (force)`);
  await client.end();
}
