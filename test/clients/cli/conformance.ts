/**
 * All that Twilio's command line can do with ConnectApps, AuthorizedConnectApps and Accounts.
 * It runs on what scene.ts prepares, and changes and deletes CONNECT_APP_SID. With the argument
 * `strict` it checks what a strict server refuses instead; with `away`, what a server says that
 * has lost its database.
 */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { env } from 'node:process';

const TWILIO = join(import.meta.dirname, 'node_modules/.bin/twilio');
const { TWILIO_ACCOUNT_SID = '', CONNECT_APP_SID = '' } = env;
const UNKNOWN_APP_SID = `CN${'f'.repeat(32)}`;
const UNKNOWN_ACCOUNT_SID = `AC${'f'.repeat(32)}`;
const TEXT = 'שלום e\u0301 👩🏽\u200d🚀 "q" <b>&amp;</b> 100% + 1; a=b';

type Properties = Record<string, unknown>;
type Credentials = {
  TWILIO_ACCOUNT_SID?: string | undefined;
  TWILIO_AUTH_TOKEN?: string | undefined;
};

function check(name: string, run: () => void): void {
  try {
    run();
    process.stdout.write(`ok ${name}\n`);
  } catch (error) {
    process.exitCode = 1;
    process.stdout.write(`not ok ${name}: ${String(error).replaceAll('\n', ' ')}\n`);
  }
}

function spawnTwilio(command: string, flags: readonly string[], credentials: Credentials) {
  const arguments_ = [`api:core:${command}`, ...flags];
  return spawnSync(TWILIO, arguments_, { env: { ...env, ...credentials }, encoding: 'utf8' });
}

/** Runs a command that must succeed and returns the items that it prints. */
function run(command: string, flags: string[], credentials: Credentials = {}): Properties[] {
  const { status, stdout, stderr } = spawnTwilio(command, [...flags, '-o', 'json'], credentials);
  assert.equal(status, 0, stderr);
  return stdout.trim() === '' ? [] : JSON.parse(stdout);
}

/** Runs a command that must fail with the code and the message of the server. */
function refused(
  code: number,
  message: string,
  command: string,
  flags: string[],
  credentials: Credentials = {},
): void {
  const { status, stderr } = spawnTwilio(command, flags, credentials);
  assert.notEqual(status, 0);
  // It folds long lines wherever they have a space.
  const said = stderr.replaceAll(/\s*\n[\s»›]*/g, ' ');
  assert.ok(said.includes(`Error code ${code} from Twilio: ${message}`), said);
}

function fetchApp(): Properties {
  return run('connect-apps:fetch', ['--sid', CONNECT_APP_SID])[0] ?? {};
}

function updateApp(...flags: string[]): Properties {
  return run('connect-apps:update', ['--sid', CONNECT_APP_SID, ...flags])[0] ?? {};
}

function listApps(...flags: string[]): unknown[] {
  return run('connect-apps:list', flags).map((app) => app.sid);
}

function readApps(): void {
  const all = listApps('--no-limit');

  check('fetches an app', () => {
    const { sid, accountSid, uri } = fetchApp();
    assert.deepEqual([sid, accountSid], [CONNECT_APP_SID, TWILIO_ACCOUNT_SID]);
    assert.equal(uri, `/2010-04-01/Accounts/${accountSid}/ConnectApps/${sid}.json`);
  });

  check('lists without a limit', () => {
    assert.equal(new Set(all).size, 7);
    assert.ok(all.includes(CONNECT_APP_SID));
  });

  check('lists up to a limit', () => {
    assert.deepEqual(listApps('--limit', '2'), all.slice(0, 2));
  });

  check('lists up to a limit over 1000', () => {
    assert.deepEqual(listApps('--limit', '2000'), all);
  });

  check('lists with a page size', () => {
    assert.deepEqual(listApps('--page-size', '3', '--limit', '5'), all.slice(0, 5));
  });

  check('iterates lazily over three pages', () => {
    assert.deepEqual(listApps('--page-size', '3', '--no-limit'), all);
  });
}

function changeApp(): void {
  const changes: Record<string, { flag: string; value: string; property: string; is?: unknown }> = {
    AuthorizeRedirectUrl: {
      flag: '--authorize-redirect-url',
      value: 'https://app.example.com/back?a=1&b=%20',
      property: 'authorizeRedirectUrl',
    },
    CompanyName: { flag: '--company-name', value: 'Example & Sons', property: 'companyName' },
    DeauthorizeCallbackMethod: {
      flag: '--deauthorize-callback-method',
      value: 'POST',
      property: 'deauthorizeCallbackMethod',
    },
    DeauthorizeCallbackUrl: {
      flag: '--deauthorize-callback-url',
      value: 'https://app.example.com/bye',
      property: 'deauthorizeCallbackUrl',
    },
    Description: { flag: '--description', value: 'What it does', property: 'description' },
    FriendlyName: { flag: '--friendly-name', value: '🎉'.repeat(64), property: 'friendlyName' },
    HomepageUrl: {
      flag: '--homepage-url',
      value: 'https://app.example.com/',
      property: 'homepageUrl',
    },
    Permissions: {
      flag: '--permissions',
      value: 'get-all',
      property: 'permissions',
      is: ['get-all'],
    },
  };
  for (const [name, { flag, value, property, is = value }] of Object.entries(changes)) {
    check(`updates ${name}`, () => {
      assert.deepEqual(updateApp(flag, value)[property], is);
    });
  }

  check('updates all properties at once', () => {
    updateApp('--description', 'Another', '--permissions', 'post-all');
    const all = Object.values(changes);
    const updated = updateApp(...all.flatMap(({ flag, value }) => [flag, value]));
    for (const { value, property, is = value } of all) assert.deepEqual(updated[property], is);
    assert.deepEqual(fetchApp(), updated);
  });

  check('puts permissions in their order', () => {
    const ordered = ['get-all', 'post-all'];
    for (const permissions of [ordered.toReversed(), ordered]) {
      const flags = permissions.flatMap((permission) => ['--permissions', permission]);
      assert.deepEqual(updateApp(...flags).permissions, ordered);
    }
  });

  check('clears a text', () => {
    const { description, companyName } = updateApp('--description', '');
    assert.deepEqual([description, companyName], [null, 'Example & Sons']);
  });

  check('clears a URL', () => {
    assert.equal(updateApp('--homepage-url', '').homepageUrl, null);
  });

  check('keeps every character', () => {
    assert.equal(updateApp('--description', TEXT).description, TEXT);
    assert.equal(fetchApp().description, TEXT);
  });
}

function refuseRequests(): void {
  const one = ['--sid', CONNECT_APP_SID];
  const wrong = { TWILIO_AUTH_TOKEN: 'f'.repeat(32) };

  check('refuses a wrong token', () =>
    refused(20003, 'Authenticate', 'connect-apps:fetch', one, wrong),
  );
  check('refuses a wrong token on a list', () =>
    refused(20003, 'Authenticate', 'connect-apps:list', [], wrong),
  );
  check('refuses an unknown account', () => {
    const unknown = { TWILIO_ACCOUNT_SID: UNKNOWN_ACCOUNT_SID };
    refused(20003, 'Authenticate', 'connect-apps:list', [], unknown);
  });
  check('does not find an unknown app', () => {
    const flags = ['--sid', UNKNOWN_APP_SID];
    refused(20404, 'The requested resource', 'connect-apps:fetch', flags);
  });
  check("does not find another account's apps", () => {
    const flags = ['--account-sid', UNKNOWN_ACCOUNT_SID];
    refused(20404, 'The requested resource', 'connect-apps:list', flags);
  });
  check('refuses an empty friendly name', () => {
    const flags = [...one, '--friendly-name', ''];
    refused(20002, 'Invalid FriendlyName', 'connect-apps:update', flags);
  });
  check('refuses a long friendly name', () => {
    const flags = [...one, '--friendly-name', 'x'.repeat(65)];
    refused(20002, 'Invalid FriendlyName', 'connect-apps:update', flags);
  });
  check('refuses a URL that is not one', () => {
    const flags = [...one, '--homepage-url', 'nonsense'];
    refused(20422, 'HomepageUrl', 'connect-apps:update', flags);
  });
  check('refuses an unknown permission', () => {
    const flags = [...one, '--permissions', 'put-all'];
    refused(20422, 'Permissions', 'connect-apps:update', flags);
  });
  check('refuses a page token that it did not give', () => {
    const flags = ['--page-token', 'nonsense'];
    refused(21481, 'Invalid PageToken', 'connect-apps:list', flags);
  });
  check('refuses a request that is too large', () => {
    // One argument of a command may have 128 KiB at most.
    const flags = ['description', 'company-name'].flatMap((name) => [
      `--${name}`,
      'x'.repeat(100_000),
    ]);
    refused(20413, '', 'connect-apps:update', [...one, ...flags]);
  });
}

function useAccounts(): void {
  check('fetches the account', () => {
    const [account] = run('accounts:fetch', ['--sid', TWILIO_ACCOUNT_SID]);
    assert.deepEqual(
      [account?.sid, account?.status, account?.type],
      [TWILIO_ACCOUNT_SID, 'active', 'Full'],
    );
  });

  const named = ['--friendly-name', 'Child of the command line'];
  const [child = {}] = run('accounts:create', named);
  const sid = String(child.sid);
  const asChild = { TWILIO_ACCOUNT_SID: sid, TWILIO_AUTH_TOKEN: String(child.authToken) };

  check('creates a subaccount', () => {
    assert.deepEqual([child.ownerAccountSid, child.status], [TWILIO_ACCOUNT_SID, 'active']);
    assert.deepEqual(run('connect-apps:list', [], asChild), []);
  });

  check('lists accounts', () => {
    const listed = run('accounts:list', []).map((account) => account.sid);
    assert.ok(listed.includes(TWILIO_ACCOUNT_SID) && listed.includes(sid));
  });

  check('lists accounts by name', () => {
    const listed = run('accounts:list', named).map((account) => account.sid);
    assert.deepEqual(listed, [sid]);
  });

  check('renames a subaccount', () => {
    const [renamed] = run('accounts:update', ['--sid', sid, '--friendly-name', TEXT]);
    assert.equal(renamed?.friendlyName, TEXT);
  });

  check("opens a subaccount's path with its parent's token", () => {
    assert.deepEqual(run('connect-apps:list', ['--account-sid', sid]), []);
  });

  check('refuses a suspended account', () => {
    run('accounts:update', ['--sid', sid, '--status', 'suspended']);
    refused(20005, 'Account not active', 'connect-apps:list', [], asChild);
  });

  check('refuses a closed account', () => {
    run('accounts:update', ['--sid', sid, '--status', 'closed']);
    refused(20003, 'Authenticate', 'connect-apps:list', [], asChild);
  });
}

function useAuthorizedApps(): void {
  const customer = { TWILIO_ACCOUNT_SID: env.CUSTOMER_SID, TWILIO_AUTH_TOKEN: env.CUSTOMER_TOKEN };
  const as = (sid: string | undefined) => ({ TWILIO_ACCOUNT_SID: sid });
  const list = 'authorized-connect-apps:list';
  const fetch = 'authorized-connect-apps:fetch';
  const ofCustomer = ['--sid', env.CUSTOMER_SID ?? ''];

  check('lists authorized apps', () => {
    const found = (...flags: string[]) =>
      run(list, flags, customer).map((one) => one.connectAppSid);
    const all = found('--no-limit');
    assert.equal(new Set(all).size, 4);
    assert.deepEqual(found('--limit', '2'), all.slice(0, 2));
    assert.deepEqual(found('--page-size', '1'), all);
  });

  check('fetches an authorized app', () => {
    const [one] = run(fetch, ['--connect-app-sid', env.READER_APP_SID ?? ''], customer);
    assert.deepEqual([one?.accountSid, one?.permissions], [env.READER_SID, ['get-all']]);
  });

  check('does not find an app that was not authorized', () =>
    refused(
      20404,
      'The requested resource',
      fetch,
      ['--connect-app-sid', CONNECT_APP_SID],
      customer,
    ),
  );

  check("reads its customer's account as an authorized app", () => {
    const [found] = run('accounts:fetch', ofCustomer, as(env.READER_SID));
    assert.equal(found?.sid, env.CUSTOMER_SID);
    assert.equal(found?.authToken ?? null, null);
  });

  check('is refused without get-all', () => {
    refused(20006, 'Access Denied', 'accounts:fetch', ofCustomer, as(env.WRITER_SID));
    const flags = ['--account-sid', env.CUSTOMER_SID ?? ''];
    refused(20003, 'Authenticate', 'connect-apps:list', flags, as(env.WRITER_SID));
  });

  check('is refused after a deauthorization', () => {
    const own = ['--sid', env.REVOKED_SID ?? ''];
    refused(20006, 'Access Denied', 'accounts:fetch', own, as(env.REVOKED_SID));
    refused(20003, 'Authenticate', 'connect-apps:list', [], as(env.REVOKED_SID));
  });
}

function meetFailures(): void {
  check('is told of a failure of the server', () => {
    const broken = { TWILIO_ACCOUNT_SID: env.BROKEN_SID, TWILIO_AUTH_TOKEN: env.BROKEN_TOKEN };
    const one = ['--sid', env.BROKEN_SID ?? ''];
    refused(20500, 'Internal Server Error', 'accounts:fetch', one, broken);
  });
}

function deleteApp(): void {
  const one = ['--sid', CONNECT_APP_SID];
  check('deletes an app', () => {
    assert.equal(spawnTwilio('connect-apps:remove', one, {}).status, 0);
    refused(20404, 'The requested resource', 'connect-apps:fetch', one);
  });
}

function refuseStrictly(): void {
  check('refuses to delete an app', () =>
    refused(20004, 'Method not allowed', 'connect-apps:remove', ['--sid', CONNECT_APP_SID]),
  );
}

function meetLoss(): void {
  check('is told that the database is away', () =>
    refused(20503, 'Service Unavailable', 'connect-apps:fetch', ['--sid', CONNECT_APP_SID]),
  );
}

if (process.argv[2] === 'strict') {
  refuseStrictly();
} else if (process.argv[2] === 'away') {
  meetLoss();
} else {
  readApps();
  changeApp();
  refuseRequests();
  useAccounts();
  useAuthorizedApps();
  meetFailures();
  deleteApp();
}
