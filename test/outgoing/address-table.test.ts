import assert from 'node:assert/strict';
import { it } from 'node:test';
import { parseNetworks } from '../../src/network.ts';
import { isForbiddenAddress } from '../../src/outgoing/address-table.ts';

const NONE = parseNetworks([]);

/** The last address before a forbidden block, and the first one after it. */
const PUBLIC_NEIGHBOURS = [
  ['1.0.0.0', '9.255.255.255'],
  ['11.0.0.0', '100.63.255.255'],
  ['100.128.0.0', '126.255.255.255'],
  ['128.0.0.0', '168.63.129.15'],
  ['168.63.129.17', '169.253.255.255'],
  ['169.255.0.0', '172.15.255.255'],
  ['172.32.0.0', '191.255.255.255'],
  ['192.0.1.0', '192.0.3.0'],
  ['192.31.195.255', '192.31.197.0'],
  ['192.52.192.255', '192.52.194.0'],
  ['192.88.98.255', '192.88.100.0'],
  ['192.167.255.255', '192.169.0.0'],
  ['192.175.47.255', '192.175.49.0'],
  ['198.17.255.255', '198.20.0.0'],
  ['198.51.99.255', '198.51.101.0'],
  ['203.0.112.255', '203.0.114.0'],
  ['8.8.8.8', '223.255.255.255'],
  ['2000::', '2000:ffff::1'],
  ['2001:200::', '2001:db7:ffff::1'],
  ['2001:db9::', '2001:ffff::1'],
  ['2003::', '2606:4700:4700::1111'],
  ['2620:4f:7fff::1', '2620:4f:8001::'],
  ['3ffe:ffff::1', '3fff:1000::'],
].flat();

it('public addresses are allowed, up to the edges of each forbidden block', () => {
  for (const address of PUBLIC_NEIGHBOURS) {
    assert.equal(isForbiddenAddress(address, NONE), false, address);
  }
});

it('the first and the last address of a block are forbidden', () => {
  for (const address of [
    ...['0.0.0.0', '0.255.255.255', '10.0.0.0', '10.255.255.255', '100.64.0.0', '100.127.255.255'],
    ...['127.0.0.0', '127.255.255.255', '172.16.0.0', '172.31.255.255', '198.18.0.0'],
    ...['198.19.255.255', '224.0.0.0', '239.255.255.255', '240.0.0.0', '255.255.255.255'],
    ...['::', '::1', '::ffff:0:0', '::ffff:ffff:ffff', '64:ff9b::', '64:ff9b::ffff:ffff'],
    ...['2001::', '2001:1ff:ffff::', '2001:db8::', '2002::', '2002:ffff::', '3fff::', '3fff:fff::'],
    ...['1fff:ffff::', '4000::', '5f00::', 'fc00::', 'fdff::', 'fe80::', 'febf::', 'ff00::'],
  ]) {
    assert.equal(isForbiddenAddress(address, NONE), true, address);
  }
});

it('what is no address, or has a zone, is forbidden', () => {
  for (const text of [
    '',
    'localhost',
    '127.1',
    '8.8.8.8/32',
    'fe80::1%lo',
    '2003::1%eth0',
    '08.8.8.8',
  ]) {
    assert.equal(isForbiddenAddress(text, parseNetworks(['0.0.0.0/0', '::/0'])), true, text);
  }
});

it('an allowed network opens itself and nothing beside it', () => {
  const allowed = parseNetworks(['127.0.0.0/8', '10.1.0.0/16', 'fd00:1::/32', '192.168.0.7']);
  for (const address of ['127.0.0.1', '10.1.255.255', 'fd00:1::5', '192.168.0.7']) {
    assert.equal(isForbiddenAddress(address, allowed), false, address);
  }
  for (const address of [
    ...['10.0.255.255', '10.2.0.0', 'fd00:2::', '192.168.0.8', '::1'],
    // IPv4 addresses inside IPv6 addresses, which lead somewhere else or are read in several ways.
    ...['64:ff9b::7f00:1', '2002:7f00:1::', '::127.0.0.1', '::ffff:127.0.0.1'],
  ]) {
    assert.equal(isForbiddenAddress(address, allowed), true, address);
  }
});

it('a network of one version opens nothing of the other', () => {
  assert.equal(isForbiddenAddress('10.0.0.1', parseNetworks(['::/0'])), true);
  assert.equal(isForbiddenAddress('10.0.0.1', parseNetworks(['::ffff:0:0/96'])), true);
  assert.equal(isForbiddenAddress('::1', parseNetworks(['0.0.0.0/0'])), true);
});
