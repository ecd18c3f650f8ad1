/** A platform behind gateways, each of which is an edge of Twilio's API: test/clients/gateways.ts has the scene. */

import assert from 'node:assert/strict';
import { env } from 'node:process';
import twilio from 'twilio';
import { check, refused, sids, TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN } from './check.ts';

const { CUSTOMER_SID = '', CUSTOMER_TOKEN = '', READER_SID = '', WRITER_SID = '' } = env;
const { REVOKED_SID = '', SUSPENDED_SID = '', SUSPENDED_TOKEN = '', OTHER_SID = '' } = env;
const { CONNECT_APP_SID = '', RECORDING_SID = '' } = env;
const message = { to: '+15558675310', from: '+15558675310', body: 'Hello' };

/** Checks what passes, and how each refusal reads. */
export async function meetGateways(): Promise<void> {
  for (const edge of (env.GATEWAYS ?? '').split(' ')) await meetGateway(edge);
  for (const edge of (env.GATEWAYS_DOWN ?? '').split(' ')) {
    const reader = twilio(READER_SID, TWILIO_AUTH_TOKEN, { edge, region: 'down' });
    await check(`${edge}: is told that connect-apps is away`, () =>
      refused(503, 20503, 'Service Unavailable', () => reader.messages.list()),
    );
  }
}

async function meetGateway(edge: string): Promise<void> {
  const as = (sid: string, token = TWILIO_AUTH_TOKEN) => twilio(sid, token, { edge });
  const customer = as(CUSTOMER_SID, CUSTOMER_TOKEN);
  const reader = as(READER_SID);
  const writer = as(WRITER_SID);
  const messagesOf = (client: twilio.Twilio, sid: string) =>
    client.api.v2010.accounts(sid).messages;

  await check(`${edge}: lists what was granted`, async () => {
    const [found] = await messagesOf(reader, CUSTOMER_SID).list();
    assert.equal(found?.accountSid, CUSTOMER_SID);
  });
  await check(`${edge}: creates what was granted`, async () => {
    assert.equal((await writer.messages.create(message)).accountSid, WRITER_SID);
  });
  await check(`${edge}: deletes what was granted`, async () => {
    assert.equal(await writer.recordings(RECORDING_SID).remove(), true);
  });
  await check(`${edge}: reads its own resources`, async () => {
    assert.equal(sids(await customer.connectApps.list())?.length, 0);
  });
  await check(`${edge}: refuses a wrong token`, () =>
    refused(401, 20003, 'Authenticate', () =>
      as(CUSTOMER_SID, 'f'.repeat(32)).messages.create(message),
    ),
  );
  await check(`${edge}: refuses a list`, () =>
    refused(401, 20003, 'Authenticate', () => messagesOf(writer, CUSTOMER_SID).list()),
  );
  await check(`${edge}: refuses a suspended account`, () =>
    refused(403, 20005, 'Account not active', () =>
      as(SUSPENDED_SID, SUSPENDED_TOKEN).messages.list(),
    ),
  );
  await check(`${edge}: refuses what was not granted`, () =>
    refused(403, 20006, 'Access Denied', () => reader.messages.create(message)),
  );
  await check(`${edge}: refuses a revoked app`, () =>
    refused(403, 20006, 'Access Denied', () => as(REVOKED_SID).recordings(RECORDING_SID).remove()),
  );
  await check(`${edge}: does not find another account`, () =>
    refused(404, 20404, 'was not found', () => messagesOf(customer, OTHER_SID).list()),
  );
  await check(`${edge}: refuses a method`, () =>
    refused(405, 20004, 'Method not allowed', () =>
      as(TWILIO_ACCOUNT_SID).connectApps(CONNECT_APP_SID).remove(),
    ),
  );
}
