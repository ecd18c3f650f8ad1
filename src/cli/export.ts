/** `connect-apps export FILE`: what someone has set up in `dev`, as a fixture for tests. */

import type { Command } from 'commander';
import { DEMO_CUSTOMER, DEMO_DEVELOPER } from '../demo/data.ts';
import { Problem } from '../problem.ts';
import { findDemoSecret } from '../server/ready.ts';
import { addExamples } from './examples.ts';
import { onContext } from './on-database.ts';
import { printItem } from './output.ts';
import { addDatabaseFlags } from './settings.ts';

/** Adds the command. */
export function addExportCommand(program: Command): void {
  const command = addDatabaseFlags(program.command('export'))
    .description('write the accounts, apps and authorizations of "dev" as a fixture for tests')
    .argument('<file>', 'where to write it, with Auth Tokens: .json or .yaml')
    .option('--json', 'print JSON')
    .action(exportTo);
  addExamples(command, 'export fixture.json', 'export fixture.yaml --data-dir .connect-apps');
}

async function exportTo(file: string, flags: { json?: boolean }): Promise<void> {
  // Only here: no other command waits for them.
  const { exportFixture } = await import('../testing/fixture.ts');
  const { writeFixtureFile } = await import('../testing/fixture-file.ts');
  const fixture = await onContext(flags, async (context) => {
    // A database that could be served never leaves by this door: the file holds tokens.
    if ((await findDemoSecret(context)) === undefined) {
      throw new Problem(
        'setting_invalid',
        'Only the database of "connect-apps dev" can be exported, and this one has no demo data. To copy another one, use "connect-apps backup".',
      );
    }
    return exportFixture(context);
  });
  const { accounts, connectApps, people, authorizations } = fixture;
  const has = (sid: string) => accounts.some((account) => account.sid === sid);
  await writeFixtureFile(file, {
    ...(has(DEMO_DEVELOPER.accountSid) && { developer: DEMO_DEVELOPER.accountSid }),
    ...(has(DEMO_CUSTOMER.accountSid) && { customer: DEMO_CUSTOMER.accountSid }),
    ...fixture,
  });
  const counts = {
    accounts: accounts.length,
    connect_apps: connectApps.length,
    users: people.length,
    authorizations: authorizations.length,
  };
  printItem({ file, ...counts }, flags.json === true);
}
