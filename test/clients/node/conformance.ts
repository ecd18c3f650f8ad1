/**
 * All that Twilio's Node library can do with ConnectApps, AuthorizedConnectApps and Accounts.
 * It runs on what scene.ts prepares, and changes and deletes CONNECT_APP_SID. With the argument
 * `strict` it checks what a strict server refuses instead; with `away`, what a server says that
 * has lost its database.
 */

import assert from 'node:assert/strict';
import { env } from 'node:process';
import twilio from 'twilio';

const { TWILIO_ACCOUNT_SID = '', TWILIO_AUTH_TOKEN = '', CONNECT_APP_SID = '' } = env;
const UNKNOWN_APP_SID = `CN${'f'.repeat(32)}`;
const UNKNOWN_ACCOUNT_SID = `AC${'f'.repeat(32)}`;
const TEXT = 'שלום e\u0301 👩🏽\u200d🚀 "q" <b>&amp;</b> 100% + 1; a=b';

const client = twilio(TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN);
const apps = client.connectApps;
const app = apps(CONNECT_APP_SID);

async function check(name: string, run: () => unknown): Promise<void> {
  try {
    await run();
    process.stdout.write(`ok ${name}\n`);
  } catch (error) {
    process.exitCode = 1;
    process.stdout.write(`not ok ${name}: ${String(error).replaceAll('\n', ' ')}\n`);
  }
}

/** `call` must end in the library's own exception, with all three. */
async function refused(
  status: number,
  code: number,
  message: string,
  call: () => Promise<unknown>,
): Promise<void> {
  const error = await call().then(
    () => new Error('it was not refused'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof twilio.RestException, String(error));
  assert.deepEqual([error.status, error.code], [status, code]);
  assert.ok(error.message.includes(message), error.message);
}

function sids(records: readonly { sid: string }[] | undefined): string[] | undefined {
  return records?.map((record) => record.sid);
}

async function listApps(): Promise<void> {
  const all = sids(await apps.list()) ?? [];

  await check('fetches an app', async () => {
    const { sid, accountSid, uri } = await app.fetch();
    assert.deepEqual([sid, accountSid], [CONNECT_APP_SID, TWILIO_ACCOUNT_SID]);
    assert.equal(uri, `/2010-04-01/Accounts/${accountSid}/ConnectApps/${sid}.json`);
  });

  await check('lists without a limit', () => {
    assert.equal(new Set(all).size, 7);
    assert.ok(all.includes(CONNECT_APP_SID));
  });

  await check('lists up to a limit', async () => {
    assert.deepEqual(sids(await apps.list({ limit: 2 })), all.slice(0, 2));
  });

  await check('lists up to a limit over 1000', async () => {
    assert.deepEqual(sids(await apps.list({ limit: 2000 })), all);
  });

  await check('lists with a page size', async () => {
    assert.deepEqual(sids(await apps.list({ pageSize: 3 })), all);
    assert.deepEqual(sids(await apps.list({ limit: 5, pageSize: 3 })), all.slice(0, 5));
  });

  await check('iterates lazily over three pages', async () => {
    const seen: string[] = [];
    await new Promise<void>((resolve, reject) => {
      apps.each({
        pageSize: 3,
        callback: ({ sid }) => seen.push(sid),
        done: (error?: Error) => (error ? reject(error) : resolve()),
      });
    });
    assert.deepEqual(seen, all);
  });

  await check('turns to the next page and back', async () => {
    const first = await apps.page({ pageSize: 3 });
    assert.equal(first.previousPageUrl, undefined);
    const second = await first.nextPage();
    assert.deepEqual(sids(second?.instances), all.slice(3, 6));
    const third = await second?.nextPage();
    assert.deepEqual(sids(third?.instances), all.slice(6));
    assert.equal(third?.nextPageUrl, undefined);
    const back = await second?.previousPage();
    assert.deepEqual(sids(back?.instances), all.slice(0, 3));
  });

  await check('opens a page by its link', async () => {
    const first = await apps.page({ pageSize: 3 });
    const second = await apps.getPage(first.nextPageUrl ?? '');
    assert.deepEqual(sids(second.instances), all.slice(3, 6));
  });
}

async function updateApp(): Promise<void> {
  const changes = {
    AuthorizeRedirectUrl: { authorizeRedirectUrl: 'https://app.example.com/back?a=1&b=%20' },
    CompanyName: { companyName: 'Example & Sons' },
    DeauthorizeCallbackMethod: { deauthorizeCallbackMethod: 'POST' },
    DeauthorizeCallbackUrl: { deauthorizeCallbackUrl: 'https://app.example.com/bye' },
    Description: { description: 'What it does' },
    FriendlyName: { friendlyName: '🎉'.repeat(64) },
    HomepageUrl: { homepageUrl: 'https://app.example.com/' },
    Permissions: { permissions: ['get-all' as const] },
  };
  for (const [name, change] of Object.entries(changes)) {
    await check(`updates ${name}`, async () => {
      const updated = (await app.update(change)).toJSON();
      assert.deepEqual({ ...updated, ...change }, updated);
      assert.deepEqual((await app.fetch()).toJSON(), updated);
    });
  }

  await check('updates all properties at once', async () => {
    await app.update({ description: 'Another', permissions: ['post-all'] });
    const all = Object.assign({}, ...Object.values(changes));
    const updated = (await app.update(all)).toJSON();
    assert.deepEqual({ ...updated, ...all }, updated);
  });

  await check('puts permissions in their order', async () => {
    const ordered = ['get-all' as const, 'post-all' as const];
    for (const permissions of [ordered.toReversed(), ordered]) {
      assert.deepEqual((await app.update({ permissions })).permissions, ordered);
    }
  });

  await check('clears a text', async () => {
    const { description, companyName } = await app.update({ description: '' });
    assert.deepEqual([description, companyName], [null, 'Example & Sons']);
  });

  await check('clears a URL', async () => {
    assert.equal((await app.update({ homepageUrl: '' })).homepageUrl, null);
  });

  await check('keeps every character', async () => {
    assert.equal((await app.update({ description: TEXT })).description, TEXT);
    assert.equal((await app.fetch()).description, TEXT);
  });
}

async function refuseRequests(): Promise<void> {
  const wrong = twilio(TWILIO_ACCOUNT_SID, 'f'.repeat(32)).connectApps;
  const unknown = twilio(UNKNOWN_ACCOUNT_SID, TWILIO_AUTH_TOKEN).connectApps;
  const elsewhere = client.api.v2010.accounts(UNKNOWN_ACCOUNT_SID).connectApps;

  await check('refuses a wrong token', () =>
    refused(401, 20003, 'Authenticate', () => wrong(CONNECT_APP_SID).fetch()),
  );
  await check('refuses a wrong token on a list', () =>
    refused(401, 20003, 'Authenticate', () => wrong.list()),
  );
  await check('refuses an unknown account', () =>
    refused(401, 20003, 'Authenticate', () => unknown.list()),
  );
  await check('does not find an unknown app', () => {
    const message = `/ConnectApps/${UNKNOWN_APP_SID}.json was not found`;
    return refused(404, 20404, message, () => apps(UNKNOWN_APP_SID).fetch());
  });
  await check('does not find a malformed SID', () =>
    refused(404, 20404, '/ConnectApps/CN1.json was not found', () => apps('CN1').fetch()),
  );
  await check("does not find another account's apps", () =>
    refused(404, 20404, 'was not found', () => elsewhere.list()),
  );
  await check('refuses an empty friendly name', () =>
    refused(400, 20002, 'Invalid FriendlyName', () => app.update({ friendlyName: '' })),
  );
  await check('refuses a long friendly name', () => {
    const friendlyName = 'x'.repeat(65);
    return refused(400, 20002, 'Invalid FriendlyName', () => app.update({ friendlyName }));
  });
  await check('refuses a URL that is not one', () =>
    refused(400, 20422, 'HomepageUrl', () => app.update({ homepageUrl: 'nonsense' })),
  );
  await check('refuses a method other than GET and POST', () => {
    const change = { deauthorizeCallbackMethod: 'PUT' };
    return refused(400, 20422, 'DeauthorizeCallbackMethod', () => app.update(change));
  });
  await check('refuses an unknown permission', () => {
    // Only the types of the library keep a program from sending it.
    const change = JSON.parse('{ "permissions": ["put-all"] }');
    return refused(400, 20422, 'Permissions', () => app.update(change));
  });
  await check('refuses a page size of 0', () =>
    refused(400, 20422, 'PageSize', () => apps.page({ pageSize: 0 })),
  );
  await check('refuses a page token that it did not give', () =>
    refused(400, 21481, 'Invalid PageToken', () => apps.page({ pageToken: 'nonsense' })),
  );
  await check('refuses a request that is too large', () =>
    refused(413, 20413, '', () => app.update({ description: 'x'.repeat(200_000) })),
  );
}

async function useAccounts(): Promise<void> {
  const { accounts } = client.api.v2010;

  await check('fetches the account', async () => {
    const { sid, status, type, dateCreated } = await accounts(TWILIO_ACCOUNT_SID).fetch();
    assert.deepEqual([sid, status, type], [TWILIO_ACCOUNT_SID, 'active', 'Full']);
    assert.ok(!Number.isNaN(dateCreated.getTime()));
  });

  const child = await accounts.create({ friendlyName: 'Child of Node' });
  const childApps = twilio(child.sid, child.authToken).connectApps;

  await check('creates a subaccount', async () => {
    const { ownerAccountSid, status } = child;
    assert.deepEqual([ownerAccountSid, status], [TWILIO_ACCOUNT_SID, 'active']);
    assert.deepEqual(await childApps.list(), []);
  });

  await check('lists accounts', async () => {
    const listed = sids(await accounts.list());
    assert.ok(listed?.includes(TWILIO_ACCOUNT_SID) && listed.includes(child.sid));
  });

  await check('lists accounts by name', async () => {
    assert.deepEqual(sids(await accounts.list({ friendlyName: 'Child of Node' })), [child.sid]);
  });

  await check('renames a subaccount', async () => {
    const renamed = await accounts(child.sid).update({ friendlyName: TEXT });
    assert.equal(renamed.friendlyName, TEXT);
  });

  await check("opens a subaccount's path with its parent's token", async () => {
    assert.deepEqual(await accounts(child.sid).connectApps.list(), []);
  });

  await check('refuses a suspended account', async () => {
    await accounts(child.sid).update({ status: 'suspended' });
    await refused(403, 20005, 'Account not active', () => childApps.list());
  });

  await check('refuses a closed account', async () => {
    await accounts(child.sid).update({ status: 'closed' });
    await refused(401, 20003, 'Authenticate', () => childApps.list());
  });
}

/** The client of whoever has these credentials. */
function as(sid: string | undefined, token: string | undefined) {
  return twilio(sid, token);
}

async function useAuthorizedApps(): Promise<void> {
  const customer = as(env.CUSTOMER_SID, env.CUSTOMER_TOKEN);
  const reader = as(env.READER_SID, TWILIO_AUTH_TOKEN);
  const writer = as(env.WRITER_SID, TWILIO_AUTH_TOKEN);
  const revoked = as(env.REVOKED_SID, TWILIO_AUTH_TOKEN);
  const account = env.CUSTOMER_SID ?? '';

  await check('lists authorized apps', async () => {
    const found = async (options: object) =>
      (await customer.authorizedConnectApps.list(options)).map((one) => one.connectAppSid);
    const all = await found({});
    assert.equal(new Set(all).size, 4);
    assert.deepEqual(await found({ limit: 2 }), all.slice(0, 2));
    assert.deepEqual(await found({ pageSize: 1 }), all);
    const first = await customer.authorizedConnectApps.page({ pageSize: 3 });
    const second = await first.nextPage();
    assert.equal(second?.instances[0]?.connectAppSid, all[3]);
    assert.equal((await second?.previousPage())?.instances[0]?.connectAppSid, all[0]);
  });

  await check('fetches an authorized app', async () => {
    const one = await customer.authorizedConnectApps(env.READER_APP_SID ?? '').fetch();
    assert.deepEqual([one.accountSid, one.permissions], [env.READER_SID, ['get-all']]);
    assert.equal(one.connectAppFriendlyName, 'App 0');
  });

  await check('does not find an app that was not authorized', () =>
    refused(404, 20404, 'was not found', () =>
      customer.authorizedConnectApps(CONNECT_APP_SID).fetch(),
    ),
  );

  await check("reads its customer's account as an authorized app", async () => {
    const found = await reader.api.v2010.accounts(account).fetch();
    assert.deepEqual([found.sid, found.authToken], [account, undefined]);
  });

  await check('is refused without get-all', async () => {
    const customersAccount = writer.api.v2010.accounts(account);
    await refused(403, 20006, 'Access Denied', () => customersAccount.fetch());
    await refused(401, 20003, 'Authenticate', () => customersAccount.connectApps.list());
  });

  await check('is refused after a deauthorization', async () => {
    const own = revoked.api.v2010.accounts(env.REVOKED_SID ?? '');
    await refused(403, 20006, 'Access Denied', () => own.fetch());
    await refused(401, 20003, 'Authenticate', () => revoked.connectApps.list());
  });

  await check('validates a real POST callback', () => {
    const { CALLBACK_POST_URL = '', CALLBACK_POST_SIGNATURE = '' } = env;
    const parameters = {
      AccountSid: env.CALLBACK_ACCOUNT_SID,
      ConnectAppSid: env.CALLBACK_CONNECT_APP_SID,
    };
    const [token, url] = [TWILIO_AUTH_TOKEN, CALLBACK_POST_URL];
    assert.ok(twilio.validateRequest(token, CALLBACK_POST_SIGNATURE, url, parameters));
  });

  await check('validates a real GET callback', () => {
    const { CALLBACK_GET_URL = '', CALLBACK_GET_SIGNATURE = '' } = env;
    const [token, url] = [TWILIO_AUTH_TOKEN, CALLBACK_GET_URL];
    assert.ok(twilio.validateRequest(token, CALLBACK_GET_SIGNATURE, url, {}));
  });
}

async function meetFailures(): Promise<void> {
  const broken = as(env.BROKEN_SID, env.BROKEN_TOKEN).api.v2010.accounts(env.BROKEN_SID ?? '');

  await check('is told of a failure of the server', () =>
    refused(500, 20500, 'Internal Server Error', () => broken.fetch()),
  );
}

async function validateCallbacks(): Promise<void> {
  const token = '0123456789abcdef0123456789abcdef';
  const url = 'https://app.example.com/twilio/deauthorize';
  const parameters = {
    AccountSid: `AC${'1'.repeat(32)}`,
    ConnectAppSid: `CN${'2'.repeat(32)}`,
  };
  const signature = 'aFn3woBVSlAf3geDcx8j2NsFT38=';

  await check('validates a POST callback', () => {
    assert.ok(twilio.validateRequest(token, signature, url, parameters));
  });

  await check('validates a GET callback', () => {
    const called = `${url}?${new URLSearchParams(parameters)}`;
    assert.ok(twilio.validateRequest(token, 'lhlOUFlRjCaaNOVx84/7XX+/vZw=', called, {}));
  });

  await check("validates Twilio's documented request", () => {
    const called = 'https://mycompany.com/myapp.php?foo=1&bar=2';
    const call = {
      CallSid: 'CA1234567890ABCDE',
      Caller: '+12349013030',
      Digits: '1234',
      From: '+12349013030',
      To: '+18005551212',
    };
    assert.ok(twilio.validateRequest('12345', '0/KCTR6DLpKmkAf8muzZqo1nDgQ=', called, call));
  });

  await check('rejects a forged callback', () => {
    const forged = { ...parameters, AccountSid: UNKNOWN_ACCOUNT_SID };
    assert.equal(twilio.validateRequest(token, signature, url, forged), false);
  });
}

async function deleteApp(): Promise<void> {
  await check('deletes an app', async () => {
    assert.equal(await app.remove(), true);
    await refused(404, 20404, 'was not found', () => app.fetch());
  });
}

async function refuseStrictly(): Promise<void> {
  await check('refuses to delete an app', () =>
    refused(405, 20004, 'Method not allowed', () => app.remove()),
  );
  await check('refuses a page size over 1000', () =>
    refused(400, 20007, 'Page size too large', () => apps.page({ pageSize: 1001 })),
  );
  await check('refuses too many requests', () =>
    refused(429, 20429, '', () => Promise.all(Array.from({ length: 100 }, () => app.fetch()))),
  );
}

async function meetLoss(): Promise<void> {
  await check('is told that the database is away', () =>
    refused(503, 20503, 'Service Unavailable', () => app.fetch()),
  );
}

if (process.argv[2] === 'strict') {
  await refuseStrictly();
} else if (process.argv[2] === 'away') {
  await meetLoss();
} else {
  await listApps();
  await updateApp();
  await refuseRequests();
  await useAccounts();
  await useAuthorizedApps();
  await meetFailures();
  await validateCallbacks();
  await deleteApp();
}
