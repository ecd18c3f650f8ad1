/** All that a caller sees of randomness comes from the context: the same seed makes the same identifiers. */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { authorizeConnectApp, revokeAuthorization } from '../../src/authorizations/operations.ts';
import { DEMO_CONNECT_APP_SID } from '../../src/demo/data.ts';
import type { Random } from '../../src/random.ts';
import { createConfig } from '../../src/server/config.ts';
import { start } from '../../src/server/start.ts';
import { beginSession } from '../../src/users/session.ts';
import { findUserByEmail } from '../../src/users/store.ts';
import { send } from '../support/server.ts';

const SOURCE = join(import.meta.dirname, '../../src');

function seeded(seed: number): Random {
  let calls = 0;
  return {
    bytes(count) {
      calls += 1;
      const digest = createHash('shake256', { outputLength: count });
      return digest.update(`${seed} ${calls}`).digest();
    },
  };
}

/** Does a little of everything on a server of this seed, and returns what it made. */
async function identifiersOf(seed: number): Promise<Record<string, unknown>> {
  const config = createConfig({ PORT: '0', DATABASE_URL: 'sqlite::memory:' }, 'development');
  const { url, context, developer, customer, close } = await start(config, {
    random: seeded(seed),
  });
  try {
    const { headers, json } = await send(url, 'POST', '/2010-04-01/Accounts.json', {
      auth: developer,
      form: { FriendlyName: 'A subaccount' },
    });
    const { sid, auth_token: token } = json as Record<string, unknown>;
    const key = { accountSid: customer.accountSid, connectAppSid: DEMO_CONNECT_APP_SID };
    const { subaccountSid } = await authorizeConnectApp(context, key);
    await revokeAuthorization(context, key);
    const callbacks = await context.database.query.selectFrom('callbacks').select('sid').execute();
    const user = await findUserByEmail(context.database.query, customer.email);
    assert.ok(user);
    const session = await beginSession(context, user);
    return { request: headers['twilio-request-id'], sid, token, subaccountSid, callbacks, session };
  } finally {
    await close();
  }
}

it('the same seed makes the same identifiers and secrets, another makes others', async () => {
  const made = await identifiersOf(1);
  assert.deepEqual(await identifiersOf(1), made);
  const others = await identifiersOf(2);
  for (const [name, value] of Object.entries(made)) {
    assert.ok(value !== undefined);
    assert.notDeepEqual(others[name], value, name);
  }
});

it('only what must never repeat is taken from the system', () => {
  const files = globSync('**/*.ts', { cwd: SOURCE, exclude: ['exec/**'] });
  const takers = files.filter((path) =>
    /random(Bytes|UUID|Int|FillSync)\(|getRandomValues/.test(
      readFileSync(join(SOURCE, path), 'utf8'),
    ),
  );
  assert.deepEqual(takers.sort(), [
    'callbacks/worker.ts',
    'control/server.ts',
    'keys/keyring.ts',
    'random.ts',
    'server/secret-key.ts',
    'storage/backup.ts',
    'users/password.ts',
  ]);
});
