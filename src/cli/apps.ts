/** `connect-apps apps …`: Connect Apps from the command line. */

import type { Command } from 'commander';
import { getAccount } from '../accounts/operations.ts';
import {
  type ConnectApp,
  PROPERTIES,
  PROPERTY_NAMES,
  type PropertyName,
} from '../connect-apps/connect-app.ts';
import { connectAppFormat } from '../connect-apps/format.ts';
import {
  createConnectApp,
  deleteConnectApp,
  getConnectApp,
  updateConnectApp,
} from '../connect-apps/operations.ts';
import { findOwner, listConnectApps } from '../connect-apps/store.ts';
import type { Context } from '../context.ts';
import { buttonHtml } from '../pages/art.ts';
import type { Parameters } from '../parameter.ts';
import { Problem } from '../problem.ts';
import { parseSid } from '../sid.ts';
import { addExamples } from './examples.ts';
import { lookUp, onDatabase } from './on-database.ts';
import { print, printItem, printList } from './output.ts';
import { propertyFlag } from './property-flags.ts';
import { readAll } from './read-all.ts';
import { addDatabaseFlags, withFlags } from './settings.ts';

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
      onDatabase(flags, async (context) => {
        const account = await accountOf(context, flags.accountSid ?? '');
        printApp(await createConnectApp(context, account.sid, parametersOf(flags)), flags);
      }),
    );

  command(apps, 'list', 'list the Connect Apps of an account')
    .requiredOption('--account-sid <sid>', 'the account that owns the Connect Apps')
    .action((flags: Flags) => onDatabase(flags, (context) => list(context, flags)));

  addAppCommand(command(apps, 'show', 'show a Connect App'), async (_, app, flags) =>
    printApp(app, flags),
  );
  addAppCommand(
    addPropertyFlags(
      command(
        apps,
        'update',
        'change properties of a Connect App; an empty value clears a property',
      ),
    ),
    async (context, { accountSid, sid }, flags) =>
      printApp(await updateConnectApp(context, accountSid, sid, parametersOf(flags)), flags),
  );
  addAppCommand(
    command(apps, 'button', 'print the HTML of the Connect button').option(
      '--public-url <origin>',
      'the origin of the server, as browsers see it',
    ),
    button,
  );
  addAppCommand(
    command(apps, 'delete', 'delete a Connect App and revoke all its authorizations'),
    async (context, { accountSid, sid }, flags) => {
      await deleteConnectApp(context, accountSid, sid);
      printItem({ sid, deleted: true }, flags.json === true);
    },
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
  const made = addDatabaseFlags(apps.command(name))
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
function addAppCommand(
  command: Command,
  work: (context: Context, app: ConnectApp, flags: Flags) => Promise<void>,
): void {
  command
    .argument('[sid]', 'the Connect App')
    .option('--sid <sid>', 'the Connect App')
    .option('--account-sid <sid>', 'the account that owns the Connect App')
    .action((sid: string | undefined, flags: Flags, self: Command) => {
      const chosen = sid ?? flags.sid;
      if (chosen === undefined) {
        self.error('error: Name the Connect App: its SID, or --sid', { exitCode: 2 });
      }
      return onDatabase(flags, async (context) =>
        work(context, await findApp(context, flags, chosen), flags),
      );
    });
}

async function findApp(context: Context, flags: Flags, sidText: string): Promise<ConnectApp> {
  const { accountSid } = flags;
  const account = accountSid === undefined ? undefined : await accountOf(context, accountSid);
  const what = `Connect App ${sidText}${account ? ` of account ${account.sid}` : ''}`;
  return lookUp(what, async () => {
    const sid = parseSid('CN', sidText);
    const owner = account?.sid ?? (sid && (await findOwner(context.database.query, sid)));
    if (!owner) throw new Problem('not_found');
    return getConnectApp(context, owner, sidText);
  });
}

function accountOf(context: Context, sid: string) {
  return lookUp(`account ${sid}`, () => getAccount(context, sid));
}

function parametersOf(flags: Flags): Parameters {
  const parameters: Record<string, string> = {};
  for (const name of PROPERTY_NAMES) {
    const value = flags[name];
    if (value !== undefined) parameters[PROPERTIES[name].parameter] = value;
  }
  return parameters;
}

function printApp(app: ConnectApp, flags: Flags): void {
  printItem(wireOf(app), flags.json === true);
}

async function button(_: Context, { sid }: ConnectApp, flags: Flags): Promise<void> {
  const { publicUrl, host, port } = withFlags({ ...flags });
  const html = buttonHtml(publicUrl ?? `http://${host}:${port}`, sid);
  if (flags.json) printItem({ sid, html }, true);
  else print(html);
}

async function list(context: Context, flags: Flags): Promise<void> {
  const account = await accountOf(context, flags.accountSid ?? '');
  const apps = await readAll((slice) =>
    listConnectApps(context.database.query, account.sid, slice),
  );
  printList(apps.map(wireOf), ['sid', 'friendly_name', 'permissions'], flags.json === true);
}

const NOT_IN_REST = PROPERTY_NAMES.filter((name) => !PROPERTIES[name].shown.rest);

/** The wire form, with the properties that the REST resource does not show. */
function wireOf(app: ConnectApp) {
  return {
    ...connectAppFormat.toWire(app),
    ...Object.fromEntries(NOT_IN_REST.map((name) => [PROPERTIES[name].column, app[name]])),
  };
}
