/** What a Connect App does all day: numbers, messages and calls, as an account, as an app and with an API key. */

import assert from 'node:assert/strict';
import { env } from 'node:process';
import { type Credentials, check, type Properties, refused, run } from './check.ts';

const TO = '+15558675310';

/** The same deeds by whoever may do them, and what the others are told. */
export function useStandIns(): void {
  const reader = { TWILIO_ACCOUNT_SID: env.READER_SID };

  act({}, 'as an account');
  act({ TWILIO_ACCOUNT_SID: env.WRITER_SID }, 'as an app with post-all');

  check('reads messages as an app with get-all', () => {
    const ofCustomer = ['--account-sid', env.CUSTOMER_SID ?? ''];
    assert.deepEqual(run('messages:list', ofCustomer, reader), []);
  });
  check('does not act as an app with get-all', () => {
    const forbidden = (command: string, ...flags: string[]) =>
      refused(20006, 'Access Denied', command, flags, reader);
    forbidden('incoming-phone-numbers:create', '--area-code', '415');
    forbidden('messages:create', '--to', TO, '--from', TO, '--body', 'Hello');
  });

  const [key = {}] = run('keys:create', ['--friendly-name', 'The command line']);
  const withKey = { TWILIO_API_KEY: String(key.sid), TWILIO_API_SECRET: String(key.secret) };
  act(withKey, 'with an API key');

  check('refuses an API key for accounts', () =>
    refused(20003, 'Authenticate', 'accounts:list', [], withKey),
  );
  check('refuses a deleted API key', () => {
    run('keys:remove', ['--sid', String(key.sid)]);
    refused(20003, 'Authenticate', 'messages:list', [], withKey);
  });
}

/** From the search for a number to the bill; `who` ends the name of each check. */
function act(credentials: Credentials, who: string): void {
  const all = (command: string, ...flags: string[]) => run(command, flags, credentials);
  const one = (command: string, ...flags: string[]): Properties => all(command, ...flags)[0] ?? {};
  const place = ['--country-code', 'US', '--area-code', '415'];
  const [available] = all('available-phone-numbers:local:list', ...place);
  const from = String(available?.phoneNumber);
  const number = one('incoming-phone-numbers:create', '--phone-number', from);
  const ofNumber = ['--sid', String(number.sid)];

  check(`buys a phone number ${who}`, () => {
    const { phoneNumber, capabilities } = number;
    const everything = { fax: false, mms: true, sms: true, voice: true };
    assert.deepEqual([phoneNumber, capabilities], [from, everything]);
  });

  check(`configures a phone number ${who}`, () => {
    const flags = [...ofNumber, '--sms-url', 'https://app.example.com/sms', '--sms-method', 'GET'];
    const { smsUrl, smsMethod } = one('incoming-phone-numbers:update', ...flags);
    assert.deepEqual([smsUrl, smsMethod], ['https://app.example.com/sms', 'GET']);
  });

  const parties = ['--to', TO, '--from', from];
  const sent = one('messages:create', ...parties, '--body', 'Hello');
  check(`sends a message ${who}`, () => {
    const { sid, status, body, numSegments } = sent;
    assert.deepEqual([status, body, numSegments], ['queued', 'Hello', '1']);
    while (one('messages:fetch', '--sid', String(sid)).status !== 'delivered');
  });

  check(`lists messages ${who}`, () => {
    const listed = all('messages:list', '--from', from, '--limit', '1');
    assert.deepEqual(
      listed.map(({ sid }) => sid),
      [sent.sid],
    );
  });

  check(`makes a call ${who}`, () => {
    const { status, to } = one('calls:create', ...parties, '--twiml', '<Response/>');
    assert.deepEqual([status, to], ['queued', TO]);
  });

  check(`reads usage ${who}`, () => {
    const { count } = one('usage:records:list', '--category', 'sms');
    assert.ok(Number(count) >= 1, String(count));
  });

  check(`releases a phone number ${who}`, () => {
    assert.deepEqual(all('incoming-phone-numbers:remove', ...ofNumber), []);
  });
}
