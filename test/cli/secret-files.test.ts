/** Secrets in files of their own. */

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createConfig, readSettings } from '../../src/server/config.ts';
import { SECRET_NAMES } from '../../src/server/setting-files.ts';

const KEY = 'k'.repeat(40);

describe('a secret in a file', () => {
  let folder: string;
  let file: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'connect-apps-secrets-'));
    file = join(folder, 'key');
    await writeFile(file, `${KEY}\n`);
  });
  after(() => rm(folder, { recursive: true }));

  it('is the setting, without the end of its line', () => {
    for (const name of SECRET_NAMES) {
      const { settings, unknown } = readSettings(undefined, {
        [`CONNECT_APPS_${name}_FILE`]: file,
      });
      assert.deepEqual([settings, unknown], [{ [name]: KEY }, []]);
    }
    assert.equal(configOf({ CONNECT_APPS_SECRET_KEY_FILE: file }).secretKey, KEY);
  });

  it('can be named in the file of --env-file, and the environment wins', async () => {
    const envFile = join(folder, 'settings.env');
    await writeFile(envFile, `CONNECT_APPS_SECRET_KEY_FILE=${file}\n`);
    assert.equal(readSettings(envFile, {}).settings.SECRET_KEY, KEY);
    const own = readSettings(envFile, { CONNECT_APPS_SECRET_KEY: 'own' });
    assert.equal(own.settings.SECRET_KEY, 'own');
  });

  it('is refused beside the secret itself, absent, or empty; without a name it is not set', async () => {
    const refused = (environment: Record<string, string>, message: RegExp) =>
      assert.throws(() => configOf(environment), { problem: 'setting_invalid', message });
    refused(
      { CONNECT_APPS_SECRET_KEY_FILE: file, CONNECT_APPS_SECRET_KEY: KEY },
      /^CONNECT_APPS_SECRET_KEY and CONNECT_APPS_SECRET_KEY_FILE are both set\. Unset one\.$/,
    );
    refused(
      { CONNECT_APPS_SECRET_KEY_FILE: join(folder, 'absent') },
      /^Cannot read \S+absent \(ENOENT.+CONNECT_APPS_SECRET_KEY with CONNECT_APPS_SECRET_KEY_FILE\.$/,
    );
    const empty = join(folder, 'empty');
    await writeFile(empty, '\n');
    refused(
      { CONNECT_APPS_ADMIN_KEY_FILE: empty },
      /^CONNECT_APPS_ADMIN_KEY_FILE must be a file that is not empty\.$/,
    );
    assert.equal(configOf({ CONNECT_APPS_SECRET_KEY_FILE: '' }).secretKey, undefined);
  });

  it('is a secret: no other setting can be in a file', () => {
    const { unknown } = readSettings(undefined, { CONNECT_APPS_PORT_FILE: file });
    assert.match(unknown.join(), /unknown setting CONNECT_APPS_PORT_FILE\./);
  });
});

function configOf(environment: Record<string, string>) {
  return createConfig(readSettings(undefined, environment).settings, 'development');
}
