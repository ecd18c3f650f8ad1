/** `connect-apps exec -- COMMAND`: a program written for Twilio, against the local server. */

import { randomBytes } from 'node:crypto';
import { type Command, Option } from 'commander';
import { systemClock } from '../clock.ts';
import { DEMO_DEVELOPER } from '../demo/data.ts';
import type { ExecOptions } from '../exec/exec.ts';
import type { RunningServer } from '../exec/find-server.ts';
import { Problem } from '../problem.ts';
import { createConfig, rawEnvironment } from '../server/config.ts';
import { print } from './output.ts';

interface Flags {
  url: string;
  proxyPort: string;
  printEnv?: boolean;
  shell?: string;
  servesShell?: string;
  quiet?: boolean;
}

/** Where it looks for a server that runs. */
export const DEFAULT_URL = 'http://127.0.0.1:2010';

/** Adds the command; `onExit` gets the exit code of the program that was run. */
export function addExecCommand(program: Command, onExit: (exitCode: number) => void): void {
  program
    .command('exec')
    .description('run a command so that its calls to https://api.twilio.com reach the local server')
    .usage('[options] -- COMMAND...')
    .argument('[command...]', 'the command and its arguments, after --')
    .option('--url <url>', 'the local server', DEFAULT_URL)
    .option('--proxy-port <number>', 'the port of the proxy on 127.0.0.1; 0 for any free port', '0')
    .option('--print-env', 'print the settings as export lines, and run the proxy until Ctrl-C')
    .option(
      '--shell <pid>',
      'with --print-env: return immediately, and run the proxy until this process ends',
    )
    .option('--quiet', 'do not print how many requests reached the server')
    .addOption(new Option('--serves-shell <pid>').hideHelp())
    .passThroughOptions()
    .addHelpText(
      'after',
      '\nExamples:\n  $ connect-apps exec -- python app.py\n  $ connect-apps exec -- npm test\n  $ eval "$(connect-apps exec --print-env --shell $$)"',
    )
    .action(async (command: string[], flags: Flags, self: Command) => {
      if (flags.shell !== undefined) {
        if (!flags.printEnv) self.error('error: --shell needs --print-env', { exitCode: 2 });
        return printForShell(flags, onExit);
      }
      const options = await optionsOf(flags);
      // Loaded here: no other command waits for the proxy and its certificates.
      const { execCommand, printEnvironment } = await import('../exec/exec.ts');
      if (flags.servesShell !== undefined) {
        const { sendToStarter, untilEnded } = await import('../exec/background.ts');
        const ended = untilEnded(Number(flags.servesShell));
        return printEnvironment(sendToStarter, Promise.race([ended, untilStopped()]), options);
      }
      if (flags.printEnv) return printEnvironment(print, untilStopped(), options);
      if (command.length === 0) {
        self.error('error: name a command after --, such as: connect-apps exec -- python app.py', {
          exitCode: 2,
        });
      }
      onExit(await execCommand(command, options));
    });
}

/** Prints what the shell evaluates; `false` where that fails, so that `&&` and `set -e` stop there. */
async function printForShell(flags: Flags, onExit: (exitCode: number) => void): Promise<void> {
  if (!/^[1-9]\d*$/.test(flags.shell ?? '')) {
    print('false');
    throw new Problem('setting_invalid', '--shell must be a process id, such as $$.');
  }
  const words = ['exec', '--serves-shell', flags.shell ?? '', '--url', flags.url];
  words.push('--proxy-port', flags.proxyPort, ...(flags.quiet ? ['--quiet'] : []));
  const { startInBackground } = await import('../exec/background.ts');
  const lines = await startInBackground(words);
  print(lines ?? 'false');
  if (lines === undefined) onExit(1);
}

function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}

async function optionsOf(flags: Flags): Promise<ExecOptions> {
  if (!URL.canParse(flags.url) || !/^https?:/.test(flags.url)) {
    throw new Problem('setting_invalid', `--url must be an http or https URL, not ${flags.url}.`);
  }
  const proxyPort = /^\d{1,5}$/.test(flags.proxyPort) ? Number(flags.proxyPort) : Number.NaN;
  if (!(proxyPort <= 65_535)) {
    throw new Problem('setting_invalid', '--proxy-port must be a whole number from 0 to 65535.');
  }
  const { findAuthorityFolder } = await import('../exec/tls/authority-file.ts');
  const environment = rawEnvironment();
  const say = (line: string) => process.stderr.write(`connect-apps: ${line}\n`);
  // A terminal that is gone must not end what still serves.
  process.stderr.on('error', () => {});
  return {
    serverUrl: flags.url,
    startThrowAwayServer,
    authorityFolder: findAuthorityFolder(environment),
    environment,
    credentials: DEMO_DEVELOPER,
    proxyPort,
    clock: systemClock,
    notice: say,
    report: flags.quiet ? () => {} : say,
  };
}

/** A server in memory, with the demo data, on any free port; nothing in the environment sets it up. */
async function startThrowAwayServer(): Promise<RunningServer> {
  // Of this exec alone: what its command runs gets it with the environment.
  const adminKey = randomBytes(32).toString('hex');
  const settings = { PORT: '0', DATABASE_URL: 'sqlite::memory:', ADMIN_KEY: adminKey };
  const { start } = await import('../server/start.ts');
  return { ...(await start(createConfig(settings, 'development'))), adminKey };
}
