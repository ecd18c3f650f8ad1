/** `connect-apps health`: whether a server is ready, for images and scripts without curl. */

import { isIPv6 } from 'node:net';
import type { Command } from 'commander';
import { Problem } from '../problem.ts';
import { addExamples } from './examples.ts';
import { print, printItem } from './output.ts';
import { withFlags } from './settings.ts';

const TIMEOUT_MS = 5000;

interface Flags {
  url?: string;
  json?: boolean;
}

/** Adds the command. */
export function addHealthCommand(program: Command): void {
  const command = program
    .command('health')
    .description('check that a server is ready; exits with 0 if it is and 1 if not')
    .option('--url <url>', 'the server (default: the one in your settings)')
    .option('--json', 'print JSON')
    .action(async (flags: Flags) => {
      const url = originOf(flags);
      await checkReady(url);
      if (flags.json) printItem({ url, ready: true }, true);
      else print(`${url} is ready.`);
    });
  addExamples(command, 'health', 'health --url http://127.0.0.1:2010');
}

function originOf({ url }: Flags): string {
  if (url !== undefined) {
    const parsed = URL.parse(url);
    if (parsed && /^https?:$/.test(parsed.protocol)) return parsed.origin;
    throw new Problem('setting_invalid', '--url must be an http or https URL.');
  }
  const { host, port } = withFlags({});
  // A server that listens on every address answers on this machine's own.
  const address = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${isIPv6(address) ? `[${address}]` : address}:${port}`;
}

/** Raises `server_not_ready` unless /readyz answers 200. */
async function checkReady(url: string): Promise<void> {
  // Only here: it takes longer to load than any other command needs.
  const { request } = await import('undici');
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  let status: number;
  try {
    // Not with fetch, which refuses some ports.
    const reply = await request(`${url}/readyz`, { signal, reset: true });
    await reply.body.dump();
    status = reply.statusCode;
  } catch (cause) {
    const sentence = `No server answers at ${url} (${reasonOf(cause)}).`;
    throw new Problem('server_not_ready', sentence, { cause });
  }
  if (status === 200) return;
  throw new Problem(
    'server_not_ready',
    `The server at ${url} is not ready: it answered ${status}.`,
  );
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `nothing within ${TIMEOUT_MS / 1000} s`;
  return 'code' in error ? String(error.code) : error.message;
}
