/** Secrets at rest: sealed, recognised, and never in plain text in the files of the database. */

import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createAccount } from '../../src/accounts/operations.ts';
import { systemClock } from '../../src/clock.ts';
import { SERVER } from '../../src/context.ts';
import { createKeyring } from '../../src/keys/keyring.ts';
import { TEST_PASSWORD_COST } from '../../src/password-cost.ts';
import { Problem } from '../../src/problem.ts';
import { systemRandom } from '../../src/random.ts';
import { migrate } from '../../src/storage/migrate.ts';
import { openSqlite } from '../../src/storage/sqlite.ts';

const OLD = 'the first key of this test, long enough';
const NEW = 'the second key of this test, long enough';

const isMismatch = (error: unknown) =>
  error instanceof Problem && error.problem === 'secret_key_mismatch';

describe('a keyring', () => {
  it('opens what it sealed, in the same context only', () => {
    const keyring = createKeyring(OLD);
    const sealed = keyring.seal('token', 'AC1');
    assert.equal(keyring.open(sealed, 'AC1'), 'token');
    assert.throws(() => keyring.open(sealed, 'AC2'), isMismatch);
    assert.throws(() => createKeyring(NEW).open(sealed, 'AC1'), isMismatch);
  });

  it('reads what earlier versions wrote: no word of what a key is derived from may change', () => {
    const keyring = createKeyring(OLD);
    const sealed = '8b5356ed._35oaL7jM6z67a4K84pSjZWFUPFp3ICaWSnijxRcVzr7';
    assert.equal(keyring.open(sealed, 'AC1'), 'token');
    assert.equal(keyring.digest('token'), '8b5356ed.VR2dF2FiXsIHU5kZm2M2XTt1B8aVaSHkJQamPzaoTvY');
    const signature = 'b9df4b718a481151a641dafe11e8d93ed5e7f0999dded86c6150565ea3d7520c';
    assert.equal(keyring.sign('text'), signature);
  });

  it('reads what another key wrote when it is given that key', () => {
    const old = createKeyring(OLD);
    const both = createKeyring(NEW, OLD);
    assert.equal(both.open(old.seal('token', 'AC1'), 'AC1'), 'token');
    assert.ok(both.matches('token', [undefined, old.digest('token')]));
    assert.ok(!both.matches('other', [old.digest('token'), both.digest('token')]));
    assert.ok(!both.matches('token', [undefined, undefined]));
  });

  it('takes any text for a signature, and only its own for a right one', () => {
    const keyring = createKeyring(OLD);
    const signature = keyring.sign('text');
    for (const right of [signature, signature.slice(0, 24)]) {
      assert.ok(keyring.isSigned('text', right), right);
      assert.ok(!keyring.isSigned('another text', right));
    }
    for (const wrong of [
      '',
      'no hex at all',
      signature.slice(0, 22),
      signature.slice(0, 25),
      `${signature}00`,
      `${signature}zz`,
      `${signature}${signature}`,
      'a'.repeat(64_000),
      signature.replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
    ]) {
      assert.ok(!keyring.isSigned('text', wrong), wrong.slice(0, 100));
    }
  });
});

it('no token is in plain text in the files of the database', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'connect-apps-secrets-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const database = openSqlite(join(folder, 'test.db'));
  await migrate(database);
  const { authToken } = await createAccount(
    {
      database,
      keyring: createKeyring(OLD),
      clock: systemClock,
      random: systemRandom,
      passwordCost: TEST_PASSWORD_COST,
      report: () => {},
      actor: () => SERVER,
    },
    {},
  );
  const files = await readdir(folder);
  assert.ok(files.includes('test.db-wal'));
  for (const file of files) {
    assert.ok(!(await readFile(join(folder, file))).includes(authToken), file);
  }
  await database.close();
});
