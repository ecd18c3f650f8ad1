/** What a customer authorized, and what the authorized app then may. */

import assert from 'node:assert/strict';
import { env } from 'node:process';
import twilio from 'twilio';
import { CONNECT_APP_SID, check, refused, TWILIO_AUTH_TOKEN } from './check.ts';

/** The customer lists and fetches; apps with and without permissions ask. */
export async function useAuthorizedApps(): Promise<void> {
  const customer = twilio(env.CUSTOMER_SID, env.CUSTOMER_TOKEN);
  const reader = twilio(env.READER_SID, TWILIO_AUTH_TOKEN);
  const writer = twilio(env.WRITER_SID, TWILIO_AUTH_TOKEN);
  const revoked = twilio(env.REVOKED_SID, TWILIO_AUTH_TOKEN);
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
    const authorized = await customer.authorizedConnectApps(env.READER_APP_SID ?? '').fetch();
    assert.deepEqual(
      [authorized.accountSid, authorized.permissions],
      [env.READER_SID, ['get-all']],
    );
    assert.equal(authorized.connectAppFriendlyName, 'App 0');
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
}
