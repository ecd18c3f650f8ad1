/** What a server refuses or cannot do, as the exceptions of the library. */

import { env } from 'node:process';
import twilio from 'twilio';
import {
  app,
  apps,
  CONNECT_APP_SID,
  check,
  client,
  refused,
  TWILIO_ACCOUNT_SID,
  TWILIO_AUTH_TOKEN,
  UNKNOWN_ACCOUNT_SID,
  UNKNOWN_APP_SID,
} from './check.ts';

/** What any server refuses. */
export async function refuseRequests(): Promise<void> {
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

/** What only a strict server refuses. */
export async function refuseStrictly(): Promise<void> {
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

/** What a server says that fails. */
export async function meetFailures(): Promise<void> {
  const broken = twilio(env.BROKEN_SID, env.BROKEN_TOKEN).api.v2010.accounts(env.BROKEN_SID ?? '');

  await check('is told of a failure of the server', () =>
    refused(500, 20500, 'Internal Server Error', () => broken.fetch()),
  );
}

/** What a server says that has lost its database. */
export async function meetLoss(): Promise<void> {
  await check('is told that the database is away', () =>
    refused(503, 20503, 'Service Unavailable', () => app.fetch()),
  );
}
