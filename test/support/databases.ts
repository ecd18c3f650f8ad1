/**
 * The engines that every test of storage runs on; DATABASES=sqlite narrows them. A machine without
 * PostgreSQL says so, loudly, and runs the rest; CI does not: there it fails.
 */

import { join } from 'node:path';
import type { Engine } from '../../src/storage/database.ts';
import { openCluster, POSTGRES_FOLDER } from './postgres.ts';

const ENGINES: readonly Engine[] = ['sqlite', 'postgres'];

const wanted = (process.env.DATABASES ?? ENGINES.join()).split(',');
const unknown = wanted.filter((name) => !ENGINES.some((engine) => engine === name));
if (unknown.length > 0) throw new Error(`DATABASES has ${unknown}; there are ${ENGINES}`);
if (process.env.CI === 'true' && wanted.length < ENGINES.length) {
  throw new Error('CI must test every engine: unset DATABASES');
}
const isMissing = wanted.includes('postgres') && POSTGRES_FOLDER === undefined;
if (isMissing) {
  if (process.env.CI === 'true') throw new Error('CI must test PostgreSQL, and there is none here');
  process.stderr.write('SKIPPED ON POSTGRESQL: there is none here (apt-get install postgresql)\n');
}

export const DATABASES: readonly Engine[] = ENGINES.filter(
  (engine) => wanted.includes(engine) && !(engine === 'postgres' && isMissing),
);

/** The URL of an empty database of this engine; an embedded one lies in `folder`. */
export async function emptyDatabase(engine: Engine, folder: string): Promise<string> {
  if (engine === 'sqlite') return `sqlite:${join(folder, 'test.db')}`;
  return (await openCluster()).createDatabase();
}

/** Settings that give commands an empty database; SQLite's is the one that they make unasked. */
export async function settingsOfDatabase(engine: Engine): Promise<Record<string, string>> {
  if (engine === 'sqlite') return {};
  return { DATABASE_URL: await (await openCluster()).createDatabase() };
}
