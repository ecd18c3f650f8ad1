/** What the command line says before it comes to a database. */

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { SETTING_NAMES } from '../../src/config.ts';
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
    ]) {
      assert.match(await refused(2, words), /^connect-apps: [A-Z][^\n]+[.?]\n$/);
    }
  });

  it('has a flag for every setting but the keys, and it wins over the environment', async () => {
    const { stdout } = await runCommand(folder, ['serve', '--help']);
    const flags = [...stdout.matchAll(/^ {2}--([a-z-]+) </gm)].map(([, flag = '']) =>
      flag.replaceAll('-', '_').toUpperCase(),
    );
    const keys = ['SECRET_KEY', 'OTHER_SECRET_KEY'];
    assert.deepEqual(flags.toSorted(), SETTING_NAMES.filter((one) => !keys.includes(one)).sort());
    const words = ['accounts', 'list', '--database-pool-size', 'some'];
    const sentence = await refused(1, words, { DATABASE_POOL_SIZE: '3' });
    assert.match(sentence, /^connect-apps: DATABASE_POOL_SIZE must be a whole number/);
  });

  it('says in one sentence that .env cannot be read', async () => {
    await mkdir(join(folder, '.env'));
    const sentence = await refused(1, ['accounts', 'list']);
    await rm(join(folder, '.env'), { recursive: true });
    assert.match(sentence, /^connect-apps: Cannot read \.env \(EISDIR[^\n]+\n$/);
  });

  it('refuses to serve with unsafe, contradictory and unknown settings', async () => {
    const refuses = async (pattern: RegExp, environment: Record<string, string>) => {
      const sentence = await refused(1, ['serve'], { PORT: '0', ...environment });
      assert.match(sentence, /^connect-apps: [^\n]+\n$/);
      assert.match(sentence, pattern);
    };
    await refuses(/SECRET_KEY must be set/, {});
    await refuses(/SECRET_KEY must be set/, { SECRET_KEY: 'short' });
    await refuses(/keeps nothing/, { SECRET_KEY, DATABASE_URL: 'sqlite::memory:' });
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
    await writeFile(join(folder, '.env'), 'SECRET=1\n');
    await refuses(/unknown setting SECRET\b/, { SECRET_KEY });
    await rm(join(folder, '.env'));
  });
});
