/** Asks the control plane of a test server, which its ready line names. */

import { readFileSync, statSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { Command } from 'commander';
import { Problem } from '../problem.ts';
import { addExamples } from './examples.ts';

export interface ControlFlags {
  server: string;
  world: string;
  json?: boolean;
}

/** How long a server may take from its start to its ready line, and how often that is looked for. */
const START_MS = 15_000;
const LOOK_MS = 50;

export type Ask = (method: string, path: string, body?: object) => Promise<Record<string, unknown>>;

/** Adds the flags that say which server and which world, and an example. */
export function addControlFlags(command: Command, example: string): Command {
  return addExamples(command, `${example} --server server.json`)
    .requiredOption('--server <file>', 'the file with the ready line of "test-server --json"')
    .option('--world <id>', 'the world; the first one when absent', 'default')
    .option('--json', 'print JSON');
}

/** What asks the server of the flags; a path that begins with `…` is one of the world. */
export function controlOf({ server, world }: ControlFlags): Ask {
  let line: ReturnType<typeof readReadyLine> | undefined;
  return async (method, path, body) => {
    line ??= readReadyLine(server);
    const { control, key } = await line;
    // Only here: it takes longer to load than any other command needs.
    const { request } = await import('undici');
    const url = control + path.replace(/^…/, `/worlds/${encodeURIComponent(world)}`);
    const reply = await request(url, {
      method: method === 'POST' ? 'POST' : method === 'DELETE' ? 'DELETE' : 'GET',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
      reset: true,
    }).catch((cause: unknown) => {
      const sentence = `No test server answers at ${control}. Is the one of ${server} still running?`;
      throw new Problem('server_not_ready', sentence, { cause });
    });
    const text = await reply.body.text();
    const answer = asRecord(text === '' ? {} : JSON.parse(text));
    // 408: what was waited for did not come.
    if (reply.statusCode < 400 || reply.statusCode === 408) return answer;
    throw new Problem(
      reply.statusCode === 404 ? 'not_found' : 'parameter_invalid',
      String(answer.message ?? reply.statusCode),
    );
  };
}

async function readReadyLine(path: string): Promise<{ control: string; key: string }> {
  // A shell makes the file before it starts the server.
  const isEmpty = () => statSync(path, { throwIfNoEntry: false })?.size === 0;
  for (let waitedMs = 0; isEmpty() && waitedMs < START_MS; waitedMs += LOOK_MS) {
    await setTimeout(LOOK_MS);
  }
  try {
    const { control, key } = asRecord(JSON.parse(readFileSync(path, 'utf8')));
    if (typeof control === 'string' && typeof key === 'string') return { control, key };
  } catch {
    // The same sentence as for a file with something else.
  }
  throw new Problem(
    'setting_invalid',
    `${path} has no ready line of a test server. Write it with: connect-apps test-server --json --keep > ${path}`,
  );
}

export function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** The objects of a list that came. */
export function listOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.map(asRecord) : [];
}
