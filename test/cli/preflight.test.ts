/** `doctor` finds what `serve` refuses, in the same words. */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { sql } from 'kysely';
import { seedDemoData } from '../../src/demo/data.ts';
import { createConfig } from '../../src/server/config.ts';
import { openDatabase } from '../../src/server/context.ts';
import { listen } from '../exec/support.ts';
import { runCommand } from '../support/cli.ts';
import { openContext, TEST_SECRET_KEY, type TestContext } from '../support/context.ts';
import { DATABASES, emptyDatabase } from '../support/databases.ts';

for (const engine of DATABASES) {
  describe(`doctor, as against serve, on ${engine}`, () => {
    let folder: string;
    let world: TestContext;
    let well: Record<string, string>;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'connect-apps-preflight-'));
      world = await openContext(engine);
      await world.createAccount();
      well = { SECRET_KEY: TEST_SECRET_KEY, PORT: '0', DATABASE_URL: world.databaseUrl };
    });
    after(async () => {
      await world?.close();
      await rm(folder, { recursive: true, force: true });
    });

    async function check(name: string, more: Record<string, string>, expected: RegExp) {
      const environment = { ...well, ...more };
      const serve = await runCommand(folder, ['serve'], environment);
      const doctor = await runCommand(folder, ['doctor', '--json'], environment);
      assert.equal(serve.exitCode, 1, serve.stdout);
      assert.match(serve.stderr, expected);
      assert.equal(doctor.exitCode, 1, doctor.stdout);
      assert.equal(`connect-apps: ${JSON.parse(doctor.stdout)[name]}\n`, serve.stderr);
    }

    // They do not depend on the engine.
    if (engine === DATABASES[0]) {
      it('names the same unsafe settings', async () => {
        await check('settings', { CONNECT_APPS_PROT: '1' }, /unknown setting CONNECT_APPS_PROT/);
        await check('settings', { TRUST_PROXY: 'nonsense' }, /TRUST_PROXY must be/);
        await check('secret_key', { SECRET_KEY: '' }, /SECRET_KEY must be set/);
        await check('secret_key', { PREVIOUS_SECRET_KEY: 'short' }, /at least 32 characters/);
        const proxy = { PUBLIC_URL: 'https://a.example', HOST: '0.0.0.0' };
        await check('public_url', proxy, /TRUST_PROXY is not set/);
        await check('settings', { ROUTE_RULES: 'x.json' }, /neither \w+GATEWAY_PORT nor /);
        const gateway = { GATEWAY_PORT: '0', GATEWAY_HOST: '0.0.0.0' };
        await check('gateway', gateway, /GATEWAY_TOKEN is not set/);
        await check('gateway', { GATEWAY_PORT: '0', ROUTE_RULES: 'none.json' }, /ENOENT/);
        await check('settings', { UPSTREAM: 'http://platform.internal/api' }, /without a path/);
        await check('settings', { UPSTREAM_HEADERS: 'X-A=b' }, /UPSTREAM is not/);
        const reserved = { UPSTREAM: 'http://127.0.0.1:3000', UPSTREAM_HEADERS: 'X-Connect-By=me' };
        await check('settings', reserved, /Name=value/);
        await check('storage', { DATABASE_URL: 'sqlite::memory:' }, /stores nothing/);
      });

      it('names the same port that is taken', async (t) => {
        const port = await listen(
          t,
          createServer((_, response) => response.end('not ours')),
        );
        await check('port', { PORT: String(port) }, /Port \d+ is taken/);
      });
    }

    it('names the same database that cannot be served', async () => {
      const place = engine === 'sqlite' ? 'database' : 'schema';
      const DATABASE_URL = await emptyDatabase(engine, join(folder, 'absent'));
      await check(place, { DATABASE_URL }, /No database at/);
      await check('key', { SECRET_KEY: 'y'.repeat(40) }, /another secret key/);

      const theirs = await emptyDatabase(engine, join(folder, 'theirs'));
      const config = createConfig({ DATABASE_URL: theirs }, 'development');
      const database = openDatabase(config);
      await database.transaction((one) => sql`create table todos (text text)`.execute(one));
      await database.close();
      await check('schema', { DATABASE_URL: theirs }, /lacks \d+ migration|tables of another/);

      await seedDemoData(world.context);
      await check('demo_data', {}, /demo token/);
    });
  });
}
