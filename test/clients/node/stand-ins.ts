/** What a Connect App does all day: numbers, messages and calls, as an account, as an app and with an API key. */

import assert from 'node:assert/strict';
import { env } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import twilio from 'twilio';
import { check, client, refused, sids, TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN } from './check.ts';

const TO = '+15558675310';

/** The same deeds by whoever may do them, and what the others are told. */
export async function useStandIns(): Promise<void> {
  const reader = twilio(env.READER_SID, TWILIO_AUTH_TOKEN);
  const writer = twilio(env.WRITER_SID, TWILIO_AUTH_TOKEN);

  await act(client, 'as an account');
  await act(writer, 'as an app with post-all');

  await check('reads messages as an app with get-all', async () => {
    const customer = reader.api.v2010.accounts(env.CUSTOMER_SID ?? '');
    assert.deepEqual([await reader.messages.list(), await customer.messages.list()], [[], []]);
  });
  await check('does not act as an app with get-all', async () => {
    const forbidden = (call: () => Promise<unknown>) => refused(403, 20006, 'Access Denied', call);
    await forbidden(() => reader.incomingPhoneNumbers.create({ areaCode: '415' }));
    await forbidden(() => reader.messages.create({ to: TO, from: TO, body: 'Hello' }));
    await forbidden(() => reader.calls.create({ to: TO, from: TO, twiml: '<Response/>' }));
  });

  const key = await client.newKeys.create({ friendlyName: 'Node' });
  const withKey = twilio(key.sid, key.secret, { accountSid: TWILIO_ACCOUNT_SID });
  await act(withKey, 'with an API key');

  await check('refuses an API key for accounts', () =>
    refused(401, 20003, 'Authenticate', () => withKey.api.v2010.accounts.list()),
  );
  await check('refuses a deleted API key', async () => {
    assert.equal(await client.keys(key.sid).remove(), true);
    await refused(401, 20003, 'Authenticate', () => withKey.messages.list());
  });
}

/** From the search for a number to the bill; `who` ends the name of each check. */
async function act(api: twilio.Twilio, who: string): Promise<void> {
  const { messages, incomingPhoneNumbers, calls } = api;
  const search = () => api.availablePhoneNumbers('US').local.list({ areaCode: 415, limit: 5 });
  const [available] = await search();
  const from = available?.phoneNumber ?? '';
  const number = await incomingPhoneNumbers.create({ phoneNumber: from });

  await check(`buys a phone number ${who}`, async () => {
    assert.deepEqual([number.phoneNumber, number.capabilities.sms], [from, true]);
    assert.deepEqual(sids(await incomingPhoneNumbers.list({ phoneNumber: from })), [number.sid]);
    assert.ok(!(await search()).some(({ phoneNumber }) => phoneNumber === from));
  });

  await check(`configures a phone number ${who}`, async () => {
    const smsUrl = 'https://app.example.com/sms';
    const changed = await incomingPhoneNumbers(number.sid).update({ smsUrl, smsMethod: 'GET' });
    assert.deepEqual([changed.smsUrl, changed.smsMethod], [smsUrl, 'GET']);
    const cleared = await incomingPhoneNumbers(number.sid).update({ smsUrl: '' });
    assert.deepEqual([cleared.smsUrl, cleared.smsMethod], ['', 'GET']);
  });

  await check(`sends a message ${who}`, async () => {
    const sent = await messages.create({ to: TO, from, body: 'Hello' });
    assert.deepEqual([sent.status, sent.body, sent.numSegments], ['queued', 'Hello', '1']);
    while ((await messages(sent.sid).fetch()).status !== 'delivered') await sleep(100);
  });

  await check(`lists messages ${who}`, async () => {
    const second = await messages.create({ to: TO, from, body: 'Hello again' });
    const listed = await messages.list({ from, pageSize: 1, limit: 2 });
    assert.deepEqual([listed.length, listed[0]?.sid], [2, second.sid]);
  });

  await check(`makes a call ${who}`, async () => {
    const call = await calls.create({ to: TO, from, twiml: '<Response/>' });
    assert.deepEqual([call.status, call.to], ['queued', TO]);
    assert.equal((await calls(call.sid).update({ status: 'completed' })).status, 'completed');
  });

  await check(`reads usage ${who}`, async () => {
    const [sms] = await api.usage.records.list({ category: 'sms' });
    assert.ok(Number(sms?.count) >= 2, sms?.count);
  });

  await check(`releases a phone number ${who}`, async () => {
    assert.equal(await incomingPhoneNumbers(number.sid).remove(), true);
    await refused(404, 20404, 'was not found', () => incomingPhoneNumbers(number.sid).fetch());
  });
}
