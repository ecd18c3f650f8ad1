/** `connect-apps admin-keys …`: keys of the admin API, for operators and their programs. */

import type { Command } from 'commander';
import { createAdminKeyAct, deleteAdminKey, listAdminKeys } from '../admin/acts/keys.ts';
import { parseScopes } from '../admin-keys/admin-key.ts';
import { addExamples } from './examples.ts';
import { operate, readAll } from './operator.ts';
import { printItem, printList } from './output.ts';
import { addOperatorFlags } from './settings.ts';

interface Flags {
  friendlyName?: string;
  scope: string[];
  expiresInDays?: string;
  json?: boolean;
}

/** Adds the commands. */
export function addAdminKeyCommands(program: Command): void {
  const keys = program
    .command('admin-keys')
    .description('create, list and end keys of the admin API');

  const create = command(keys, 'create', 'create a key, and print it once')
    .option('--friendly-name <text>', 'what the key is for')
    .requiredOption(
      '--scope <scope...>',
      'read, write, or one kind of resource, such as accounts:read or apps:write',
    )
    .option('--expires-in-days <number>', 'when the key ends by itself (never)')
    .action(async (flags: Flags) => {
      const { friendlyName: friendly_name, expiresInDays: expires_in_days } = flags;
      const input = { friendly_name, expires_in_days, scopes: parseScopes(flags.scope) };
      printItem(
        await operate(flags, (call) => call(createAdminKeyAct, input)),
        flags.json === true,
      );
    });
  addExamples(
    create,
    'admin-keys create --friendly-name "Nightly import" --scope accounts:write',
    'admin-keys create --friendly-name "Dashboards" --scope read --expires-in-days 90',
  );

  const list = command(keys, 'list', 'list all keys, with those that have ended').action(
    async (flags: Flags) => {
      const items = await operate(flags, (call) => readAll(call, listAdminKeys));
      const columns = ['sid', 'friendly_name', 'scopes', 'date_ended', 'last_used'];
      printList(items, columns, flags.json === true);
    },
  );
  addExamples(list, 'admin-keys list');

  const remove = command(keys, 'delete', 'end a key immediately; it stays in the list')
    .argument('<sid>', 'the key')
    .action(async (sid: string, flags: Flags) => {
      printItem(await operate(flags, (call) => call(deleteAdminKey, { sid })), flags.json === true);
    });
  addExamples(remove, 'admin-keys delete AK…');
}

function command(keys: Command, name: string, description: string): Command {
  return addOperatorFlags(keys.command(name))
    .description(description)
    .option('--json', 'print JSON');
}
