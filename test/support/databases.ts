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
if (unknown.length > 0) {
  throw new Error(`DATABASES has ${JSON.stringify(unknown)}; there are ${ENGINES}`);
}
if (new Set(wanted).size < wanted.length) throw new Error(`DATABASES has one twice: ${wanted}`);
if (process.env.CI === 'true' && wanted.length < ENGINES.length) {
  throw new Error('CI must test every engine: unset DATABASES');
}

/** Why tests of PostgreSQL are skipped here, for node:test; in CI they are not, they fail. */
export const POSTGRES_OBSTACLE = findPostgresObstacle();

export const DATABASES: readonly Engine[] = ENGINES.filter(
  (engine) => wanted.includes(engine) && !(engine === 'postgres' && POSTGRES_OBSTACLE),
);

function findPostgresObstacle(): string | undefined {
  if (!wanted.includes('postgres')) return 'SKIPPED: PostgreSQL is not in DATABASES';
  if (POSTGRES_FOLDER !== undefined) return;
  if (process.env.CI === 'true') throw new Error('CI must test PostgreSQL, and there is none here');
  const obstacle = 'SKIPPED: there is no PostgreSQL (apt-get install postgresql)';
  process.stderr.write(`${obstacle}\n`);
  return obstacle;
}

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
