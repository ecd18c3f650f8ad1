/** The parts of consent that are only text: the state of a link, and the URL that answers it. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { allowedUrl, deniedUrl, stateOf } from '../../src/consent/redirect.ts';

const SID = `AC${'1'.repeat(32)}`;

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
    it(`of ${target}`, () => assert.equal(stateOf(target), state));
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
      assert.equal(allowedUrl(url, SID, 's%20'), `${url}${allowed}AccountSid=${SID}&state=s%20`);
      assert.equal(allowedUrl(url, SID, undefined), `${url}${allowed}AccountSid=${SID}`);
      assert.equal(allowedUrl(url, SID, ''), `${url}${allowed}AccountSid=${SID}&state=`);
      assert.equal(deniedUrl(url), `${url}${denied}error=unauthorized_client`);
    });
  }

  it('before a fragment', () => {
    assert.equal(
      deniedUrl('https://a.example/x#part'),
      'https://a.example/x?error=unauthorized_client#part',
    );
  });
});
