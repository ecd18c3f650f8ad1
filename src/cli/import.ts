/** `connect-apps import --from-twilio`: what a real account's API shows, into a file or where commands act. */

import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { putApp } from '../admin/acts/apps.ts';
import { putAccount } from '../admin/acts/imports.ts';
import { PROPERTIES, PROPERTY_NAMES } from '../connect-apps/connect-app.ts';
import { createGuardedClient } from '../outgoing/guarded-client.ts';
import { Problem } from '../problem.ts';
import { rawEnvironment } from '../server/config.ts';
import { addExamples } from './examples.ts';
import { operate } from './operator.ts';
import { printItem } from './output.ts';
import { addOperatorFlags, withFlags } from './settings.ts';
import { accessOf, readTwilioAccount } from './twilio-account.ts';

/** A page of a thousand accounts. */
const MAX_PAGE_BYTES = 8 * 1024 * 1024;
const COLUMNS = PROPERTY_NAMES.filter((name) => PROPERTIES[name].shown.rest).map(
  (name) => PROPERTIES[name].column,
);

interface Flags {
  fromTwilio?: boolean;
  apiUrl?: string;
  output?: string;
  json?: boolean;
}

/** Adds the command. */
export function addImportFromTwilio(program: Command): void {
  const command = addOperatorFlags(program.command('import'))
    .description('import the accounts and Connect Apps of a real account; safe to run again')
    .requiredOption('--from-twilio', "read the account by Twilio's API")
    .option('--api-url <origin>', 'a server with the same API, such as another connect-apps')
    .option('--output <file>', 'write a JSON file instead, with Auth Tokens in it')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nReads TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN (or TWILIO_API_KEY and TWILIO_API_SECRET), TWILIO_EDGE and\nTWILIO_REGION, and changes nothing there. Not shown by the API, and so not imported: the tokens of customers,\nsecondary tokens, secrets of API keys, and the owner and URLs of the apps that the account authorized.',
    )
    .action(importFromTwilio);
  addExamples(command, 'import --from-twilio', 'import --from-twilio --output account.json');
}

async function importFromTwilio(flags: Flags): Promise<void> {
  const { callbackAllowedNetworks: allowedNetworks } = withFlags({ ...flags });
  const access = accessOf(rawEnvironment(), flags.apiUrl && checkOrigin(flags.apiUrl));
  const limits = { maxResponseBytes: MAX_PAGE_BYTES, keptBodyBytes: MAX_PAGE_BYTES };
  const client = createGuardedClient({ allowedNetworks, ...limits });
  const found = await readTwilioAccount(client, access, COLUMNS).finally(() => client.close());
  const counts = {
    accounts: found.accounts.length,
    connect_apps: found.connect_apps.length,
    authorized_connect_apps: found.authorized_connect_apps.length,
  };
  if (flags.output !== undefined) {
    // Only for its owner: it holds Auth Tokens.
    await writeFile(flags.output, `${JSON.stringify(found, null, 2)}\n`, { mode: 0o600 });
    printItem({ file: flags.output, ...counts }, flags.json === true);
    return;
  }
  await operate(flags, async (call) => {
    const isParent = (item: Readonly<Record<string, unknown>>) =>
      item.owner_account_sid === item.sid;
    const parents = found.accounts.filter(isParent);
    const others = found.accounts.filter((item) => !isParent(item));
    for (const account of [...parents, ...others]) await call(putAccount, account);
    for (const app of found.connect_apps) await call(putApp, app);
  });
  if (found.authorized_connect_apps.length > 0) {
    process.stderr.write(
      `connect-apps: ${found.authorized_connect_apps.length} authorized Connect Apps are not imported: the API shows neither their owner nor their URLs. --output writes what it shows.\n`,
    );
  }
  const { authorized_connect_apps: _, ...imported } = counts;
  printItem(imported, flags.json === true);
}

function checkOrigin(text: string): string {
  const url = URL.parse(text);
  if (url && /^https?:$/.test(url.protocol) && url.pathname === '/') return url.origin;
  throw new Problem('setting_invalid', '--api-url must be the origin of a server.');
}
