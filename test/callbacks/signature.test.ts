/** X-Twilio-Signature against fixed vectors, and against the validator of Twilio's own client. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import twilio from 'twilio';
import { signCallback } from '../../src/callbacks/signature.ts';

const AUTH_TOKEN = '0123456789abcdef0123456789abcdef';
const PARAMETERS = {
  AccountSid: `AC${'1'.repeat(32)}`,
  ConnectAppSid: `CN${'2'.repeat(32)}`,
};
const FORM = `AccountSid=${PARAMETERS.AccountSid}&ConnectAppSid=${PARAMETERS.ConnectAppSid}`;

function sign(method: 'GET' | 'POST', url: string) {
  return signCallback({ authToken: AUTH_TOKEN, method, url, parameters: PARAMETERS });
}

describe('the signature of a callback', () => {
  it('is the known one for a POST, whose parameters are its form', () => {
    assert.deepEqual(sign('POST', 'https://app.example.com/twilio/deauthorize'), {
      url: 'https://app.example.com/twilio/deauthorize',
      body: FORM,
      signed: `https://app.example.com/twilio/deauthorizeAccountSid${PARAMETERS.AccountSid}ConnectAppSid${PARAMETERS.ConnectAppSid}`,
      signature: 'aFn3woBVSlAf3geDcx8j2NsFT38=',
    });
  });

  it('is the known one for a GET, whose parameters are in the query', () => {
    assert.deepEqual(sign('GET', 'https://app.example.com/twilio/deauthorize'), {
      url: `https://app.example.com/twilio/deauthorize?${FORM}`,
      signed: `https://app.example.com/twilio/deauthorize?${FORM}`,
      signature: 'lhlOUFlRjCaaNOVx84/7XX+/vZw=',
    });
  });

  for (const [number, signature] of [
    ['+14158675309', 'RSOYDt4T1cUTdK1PDd93/VVr8B8='],
    ['+12349013030', '0/KCTR6DLpKmkAf8muzZqo1nDgQ='],
  ] as const) {
    it(`is the one that Twilio documents for a call from ${number}`, () => {
      const signed = signCallback({
        authToken: '12345',
        method: 'POST',
        url: 'https://mycompany.com/myapp.php?foo=1&bar=2',
        parameters: {
          To: '+18005551212',
          From: number,
          Digits: '1234',
          Caller: number,
          CallSid: 'CA1234567890ABCDE',
        },
      });
      assert.equal(signed.signature, signature);
    });
  }

  it('leaves out user-info and fragment, but sends to the URL with its user-info', () => {
    for (const method of ['GET', 'POST'] as const) {
      const plain = sign(method, 'https://app.example.com/hook?a=1');
      const full = sign(method, 'https://joe:s%40cret@app.example.com/hook?a=1#part');
      assert.equal(full.signature, plain.signature);
      assert.equal(full.url, plain.url.replace('https://', 'https://joe:s%40cret@'));
    }
  });

  it('takes an @ in the path or the query for what it is', () => {
    const { url, signature } = sign('POST', 'https://app.example.com/@team/hook?to=a@b');
    assert.equal(url, 'https://app.example.com/@team/hook?to=a@b');
    assert.ok(twilio.validateRequest(AUTH_TOKEN, signature, url, PARAMETERS));
  });

  it('appends the parameters of a GET to whatever query is there', () => {
    const urls = ['https://a.example/h?x=1', 'https://a.example/h?', 'https://a.example/h?x=1&'];
    assert.deepEqual(
      urls.map((url) => sign('GET', url).url),
      [
        `https://a.example/h?x=1&${FORM}`,
        `https://a.example/h?${FORM}`,
        `https://a.example/h?x=1&${FORM}`,
      ],
    );
  });

  it('covers the slash that a URL without a path is requested with', () => {
    assert.equal(sign('POST', 'https://a.example').url, 'https://a.example/');
    assert.equal(sign('GET', 'https://a.example').url, `https://a.example/?${FORM}`);
    assert.equal(sign('GET', 'https://a.example?x=1').url, `https://a.example/?x=1&${FORM}`);
  });

  for (const url of [
    'https://app.example.com/hook',
    'https://app.example.com:8443/hook?x=%20y&z',
    "http://app.example.com/it's/(here)?q=O'Brien&empty=",
    'https://APP.example.com/a/../b//c',
    'http://[2001:db8::1]:8080/hook',
    'https://app.example.com',
  ]) {
    it(`passes the official validator for ${url}`, () => {
      const post = sign('POST', url);
      assert.ok(twilio.validateRequest(AUTH_TOKEN, post.signature, post.url, PARAMETERS));
      const get = sign('GET', url);
      assert.ok(twilio.validateRequest(AUTH_TOKEN, get.signature, get.url, {}));
      assert.equal(twilio.validateRequest('another token', get.signature, get.url, {}), false);
    });
  }
});
