/** What the files of this program share: who asks, with which app, and what a check is. */

import assert from 'node:assert/strict';
import { env } from 'node:process';
import twilio from 'twilio';

export const { TWILIO_ACCOUNT_SID = '', TWILIO_AUTH_TOKEN = '', CONNECT_APP_SID = '' } = env;
export const UNKNOWN_APP_SID = `CN${'f'.repeat(32)}`;
export const UNKNOWN_ACCOUNT_SID = `AC${'f'.repeat(32)}`;
export const TEXT = 'שלום e\u0301 👩🏽\u200d🚀 "q" <b>&amp;</b> 100% + 1; a=b';

export const client = twilio(TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN);
export const apps = client.connectApps;
export const app = apps(CONNECT_APP_SID);

/** Runs one check and prints how it ended. */
export async function check(name: string, run: () => unknown): Promise<void> {
  try {
    await run();
    process.stdout.write(`ok ${name}\n`);
  } catch (error) {
    process.exitCode = 1;
    process.stdout.write(`not ok ${name}: ${String(error).replaceAll('\n', ' ')}\n`);
  }
}

/** `call` must end in the library's own exception, with all three. */
export async function refused(
  status: number,
  code: number,
  message: string,
  call: () => Promise<unknown>,
): Promise<void> {
  const error = await call().then(
    () => new Error('it was not refused'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof twilio.RestException, String(error));
  assert.deepEqual([error.status, error.code], [status, code]);
  assert.ok(error.message.includes(message), error.message);
}

/** The SIDs of what a list gave. */
export function sids(records: readonly { sid: string }[] | undefined): string[] | undefined {
  return records?.map((record) => record.sid);
}
