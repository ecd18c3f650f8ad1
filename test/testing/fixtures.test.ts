/** Fixtures as files: from a running `dev` into a world and into `test-server`, and by hand in YAML. */

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { DEMO_APP_SID, DEMO_CUSTOMER, DEMO_DEVELOPER } from '../../src/demo/data.ts';
import { start } from '../../src/testing.ts';
import { ended, originOf, runCommand, startCommand } from '../support/cli.ts';
import { send } from '../support/server.ts';

describe('a fixture', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'connect-apps-fixtures-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function json(words: readonly string[], environment: Record<string, string> = {}) {
    const outcome = await runCommand(folder, [...words, '--json'], environment);
    assert.equal(outcome.exitCode, 0, outcome.stderr);
    return JSON.parse(outcome.stdout);
  }

  it('is exported from a running dev, and a world begins with it', async () => {
    const dev = startCommand(folder, ['dev', '--port', '0']);
    await originOf(dev);
    const given = await json([
      ...['authorizations', 'create', '--account-sid', DEMO_CUSTOMER.accountSid],
      ...['--connect-app-sid', DEMO_APP_SID],
    ]);
    for (const name of ['fixture.json', 'fixture.yaml']) {
      const counts = { accounts: 3, connect_apps: 2, users: 2, authorizations: 1 };
      assert.deepEqual(await json(['export', name]), { file: name, ...counts });
      const path = join(folder, name);
      assert.equal((await stat(path)).mode & 0o077, 0, 'it holds Auth Tokens');
      await using world = await start({ fixture: path });
      assert.equal(world.developer.authToken, DEMO_DEVELOPER.authToken);
      assert.equal(world.customer.accountSid, DEMO_CUSTOMER.accountSid);
      const accountSid = given.account_sid;
      const reply = await send(world.url, 'GET', `/2010-04-01/Accounts/${accountSid}.json`, {
        auth: { accountSid, authToken: DEMO_DEVELOPER.authToken },
      });
      assert.equal(reply.status, 200, 'the authorization is there');
    }
    dev.kill('SIGTERM');
    await ended(dev);
  });

  it('is not exported from a database that could be served', async () => {
    const settings = { DATA_DIR: join(folder, 'served') };
    await runCommand(folder, ['migrate'], settings);
    await json(['accounts', 'create', '--friendly-name', 'Acme'], settings);
    const { exitCode, stderr } = await runCommand(folder, ['export', 'served.json'], settings);
    assert.equal(exitCode, 1);
    assert.match(stderr, /Only the database of "connect-apps dev" can be exported/);
    await assert.rejects(readFile(join(folder, 'served.json')));
  });

  it('can be written in YAML by hand, where a token of digits stays what it is', async () => {
    const path = join(folder, 'hand.yml');
    await writeFile(
      path,
      `# The two accounts, and an app that was removed.
developer: AC0000000000000000000000000000000a
customer: AC0000000000000000000000000000000b
accounts:
  - sid: AC0000000000000000000000000000000a
    authToken: 00000000000000000000000000000017
  - { sid: AC0000000000000000000000000000000b, authToken: 12345678901234567890123456789012 }
people:
  - { email: a@example.com, password: connect-apps-demo, accounts: [AC0000000000000000000000000000000a] }
  - { email: b@example.com, password: connect-apps-demo, accounts: [AC0000000000000000000000000000000b] }
connectApps:
  - sid: CN0000000000000000000000000000000a
    accountSid: AC0000000000000000000000000000000a
    description: null
    permissions: [get-all]
authorizations:
  - accountSid: AC0000000000000000000000000000000b
    connectAppSid: CN0000000000000000000000000000000a
    subaccountSid: AC0000000000000000000000000000000c
    isRevoked: true
`,
    );
    await using world = await start({ fixture: path });
    assert.equal(world.developer.authToken, '00000000000000000000000000000017');
    assert.equal(world.customer.authToken, '12345678901234567890123456789012');
    assert.equal(world.connectApp.description, null);
    const { authorizations = [] } = await world.export();
    assert.equal(authorizations[0]?.isRevoked, true);
  });

  it('that cannot be read is named in one sentence', async () => {
    await writeFile(join(folder, 'wrong.yaml'), 'accounts: [');
    await writeFile(join(folder, 'other.json'), '{"accounts":5}');
    for (const name of ['missing.json', 'wrong.yaml', 'other.json']) {
      const words = ['test-server', '--fixture', name];
      const { exitCode, stderr } = await runCommand(folder, words);
      assert.equal(exitCode, 1);
      assert.match(stderr, new RegExp(`^connect-apps: Cannot read the fixture ${name}: `));
      assert.doesNotMatch(stderr, /bug/);
    }
  });
});
