/**
 * Requests that are nearly right: the grammar of the API with something odd in most of its places.
 * Whatever comes out, the server is never left waiting for bytes that will not come.
 */

import type { Random } from './random.ts';

/** One request as it goes onto the wire. */
export interface MalformedRequest {
  method: string;
  /** What stands between method and version. */
  target: string;
  bytes: Buffer;
  /** Whether bytes of its head were changed at random, so that method and target may be others. */
  isScrambled: boolean;
}

/** What the requests are made around: an account that lets them in, and an app of its. */
interface FuzzSubject {
  accountSid: string;
  authToken: string;
  connectAppSid: string;
}

const METHODS = ['GET', 'GET', 'GET', 'POST', 'POST', 'POST', 'HEAD', 'PUT', 'DELETE', 'PATCH'];
const RARE_METHODS = ['OPTIONS', 'TRACE', 'PROPFIND', 'SEARCH', 'M-SEARCH', 'get', 'GETT'];

const EXTENSIONS = ['.json', '.json', '.json', '.json', '.xml', '.csv', '', '.html', '.', '.json/'];

const ODD_TEXTS = [
  '',
  ' ',
  '0',
  '-1',
  '1e309',
  'NaN',
  'null',
  'undefined',
  'true',
  '[]',
  '{}',
  '[object Object]',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  '../../../../etc/passwd',
  '..;/',
  '%00',
  '%',
  '%zz',
  '%c0%ae%c0%ae/',
  '%252e%252e',
  '\u0000',
  '\r\nX-Injected: 1',
  '\u2028',
  '\ud83d\ude00'.repeat(70),
  '\u202e\u0301\ufeff',
  '\uffff',
  '{{7*7}}',
  '#{7*7}',
  "' OR 1=1 --",
  '"; DROP TABLE accounts; --',
  '<script>alert(1)</script>',
  ']]><!--',
  '&amp;&lt;&#0;',
  '=cmd()',
  'http://',
  'javascript:alert(1)',
  'https://example.com/',
  'get-all',
  'get-all,post-all,,get-all',
  'POST',
  'active',
  '9'.repeat(40),
  'x'.repeat(1000),
  'x'.repeat(10_000),
];

const BODY_NAMES = [
  'FriendlyName',
  'Description',
  'CompanyName',
  'HomepageUrl',
  'AuthorizeRedirectUrl',
  'DeauthorizeCallbackUrl',
  'DeauthorizeCallbackMethod',
  'Permissions',
  'Permissions[]',
  'Permissions[0]',
  'Status%00',
  'Sid',
  '__proto__',
  '__proto__[x]',
  'constructor.prototype',
  'toString',
  '',
];

const QUERY_NAMES = [
  'PageSize',
  'Page',
  'PageToken',
  'FriendlyName',
  'Status',
  '__proto__',
  'x',
  '',
];

const CONTENT_TYPES = [
  'application/x-www-form-urlencoded',
  'application/x-www-form-urlencoded',
  'application/x-www-form-urlencoded',
  'application/x-www-form-urlencoded; charset=utf-16',
  'application/json',
  'text/plain',
  'multipart/form-data',
  'multipart/form-data; boundary=',
  '/',
  'x',
  '',
];

const ODD_HEADERS = [
  'Accept: */*;q=nonsense',
  'Accept-Encoding: gzip;q=2, , nonsense',
  'Accept-Language: \u00ff\u00fe',
  'Cookie: a=b; =; __proto__=1; %',
  'Content-Encoding: gzip',
  'Expect: 100-continue',
  'Expect: nonsense',
  'If-None-Match: *',
  'Range: bytes=0-',
  'Origin: null',
  'X-Forwarded-For: 127.0.0.1, \u00e9',
  'X-Forwarded-Host: elsewhere.example',
  'X-HTTP-Method-Override: DELETE',
  'Upgrade: h2c',
  'Twilio-Request-Id: RQ\u00ff',
  `X-Long: ${'x'.repeat(9000)}`,
];

/** Makes the next request. */
export function createMalformedRequest(random: Random, subject: FuzzSubject): MalformedRequest {
  const isScrambled = random.oneIn(20);
  const method = isScrambled ? 'GET' : random.pick(random.oneIn(12) ? RARE_METHODS : METHODS);
  const target = createTarget(random, subject);
  const body = method === 'GET' || method === 'HEAD' ? '' : createBody(random);
  const lines = [
    `${method} ${target} HTTP/1.1`,
    'Host: localhost',
    ...createAuthorization(random, subject),
    ...(random.oneIn(4) ? [random.pick(ODD_HEADERS)] : []),
    ...(body === '' ? [] : [`Content-Type: ${random.pick(CONTENT_TYPES)}`]),
    ...(body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]),
  ];
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  const bytes = isScrambled ? scramble(random, head) : Buffer.concat([head, Buffer.from(body)]);
  return { method, target, bytes, isScrambled };
}

function createTarget(random: Random, { accountSid, connectAppSid }: FuzzSubject): string {
  const account = random.oneIn(6) ? encoded(random) : accountSid;
  const app = random.oneIn(6) ? encoded(random) : connectAppSid;
  const path = random.pick([
    `/2010-04-01/Accounts/${account}/ConnectApps/${app}`,
    `/2010-04-01/Accounts/${account}/ConnectApps/${app}`,
    `/2010-04-01/Accounts/${account}/ConnectApps`,
    `/2010-04-01/Accounts/${account}`,
    '/2010-04-01/Accounts',
    `/2010-04-01/Accounts/${account}/${encoded(random)}`,
    `/2010-04-01//Accounts//${account}`,
    `/${encoded(random)}`,
  ]);
  const pairs = Array.from({ length: random.below(4) }, () => {
    const value = random.oneIn(3) ? String(random.below(1200)) : encoded(random);
    return `${random.pick(QUERY_NAMES)}=${value}`;
  });
  const query = pairs.length > 0 ? `?${pairs.join('&')}` : '';
  return path + random.pick(EXTENSIONS) + query;
}

function createAuthorization(random: Random, { accountSid, authToken }: FuzzSubject): string[] {
  if (!random.oneIn(8)) return [`Authorization: Basic ${base64(`${accountSid}:${authToken}`)}`];
  const odd = random.pick(ODD_TEXTS).replace(/[\r\n\0]/g, '');
  return random.pick([
    [],
    ['Authorization: '],
    ['Authorization: Basic'],
    [`Authorization: Basic ${Buffer.from(odd).toString('latin1')}`],
    [`Authorization: Basic ${base64(odd)}`],
    [`Authorization: Basic ${base64(`${accountSid}:${odd}`)}`],
    [`Authorization: Basic ${base64(`${odd}:${authToken}`)}`],
    [`Authorization: Bearer ${authToken}`],
  ]);
}

function createBody(random: Random): string {
  if (random.oneIn(20)) return random.pick(ODD_TEXTS);
  if (random.oneIn(400)) return `Description=${'x'.repeat(70_000)}`;
  if (random.oneIn(100)) return 'Permissions=get-all&'.repeat(1000);
  return Array.from({ length: 1 + random.below(4) }, () => {
    const name = random.pick(BODY_NAMES);
    return random.oneIn(10) ? name : `${name}=${encoded(random)}`;
  }).join(random.oneIn(20) ? ';' : '&');
}

/** An odd text, percent-encoded, or raw where that cannot end the request line. */
function encoded(random: Random): string {
  const text = random.pick(ODD_TEXTS);
  const isHarmless = /^[!-~]*$/.test(text);
  return isHarmless && random.oneIn(2) ? text : encodeURIComponent(text);
}

/** Changes a few bytes at random places; the line ends after it let any head end. */
function scramble(random: Random, head: Buffer): Buffer {
  const bytes = Buffer.from(head);
  for (let count = 1 + random.below(4); count > 0; count -= 1) {
    bytes[random.below(bytes.length)] = random.below(256);
  }
  return Buffer.concat([bytes, Buffer.from('\r\n\r\n\r\n\r\n')]);
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
