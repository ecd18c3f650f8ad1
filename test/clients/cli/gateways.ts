/** A platform behind gateways, each of which is an edge of Twilio's API: test/clients/gateways.ts has the scene. */

import assert from 'node:assert/strict';
import { env } from 'node:process';
import { check, refused, run } from './check.ts';

/** Checks what passes, and how each refusal reads; a few only, since each takes a second. */
export function meetGateways(): void {
  for (const edge of (env.GATEWAYS ?? '').split(' ')) meetGateway(edge);
}

function meetGateway(edge: string): void {
  const as = (sid: string | undefined) => ({ TWILIO_EDGE: edge, TWILIO_ACCOUNT_SID: sid });
  const ofCustomer = ['--account-sid', env.CUSTOMER_SID ?? ''];

  check(`${edge}: lists what was granted`, () => {
    const found = run('messages:list', ofCustomer, as(env.READER_SID));
    assert.equal(found.length, 1);
  });
  check(`${edge}: refuses a list`, () =>
    refused(20003, 'Authenticate', 'messages:list', ofCustomer, as(env.WRITER_SID)),
  );
  check(`${edge}: refuses a revoked app`, () => {
    const flags = ['--sid', env.RECORDING_SID ?? ''];
    refused(20006, 'Access Denied', 'recordings:remove', flags, as(env.REVOKED_SID));
  });
  check(`${edge}: does not find another account`, () => {
    const flags = ['--account-sid', env.OTHER_SID ?? ''];
    refused(20404, 'The requested resource', 'messages:list', flags, as(env.WRITER_SID));
  });
}
