/** `connect-apps migrate`: brings the database to the current schema. */

import type { Command } from 'commander';
import { openDatabase } from '../server/context.ts';
import { prepareDataFolder } from '../server/data-folder.ts';
import { migrate } from '../storage/migrate.ts';
import { addExamples } from './examples.ts';
import { print, printItem } from './output.ts';
import { addDatabaseFlags, withFlags } from './settings.ts';

/** Adds the command. */
export function addMigrateCommand(program: Command): void {
  const command = addDatabaseFlags(program.command('migrate'))
    .description(
      'bring the database to the current schema; safe to run from several machines at once',
    )
    .option('--json', 'print JSON')
    .action(async (flags: { json?: boolean }) => {
      const config = withFlags({ ...flags });
      prepareDataFolder(config);
      const database = openDatabase(config);
      try {
        const applied = await migrate(database);
        if (flags.json) printItem({ applied }, true);
        else
          print(
            applied.length > 0
              ? `Applied: ${applied.join(', ')}`
              : 'Nothing to do: the schema is current.',
          );
      } finally {
        await database.close();
      }
    });
  addExamples(command, 'migrate', 'migrate --database-url sqlite:/var/lib/connect-apps/data.db');
}
