/** What a customer authorized, and what the authorized app then may. */

import assert from 'node:assert/strict';
import { env } from 'node:process';
import { CONNECT_APP_SID, check, refused, run } from './check.ts';

/** The customer lists and fetches; apps with and without permissions ask. */
export function useAuthorizedApps(): void {
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
