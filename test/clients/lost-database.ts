/** A server that loses its database while it runs: all that it can say then is 503. */

import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import SqliteConnection from 'better-sqlite3';
import { startServer, type TestServer } from '../support/server.ts';

/** Starts a server on a database in `folder`, and overwrites that with zeros. */
export async function startServerWithLostDatabase(folder: string): Promise<TestServer> {
  const path = join(folder, 'lost.db');
  const server = await startServer({ settings: { DATABASE_URL: `sqlite:${path}` } });
  const { developer, connectAppSid } = server;
  const app = `/2010-04-01/Accounts/${developer.accountSid}/ConnectApps/${connectAppSid}.json`;
  await server.request('GET', app, { auth: developer });

  // What is in the log of SQLite would hide the loss.
  const connection = new SqliteConnection(path);
  connection.pragma('wal_checkpoint(TRUNCATE)');
  connection.close();
  await writeFile(path, Buffer.alloc((await stat(path)).size));
  return server;
}
