/** `connect-apps exec -- COMMAND`: a program written for Twilio, against the local server. */

import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { createApp } from '../app.ts';
import { systemClock } from '../clock.ts';
import { createConfig, rawEnvironment } from '../config.ts';
import { DEMO_DEVELOPER, seedDemoData } from '../demo.ts';
import { type ExecOptions, execCommand, printEnvironment } from '../exec/exec.ts';
import type { RunningServer } from '../exec/find-server.ts';
import { Problem } from '../problem.ts';
import { findSecretKey } from '../secret-key.ts';
import { migrate } from '../storage/migrate.ts';
import { print } from './output.ts';

interface Flags {
  url: string;
  proxyPort: string;
  printEnv?: boolean;
}

/** Adds the command; `onExit` gets the exit code of the program that was run. */
export function addExecCommand(program: Command, onExit: (exitCode: number) => void): void {
  program
    .command('exec')
    .description('run a command so that its calls to https://api.twilio.com reach the local server')
    .usage('[options] -- COMMAND...')
    .argument('[command...]', 'the command and its arguments, after --')
    .option('--url <url>', 'the local server', 'http://127.0.0.1:2010')
    .option('--proxy-port <number>', 'the port of the proxy on 127.0.0.1; 0 for any free one', '0')
    .option('--print-env', 'print the settings as export lines, and serve them until Ctrl-C')
    .passThroughOptions()
    .addHelpText(
      'after',
      '\nExamples:\n  $ connect-apps exec -- python app.py\n  $ connect-apps exec -- npm test\n  $ connect-apps exec --print-env > env.sh & . ./env.sh',
    )
    .action(async (command: string[], flags: Flags, self: Command) => {
      const options = optionsOf(flags);
      if (flags.printEnv) {
        const stopped = new Promise<void>((resolve) => {
          process.once('SIGINT', () => resolve());
          process.once('SIGTERM', () => resolve());
        });
        return printEnvironment(print, stopped, options);
      }
      if (command.length === 0) {
        self.error('error: name a command after --, such as: connect-apps exec -- python app.py', {
          exitCode: 2,
        });
      }
      onExit(await execCommand(command, options));
    });
}

function optionsOf(flags: Flags): ExecOptions {
  if (!URL.canParse(flags.url) || !/^https?:/.test(flags.url)) {
    throw new Problem('setting_invalid', `--url must be an http or https URL, not ${flags.url}.`);
  }
  const proxyPort = /^\d{1,5}$/.test(flags.proxyPort) ? Number(flags.proxyPort) : Number.NaN;
  if (!(proxyPort <= 65_535)) {
    throw new Problem('setting_invalid', '--proxy-port must be a whole number from 0 to 65535.');
  }
  const environment = rawEnvironment();
  return {
    serverUrl: flags.url,
    startThrowAwayServer,
    dataFolder: join(environment.XDG_DATA_HOME ?? join(homedir(), '.local/share'), 'connect-apps'),
    environment,
    credentials: DEMO_DEVELOPER,
    proxyPort,
    clock: systemClock,
    notice: (line) => process.stderr.write(`connect-apps: ${line}\n`),
  };
}

/** A server in memory, with the demo data, on any free port. */
async function startThrowAwayServer(): Promise<RunningServer> {
  const config = createConfig(
    { PORT: '0', DATABASE_URL: 'sqlite::memory:', LOG_LEVEL: 'silent' },
    'development',
  );
  const app = await createApp(config, { secretKey: findSecretKey(config) });
  await migrate(app.context.database);
  await seedDemoData(app.context);
  return { url: await app.listen(), close: () => app.close() };
}
