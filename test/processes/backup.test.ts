/** The commands of docs/operating.md, "Back up and restore", as they stand there, while a server writes. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { objectOf, stringOf } from '../api/narrow.ts';
import { accountPath, accountsPath } from '../api/paths.ts';
import { runCommand, withPrefix } from '../support/cli.ts';
import { openContext, TEST_SECRET_KEY, type TestContext } from '../support/context.ts';
import { DATABASES, emptyDatabase } from '../support/databases.ts';
import { blockOf } from '../support/guide.ts';
import { POSTGRES_FOLDER } from '../support/postgres.ts';
import { type ServeProcess, startServe } from '../support/serve.ts';
import type { Credentials } from '../support/server.ts';
import { until } from '../support/until.ts';

const ROOT = join(import.meta.dirname, '../..');

for (const engine of DATABASES) {
  describe(`backup and restore on ${engine}`, () => {
    let world: TestContext;
    let owner: Credentials;
    let server: ServeProcess;
    let folder: string;
    before(async () => {
      world = await openContext(engine);
      owner = await world.createAccount();
      server = await startServe(world.databaseUrl);
      folder = await mkdtemp(join(tmpdir(), 'connect-apps-backup-'));
      await mkdir(join(folder, 'bin'));
      const script = `#!/bin/sh\nexec '${process.execPath}' '${join(ROOT, 'src/main.ts')}' "$@"\n`;
      await writeFile(join(folder, 'bin/connect-apps'), script, { mode: 0o755 });
    });
    after(async () => {
      await server?.stop();
      await rm(folder, { recursive: true, force: true });
      await world?.close();
    });

    /** Runs a block of the guide in a folder, as an operator would. */
    async function paste(block: string, cwd: string, settings: Record<string, string>) {
      const shell = spawn('sh', ['-euc', blockOf(`sh ${block}`)], {
        cwd,
        env: {
          PATH: `${join(folder, 'bin')}:${POSTGRES_FOLDER}:${process.env.PATH}`,
          ...withPrefix({ SECRET_KEY: TEST_SECRET_KEY, PORT: '0', ...settings }),
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const said = Promise.all([text(shell.stdout), text(shell.stderr)]);
      const [code] = await once(shell, 'exit');
      assert.equal(code, 0, (await said).join(''));
      return (await said)[0];
    }

    it('restores everything that was acknowledged before the backup began', async () => {
      const acknowledged: Credentials[] = [];
      let isWriting = true;
      const writers = [1, 2, 3, 4].map(async () => {
        while (isWriting) {
          const reply = await server.request('POST', accountsPath(), { auth: owner });
          assert.equal(reply.status, 201);
          const { sid, auth_token } = objectOf(reply.json);
          acknowledged.push({ accountSid: stringOf(sid), authToken: stringOf(auth_token) });
        }
      });
      await until('there are writes', () => acknowledged.length > 100);
      const before = acknowledged.slice();
      await paste(`backup-${engine}`, folder, { DATABASE_URL: world.databaseUrl });
      await until('there are more', () => acknowledged.length > before.length + 20);
      isWriting = false;
      await Promise.all(writers);

      const elsewhere = engine === 'postgres' ? await emptyDatabase(engine, folder) : undefined;
      const said = await paste(`restore-${engine}`, folder, {
        ...(elsewhere && { NEW_DATABASE_URL: elsewhere }),
      });
      assert.match(said, /schema +ok\nkey +ok\n/);
      const restored = await startServe(
        elsewhere ?? `sqlite:${join(folder, '.connect-apps/connect-apps.db')}`,
      );
      for (const auth of before) {
        const reply = await restored.request('GET', accountPath(auth.accountSid), { auth });
        assert.equal(reply.status, 200);
      }
      assert.equal(await restored.stop(), 0);
    });
  });
}

describe('backup', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'connect-apps-backup-'));
    await runCommand(folder, ['migrate']);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('overwrites nothing, and leaves nothing of what it could not do', async () => {
    await writeFile(join(folder, 'there.db'), 'precious');
    const before = await readdir(folder);
    for (const [words, sentence] of [
      [['there.db'], /there\.db already exists\. Choose another name/],
      [['no/such/folder.db'], /^connect-apps: Cannot back up .*connect-apps\.db: .*\.\n$/],
      [
        ['x.db', '--database-url', 'sqlite:absent.db'],
        /^connect-apps: No database at \/.*\/absent\.db\. /,
      ],
      [['x.db', '--database-url', 'sqlite::memory:'], /stores nothing/],
      [['x.db', '--database-url', 'postgres://a/b'], /pg_dump --format=custom/],
    ] as const) {
      const { exitCode, stderr } = await runCommand(folder, ['backup', ...words]);
      assert.equal(exitCode, 1);
      assert.match(stderr, sentence);
    }
    assert.deepEqual(await readdir(folder), before);
    assert.equal(readFileSync(join(folder, 'there.db'), 'utf8'), 'precious');
  });
});
