/** Accounts and subaccounts. */

import assert from 'node:assert/strict';
import twilio from 'twilio';
import { check, client, refused, sids, TEXT, TWILIO_ACCOUNT_SID } from './check.ts';

/** A subaccount from its creation to its end, and who may see it. */
export async function useAccounts(): Promise<void> {
  const { accounts } = client.api.v2010;

  await check('tests the certificate', () => client.validateSslCert());

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
