/** What a server refuses or cannot do, as the command line says it. */

import { env } from 'node:process';
import { CONNECT_APP_SID, check, refused, UNKNOWN_ACCOUNT_SID, UNKNOWN_APP_SID } from './check.ts';

/** What any server refuses. */
export function refuseRequests(): void {
  const ofApp = ['--sid', CONNECT_APP_SID];
  const wrong = { TWILIO_AUTH_TOKEN: 'f'.repeat(32) };

  check('refuses a wrong token', () =>
    refused(20003, 'Authenticate', 'connect-apps:fetch', ofApp, wrong),
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
    const flags = [...ofApp, '--friendly-name', ''];
    refused(20002, 'Invalid FriendlyName', 'connect-apps:update', flags);
  });
  check('refuses a long friendly name', () => {
    const flags = [...ofApp, '--friendly-name', 'x'.repeat(65)];
    refused(20002, 'Invalid FriendlyName', 'connect-apps:update', flags);
  });
  check('refuses a URL that is not one', () => {
    const flags = [...ofApp, '--homepage-url', 'nonsense'];
    refused(20422, 'HomepageUrl', 'connect-apps:update', flags);
  });
  check('refuses an unknown permission', () => {
    const flags = [...ofApp, '--permissions', 'put-all'];
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
    refused(20413, '', 'connect-apps:update', [...ofApp, ...flags]);
  });
}

/** What only a strict server refuses. */
export function refuseStrictly(): void {
  check('refuses to delete an app', () =>
    refused(20004, 'Method not allowed', 'connect-apps:remove', ['--sid', CONNECT_APP_SID]),
  );
}

/** What a server says that fails. */
export function meetFailures(): void {
  check('is told of a failure of the server', () => {
    const broken = { TWILIO_ACCOUNT_SID: env.BROKEN_SID, TWILIO_AUTH_TOKEN: env.BROKEN_TOKEN };
    const ofBroken = ['--sid', env.BROKEN_SID ?? ''];
    refused(20500, 'Internal Server Error', 'accounts:fetch', ofBroken, broken);
  });
}

/** What a server says that has lost its database. */
export function meetLoss(): void {
  check('is told that the database is away', () =>
    refused(20503, 'Service Unavailable', 'connect-apps:fetch', ['--sid', CONNECT_APP_SID]),
  );
}
