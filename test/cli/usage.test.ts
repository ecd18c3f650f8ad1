/** What the command line says before it comes to a database. */

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { readSettings, SETTING_NAMES } from '../../src/server/config.ts';
import { runCommand } from '../support/cli.ts';

const SECRET_KEY = 'a secret key that only this test knows';

describe('the command line', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'connect-apps-usage-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function refused(exitCode: number, words: string[], environment?: Record<string, string>) {
    const outcome = await runCommand(folder, words, environment);
    assert.equal(outcome.exitCode, exitCode, outcome.stdout + outcome.stderr);
    assert.equal(outcome.stdout, '');
    return outcome.stderr;
  }

  it('exits with 2 for wrong usage', async () => {
    for (const words of [
      ['frobnicate'],
      ['apps', 'list'],
      ['accounts', 'show'],
      ['dev', '--frob'],
      ['exec'],
      ['webhooks', 'list', '--account-sid', 'AC1', '--status', 'failed'],
      ['webhooks', 'list', '--account-sid', 'AC1', '--connect-app-sid', 'CN1', '--status', 'lost'],
    ]) {
      assert.match(await refused(2, words), /^connect-apps: [A-Z][^\n]+[.?]\n$/);
    }
  });

  it('has a flag for every setting but the keys, and it wins over the environment', async () => {
    const { stdout } = await runCommand(folder, ['serve', '--help']);
    const flags = [...stdout.matchAll(/^ {2}--([a-z-]+) </gm)].map(([, flag = '']) =>
      flag.replaceAll('-', '_').toUpperCase(),
    );
    // URL is that of a client: commands that act on a server have its flag.
    const keys = [
      'SECRET_KEY',
      'PREVIOUS_SECRET_KEY',
      'OIDC_CLIENT_SECRET',
      'ADMIN_KEY',
      'GATEWAY_TOKEN',
      'UPSTREAM_HEADERS',
      'URL',
    ];
    assert.deepEqual(
      flags.filter((one) => one !== 'ENV_FILE').sort(),
      SETTING_NAMES.filter((one) => !keys.includes(one)).sort(),
    );
    const words = ['accounts', 'list', '--database-pool-size', 'some'];
    const sentence = await refused(1, words, { DATABASE_POOL_SIZE: '3' });
    assert.match(sentence, /^connect-apps: CONNECT_APPS_DATABASE_POOL_SIZE must be a whole number/);
  });

  it('reads the file that --env-file names; the environment wins over it, and a flag over both', async () => {
    const file = join(folder, 'settings.env');
    await writeFile(file, 'CONNECT_APPS_DATABASE_POOL_SIZE=file\nPORT=abc\n');
    const list = ['accounts', 'list', '--env-file', file];
    assert.match(await refused(1, list), /DATABASE_POOL_SIZE must be/);
    const environment = { DATABASE_POOL_SIZE: '3' };
    assert.match(await refused(1, list, environment), /No database at/);
    assert.match(
      await refused(1, [...list, '--database-pool-size', 'some'], environment),
      /DATABASE_POOL_SIZE must be/,
    );
  });

  it('says in one sentence that the file of --env-file cannot be read', async () => {
    const message = /^Cannot read \S+ \(EISDIR[^\n]+--env-file\.$/;
    assert.throws(() => readSettings(folder), { problem: 'setting_invalid', message });
    // Node.js looks at it first, wherever it stands, and says so itself.
    const list = ['accounts', 'list', '--env-file', join(folder, 'absent.env')];
    const { exitCode, stderr } = await runCommand(folder, list);
    assert.notEqual(exitCode, 0);
    assert.match(stderr, /^[^\n]*absent\.env[^\n]*\n$/);
  });

  it('names a setting that it does not know: serve refuses, other commands go on', async () => {
    const file = join(folder, 'unknown.env');
    await writeFile(file, 'CONNECT_APPS_PROT=1\nPROT=1\n');
    const unknown = /^connect-apps: \S+unknown\.env has the unknown setting CONNECT_APPS_PROT\. /;
    const serve = ['serve', '--port', '0', '--env-file', file];
    assert.match(await refused(1, serve, { SECRET_KEY }), unknown);
    const sentences = (await refused(1, ['accounts', 'list', '--env-file', file])).split('\n');
    assert.match(sentences[0] ?? '', unknown);
    assert.match(sentences[1] ?? '', /No database at/);
    const inEnvironment = await refused(1, ['serve', '--port', '0'], { CONNECT_APPS_PROT: '1' });
    assert.match(inEnvironment, /^connect-apps: The environment has the unknown setting/);
  });

  it('refuses to serve with unsafe, contradictory and unknown settings', async () => {
    const refuses = async (pattern: RegExp, environment: Record<string, string>) => {
      const sentence = await refused(1, ['serve'], { PORT: '0', ...environment });
      assert.match(sentence, /^connect-apps: [^\n]+\n$/);
      assert.match(sentence, pattern);
    };
    await refuses(/SECRET_KEY must be set/, {});
    await refuses(/SECRET_KEY must be set/, { SECRET_KEY: 'short' });
    await refuses(/stores nothing/, { SECRET_KEY, DATABASE_URL: 'sqlite::memory:' });
    await refuses(/PORT must be a whole number/, { SECRET_KEY, PORT: 'http' });
    await refuses(/RATE_LIMIT_PER_SECOND must be a whole/, {
      SECRET_KEY,
      RATE_LIMIT_PER_SECOND: '-1',
    });
    await refuses(/ALLOW_CONNECT_APP_DELETE must be/, {
      SECRET_KEY,
      ALLOW_CONNECT_APP_DELETE: 'yes',
    });
    await refuses(/LOG_LEVEL must be one of/, { SECRET_KEY, LOG_LEVEL: 'loud' });
    await refuses(/STRICT_PAGE_SIZE must be/, { SECRET_KEY, STRICT_PAGE_SIZE: 'perhaps' });
    await refuses(/TRUST_PROXY must be IP/, { SECRET_KEY, TRUST_PROXY: 'nonsense' });
    await refuses(/CALLBACK_ALLOWED_NETWORKS must be IP/, {
      SECRET_KEY,
      CALLBACK_ALLOWED_NETWORKS: '10.0.0.0/99',
    });
    await refuses(/PUBLIC_URL must be an origin/, { SECRET_KEY, PUBLIC_URL: 'https://a/b' });
    await refuses(/TRUST_PROXY/, { SECRET_KEY, PUBLIC_URL: 'https://a.example', HOST: '0.0.0.0' });
  });
});
