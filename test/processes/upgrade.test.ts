/**
 * An upgrade under load: a server of the version before the newest migrations goes on while the schema becomes
 * theirs, beside a server of this version, and no request fails.
 */

import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { authorizeConnectApp, revokeAuthorization } from '../../src/authorizations/operations.ts';
import { createConfig } from '../../src/server/config.ts';
import { createContext } from '../../src/server/context.ts';
import { objectOf, present } from '../api/narrow.ts';
import { connectAppPath, connectAppsPath } from '../api/paths.ts';
import { ended, originOf, outcomeOf, runCommand, withPrefix } from '../support/cli.ts';
import { TEST_SECRET_KEY } from '../support/context.ts';
import { DATABASES, emptyDatabase } from '../support/databases.ts';
import { startReceiver } from '../support/receiver.ts';
import { startServe } from '../support/serve.ts';
import { send } from '../support/server.ts';
import { until, whenThere } from '../support/until.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
/** The version before migration 0015. After a release, that of the release. */
const PREVIOUS = 'd0104046063334a94d5d2dd4d16debff26850d69';
const CLIENTS = 6;
/** How many requests each part of the story sees. */
const REQUESTS = 300;

const obstacle = await findObstacle();

/** Why the previous version cannot be had: a shallow clone, or what was unpacked from a release, lacks it. */
async function findObstacle(): Promise<string | undefined> {
  if (!existsSync(join(ROOT, '.git'))) return 'SKIPPED: there is no history of git';
  const has = () =>
    git('cat-file', '-e', `${PREVIOUS}^{commit}`).then(
      () => true,
      () => false,
    );
  if (await has()) return;
  await git('fetch', '--quiet', '--unshallow').catch(() => {});
  if (await has()) return;
  return `SKIPPED: there is no commit ${PREVIOUS}: git fetch --unshallow`;
}

function git(...words: string[]) {
  return run('git', ['-c', 'safe.directory=*', ...words], { cwd: ROOT, maxBuffer: 1e9 });
}

describe('an upgrade', { skip: obstacle }, () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'connect-apps-upgrade-'));
    await packPrevious(folder);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  function startPrevious(words: readonly string[], settings: Record<string, string>): ChildProcess {
    return spawn(process.execPath, [join(folder, 'package/bin/connect-apps.js'), ...words], {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder, ...withPrefix(settings) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  for (const engine of DATABASES) {
    it(`fails no request on ${engine}`, async (t) => {
      const settings = {
        DATABASE_URL: await emptyDatabase(engine, folder),
        SECRET_KEY: TEST_SECRET_KEY,
        PORT: '0',
        DRAIN_SECONDS: '0',
        RATE_LIMIT_PER_SECOND: '0',
        CALLBACK_ALLOWED_NETWORKS: '127.0.0.0/8',
      };
      const previous = async (...words: string[]) => {
        const outcome = await outcomeOf(startPrevious([...words, '--json'], settings));
        assert.equal(outcome.exitCode, 0, outcome.stderr);
        return objectOf(JSON.parse(outcome.stdout));
      };
      await previous('migrate');
      const account = await previous('accounts', 'create');
      const auth = { accountSid: String(account.sid), authToken: String(account.auth_token) };
      const receiver = await startReceiver();
      t.after(() => receiver.close());
      const app = await previous(
        ...['apps', 'create', '--account-sid', auth.accountSid, '--friendly-name', 'An app'],
        ...['--authorize-redirect-url', 'https://app.example.com/'],
        ...['--deauthorize-callback-url', receiver.url],
      );

      const old = startPrevious(['serve'], settings);
      t.after(() => old.kill('SIGKILL'));
      const targets = [await originOf(old)];
      const counts = new Map<string, number>();
      let asked = 0;
      let isOver = false;
      t.after(() => {
        isOver = true;
      });
      const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
      const list = connectAppsPath(auth.accountSid);
      const one = connectAppPath(auth.accountSid, String(app.sid));
      const ask = async () => {
        while (!isOver) {
          asked += 1;
          const origin = present(targets[asked % targets.length]);
          const asking =
            asked % 5 === 0
              ? send(origin, 'POST', one, { auth, agent, form: { Description: `${asked}` } })
              : send(origin, 'GET', asked % 5 === 1 ? list : one, { auth, agent });
          const outcome = await asking.then(
            ({ status, text }) => (status === 200 ? '200' : `${status} ${text}`),
            String,
          );
          counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
        }
      };
      const clients = Array.from({ length: CLIENTS }, ask);
      const more = async (what: string) => {
        const begun = asked;
        await until(`there is load ${what}`, () => asked > begun + REQUESTS, 120_000);
      };

      await more('on the old schema');
      const migrated = await runCommand(folder, ['migrate', '--json'], settings);
      assert.equal(migrated.exitCode, 0, migrated.stderr);
      assert.ok(JSON.parse(migrated.stdout).applied.includes('0015-stand-ins'));
      await more('on the new schema');

      const refused = await outcomeOf(startPrevious(['serve'], settings));
      assert.equal(refused.exitCode, 1);
      assert.match(refused.stderr, /was written by a newer version of connect-apps/);

      const current = await startServe(settings.DATABASE_URL, settings);
      t.after(() => current.stop('SIGKILL'));
      targets.push(current.url);
      await more('on both servers');
      await revokeOne(settings, { owner: auth.accountSid, app: String(app.sid) });
      await until('the callback is delivered', () => receiver.received.length === 1);
      await more('while callbacks are delivered');

      targets.shift();
      await more('on the new server alone');
      old.kill('SIGTERM');
      assert.equal(await ended(old), 0);
      isOver = true;
      await Promise.all(clients);
      agent.destroy();
      assert.deepEqual([...counts], [['200', asked]]);
      assert.equal(receiver.received.length, 1);
    });
  }

  /** A customer authorizes the app, and takes the access back. */
  async function revokeOne(
    settings: Record<string, string>,
    { app: connectAppSid }: { owner: string; app: string },
  ): Promise<void> {
    const created = await runCommand(folder, ['accounts', 'create', '--json'], settings);
    const accountSid = String(JSON.parse(created.stdout).sid);
    const context = createContext(createConfig(settings, 'production'), {
      secretKey: TEST_SECRET_KEY,
    });
    // This process meets the writes of two servers, which do not wait for it.
    await whenThere(() => authorizeConnectApp(context, { accountSid, connectAppSid }));
    await whenThere(() => revokeAuthorization(context, { accountSid, connectAppSid }));
    await context.database.close();
  }
});

/** Makes the package of the previous version as its own release would, and unpacks it with today's dependencies. */
async function packPrevious(folder: string): Promise<void> {
  const source = join(folder, 'source');
  await run('mkdir', [source]);
  await git('archive', '--output', join(folder, 'source.tar'), PREVIOUS);
  await run('tar', ['-xf', join(folder, 'source.tar'), '-C', source]);
  for (const place of [source, folder]) {
    await symlink(join(ROOT, 'node_modules'), join(place, 'node_modules'));
  }
  await run('npm', ['pack', '--pack-destination', folder], { cwd: source, maxBuffer: 1e8 });
  const archive = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
  await run('tar', ['-xf', join(folder, present(archive)), '-C', folder]);
}
