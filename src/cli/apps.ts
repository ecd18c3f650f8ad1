/** `connect-apps apps …`: Connect Apps from the command line. */

import type { Command } from 'commander';
import type { Act } from '../admin/act.ts';
import {
  createApp,
  deleteApp,
  listApps,
  showApp,
  showButton,
  updateApp,
} from '../admin/acts/apps.ts';
import type { Wire } from '../admin/input.ts';
import { PROPERTIES, PROPERTY_NAMES, type PropertyName } from '../connect-apps/connect-app.ts';
import { addExamples } from './examples.ts';
import { operate, readAll } from './operator.ts';
import { print, printItem, printList } from './output.ts';
import { propertyFlag } from './property-flags.ts';
import { addOperatorFlags } from './settings.ts';

type Flags = Partial<Record<PropertyName, string>> & {
  accountSid?: string;
  sid?: string;
  publicUrl?: string;
  json?: boolean;
};

/** Adds the commands. */
export function addAppCommands(program: Command): void {
  const apps = program.command('apps').description('create and manage Connect Apps');

  addPropertyFlags(command(apps, 'create', 'create a Connect App'))
    .requiredOption('--account-sid <sid>', 'the account that owns the Connect App')
    .action((flags: Flags) =>
      show(flags, createApp, { account_sid: flags.accountSid, ...propertiesIn(flags) }),
    );

  command(apps, 'list', 'list the Connect Apps of an account')
    .requiredOption('--account-sid <sid>', 'the account that owns the Connect Apps')
    .action(async (flags: Flags) => {
      const input = { account_sid: flags.accountSid };
      const items = await operate(flags, (call) => readAll(call, listApps, input));
      printList(items, ['sid', 'friendly_name', 'permissions'], flags.json === true);
    });

  addAppCommand(command(apps, 'show', 'show a Connect App'), (flags, app) =>
    show(flags, showApp, app),
  );
  addAppCommand(
    addPropertyFlags(
      command(
        apps,
        'update',
        'change properties of a Connect App; an empty value clears a property',
      ),
    ),
    (flags, app) => show(flags, updateApp, { ...app, ...propertiesIn(flags) }),
  );
  addAppCommand(
    command(apps, 'button', 'print the HTML of the Connect button').option(
      '--public-url <origin>',
      'the origin of the server, as browsers see it',
    ),
    async (flags, app) => {
      const input = { ...app, public_url: flags.publicUrl };
      const { sid, html } = await operate(flags, (call) => call(showButton, input));
      if (flags.json) printItem({ sid, html }, true);
      else print(String(html));
    },
  );
  addAppCommand(
    command(apps, 'delete', 'delete a Connect App and revoke all its authorizations'),
    (flags, app) => show(flags, deleteApp, app),
  );
}

const EXAMPLES: Record<string, string> = {
  create:
    'create --account-sid AC00000000000000000000000000000001 --friendly-name "My app" --permissions get-all,post-all',
  list: 'list --account-sid AC00000000000000000000000000000001 --json',
  show: 'show CNb989fdd207b04d16aee578018ef5fd93',
  update:
    'update CNb989fdd207b04d16aee578018ef5fd93 --homepage-url https://example.com --description ""',
  button: 'button CNb989fdd207b04d16aee578018ef5fd93 --public-url https://connect.example.com',
  delete: 'delete CNb989fdd207b04d16aee578018ef5fd93',
};

function command(apps: Command, name: string, description: string): Command {
  const made = addOperatorFlags(apps.command(name))
    .description(description)
    .option('--json', 'print JSON with the property names of the API');
  return addExamples(made, `apps ${EXAMPLES[name]}`);
}

/** A flag for each property. */
function addPropertyFlags(command: Command): Command {
  for (const name of PROPERTY_NAMES) {
    command.addOption(propertyFlag(name, PROPERTIES[name].rule.values));
  }
  return command;
}

/** A command about one app, named as an argument or with --sid. */
function addAppCommand(command: Command, work: (flags: Flags, app: Wire) => Promise<void>): void {
  command
    .argument('[sid]', 'the Connect App')
    .option('--sid <sid>', 'the Connect App')
    .option('--account-sid <sid>', 'the account that owns the Connect App')
    .action((sid: string | undefined, flags: Flags, self: Command) => {
      const chosen = sid ?? flags.sid;
      if (chosen === undefined) {
        self.error('error: Name the Connect App: its SID, or --sid', { exitCode: 2 });
      }
      return work(flags, { sid: chosen, account_sid: flags.accountSid });
    });
}

/** The properties that the flags set, by their names on the wire. */
function propertiesIn(flags: Flags): Wire {
  return Object.fromEntries(PROPERTY_NAMES.map((name) => [PROPERTIES[name].column, flags[name]]));
}

async function show(flags: Flags, act: Act, input: Wire): Promise<void> {
  printItem(await operate(flags, (call) => call(act, input)), flags.json === true);
}
