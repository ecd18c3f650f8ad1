/**
 * Whatever target a gateway may let pass names the same account and the same resource to every program that
 * reads it: as it is, as a URL of WHATWG, as RFC 3986 and nginx normalise it, as path.posix does, decoded once
 * and twice.
 */

import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseTarget } from '../../src/gateway/target.ts';

const OURS = `AC${'0123456789abcdef'.repeat(2)}`;
const OTHERS = `AC${'f'.repeat(32)}`;

/** RFC 3986, section 6.2.2: case of escapes, escapes of what needs none, dot segments. */
function rfc3986(path: string): string {
  const decoded = path.replace(/%[0-9a-f]{2}/gi, (escaped) => {
    const character = String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
    return /[\w.~-]/.test(character) ? character : escaped.toUpperCase();
  });
  return removeDots(decoded);
}

function removeDots(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split('/').slice(1)) {
    if (segment === '..') kept.pop();
    else if (segment !== '.') kept.push(segment);
  }
  return `/${kept.join('/')}`;
}

/** What nginx calls $uri: decoded, slashes merged, dots resolved. */
function nginx(path: string): string {
  return removeDots(decode(path).replace(/\/{2,}/g, '/'));
}

function decode(path: string): string {
  return Buffer.from(
    path.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    ),
    'latin1',
  ).toString('latin1');
}

const READINGS: Readonly<Record<string, (path: string) => string>> = {
  'as it is': (path) => path,
  WHATWG: (path) => new URL(path, 'http://platform').pathname,
  'WHATWG with backslashes': (path) => new URL(path.replaceAll('\\', '/'), 'http://p').pathname,
  'RFC 3986': rfc3986,
  'path.posix': posix.normalize,
  nginx,
  'cut at a semicolon': (path) => path.replace(/;[^/]*/g, ''),
  'cut at a null': (path) => path.split(/%00|\0/)[0] ?? '',
};

/** What a program takes a path for: its segments without extension, decoded to the end, without regard to case. */
function segmentsOf(path: string): string {
  return decode(decode(path))
    .replace(/\/$/, '')
    .replace(/\.[a-z0-9]+$/, '')
    .toLowerCase();
}

/** A path, cut and mended by whoever wants to be read in two ways. */
const piece = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom('/Messages', '/Balance', `/${OTHERS}`, '/Calls', '.json'),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ...['/..', '/.', '//', '/', '\\', ';', ';x=1', '%2F', '%2f', '%5C', '%2e%2e', '%252e', '%25'],
      ...['%00', '%zz', '%', '%20', '%2B', '%40', '%41', '%c0%af', '%EF%BC%8F', '?', '#', ' ', '+'],
      ...['.', '..', '.json/', '/../', '\t', '\0', '／', 'é', ':', '@', '%3B', '%3F', '%23', '%3A'],
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 3 }) },
);
const target = fc
  .tuple(
    fc.constantFrom(`/${OURS}`, '', `/..`, `/${OURS}/../${OTHERS}`),
    fc.array(piece, { maxLength: 5 }),
  )
  .map(([account, pieces]) => `/2010-04-01/Accounts${account}${pieces.join('')}`);

describe('a target that may pass', () => {
  it('names the same account and resource to every reader, decoded once and twice', () => {
    let passed = 0;
    fc.assert(
      fc.property(target, (text) => {
        const parsed = parseTarget(text);
        if (parsed === undefined) return;
        passed += 1;
        const [path = ''] = text.split('?');
        const expected = `/2010-04-01/${parsed.segments.join('/')}`;
        for (const [name, read] of Object.entries(READINGS)) {
          for (const level of [path, decode(path), decode(decode(path))]) {
            assert.equal(segmentsOf(read(level)), segmentsOf(expected), `${name}: ${text}`);
          }
        }
      }),
      { numRuns: 20_000 },
    );
    assert.ok(passed > 1000, `only ${passed} were taken`);
  });

  it('is one of a table, and nothing that two programs read differently is', () => {
    const account = `/2010-04-01/Accounts/${OURS}`;
    const passing = [
      ...['/2010-04-01/Accounts', '/2010-04-01/Accounts.json', account, `${account}.json`],
      ...[`${account}/Messages.json?PageSize=50&To=%2B1555&Url=https%3A%2F%2Fa.example%2F..%2F`],
      ...[`${account}/Recordings/RE${'0'.repeat(32)}.mp3`, `${account}/Messages.json/`],
      ...[`${account}/IncomingPhoneNumbers/%2B15551234567.json`, `${account}/Calls?a=//b;c`],
      `${account}/AvailablePhoneNumbers/US/Local.csv`,
    ];
    assert.deepEqual(
      passing.filter((one) => parseTarget(one) === undefined),
      [],
    );
    const others = [
      ...['', '/', '*', '/2010-04-01', '/2010-04-01/', '/2010-04-01/accounts.json', '/Accounts'],
      ...['http://platform/2010-04-01/Accounts.json', '//2010-04-01/Accounts', `/x/..${account}`],
    ];
    const endings = [
      ...['/..', '/../', '/.', '/./x', '//', '//x', '/%2e%2e/x', '/.%2E/x', '/%2E/x', '/...'],
      ...['%2F', '%2f..', '/a%5Cb', '\\..\\x', '/;x', ';x=1', '/a;b', '/a%3Bb', '#x', '?a#b'],
      ...['/%00', '/a%', '/a%2', '/a%zz', '/%25', '/%252e', '/%41', '/%6d', '/a b', '/\t', '/\0'],
      ...['/é', '/%C3%A9', '/%c0%af', '/／', '?a=é', '/a%3Fb', '/a%23b', '/a"b', '/a<b', '/a|b'],
      ...['/Messages.JSON', '/Messages.json.xml', '.json/Messages', '/Messages.', '/.json', '/{x}'],
      ...['/Balance%20', '/%20Balance', '/a^b', '/a`b', '/[x]', '/Messages.json//', '?a\\b'],
    ];
    const refused = [...others, ...endings.map((ending) => account + ending)];
    assert.deepEqual(
      refused.filter((one) => parseTarget(one) !== undefined),
      [],
    );
    assert.equal(parseTarget(`${account}/x?${'a'.repeat(17_000)}`), undefined);
  });
});
