/** `connect-apps test-server`: worlds for tests of any language, and the control plane. */

import { type Command, Option } from 'commander';
import { createConfig } from '../server/config.ts';
import { nameListenError } from '../server/run.ts';
import { addExamples } from './examples.ts';
import { print } from './output.ts';

interface Flags {
  port: string;
  host: string;
  seed?: string;
  now?: string;
  fixture?: string;
  json?: boolean;
  keep?: boolean;
  log: 'silent' | 'refused' | 'all';
}

/** Adds the command. */
export function addTestServerCommand(program: Command): void {
  const command = program
    .command('test-server')
    .description('start a server for tests, in memory, with a control plane under /_test')
    .option('--port <number>', 'the port to listen on; 0 for any that is free', '0')
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .option('--seed <number>', 'make SIDs and tokens of the first world from this number')
    .option('--now <time>', 'where the clock of the first world stands')
    .option('--fixture <file>', 'what the first world begins with: a JSON or YAML file')
    .option('--json', 'print the ready line as JSON')
    .option('--keep', 'go on when standard input ends')
    .addOption(
      new Option('--log <what>', 'print requests and callbacks on standard error')
        .choices(['silent', 'refused', 'all'])
        .default('silent'),
    )
    .action(serve);
  addExamples(command, 'test-server', 'test-server --json --keep --seed 1');
}

async function serve(flags: Flags): Promise<void> {
  const { host, seed, now, fixture, log } = flags;
  const config = createConfig({ HOST: host, PORT: flags.port }, 'development');
  const first = {
    ...(seed !== undefined && { seed: Number(seed) }),
    ...(now !== undefined && { now }),
    ...(fixture !== undefined && { fixture }),
  };
  // Only here: no other command waits for the server to load.
  const { startTestServer } = await import('../control/server.ts');
  const server = await startTestServer({ host, port: config.port, first, log }).catch((error) => {
    throw nameListenError(error, config);
  });
  const { url, control, key, world } = server;
  const ready = { ready: true, url, control, key, pid: process.pid, world };
  print(flags.json ? JSON.stringify(ready) : describe(ready));
  await untilEnded(flags.keep === true);
  await server.close();
}

function describe({
  url,
  control,
  key,
  world,
}: {
  url: string;
  control: string;
  key: string;
  world: { developer: { accountSid: string; authToken: string } };
}): string {
  return `connect-apps listens on ${url}
  control plane  ${control}  key ${key}
  developer      ${world.developer.accountSid}  token ${world.developer.authToken}`;
}

/** Resolves when whoever started it is gone: its end of standard input closes with it, however it ended. */
function untilEnded(isKept: boolean): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
    if (isKept) return;
    process.stdin
      .once('end', resolve)
      .once('close', resolve)
      .once('error', () => resolve());
    process.stdin.resume();
  });
}
