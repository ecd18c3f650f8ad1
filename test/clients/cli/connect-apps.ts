/** ConnectApps: fetched, listed, changed and deleted. */

import assert from 'node:assert/strict';
import {
  CONNECT_APP_SID,
  check,
  type Properties,
  refused,
  run,
  spawnTwilio,
  TEXT,
  TWILIO_ACCOUNT_SID,
} from './check.ts';

function fetchApp(): Properties {
  return run('connect-apps:fetch', ['--sid', CONNECT_APP_SID])[0] ?? {};
}

function updateApp(...flags: string[]): Properties {
  return run('connect-apps:update', ['--sid', CONNECT_APP_SID, ...flags])[0] ?? {};
}

function listApps(...flags: string[]): unknown[] {
  return run('connect-apps:list', flags).map((app) => app.sid);
}

/** Fetching and listing. */
export function readApps(): void {
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

/** Each property, alone and all together. */
export function changeApp(): void {
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

/** The end of CONNECT_APP_SID. */
export function deleteApp(): void {
  const ofApp = ['--sid', CONNECT_APP_SID];
  check('deletes an app', () => {
    assert.equal(spawnTwilio('connect-apps:remove', ofApp, {}).status, 0);
    refused(20404, 'The requested resource', 'connect-apps:fetch', ofApp);
  });
}
