/** `connect-apps dev`: a development server with demo data, on loopback only. */

import { BlockList, isIP } from 'node:net';
import { type Command, Option } from 'commander';
import {
  DEMO_APP_SID,
  DEMO_CONNECT_APP_SID,
  DEMO_CUSTOMER,
  DEMO_DEVELOPER,
  DEMO_PASSWORD,
} from '../demo/data.ts';
import { createLogger, readable } from '../observability/logger.ts';
import { findTracing } from '../observability/tracing.ts';
import { Problem } from '../problem.ts';
import type { Config } from '../server/config.ts';
import { openDatabase } from '../server/context.ts';
import { prepareDataFolder } from '../server/data-folder.ts';
import { whenParentIsGone } from '../server/parent.ts';
import { runServer } from '../server/run.ts';
import { readVersion } from '../server/version.ts';
import { deleteFile } from '../storage/sqlite-file.ts';
import { addExamples } from './examples.ts';
import { DEFAULT_URL } from './exec.ts';
import { print } from './output.ts';
import { addServerFlags, withFlags } from './settings.ts';

interface Flags extends Record<string, unknown> {
  fresh?: boolean;
  log: 'requests' | 'all';
}

/** Adds the command. */
export function addDevCommand(program: Command): void {
  const command = addServerFlags(program.command('dev'))
    .description('start a development server with demo data')
    .option('--fresh', 'start with an empty database; deletes only what connect-apps created')
    .addOption(
      new Option('--log <what>', 'print each request with its caller and reason, and what is sent')
        .choices(['requests', 'all'])
        .default('requests'),
    )
    .action(dev);
  addExamples(command, 'dev', 'dev --port 3000 --fresh', 'dev --log all');
}

async function dev({ log, ...flags }: Flags): Promise<void> {
  const config = withFlags(flags);
  const watchesAll = log === 'all';
  checkLoopback(config.host);
  prepareDataFolder(config);
  if (flags.fresh) await removeDatabase(config);
  const { prepareApp } = await import('../server/start.ts');
  const { createPrinter } = await import('../testing/print.ts');
  const { watchWith } = await import('../testing/watch.ts');
  const app = await prepareApp(config, {
    hasDemoApp: true,
    ownsProcess: true,
    logger: createLogger(config.logLevel, {
      stream: readable(process.stdout, { skipsRequests: watchesAll }),
    }),
    isLogForPerson: true,
    tracing: await findTracing(readVersion()),
    ...(watchesAll && watchWith(createPrinter('all', process.stdout))),
  });
  await runServer(app, config, (origin) => print(welcome(origin)), whenParentIsGone());
}

function welcome(origin: string): string {
  const { accountSid, authToken } = DEMO_DEVELOPER;
  const url = origin === DEFAULT_URL ? '' : ` --url ${origin}`;
  return `connect-apps listens on ${origin}  (documentation: ${origin}/docs)

Open ${origin}/ and click "Demo developer". The console lists three steps to try.
Or open the consent page, click "Demo customer", then Allow:
  ${origin}/authorize/${DEMO_APP_SID}

  developer  ${accountSid}  token ${authToken}
  customer   ${DEMO_CUSTOMER.accountSid}  token ${DEMO_CUSTOMER.authToken}
  sign in as ${DEMO_DEVELOPER.email} or ${DEMO_CUSTOMER.email}, password ${DEMO_PASSWORD}

  curl ${origin}/2010-04-01/Accounts/${accountSid}/ConnectApps/${DEMO_CONNECT_APP_SID}.json \\
    -u ${accountSid}:${authToken}

Run your own code with it, unchanged:  npx connect-apps exec${url} -- COMMAND
Stop with Ctrl-C.
`;
}

function checkLoopback(host: string): void {
  const loopback = new BlockList();
  loopback.addSubnet('127.0.0.0', 8);
  loopback.addAddress('::1', 'ipv6');
  if (
    host === 'localhost' ||
    (isIP(host) && loopback.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4'))
  ) {
    return;
  }
  throw new Problem(
    'setting_invalid',
    `"dev" uses public tokens, so it listens on loopback only, not on ${host}. To serve other machines, use "connect-apps serve".`,
  );
}

/** Removes data that carries our mark, and raises a Problem for anything else. */
async function removeDatabase(config: Config): Promise<void> {
  if (config.database.engine === 'sqlite') {
    if (config.database.path !== ':memory:') deleteFile(config.database.path);
    return;
  }
  const database = openDatabase(config);
  try {
    await database.migration(async (transaction) => database.mark?.drop(transaction));
  } finally {
    await database.close();
  }
}
