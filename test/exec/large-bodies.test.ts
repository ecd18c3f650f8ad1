/** A body that the server refuses, sent through exec: its answer arrives however much is on the way. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectAppPath } from '../api/paths.ts';
import { DATABASES } from '../support/databases.ts';
import { startServer } from '../support/server.ts';
import { runExec } from './support.ts';

const TRIES = 20;

for (const engine of DATABASES) {
  for (const [size, bytes] of [
    ['200 kB', 200_000],
    ['5 MB', 5_000_000],
  ] as const) {
    test(`a POST of ${size} is answered 413 every time on ${engine}`, async (t) => {
      const server = await startServer({ engine });
      t.after(() => server.close());
      const { accountSid, authToken } = server.developer;
      const program = `
    const body = new URLSearchParams({ Description: 'x'.repeat(${bytes}) });
    const authorization = 'Basic ' + Buffer.from('${accountSid}:${authToken}').toString('base64');
    for (let tries = 0; tries < ${TRIES}; tries += 1) {
      const url = 'https://api.twilio.com${connectAppPath(accountSid, server.connectAppSid)}';
      const reply = await fetch(url, { method: 'POST', body, headers: { authorization } });
      console.log(reply.status, JSON.parse(await reply.text()).code);
    }`;
      const command = ['node', '--input-type=module', '-e', program];
      const { code, stdout, stderr } = await runExec(t, command, { serverUrl: server.url });
      assert.equal(code, 0, stderr);
      assert.equal(stdout, '413 20413\n'.repeat(TRIES));
    });
  }
}
