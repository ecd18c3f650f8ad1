/**
 * Our schema in a PostgreSQL database. Every statement names it, rather than a `search_path` of the
 * connection, so that poolers may give each transaction another connection.
 */

import { sql } from 'kysely';
import { Problem } from '../problem.ts';
import type { Queryable } from './database.ts';
import {
  isOfVersionBeforeMark,
  noDatabaseAt,
  ofAnotherProgram,
  ofVersionBeforeMark,
  TABLE_SCHEMA,
} from './mark.ts';

interface Found {
  schema: string;
  name: string;
}

type Owner =
  | { kind: 'ours'; tables: readonly string[] }
  | { kind: 'empty'; hasSchema: boolean }
  | { kind: 'before-mark'; schema: string; tables: readonly string[] }
  | { kind: 'others' };

/** Raises `database_missing`, `database_foreign` or `database_not_current` unless the database is ours. */
export async function checkMark(db: Queryable, name: string): Promise<void> {
  const { kind } = await findOwner(db);
  if (kind === 'empty') throw noDatabaseAt(name);
  if (kind === 'others') throw ofAnotherProgram(name);
  if (kind === 'before-mark') throw ofVersionBeforeMark(name);
}

/**
 * Makes our schema in an empty database, or moves the tables of a version before the mark into it. Needs
 * a transaction. Raises `database_foreign` for a database of others.
 */
export async function claim(transaction: Queryable, name: string): Promise<void> {
  const owner = await findOwner(transaction);
  if (owner.kind === 'ours') return;
  if (owner.kind === 'others') throw ofAnotherProgram(name);
  if (owner.kind === 'empty' && owner.hasSchema) return;
  await makeSchema(transaction, name);
  if (owner.kind === 'empty') return;
  for (const table of owner.tables) {
    await sql`alter table ${sql.id(owner.schema, table)} set schema ${sql.id(TABLE_SCHEMA)}`.execute(
      transaction,
    );
  }
}

/** Drops our tables, and nothing else. Needs a transaction. Raises `database_foreign` where they are not marked. */
export async function dropTables(transaction: Queryable, name: string): Promise<void> {
  const owner = await findOwner(transaction);
  if (owner.kind === 'empty') return;
  if (owner.kind === 'others') throw ofAnotherProgram(name);
  if (owner.kind === 'before-mark') throw ofVersionBeforeMark(name);
  const tables = owner.tables.map((table) => sql.id(TABLE_SCHEMA, table));
  try {
    // Without "cascade", which would also drop what others have built on our tables.
    await sql`drop table ${sql.join(tables)}`.execute(transaction);
  } catch (cause) {
    throw explain(cause, '2BP01', `Objects of another program depend on tables in ${name}`);
  }
}

async function findOwner(db: Queryable): Promise<Owner> {
  const found = await listTables(db);
  const own = found.filter(({ schema }) => schema === TABLE_SCHEMA).map(({ name }) => name);
  if (own.includes('kysely_migration')) return { kind: 'ours', tables: own };
  if (own.length > 0) return { kind: 'others' };
  if (await hasSchema(db)) return { kind: 'empty', hasSchema: true };
  if (found.length === 0) return { kind: 'empty', hasSchema: false };
  const [{ schema } = { schema: '' }] = found;
  const tables = found.map(({ name }) => name);
  const isInOneSchema = found.every((one) => one.schema === schema);
  return isInOneSchema && isOfVersionBeforeMark(tables)
    ? { kind: 'before-mark', schema, tables }
    : { kind: 'others' };
}

/** Tables, views and the like of everybody, but for those of PostgreSQL and its extensions. */
async function listTables(db: Queryable): Promise<Found[]> {
  const { rows } = await sql<Found>`
    select n.nspname as schema, c.relname as name
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f')
      and n.nspname <> 'information_schema' and n.nspname not like 'pg!_%' escape '!'
      and not exists (
        select 1 from pg_catalog.pg_depend d
        where d.objid = c.oid and d.deptype = 'e'
          and d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
      )`.execute(db);
  return rows;
}

async function hasSchema(db: Queryable): Promise<boolean> {
  const { rows } = await sql`
    select 1 from pg_catalog.pg_namespace where nspname = ${TABLE_SCHEMA}`.execute(db);
  return rows.length > 0;
}

async function makeSchema(transaction: Queryable, name: string): Promise<void> {
  try {
    await sql`create schema ${sql.id(TABLE_SCHEMA)}`.execute(transaction);
  } catch (cause) {
    throw explain(
      cause,
      '42501',
      `The role may not create the schema ${TABLE_SCHEMA} in ${name}. Ask the owner of the database to run: create schema ${TABLE_SCHEMA} authorization ROLE`,
    );
  }
}

function explain(cause: unknown, code: string, sentence: string): unknown {
  if (!(cause instanceof Error && 'code' in cause && cause.code === code)) return cause;
  return new Problem('setting_invalid', `${sentence}: ${cause.message}.`, { cause });
}
