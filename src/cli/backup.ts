/** `connect-apps backup FILE`: a whole copy of the embedded database, while servers go on. */

import type { Command } from 'commander';
import { Problem } from '../problem.ts';
import { backUpSqlite } from '../storage/backup.ts';
import { addExamples } from './examples.ts';
import { print, printItem } from './output.ts';
import { addDatabaseFlags, withFlags } from './settings.ts';

/** Adds the command. */
export function addBackupCommand(program: Command): void {
  const command = addDatabaseFlags(program.command('backup'))
    .description('copy the embedded database to a file, while servers go on writing')
    .argument('<file>', 'where to write the copy; it must not be there yet')
    .option('--json', 'print JSON')
    .action((file: string, flags: { json?: boolean }) => {
      const { database } = withFlags({ ...flags }, 'development');
      if (database.engine !== 'sqlite') {
        throw new Problem(
          'setting_invalid',
          'PostgreSQL has its own: pg_dump --format=custom --file=FILE "$DATABASE_URL"',
        );
      }
      if (database.path === ':memory:') {
        throw new Problem(
          'setting_invalid',
          'DATABASE_URL is sqlite::memory:, which keeps nothing.',
        );
      }
      backUpSqlite(database.path, file);
      if (flags.json) printItem({ file }, true);
      else print(`Wrote ${file}. Keep it apart from SECRET_KEY, without which it opens nothing.`);
    });
  addExamples(command, 'backup connect-apps-2026-11-24.db');
}
