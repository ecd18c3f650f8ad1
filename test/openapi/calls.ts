/** What the programs of this folder do with a generated client: each prints `ok` and one of these. */

import assert from 'node:assert/strict';
import type { TestServer } from '../support/server.ts';
import type { Outcome } from './tools.ts';

const CALLS = [
  'fetches',
  'lists in two pages',
  'updates',
  'reads an error',
  'reads XML',
  'reads CSV',
];

/** Runs a program with the URL of a server that has three apps, credentials and an app's SID. */
export async function checkCalls(
  server: TestServer,
  runProgram: (parameters: readonly string[]) => Promise<Outcome>,
): Promise<void> {
  const { accountSid, authToken } = server.developer;
  const { code, output } = await runProgram([
    server.url,
    accountSid,
    authToken,
    server.connectAppSid,
  ]);
  assert.equal(code, 0, output);
  for (const call of CALLS)
    assert.ok(output.split('\n').includes(`ok ${call}`), `${call}: ${output}`);
}
