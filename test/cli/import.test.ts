/** Imports: many accounts from a file, and a real account by its API, which here is that of our own server. */

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runCommand } from '../support/cli.ts';
import { DATABASES, settingsOfDatabase } from '../support/databases.ts';
import { startServer } from '../support/server.ts';

const sidOf = (kind: string, number: number) => kind + number.toString(16).padStart(32, '0');

for (const engine of DATABASES) {
  describe(`imports on ${engine}`, () => {
    let folder: string;
    let settings: Record<string, string>;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'connect-apps-import-'));
      settings = await settingsOfDatabase(engine);
      await runCommand(folder, ['migrate'], settings);
    });
    after(() => rm(folder, { recursive: true, force: true }));

    async function json(words: string[], environment: Record<string, string> = {}) {
      const { stdout, stderr, exitCode } = await runCommand(folder, [...words, '--json'], {
        ...settings,
        ...environment,
      });
      return { item: JSON.parse(stdout || 'null'), stderr, exitCode };
    }

    async function importLines(lines: readonly unknown[]) {
      const text = lines.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
      await writeFile(join(folder, 'accounts.ndjson'), `\ufeff${text.join('\r\n')}\r\n`);
      return json(['accounts', 'import', 'accounts.ndjson']);
    }

    it('bring SIDs, owners, statuses and both tokens, in any order, and twice change nothing', async () => {
      const child = { sid: sidOf('AC', 102), owner_account_sid: sidOf('AC', 101) };
      const parent = {
        sid: sidOf('AC', 101),
        friendly_name: 'Acme 🚀',
        status: 'suspended',
        type: 'Trial',
        auth_token: 'a platform-token'.replace(' ', '-'),
        secondary_auth_token: 'another-platform-token',
      };
      const many = Array.from({ length: 1200 }, (_, index) => ({ sid: sidOf('AC', 1000 + index) }));
      const first = await importLines([child, parent, '', ...many]);
      const counts = { lines: 1202, updated: 0, refused: 0 };
      assert.equal(first.exitCode, 0, first.stderr);
      assert.equal(first.stderr, '', 'no bar where there is no terminal');
      assert.deepEqual(first.item, { ...counts, created: 1202, unchanged: 0 });
      const again = await importLines([child, parent, ...many]);
      assert.deepEqual(again.item, { ...counts, created: 0, unchanged: 1202 });

      const shown = await json(['accounts', 'show', parent.sid]);
      const { friendly_name, status, type, auth_token } = shown.item;
      assert.deepEqual(
        [friendly_name, status, type, auth_token],
        [parent.friendly_name, parent.status, parent.type, parent.auth_token],
      );
      assert.equal((await json(['accounts', 'show', child.sid])).item.type, 'Trial');

      const changed = await importLines([{ ...parent, status: 'active' }]);
      assert.equal(changed.item.updated, 1);
      const trail = await json(['audit', 'list', '--account-sid', parent.sid]);
      const events = trail.item.map((one: { event_type: string }) => one.event_type);
      assert.deepEqual(events.sort(), [
        'account.activated',
        'account.imported',
        'account.imported',
      ]);
    });

    it('name each line that cannot be, with its number and why, and import the others', async () => {
      const { item, stderr, exitCode } = await importLines([
        { sid: sidOf('AC', 201) },
        'not JSON',
        { sid: 'AC1' },
        { sid: sidOf('AC', 202), auth_token: `$2b$12$${'x'.repeat(53)}` },
        { sid: sidOf('AC', 203), auth_token_hash: 'x' },
        { sid: sidOf('AC', 204), owner_account_sid: sidOf('AC', 999) },
        `{"sid":"${sidOf('AC', 205)}","friendly_name":"${'x'.repeat(1_000_000)}"}`,
        { sid: sidOf('AC', 206), status: 'gone' },
        { sid: sidOf('AC', 207) },
      ]);
      assert.equal(exitCode, 1);
      assert.deepEqual(item, { lines: 9, created: 2, updated: 0, unchanged: 0, refused: 7 });
      const named = [...stderr.matchAll(/^connect-apps: line (\d+): (.+)$/gm)];
      assert.deepEqual(named.map(([, number]) => Number(number)).sort(), [2, 3, 4, 5, 6, 7, 8]);
      const reasonOf = (line: string) => named.find(([, number]) => number === line)?.[2] ?? '';
      assert.match(reasonOf('4'), /hash, which cannot be imported/);
      assert.match(reasonOf('6'), /import the parent first/);
      assert.match(stderr, /7 of 9 lines could not be imported/);
    });

    it('read a real account by its API, twice, into a file or the database', async () => {
      const real = await startServer({ engine: 'sqlite' });
      try {
        const { developer, customer, connectAppSid } = real;
        await real.createAccount({ friendlyName: 'Shop', owner: developer.accountSid });
        await real.createApps(developer.accountSid, 3);
        const environment = {
          TWILIO_ACCOUNT_SID: developer.accountSid,
          TWILIO_AUTH_TOKEN: developer.authToken,
        };
        const words = ['import', '--from-twilio', '--api-url', real.url];
        for (const _ of ['once', 'twice']) {
          const { item, stderr } = await json(words, environment);
          assert.equal(stderr, '');
          assert.deepEqual(item, { accounts: 2, connect_apps: 4 });
        }
        const app = await json(['apps', 'show', connectAppSid]);
        assert.equal(app.item.account_sid, developer.accountSid);
        const account = await json(['accounts', 'show', developer.accountSid]);
        assert.equal(account.item.auth_token, developer.authToken);

        await json([...words, '--output', 'account.json'], environment);
        const file = join(folder, 'account.json');
        assert.equal((await stat(file)).mode & 0o777, 0o600);
        const fixture = JSON.parse(await readFile(file, 'utf8'));
        assert.equal(fixture.connect_apps.length, 4);
        assert.equal(fixture.accounts[0].uri, undefined);

        const wrong = await json(words, { ...environment, TWILIO_AUTH_TOKEN: customer.authToken });
        assert.equal(wrong.exitCode, 1);
        assert.match(wrong.stderr, /Cannot read the account at .*: it answered 401\./);
        assert.doesNotMatch(wrong.stderr, new RegExp(customer.authToken));
      } finally {
        await real.close();
      }
    });
  });
}
