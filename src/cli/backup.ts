/** `connect-apps backup FILE`: a whole copy of the embedded database, while servers go on. */

import type { Command } from 'commander';
import { Problem } from '../problem.ts';
import { prepareDatabase } from '../server/context.ts';
import { checkPersists } from '../server/preflight.ts';
import { backUpSqlite } from '../storage/backup.ts';
import { addExamples } from './examples.ts';
import { print, printItem } from './output.ts';
import { addDatabaseFlags, withFlags } from './settings.ts';

/** Adds the command. */
export function addBackupCommand(program: Command): void {
  const command = addDatabaseFlags(program.command('backup'))
    .description('copy the embedded database to a file while servers run')
    .argument('<file>', 'where to write the copy; must not exist yet')
    .option('--json', 'print JSON')
    .action((file: string, flags: { json?: boolean }) => {
      const config = withFlags({ ...flags });
      const { database } = config;
      if (database.engine !== 'sqlite') {
        throw new Problem(
          'setting_invalid',
          'Use pg_dump for PostgreSQL: pg_dump --format=custom --file=FILE "$CONNECT_APPS_DATABASE_URL"',
        );
      }
      checkPersists({ config });
      prepareDatabase(config, 'existing');
      backUpSqlite(database.path, file);
      if (flags.json) printItem({ file }, true);
      else
        print(
          `Wrote ${file}. Store it away from the secret key: without the key, nobody can read its Auth Tokens.`,
        );
    });
  addExamples(command, 'backup connect-apps-2026-11-24.db');
}
