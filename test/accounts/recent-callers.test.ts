/** Credentials that were right a moment ago are remembered, and never past their end. */

import assert from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import { rotateToken, updateAccount } from '../../src/accounts/account.ts';
import { rememberCallers } from '../../src/accounts/recent-callers.ts';
import { createContext } from '../../src/app.ts';
import { createConfig } from '../../src/config.ts';
import { openContext, TEST_SECRET_KEY } from '../support/context.ts';
import { DATABASES } from '../support/databases.ts';
import { until } from '../support/until.ts';

/** What every process promises for a change that another one made. */
const SEEN_ELSEWHERE_MS = 3000;

for (const engine of DATABASES) {
  /** An account whose credentials were proved once, and are remembered. */
  async function openRemembered(t: TestContext) {
    const world = await openContext(engine);
    t.after(() => world.close());
    const { accountSid, authToken } = await world.createAccount();
    const { authenticate, isRecent } = rememberCallers(world.context);
    const caller = await authenticate(accountSid, authToken);
    assert.ok(caller && isRecent(caller));
    assert.ok(!(authenticate(accountSid, authToken) instanceof Promise), 'it is remembered');
    const isStillRecent = () => isRecent(caller);
    return { ...world, accountSid, authToken, authenticate, isStillRecent };
  }

  it(`refuses a remembered token in the moment in which it is rotated, on ${engine}`, async (t) => {
    const { context, accountSid, authToken, authenticate, isStillRecent } = await openRemembered(t);
    const rotated = await rotateToken(context, accountSid, { keepOld: false });
    assert.ok(!isStillRecent());
    assert.equal(await authenticate(accountSid, authToken), undefined);
    assert.equal((await authenticate(accountSid, rotated.authToken))?.sid, accountSid);
  });

  it(`refuses a remembered account in the moment in which it is suspended, on ${engine}`, async (t) => {
    const { context, accountSid, authToken, authenticate } = await openRemembered(t);
    await updateAccount(context, accountSid, { Status: 'suspended' });
    await assert.rejects(async () => authenticate(accountSid, authToken), {
      problem: 'account_not_active',
    });
  });

  it(`remembers no wrong token, and no right one for another account, on ${engine}`, async (t) => {
    const { accountSid, authToken, authenticate, createAccount } = await openRemembered(t);
    const other = await createAccount();
    for (let time = 0; time < 2; time += 1) {
      assert.equal(await authenticate(accountSid, `${authToken.slice(1)}0`), undefined);
      assert.equal(await authenticate(other.accountSid, authToken), undefined);
      assert.equal(await authenticate(accountSid, other.authToken), undefined);
    }
  });

  it(`sees within three seconds what another process did, on ${engine}`, async (t) => {
    const { databaseUrl, accountSid, authToken, authenticate } = await openRemembered(t);
    const config = createConfig({ DATABASE_URL: databaseUrl }, 'development');
    const other = createContext(config, { secretKey: TEST_SECRET_KEY });
    t.after(() => other.database.close());
    await rotateToken(other, accountSid, { keepOld: false });
    const isRefused = async () => (await authenticate(accountSid, authToken)) === undefined;
    await until('the old token is refused', isRefused, SEEN_ELSEWHERE_MS);
  });
}
