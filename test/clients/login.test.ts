/** `twilio login` of Twilio's command line, typed on a terminal: it makes an API key, and its profile works. */

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { arrayOf, objectOf } from '../api/narrow.ts';
import { DATABASES } from '../support/databases.ts';
import { startServer } from '../support/server.ts';
import { TERMINAL_OBSTACLE, typeInto } from '../support/terminal.ts';
import { folderOf } from './describe-client.ts';

const twilio = join(folderOf('cli'), 'node_modules/.bin/twilio');
const isInstalled = existsSync(twilio) || process.env.CI === 'true';
const obstacle = isInstalled
  ? TERMINAL_OBSTACLE
  : 'SKIPPED: test/clients/install.sh has not installed it';

for (const engine of DATABASES) {
  describe(`twilio login on ${engine}`, { skip: obstacle }, () => {
    it('makes an API key, and its profile sends and lists messages until the key is deleted', async (t) => {
      const server = await startServer({ engine });
      t.after(() => server.close());
      const home = await mkdtemp(join(tmpdir(), 'connect-apps-login-'));
      t.after(() => rm(home, { recursive: true, force: true }));
      const { accountSid, authToken } = server.developer;
      const keys = `/2010-04-01/Accounts/${accountSid}/Keys`;
      const type = (words: string[], ...steps: { expect: string; type: string }[]) =>
        typeInto(['exec', '--quiet', '--url', server.url, '--', twilio, ...words], steps, {
          folder: home,
        });
      const run = async (...words: string[]) => {
        const { exitCode, shown } = await type(words);
        assert.equal(exitCode, 0, shown);
        return shown;
      };

      const login = await type(
        ['login'],
        { expect: 'The Account SID for', type: `${accountSid}\r` },
        { expect: 'Your Twilio Auth Token', type: `${authToken}\r` },
        { expect: 'Shorthand identifier', type: 'local\r' },
        // `exec` has put the account and its token into the environment, too.
        { expect: 'Continue setting up', type: 'y\r' },
      );
      assert.equal(login.exitCode, 0, login.shown);
      assert.match(login.shown, /Created API Key SK[0-9a-f]{32}/);
      const listed = await server.request('GET', `${keys}.json`, { auth: server.developer });
      const [key, ...others] = arrayOf(objectOf(listed.json).keys).map(objectOf);
      assert.deepEqual(others, []);
      assert.match(String(key?.friendly_name), /^twilio-cli/);
      assert.ok(login.shown.includes(String(key?.sid)));

      await run('profiles:use', 'local');
      assert.match(await run('profiles:list'), new RegExp(`local +${accountSid}`));
      const sent = ['--from', '+15005550006', '--to', '+15558675310', '--body', 'Hello'];
      await run('api:core:messages:create', ...sent, '--profile', 'local');
      assert.match(await run('api:core:messages:list', '--profile', 'local'), /outbound-api/);

      await server.request('DELETE', `${keys}/${key?.sid}.json`, { auth: server.developer });
      const refused = await type(['api:core:messages:list', '--profile', 'local']);
      assert.notEqual(refused.exitCode, 0);
      assert.match(refused.shown, /20003/);
    });
  });
}
