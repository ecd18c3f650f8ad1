/** The parts of consent that are only text: the state of a link, and the URL that answers it. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  allowedUrl,
  consentLink,
  deniedUrl,
  linkParametersOf,
} from '../../src/authorizations/redirect.ts';

const SID = `AC${'1'.repeat(32)}`;
const NOTHING = { state: undefined, cb: undefined };

describe('the state of a consent link', () => {
  for (const [target, state] of [
    ['/authorize/CN1', undefined],
    ['/authorize/CN1?', undefined],
    ['/authorize/CN1?stateful=1', undefined],
    ['/authorize/CN1?state', ''],
    ['/authorize/CN1?state=', ''],
    ['/authorize/CN1?state=a%20b+c%2f%ZZ%', 'a%20b+c%2f%ZZ%'],
    ['/authorize/CN1?x=1&state=https://a.example/?b=c&y=2', 'https://a.example/?b=c'],
    ['/authorize/CN1?state=1&state=2', '1'],
    ['/authorize/CN1?state={"a":[1]}', '{"a":[1]}'],
  ] as const) {
    it(`of ${target}`, () => assert.equal(linkParametersOf(target).state, state));
  }
});

describe('where consent leads back to', () => {
  for (const [url, allowed, denied] of [
    ['https://a.example', '?', '?'],
    ['https://a.example/x?y=1', '&', '&'],
    ['https://a.example/x?', '', ''],
    ['https://a.example/x?y=1&', '', ''],
  ] as const) {
    it(`after ${url}`, () => {
      const allow = (state?: string) => allowedUrl(url, SID, { state, cb: undefined });
      assert.equal(allow('s%20'), `${url}${allowed}AccountSid=${SID}&state=s%20`);
      assert.equal(allow(), `${url}${allowed}AccountSid=${SID}`);
      assert.equal(allow(''), `${url}${allowed}AccountSid=${SID}&state=`);
      assert.equal(deniedUrl(url, NOTHING), `${url}${denied}error=unauthorized_client`);
    });
  }

  it('before a fragment', () => {
    assert.equal(
      deniedUrl('https://a.example/x#part', NOTHING),
      'https://a.example/x?error=unauthorized_client#part',
    );
  });
});

describe('the cb of a consent link', () => {
  const STORED = 'https://app.example.com/complete/twilio/?own=1';
  const answer = (cb: string, state?: string, url = STORED) => {
    const link = { state, cb: encodeURIComponent(cb) };
    return [allowedUrl(url, SID, link), deniedUrl(url, link)];
  };
  const withQuery = (query: string, state = '') => [
    `${STORED}${query}&AccountSid=${SID}${state}`,
    `${STORED}${query}&error=unauthorized_client`,
  ];

  for (const [cb, kept] of [
    ['https://app.example.com/complete/twilio/?redirect_state=x1', '&redirect_state=x1'],
    ['https://app.example.com/complete/twilio/?own=1&redirect_state=x', '&redirect_state=x'],
    ['https://app.example.com/complete/twilio/?a=%20%2B%26+b&&c', '&a=%20%2B%26+b&c'],
    ['https://APP.example.com:443/complete/twilio/?a=1', '&a=1'],
    [
      'HTTPS://app.example.com/complete/twilio/?u=https://evil.example.com/?x',
      '&u=https://evil.example.com/?x',
    ],
    ['https://app.example.com/complete/twilio/?state=of-cb', '&state=of-cb'],
    ['https://app.example.com/complete/twilio/', ''],
    ['https://app.example.com/complete/twilio/?', ''],
    // Answers are ours to give.
    [`https://app.example.com/complete/twilio/?AccountSid=AC${'2'.repeat(32)}&a=1`, '&a=1'],
    [
      'https://app.example.com/complete/twilio/?accountsid=x&Account%53id=x&AccountSid[]=x&AccountSid%5B0%5D=x',
      '',
    ],
    ['https://app.example.com/complete/twilio/?error=x&a=1', '&a=1'],
    // Any other is ignored.
    ['https://evil.example.com/complete/twilio/?a=1', ''],
    ['http://app.example.com/complete/twilio/?a=1', ''],
    ['https://app.example.com:8443/complete/twilio/?a=1', ''],
    ['https://app.example.com./complete/twilio/?a=1', ''],
    ['https://app.example.com.evil.example.com/complete/twilio/?a=1', ''],
    ['https://app.example.com@evil.example.com/complete/twilio/?a=1', ''],
    ['https://user:password@app.example.com/complete/twilio/?a=1', ''],
    ['https://evil.example.com\\@app.example.com/complete/twilio/?a=1', ''],
    ['https:\\\\app.example.com/complete/twilio/?a=1', ''],
    ['//app.example.com/complete/twilio/?a=1', ''],
    ['/complete/twilio/?a=1', ''],
    ['https:app.example.com/complete/twilio/?a=1', ''],
    ['https://app.example.com/complete/twilio?a=1', ''],
    ['https://app.example.com/Complete/twilio/?a=1', ''],
    ['https://app.example.com/complete/twilio/../twilio/?a=1', ''],
    ['https://app.example.com/x/%2e%2e/complete/twilio/?a=1', ''],
    ['https://app.example.com/complete/twilio/%2f?a=1', ''],
    ['https://app.example.com//complete/twilio/?a=1', ''],
    ['https://app.example.com/complete/twilio/;x?a=1', ''],
    ['https://app.example.com/complete/twilio/?a=1#https://evil.example.com', ''],
    ['https://app.example.com/complete/twilio/?a=1\r\nLocation: https://evil.example.com', ''],
    ['https://app.example.com/complete/twilio/?a=\u0000', ''],
    ['https://app.example.com/complete/twilio/?a=é', ''],
    ['https://app.example.com/complete/twilio/?a= b', ''],
    [' https://app.example.com/complete/twilio/?a=1', ''],
    ['https://app.exa\tmple.com/complete/twilio/?a=1', ''],
    ['javascript:alert(1)//app.example.com/complete/twilio/?a=1', ''],
    ['data:text/html,x?a=1', ''],
    [`https://app.example.com/complete/twilio/?a=${'x'.repeat(5000)}`, ''],
    ['', ''],
  ] as const) {
    it(`of ${JSON.stringify(cb.slice(0, 100))} keeps ${JSON.stringify(kept)}`, () => {
      assert.deepEqual(answer(cb), withQuery(kept));
    });
  }

  it('gives way to a state of the link itself', () => {
    const cb = 'https://app.example.com/complete/twilio/?state=of-cb&a=1';
    assert.deepEqual(answer(cb, 'own'), withQuery('&a=1', '&state=own'));
  });

  it('counts as it was sent first, and only as a whole', () => {
    for (const [target, cb] of [
      ['/authorize/CN1?cb=1&cb=2', '1'],
      ['/authorize/CN1?CB=1', undefined],
      ['/authorize/CN1?cb[]=1', undefined],
      ['/authorize/CN1?state=cb=1', undefined],
      ['/authorize/CN1?state=1&cb=%ZZ#&cb=2', '%ZZ'],
      ['/authorize/CN1?cb', ''],
    ] as const) {
      assert.equal(linkParametersOf(target).cb, cb, target);
    }
    for (const cb of [
      '%ZZ',
      '%',
      '%ff',
      'https%3A%2F%2Fapp.example.com%2Fcomplete%2Ftwilio%2F%3F%25ff=1',
    ]) {
      const url = allowedUrl(STORED, SID, { state: undefined, cb });
      assert.equal(url, `${STORED}&AccountSid=${SID}`, cb);
    }
  });

  it('stands in the link that leads back after sign-in', () => {
    for (const link of ['?state=a%20b&cb=https%3A%2F%2Fx', '?cb=x', '?state=', '']) {
      const target = `/authorize/CN1${link}`;
      assert.equal(consentLink('CN1', linkParametersOf(target)), target);
    }
  });
});
