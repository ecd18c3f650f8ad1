/** `connect-apps apps …`: Connect Apps from the command line. */

import type { Command } from 'commander';
import { getAccount } from '../accounts/account.ts';
import {
  type ConnectApp,
  createConnectApp,
  deleteConnectApp,
  getConnectApp,
  updateConnectApp,
} from '../connect-apps/connect-app.ts';
import { connectAppFormat } from '../connect-apps/format.ts';
import { findOwner, listConnectApps } from '../connect-apps/store.ts';
import type { Context } from '../context.ts';
import { buttonHtml } from '../pages/art.ts';
import type { Parameters } from '../parameter.ts';
import { Problem } from '../problem.ts';
import { parseSid } from '../sid.ts';
import { addExamples } from './examples.ts';
import { print, printItem, printList } from './output.ts';
import { readAll } from './read-all.ts';
import { addDatabaseFlags, withContext, withFlags } from './settings.ts';

/** The flag of each parameter: the API's name in kebab-case. */
const PROPERTY_FLAGS = {
  friendlyName: 'FriendlyName',
  description: 'Description',
  companyName: 'CompanyName',
  homepageUrl: 'HomepageUrl',
  authorizeRedirectUrl: 'AuthorizeRedirectUrl',
  deauthorizeCallbackUrl: 'DeauthorizeCallbackUrl',
  deauthorizeCallbackMethod: 'DeauthorizeCallbackMethod',
  permissions: 'Permissions',
  logoUrl: 'LogoUrl',
  termsOfServiceUrl: 'TermsOfServiceUrl',
} as const;

type Flags = Partial<Record<keyof typeof PROPERTY_FLAGS, string>> & {
  accountSid?: string;
  sid?: string;
  publicUrl?: string;
  json?: boolean;
};

/** Adds the commands. */
export function addAppCommands(program: Command): void {
  const apps = program.command('apps').description('create and manage Connect Apps');

  addPropertyFlags(command(apps, 'create', 'create a Connect App'))
    .requiredOption('--account-sid <sid>', 'the account that owns it')
    .action((flags: Flags) =>
      show(flags, async (context) => {
        const account = await getAccount(context, flags.accountSid ?? '');
        return createConnectApp(context, account.sid, parametersOf(flags));
      }),
    );

  command(apps, 'list', 'list the Connect Apps of an account')
    .requiredOption('--account-sid <sid>', 'the account that owns them')
    .action((flags: Flags) => withContext({ ...flags }, (context) => list(context, flags)));

  one(command(apps, 'show', 'show a Connect App'), (flags, sid) =>
    show(flags, async (context) => getConnectApp(context, await ownerOf(context, flags, sid), sid)),
  );
  one(
    addPropertyFlags(command(apps, 'update', 'change a Connect App; an empty value clears')),
    (flags, sid) =>
      show(flags, async (context) =>
        updateConnectApp(context, await ownerOf(context, flags, sid), sid, parametersOf(flags)),
      ),
  );
  one(
    command(apps, 'button', 'print the HTML of the Connect button').option(
      '--public-url <origin>',
      'the origin that browsers see',
    ),
    (flags, sid) => withContext({ ...flags }, (context) => button(context, flags, sid)),
  );
  one(command(apps, 'delete', 'delete a Connect App'), (flags, sid) =>
    withContext({ ...flags }, async (context) => {
      await deleteConnectApp(context, await ownerOf(context, flags, sid), sid);
      printItem({ sid, deleted: true }, flags.json === true);
    }),
  );
}

const EXAMPLES: Record<string, string> = {
  create: 'create --account-sid AC… --friendly-name "My app" --permissions get-all,post-all',
  list: 'list --account-sid AC… --json',
  show: 'show CN…',
  update: 'update CN… --homepage-url https://example.com --description ""',
  button: 'button CN… --public-url https://connect.example.com',
  delete: 'delete CN…',
};

function command(apps: Command, name: string, description: string): Command {
  const made = addDatabaseFlags(apps.command(name))
    .description(description)
    .option('--json', 'print JSON, with the names of the API');
  return addExamples(made, `apps ${EXAMPLES[name]}`);
}

function addPropertyFlags(command: Command): Command {
  for (const name of Object.values(PROPERTY_FLAGS)) {
    const flag = name.replace(/(?<!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
    command.option(`--${flag} <value>`, `its ${name}`);
  }
  return command;
}

/** A command about one app, named as an argument or with --sid. */
function one(command: Command, work: (flags: Flags, sid: string) => Promise<void>): void {
  command
    .argument('[sid]', 'the Connect App')
    .option('--sid <sid>', 'the Connect App')
    .option('--account-sid <sid>', 'the account that owns it')
    .action((sid: string | undefined, flags: Flags, self: Command) => {
      const chosen = sid ?? flags.sid;
      if (chosen === undefined) self.error('error: name the app with --sid', { exitCode: 2 });
      return work(flags, chosen);
    });
}

function parametersOf(flags: Flags): Parameters {
  const parameters: Record<string, string> = {};
  for (const [flag, name] of Object.entries(PROPERTY_FLAGS)) {
    const value = Object.entries(flags).find(([given]) => given === flag)?.[1];
    if (typeof value === 'string') parameters[name] = value;
  }
  return parameters;
}

async function ownerOf(context: Context, flags: Flags, sidText: string): Promise<string> {
  if (flags.accountSid !== undefined) return (await getAccount(context, flags.accountSid)).sid;
  const sid = parseSid('CN', sidText);
  const owner = sid && (await findOwner(context.database.query, sid));
  if (!owner) throw new Problem('not_found');
  return owner;
}

async function show(flags: Flags, work: (context: Context) => Promise<ConnectApp>): Promise<void> {
  const app = await withContext({ ...flags }, work);
  printItem(wireOf(app), flags.json === true);
}

async function button(context: Context, flags: Flags, sidText: string): Promise<void> {
  const { sid } = await getConnectApp(context, await ownerOf(context, flags, sidText), sidText);
  const { publicUrl, host, port } = withFlags({ ...flags });
  const html = buttonHtml(publicUrl ?? `http://${host}:${port}`, sid);
  if (flags.json) printItem({ sid, html }, true);
  else print(html);
}

async function list(context: Context, flags: Flags): Promise<void> {
  const account = await getAccount(context, flags.accountSid ?? '');
  const apps = await readAll((slice) =>
    listConnectApps(context.database.query, account.sid, slice),
  );
  printList(apps.map(wireOf), ['sid', 'friendly_name', 'permissions'], flags.json === true);
}

/** The wire form, with the two properties that the REST resource does not show. */
function wireOf(app: ConnectApp) {
  return {
    ...connectAppFormat.toWire(app),
    logo_url: app.logoUrl,
    terms_of_service_url: app.termsOfServiceUrl,
  };
}
