/** The setting that names the database: SQLite's file, or PostgreSQL's server. */

import { settingProblem, wholeNumber } from './setting.ts';

export type DatabaseUrl =
  | { engine: 'sqlite'; path: string }
  | { engine: 'postgres'; url: string; poolSize: number };

/** Reads where the database is. */
export function parseDatabaseUrl(text: string, size: string): DatabaseUrl {
  const poolSize = wholeNumber('DATABASE_POOL_SIZE', size, 1000);
  if (/^postgres(ql)?:\/\//.test(text) && URL.canParse(text)) {
    return { engine: 'postgres', url: text, poolSize: Math.max(1, poolSize) };
  }
  const path = text.startsWith('sqlite:') ? text.slice('sqlite:'.length) : '';
  if (path === '')
    throw settingProblem(
      'DATABASE_URL',
      'sqlite:PATH, sqlite::memory: or postgres://USER:PASSWORD@HOST/NAME',
    );
  return { engine: 'sqlite', path };
}
