/** How much a database takes on the disk, for whoever looks after it. */

import { stat } from 'node:fs/promises';
import { sql } from 'kysely';
import type { Database } from './database.ts';
import { TABLE_SCHEMA } from './mark.ts';

/** The bytes of the database's files, or of our schema in PostgreSQL; undefined if it is in memory. */
export async function sizeOf(database: Database): Promise<number | undefined> {
  return database.engine === 'sqlite' ? sizeOfFiles(database) : sizeOfSchema(database);
}

async function sizeOfFiles({ name }: Database): Promise<number | undefined> {
  if (name === ':memory:') return undefined;
  const sizes = await Promise.all(
    [name, `${name}-wal`].map((path) =>
      stat(path).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function sizeOfSchema({ query }: Database): Promise<number> {
  const { rows } = await sql<{ bytes: string | number | null }>`
    select sum(pg_catalog.pg_total_relation_size(class.oid)) as bytes
    from pg_catalog.pg_class class
    join pg_catalog.pg_namespace place on place.oid = class.relnamespace
    where place.nspname = ${TABLE_SCHEMA} and class.relkind = 'r'`.execute(query);
  return Number(rows[0]?.bytes ?? 0);
}
