/** The Python package `social-auth-core`: its own Twilio backend, unmodified, through consent and back. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { updateConnectApp } from '../../src/connect-apps/operations.ts';
import { startServer } from '../support/server.ts';
import { visit } from '../support/visitor.ts';
import { folderOf } from './describe-client.ts';

const folder = folderOf('social-auth');
const python = join(folder, '.venv/bin/python');
const obstacle = existsSync(python)
  ? undefined
  : 'SKIPPED: test/clients/install.sh has not installed social-auth-core';
if (obstacle !== undefined) {
  if (process.env.CI === 'true') throw new Error(obstacle);
  process.stderr.write(`${obstacle}\n`);
}

const run = promisify(execFile);

describe('social-auth-core', { skip: obstacle }, () => {
  it('begins at its own link, and finds its state again after Allow and after Deny', async (t) => {
    const server = await startServer({ engine: 'sqlite' });
    t.after(() => server.close());
    await updateConnectApp(server.context, server.developer.accountSid, server.connectAppSid, {
      AuthorizeRedirectUrl: 'https://app.example.com/complete/twilio/',
    });
    const backend = async (...words: string[]) =>
      (
        await run(python, [join(folder, 'backend.py'), server.connectAppSid, ...words])
      ).stdout.trim();
    const [link = '', state = ''] = (await backend('begin')).split('\n');
    assert.match(link, /^https:\/\/www\.twilio\.com\/authorize\/CN\w+\?cb=/);
    const { pathname, search } = new URL(link);

    const visitor = visit(server);
    await visitor.get(pathname + search);
    const fields = { email: 'customer@example.com', password: 'connect-apps-demo' };
    const signedIn = await visitor.submit('/sign-in', fields);
    for (const decision of ['deny', 'allow']) {
      await visitor.get(signedIn.headers.location ?? '');
      const reply = await visitor.submit(pathname, { decision });
      assert.equal(reply.status, 302);
      const back = reply.headers.location ?? '';
      assert.equal(
        await backend('complete', back, state),
        decision === 'allow'
          ? `authenticated ${new URL(back).searchParams.get('AccountSid')}`
          : 'refused AuthResponseError',
      );
      assert.equal(await backend('complete', back, 'another state'), 'refused AuthSessionError');
    }
  });
});
