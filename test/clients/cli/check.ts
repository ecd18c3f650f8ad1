/** What the files of this program share: how a command is run, and what a check is. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { env } from 'node:process';

const TWILIO = join(import.meta.dirname, 'node_modules/.bin/twilio');
export const { TWILIO_ACCOUNT_SID = '', CONNECT_APP_SID = '' } = env;
export const UNKNOWN_APP_SID = `CN${'f'.repeat(32)}`;
export const UNKNOWN_ACCOUNT_SID = `AC${'f'.repeat(32)}`;
export const TEXT = 'שלום e\u0301 👩🏽\u200d🚀 "q" <b>&amp;</b> 100% + 1; a=b';

/** What the command line prints of one resource. */
export type Properties = Record<string, unknown>;
export type Credentials = {
  TWILIO_ACCOUNT_SID?: string | undefined;
  TWILIO_AUTH_TOKEN?: string | undefined;
  TWILIO_API_KEY?: string;
  TWILIO_API_SECRET?: string;
  TWILIO_EDGE?: string;
};

/** Runs one check and prints how it ended. */
export function check(name: string, run: () => void): void {
  try {
    run();
    process.stdout.write(`ok ${name}\n`);
  } catch (error) {
    process.exitCode = 1;
    process.stdout.write(`not ok ${name}: ${String(error).replaceAll('\n', ' ')}\n`);
  }
}

/** Runs a command of the core API, with whatever result. */
export function spawnTwilio(command: string, flags: readonly string[], credentials: Credentials) {
  const arguments_ = [`api:core:${command}`, ...flags];
  return spawnSync(TWILIO, arguments_, { env: { ...env, ...credentials }, encoding: 'utf8' });
}

/** Runs a command that must succeed and returns the items that it prints. */
export function run(command: string, flags: string[], credentials: Credentials = {}): Properties[] {
  const { status, stdout, stderr } = spawnTwilio(command, [...flags, '-o', 'json'], credentials);
  assert.equal(status, 0, stderr);
  return stdout.trim() === '' ? [] : JSON.parse(stdout);
}

/** Runs a command that must fail with the code and the message of the server. */
export function refused(
  code: number,
  message: string,
  command: string,
  flags: string[],
  credentials: Credentials = {},
): void {
  const { status, stderr } = spawnTwilio(command, flags, credentials);
  assert.notEqual(status, 0);
  // It folds long lines wherever they have a space.
  const said = stderr.replaceAll(/\s*\n[\s»›]*/g, ' ');
  assert.ok(said.includes(`Error code ${code} from Twilio: ${message}`), said);
}
