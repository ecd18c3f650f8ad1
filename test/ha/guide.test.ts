/**
 * What docs/postgresql.md says of a group: its blocks can be filled in, and its role is enough. That the
 * group works as they say is failover.test.ts.
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import pg from 'pg';
import { objectOf, stringOf } from '../api/narrow.ts';
import { accountsPath, connectAppsPath } from '../api/paths.ts';
import { runCommand } from '../support/cli.ts';
import { TEST_SECRET_KEY } from '../support/context.ts';
import { POSTGRES_OBSTACLE } from '../support/databases.ts';
import { blockOf } from '../support/guide.ts';
import { openCluster } from '../support/postgres.ts';
import { startServe } from '../support/serve.ts';
import { nodeConfiguration, proxyConfiguration } from './configuration.ts';

/** The flags of etcd, with those values that are the same on every machine. */
function flagsOf(text: string): string[] {
  const flags = [...text.matchAll(/--([a-z][a-z0-9-]+)=(true|\d+)?/g)];
  return flags.map(([, name, value = '']) => `${name} ${value}`).sort();
}

describe('the group of the guide', () => {
  it('has a place for everything that differs from machine to machine', () => {
    const nodes = [1, 2, 3].map((one) => ({
      name: `n${one}`,
      ports: { sql: 10 + one, rest: 20 + one, etcd: 30 + one, peer: 40 + one },
    }));
    for (const node of nodes) {
      const place = { folder: '/folder', programs: '/programs' };
      const text = nodeConfiguration({ ...node, data: '/data' }, nodes, place);
      assert.match(text, new RegExp(`^name: ${node.name}$`, 'm'));
      assert.match(text, /hosts: \[127\.0\.0\.1:31, 127\.0\.0\.1:32, 127\.0\.0\.1:33\]/);
    }
    assert.match(proxyConfiguration(50, nodes), /server n3 127\.0\.0\.1:13 check port 23\n/);
  });

  it('starts etcd with the flags of the tests', () => {
    const group = readFileSync(join(import.meta.dirname, 'group.ts'), 'utf8');
    const tested = flagsOf(group);
    assert.ok(tested.includes('enable-v2 true'));
    assert.deepEqual(flagsOf(blockOf('sh etcd', 'postgresql.md')), tested);
  });

  it('has a role that can migrate and serve, and nothing more', {
    skip: POSTGRES_OBSTACLE,
  }, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'connect-apps-role-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const url = new URL(await (await openCluster()).createDatabase());
    const administrator = new pg.Client({ connectionString: url.href });
    await administrator.connect();
    for (const statement of blockOf('sql role', 'postgresql.md').trim().split('\n'))
      await administrator.query(statement);
    const { rows } = await administrator.query(
      "select rolsuper, rolcreatedb, rolcreaterole from pg_roles where rolname = 'connect_apps'",
    );
    assert.deepEqual(rows, [{ rolsuper: false, rolcreatedb: false, rolcreaterole: false }]);
    await administrator.end();

    const databaseUrl = `postgres://connect_apps:PASSWORD@${url.host}/connect_apps`;
    const settings = { DATABASE_URL: databaseUrl, SECRET_KEY: TEST_SECRET_KEY, PORT: '0' };
    const run = async (...words: string[]) => {
      const { exitCode, stdout, stderr } = await runCommand(folder, words, settings);
      assert.equal(exitCode, 0, stderr);
      return stdout;
    };
    await run('migrate');
    const account = objectOf(JSON.parse(await run('accounts', 'create', '--json')));
    const auth = { accountSid: stringOf(account.sid), authToken: stringOf(account.auth_token) };
    await run('apps', 'create', '--account-sid', auth.accountSid, '--friendly-name', 'An app');
    assert.match(await run('doctor'), /schema +ok\nkey +ok\n/);

    const server = await startServe(databaseUrl);
    assert.equal((await server.request('GET', '/readyz')).status, 200);
    assert.equal((await server.request('POST', accountsPath(), { auth })).status, 201);
    const list = await server.request('GET', connectAppsPath(auth.accountSid), { auth });
    assert.match(list.text, /"friendly_name":"An app"/);
    assert.equal(await server.stop(), 0);
  });
});
