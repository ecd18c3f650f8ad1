/** The validator of the library. */

import assert from 'node:assert/strict';
import { env } from 'node:process';
import twilio from 'twilio';
import { check, TWILIO_AUTH_TOKEN, UNKNOWN_ACCOUNT_SID } from './check.ts';

/** Callbacks that the server has sent to a real receiver. */
export async function validateRealCallbacks(): Promise<void> {
  await check('validates a real POST callback', () => {
    const { CALLBACK_POST_URL = '', CALLBACK_POST_SIGNATURE = '' } = env;
    const parameters = {
      AccountSid: env.CALLBACK_ACCOUNT_SID,
      ConnectAppSid: env.CALLBACK_CONNECT_APP_SID,
    };
    const [token, url] = [TWILIO_AUTH_TOKEN, CALLBACK_POST_URL];
    assert.ok(twilio.validateRequest(token, CALLBACK_POST_SIGNATURE, url, parameters));
  });

  await check('validates a real GET callback', () => {
    const { CALLBACK_GET_URL = '', CALLBACK_GET_SIGNATURE = '' } = env;
    const [token, url] = [TWILIO_AUTH_TOKEN, CALLBACK_GET_URL];
    assert.ok(twilio.validateRequest(token, CALLBACK_GET_SIGNATURE, url, {}));
  });
}

/** Callbacks with fixed values, one of them documented by Twilio. */
export async function validateCallbacks(): Promise<void> {
  const token = '0123456789abcdef0123456789abcdef';
  const url = 'https://app.example.com/twilio/deauthorize';
  const parameters = {
    AccountSid: `AC${'1'.repeat(32)}`,
    ConnectAppSid: `CN${'2'.repeat(32)}`,
  };
  const signature = 'aFn3woBVSlAf3geDcx8j2NsFT38=';

  await check('validates a POST callback', () => {
    assert.ok(twilio.validateRequest(token, signature, url, parameters));
  });

  await check('validates a GET callback', () => {
    const called = `${url}?${new URLSearchParams(parameters)}`;
    assert.ok(twilio.validateRequest(token, 'lhlOUFlRjCaaNOVx84/7XX+/vZw=', called, {}));
  });

  await check("validates Twilio's documented request", () => {
    const called = 'https://mycompany.com/myapp.php?foo=1&bar=2';
    const call = {
      CallSid: 'CA1234567890ABCDE',
      Caller: '+12349013030',
      Digits: '1234',
      From: '+12349013030',
      To: '+18005551212',
    };
    assert.ok(twilio.validateRequest('12345', '0/KCTR6DLpKmkAf8muzZqo1nDgQ=', called, call));
  });

  await check('rejects a forged callback', () => {
    const forged = { ...parameters, AccountSid: UNKNOWN_ACCOUNT_SID };
    assert.equal(twilio.validateRequest(token, signature, url, forged), false);
  });
}
