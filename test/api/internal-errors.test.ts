/** Failures of our own: 500 with Twilio's body and nothing of the inside, and a line in the log. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createKeyring } from '../../src/keys/keyring.ts';
import { DATABASES } from '../support/databases.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { checkProblem } from './check-problem.ts';
import { accountPath } from './paths.ts';

for (const engine of DATABASES) {
  describe(`failures of our own on ${engine}`, () => {
    let server: TestServer;
    before(async () => {
      server = await startServer({ engine });
    });
    after(() => server.close());

    /** Leaves the account a token that was sealed with a key that this server does not have. */
    async function spoil(accountSid: string): Promise<void> {
      const sealed = createKeyring('a key of another server, long enough').seal('x', accountSid);
      await server.context.database.transaction((transaction) =>
        transaction
          .updateTable('accounts')
          .set({ token_sealed: sealed })
          .where('sid', '=', accountSid)
          .execute(),
      );
    }

    it('answers 500, 20500 in JSON and XML when a token cannot be opened', async () => {
      const account = await server.createAccount({});
      await spoil(account.accountSid);
      for (const extension of ['.json', '', '.xml', '.csv']) {
        const path = accountPath(account.accountSid, extension);
        const reply = await server.request('GET', path, { auth: account });
        checkProblem(reply, { status: 500, code: 20500 });
        assert.doesNotMatch(reply.text, /SECRET_KEY|key|token|src\/|\.ts/i);
      }
    });

    it('answers 500, 20500 for a mistake that nobody foresaw', async () => {
      const account = await server.createAccount({});
      await server.context.database.transaction((transaction) =>
        transaction
          .updateTable('accounts')
          .set({ token_sealed: '' })
          .where('sid', '=', account.accountSid)
          .execute(),
      );
      const path = accountPath(account.accountSid, '.json');
      const reply = await server.request('GET', path, { auth: account });
      checkProblem(reply, { status: 500, code: 20500 });
    });

    it('says in the log what happened, under the id that the client has', async () => {
      const account = await server.createAccount({});
      await spoil(account.accountSid);
      const path = accountPath(account.accountSid, '.json');
      const reply = await server.request('GET', path, { auth: account });
      const id = reply.headers['twilio-request-id'] ?? '';
      assert.match(id, /^RQ[0-9a-f]{32}$/);
      const lines = server.logs().split('\n');
      const line = lines.find((one) => one.includes(id) && one.includes('The request failed'));
      assert.match(line ?? '', /another secret key/);
      assert.ok(!(line ?? '').includes(account.authToken));
    });
  });
}
