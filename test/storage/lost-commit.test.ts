/** A commit whose answer is lost is run again, and what it did is there once. */

import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import {
  createAccount,
  getAccount,
  rotateToken,
  updateAccount,
} from '../../src/accounts/operations.ts';
import { reEncryptTokens } from '../../src/accounts/re-encrypt.ts';
import { findAccount } from '../../src/accounts/store.ts';
import { listingOfEvents } from '../../src/audit/operations.ts';
import { authorizeConnectApp, revokeAuthorization } from '../../src/authorizations/operations.ts';
import type { Callback } from '../../src/callbacks/callback.ts';
import {
  claimCallback,
  releaseCallback,
  type Settlement,
  settleCallback,
} from '../../src/callbacks/delivery-store.ts';
import { getCallback, retryCallback } from '../../src/callbacks/operations.ts';
import { listCallbacks } from '../../src/callbacks/store.ts';
import {
  createConnectApp,
  deleteConnectApp,
  updateConnectApp,
} from '../../src/connect-apps/operations.ts';
import type { Context } from '../../src/context.ts';
import { createConfig } from '../../src/server/config.ts';
import { createContext } from '../../src/server/context.ts';
import { purge } from '../../src/server/maintenance.ts';
import { migrate } from '../../src/storage/migrate.ts';
import { invite, joinAsNewUser } from '../../src/users/invitations.ts';
import {
  createUser,
  deleteUser,
  findByPassword,
  listAccountsOf,
  updateUser,
} from '../../src/users/operations.ts';
import { createReset, resetPassword, setPassword } from '../../src/users/password-change.ts';
import { getPerson, removePerson } from '../../src/users/people.ts';
import { endSession, findSession } from '../../src/users/session.ts';
import { present } from '../api/narrow.ts';
import { type AnswerThief, startAnswerThief } from '../support/answer-thief.ts';
import { TEST_SECRET_KEY } from '../support/context.ts';
import { emptyDatabase, POSTGRES_OBSTACLE } from '../support/databases.ts';
import { startSession } from '../support/session.ts';

const APP = {
  FriendlyName: 'An app',
  AuthorizeRedirectUrl: 'https://app.example.com/',
  DeauthorizeCallbackUrl: 'https://app.example.com/bye',
};

/** A simple query of PostgreSQL's protocol ends with a zero byte. */
const COMMIT = 'commit\0';
const ADA = { email: 'ada@example.com', password: 'correct horse battery' };

describe('a commit whose answer is lost', { skip: POSTGRES_OBSTACLE }, () => {
  let thief: AnswerThief;
  let context: Context;
  let owner: string;
  let customer: string;
  let app: string;

  before(async () => {
    thief = await startAnswerThief(await emptyDatabase('postgres', tmpdir()));
    const config = createConfig({ DATABASE_URL: thief.url }, 'development');
    context = createContext(config, { secretKey: TEST_SECRET_KEY });
    await migrate(context.database);
  });
  after(async () => {
    await context.database.close();
    thief.close();
  });

  let takenBefore: number;
  beforeEach(async () => {
    owner = (await createAccount(context, {})).sid;
    customer = (await createAccount(context, {})).sid;
    app = (await createConnectApp(context, owner, APP)).sid;
    takenBefore = thief.taken();
  });
  afterEach(() => assert.equal(thief.taken(), takenBefore + 1));

  const count = async (table: 'accounts' | 'authorizations' | 'callbacks' | 'connect_apps') =>
    (await context.database.query.selectFrom(table).select('created_at').execute()).length;
  const consent = () => authorizeConnectApp(context, { accountSid: customer, connectAppSid: app });
  /** Makes a callback that is due. */
  async function deauthorize(): Promise<Callback> {
    await consent();
    await revokeAuthorization(context, { accountSid: customer, connectAppSid: app });
    const slice = { direction: 'older', from: undefined, limit: 1 } as const;
    const [callback] = await listCallbacks(context.database.query, owner, slice);
    takenBefore = thief.taken();
    return present(callback);
  }
  const lease = () => ({ owner: 'one', until: Date.now() + 60_000 });
  const claim = (callback: Callback) =>
    context.database.transaction((one) => claimCallback(one, callback, lease()));

  it('makes one account', async () => {
    const accounts = await count('accounts');
    thief.arm(COMMIT);
    const { sid, authToken } = await createAccount(context, {});
    assert.equal(await count('accounts'), accounts + 1);
    assert.equal((await getAccount(context, sid)).authToken, authToken);
  });

  it('makes one Connect App', async () => {
    const apps = await count('connect_apps');
    thief.arm(COMMIT);
    await createConnectApp(context, owner, APP);
    assert.equal(await count('connect_apps'), apps + 1);
  });

  it('changes a Connect App', async () => {
    thief.arm(COMMIT);
    const changed = await updateConnectApp(context, owner, app, { Description: 'Changed' });
    assert.equal(changed.description, 'Changed');
  });

  it('deletes a Connect App, with one callback for each customer', async () => {
    await consent();
    const callbacks = await count('callbacks');
    thief.arm(COMMIT);
    await deleteConnectApp(context, owner, app);
    assert.equal(await count('callbacks'), callbacks + 1);
  });

  it('makes one authorization with one subaccount', async () => {
    const accounts = await count('accounts');
    const authorizations = await count('authorizations');
    thief.arm(COMMIT);
    const { subaccountSid } = await consent();
    assert.equal(await count('accounts'), accounts + 1);
    assert.equal(await count('authorizations'), authorizations + 1);
    assert.equal((await getAccount(context, subaccountSid)).ownerAccountSid, customer);
  });

  it('revokes with one callback, and says that it did', async () => {
    const { subaccountSid } = await consent();
    const callbacks = await count('callbacks');
    thief.arm(COMMIT);
    const revoked = await revokeAuthorization(context, {
      accountSid: customer,
      connectAppSid: app,
    });
    assert.equal(revoked.subaccountSid, subaccountSid);
    assert.equal(await count('callbacks'), callbacks + 1);
  });

  it('closes an account with one callback for each app', async () => {
    await consent();
    const callbacks = await count('callbacks');
    thief.arm(COMMIT);
    assert.equal((await updateAccount(context, customer, { Status: 'closed' })).status, 'closed');
    assert.equal(await count('callbacks'), callbacks + 1);
  });

  it('rotates a token once, so that the old one keeps working', async () => {
    const old = await findAccount(context.database.query, owner);
    thief.arm(COMMIT);
    const { authToken } = await rotateToken(context, owner, { keepOld: true });
    const stored = await findAccount(context.database.query, owner);
    assert.equal(stored?.token.digest, context.keyring.digest(authToken));
    assert.equal(stored?.secondaryToken?.digest, old?.token.digest);
  });

  it('makes one user with its memberships, who is not told that the address is taken', async () => {
    thief.arm(COMMIT);
    const user = await createUser(context, { ...ADA, accountSids: [owner] });
    const accounts = await listAccountsOf(context, user.sid);
    assert.deepEqual(
      accounts.map((account) => account.sid),
      [owner],
    );
  });

  it('begins one session', async () => {
    const user = await createUser(context, { ...ADA, email: 'b@example.com', accountSids: [] });
    thief.arm(COMMIT);
    const secret = await startSession(context, user.sid);
    assert.equal((await findSession(context, secret))?.user.sid, user.sid);
  });

  it('changes the accounts of a user', async () => {
    const email = 'bea@example.com';
    await createUser(context, { email, password: ADA.password, accountSids: [owner] });
    thief.arm(COMMIT);
    const user = await updateUser(context, email, { add: [customer], remove: [owner] });
    const accounts = await listAccountsOf(context, user.sid);
    assert.deepEqual(
      accounts.map(({ sid }) => sid),
      [customer],
    );
  });

  it('deletes a user, and says that it did', async () => {
    const email = 'cleo@example.com';
    await createUser(context, { email, password: ADA.password, accountSids: [owner] });
    thief.arm(COMMIT);
    const user = await deleteUser(context, email);
    assert.deepEqual(await listAccountsOf(context, user.sid), []);
    assert.equal(
      await findByPassword(context, email, ADA.password, { name: 'a test', isKnown: true }),
      undefined,
    );
  });

  it('sets a password and ends a session', async () => {
    const email = 'c@example.com';
    const user = await createUser(context, { ...ADA, email, accountSids: [] });
    thief.arm(COMMIT);
    await setPassword(context, email, 'another horse battery');
    assert.ok(
      await findByPassword(context, email, 'another horse battery', {
        name: 'test',
        isKnown: false,
      }),
    );
    const secret = await startSession(context, user.sid);
    takenBefore += 1;
    thief.arm(COMMIT);
    await endSession(context, secret);
    assert.equal(await findSession(context, secret), undefined);
  });

  it('lets somebody join once', async () => {
    const email = 'd@example.com';
    const { secret } = await invite(context, owner, { email, role: 'member' });
    thief.arm(COMMIT);
    const given = { secret, password: ADA.password, address: '127.0.0.1' };
    const { sid } = await joinAsNewUser(context, given);
    assert.equal((await getPerson(context, owner, sid)).role, 'member');
  });

  it('removes a person, and says that it did', async () => {
    await createUser(context, { ...ADA, email: 'e@example.com', accountSids: [owner] });
    const user = await createUser(context, {
      ...ADA,
      email: 'f@example.com',
      accountSids: [owner],
    });
    thief.arm(COMMIT);
    await removePerson(context, { accountSid: owner, userSid: user.sid });
    assert.deepEqual(await listAccountsOf(context, user.sid), []);
  });

  it('uses a link to reset a password, and says that it did', async () => {
    const email = 'g@example.com';
    await createUser(context, { ...ADA, email, accountSids: [owner] });
    const secret = await createReset(context, email);
    thief.arm(COMMIT);
    const password = 'another horse battery';
    await resetPassword(context, { secret, password, address: '127.0.0.1' });
    const asker = { name: 'a test', isKnown: true };
    assert.ok(await findByPassword(context, email, password, asker));
  });

  it('records each change once', async () => {
    const { slice } = listingOfEvents(context, owner);
    const typesNow = async () => {
      const events = await slice({ direction: 'older', from: undefined, limit: 100 });
      return events.map(({ eventType }) => eventType);
    };
    const before = await typesNow();
    thief.arm(COMMIT);
    await updateAccount(context, owner, { FriendlyName: 'Renamed once' });
    assert.deepEqual(await typesNow(), ['account.renamed', ...before]);
    takenBefore += 1;
    thief.arm(COMMIT);
    await consent();
    assert.deepEqual(await typesNow(), ['authorization.granted', 'account.renamed', ...before]);
  });

  it('takes a callback for the one who asked, and writes one attempt', async () => {
    const callback = await deauthorize();
    thief.arm(COMMIT);
    assert.equal(await claim(callback), true);
    takenBefore += 1;
    thief.arm(COMMIT);
    const attempt = { number: 1, startedAt: 1, durationMs: 1, status: 200, failure: null };
    const settlement: Settlement = {
      status: 'delivered',
      nextAttemptAt: null,
      now: Date.now(),
      attempt: { ...attempt, answer: '' },
    };
    await context.database.transaction((one) => settleCallback(one, callback, 'one', settlement));
    const { status, attempts } = await getCallback(context, callback.sid);
    assert.deepEqual([status, attempts.length], ['delivered', 1]);
  });

  it('gives a callback back, and makes one due', async () => {
    const callback = await deauthorize();
    await claim(callback);
    thief.arm(COMMIT);
    await context.database.transaction((one) => releaseCallback(one, callback, 'one', 1));
    assert.equal((await getCallback(context, callback.sid)).nextAttemptAt, 1);
    takenBefore += 1;
    thief.arm(COMMIT);
    assert.ok(Number((await retryCallback(context, callback.sid)).nextAttemptAt) > 1);
  });

  it('purges what is old', async () => {
    const { sid } = await deauthorize();
    thief.arm(COMMIT);
    await purge({ ...context, clock: { now: () => Date.now() + 30 * 24 * 3_600_000 } });
    await assert.rejects(getCallback(context, sid), { problem: 'not_found' });
  });

  it('seals every token again', async (t) => {
    const settings = { DATABASE_URL: thief.url, PREVIOUS_SECRET_KEY: TEST_SECRET_KEY };
    const next = createContext(createConfig(settings, 'development'), { secretKey: 'the next' });
    t.after(() => next.database.close());
    thief.arm(COMMIT);
    await reEncryptTokens(next);
    const account = await findAccount(next.database.query, owner);
    assert.ok(next.keyring.isCurrent(present(account).token.sealed));
  });
});
