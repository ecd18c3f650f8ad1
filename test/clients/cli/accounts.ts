/** Accounts and subaccounts. */

import assert from 'node:assert/strict';
import { check, refused, run, TEXT, TWILIO_ACCOUNT_SID } from './check.ts';

/** A subaccount from its creation to its end, and who may see it. */
export function useAccounts(): void {
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
