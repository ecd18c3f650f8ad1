/**
 * Callbacks to unusual URLs, delivered for real, and given to the validators of the vendor's libraries
 * as a receiver has them: each must accept what arrives. docs/consent.md names those that cannot.
 */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import twilio from 'twilio';
import { authorizeConnectApp, revokeAuthorization } from '../../src/authorizations/operations.ts';
import { signCallback } from '../../src/callbacks/signature.ts';
import { startCallbackWorker } from '../../src/callbacks/worker.ts';
import { updateConnectApp } from '../../src/connect-apps/operations.ts';
import { calledUrl } from '../../src/http-url.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { createGuardedClient } from '../../src/outgoing/guarded-client.ts';
import { parseTarget } from '../../src/outgoing/target.ts';
import { findTextFault, urlRule } from '../../src/parameter.ts';
import { findRefusal, folderOf } from '../clients/describe-client.ts';
import { openContext, type TestContext } from '../support/context.ts';
import { DATABASES } from '../support/databases.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';

type Validator = 'node' | 'express' | 'python' | 'go' | 'java';

/** What a receiver has of a callback. */
interface Arrival {
  method: 'GET' | 'POST';
  url: string;
  signature: string;
  body: string;
}

/** What comes after the host, and who cannot validate a callback to it. */
const PLACES: [string, Partial<Record<'GET' | 'POST', Validator[]>>?][] = [
  [''],
  ['/'],
  ['?'],
  ['?x=1'],
  ['/hook'],
  ['/hook?'],
  ['/hook?#part'],
  ['/hook#part'],
  ['/hook?x=1&'],
  ['/hook?x=1&x=2&AccountSid=mine'],
  ['/Hook/UPPER?Query=UPPER'],
  ['/a/../b/./c'],
  ['/a/%2e%2E/b'],
  ['//double//slashes//'],
  ['/%7Etilde/%41/%c3%bc'],
  ['/a%2Fb%5Cc%25'],
  ['/space%20plus+?a=b+c%20d'],
  ["/it's/(here)!*;v=1,2:3@4$5"],
  ["/hook?q=O'Brien&r=%27"],
  ['/hook?a=b=c&d&=e&&f=?/:@!$()*,;'],
  // It drops the semicolon when it writes the URL again.
  ['/semi;', { GET: ['python'], POST: ['python'] }],
  // Without its option `url` it takes each %3F for a question mark.
  ['/a%3Fb?c=d%3Fe', { GET: ['express'], POST: ['express'] }],
  // They hold the body against the digest, which this is not.
  ['/hook?bodySHA256=abc', { GET: ['express'], POST: ['express', 'go'] }],
];

const AUTHORITIES = ['APP.example.com', 'app.example.com.', 'my_host', 'xn--bcher-kva.example'];
const USER_INFO = ['joe@', 'joe:s%40cret@', "o'b:p;w@", ':@'];

const AUTH_TOKEN = '0123456789abcdef0123456789abcdef';
const PARAMETERS = { AccountSid: `AC${'1'.repeat(32)}`, ConnectAppSid: `CN${'2'.repeat(32)}` };

/** What would arrive from a URL that cannot be called here, for its port or for TLS. */
function arrivalOf(
  method: 'GET' | 'POST',
  url: string,
  authToken = AUTH_TOKEN,
): Arrival | undefined {
  const parameters = PARAMETERS;
  const signed = signCallback({ authToken, method, url, parameters });
  const target = parseTarget(signed.url);
  if ('reason' in target) return undefined;
  const arrived = target.origin + target.path;
  return { method, url: arrived, signature: signed.signature, body: signed.body ?? '' };
}

/** Callbacks to the default ports, which no test may listen on. */
function withoutPort(authToken: string): { written: string; arrival: Arrival }[] {
  return ['https://app.example.com', 'https://App.example.com:443', 'http://[2001:DB8::1]'].flatMap(
    (origin) =>
      PLACES.flatMap(([place]) =>
        (['GET', 'POST'] as const).map((method) => {
          const written = origin + place;
          return { written, arrival: arrivalOf(method, written, authToken) ?? fail() };
        }),
      ),
  );
}

function nodeAccepts(authToken: string, { url, signature, body }: Arrival): boolean {
  const parameters = Object.fromEntries(new URLSearchParams(body));
  return twilio.validateRequest(authToken, signature, url, parameters);
}

/** As middleware sees it: nobody tells it the URL. */
function expressAccepts(authToken: string, { url, signature, body }: Arrival): boolean {
  const [, protocol = '', host = '', originalUrl = ''] =
    /^(https?):\/\/([^/]+)(.*)$/.exec(url) ?? [];
  const request = {
    protocol,
    headers: { host },
    header: (name: string) => (name === 'X-Twilio-Signature' ? signature : undefined),
    originalUrl,
    body: Object.fromEntries(new URLSearchParams(body)),
    rawBody: body,
  };
  // The library's own type of a request has only what it reads.
  return Reflect.apply(twilio.validateExpressRequest, undefined, [request, authToken]) === true;
}

/** The programs of test/clients, and how each is started. */
const PROGRAMS = {
  python: {
    needs: '.venv/bin/python',
    command: (folder: string) => [join(folder, '.venv/bin/python'), join(folder, 'validate.py')],
  },
  go: {
    needs: 'target/validate',
    command: (folder: string) => [join(folder, 'target/validate')],
  },
  java: {
    needs: 'target/lib',
    command: (folder: string) => [
      ...['java', '-cp', join(folder, 'target/lib/*')],
      join(folder, 'validate/Validate.java'),
    ],
  },
} as const;

function askProgram(
  language: keyof typeof PROGRAMS,
  authToken: string,
  arrivals: Arrival[],
): boolean[] {
  const [program = '', ...words] = PROGRAMS[language].command(folderOf(language));
  const { stdout, stderr, status } = spawnSync(program, [...words, authToken], {
    input: arrivals.map(({ url, signature, body }) => `${url}\t${signature}\t${body}\n`).join(''),
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  const answers = stdout.trim().split('\n');
  assert.equal(answers.length, arrivals.length, stderr);
  return answers.map((answer) => answer === 'true');
}

for (const engine of DATABASES) {
  describe(`callbacks to unusual URLs on ${engine}`, () => {
    let world: TestContext;
    let receiver: Receiver;
    let authToken: string;
    let stop: () => Promise<void>;
    const delivered: { written: string; shown: string; arrival: Arrival }[] = [];

    before(async () => {
      world = await openContext(engine);
      const { context } = world;
      const owner = await world.createAccount();
      authToken = owner.authToken;
      receiver = await startReceiver();
      const { port } = new URL(receiver.url);
      const client = createGuardedClient({
        allowedNetworks: ['127.0.0.0/8'],
        lookup: async () => [{ address: '127.0.0.1', family: 4 }],
      });
      const logger = createLogger('silent');
      const worker = startCallbackWorker(context, { client, logger });
      stop = async () => {
        await worker.close();
        await receiver.close();
        await world.close();
      };

      const urls = [
        ...PLACES.map(([place]) => `http://App.example.com:${port}${place}`),
        ...AUTHORITIES.map((authority) => `HTTP://${authority}:${port}/hook`),
        ...USER_INFO.map((userInfo) => `http://${userInfo}app.example.com:${port}/hook?x=@`),
      ];
      const customer = await world.createAccount();
      for (const written of urls) {
        for (const method of ['GET', 'POST'] as const) {
          const sid = await world.createApp(owner.accountSid, {});
          const app = await updateConnectApp(context, owner.accountSid, sid, {
            DeauthorizeCallbackUrl: written,
            DeauthorizeCallbackMethod: method,
          });
          const key = { accountSid: customer.accountSid, connectAppSid: sid };
          await authorizeConnectApp(context, key);
          await revokeAuthorization(context, key);
          await until('it has arrived', () => receiver.received.length > delivered.length);
          const { path, headers, body, ...request } = receiver.received[delivered.length] ?? fail();
          assert.equal(request.method, method);
          const url = `http://${headers.host}${path}`;
          const signature = headers['x-twilio-signature'] ?? '';
          const arrival = { method, url, signature, body };
          delivered.push({ written, shown: app.deauthorizeCallbackUrl ?? '', arrival });
        }
      }
    });
    after(() => stop());

    it('are called with the bytes that are shown', () => {
      for (const { shown, arrival } of delivered) {
        const withoutParts = shown.replace(/#.*/, '').replace(/\/\/[^/?]*@/, '//');
        const withPath = withoutParts.replace(/^(http:\/\/[^/?]+)$/, '$1/');
        assert.ok(arrival.url.startsWith(withPath), `${shown} is called as ${arrival.url}`);
        if (arrival.method === 'POST') assert.equal(arrival.url, withPath);
      }
    });

    it('send the user-info, and sign without it', () => {
      const withPassword = delivered.filter(({ written }) => written.includes('joe:s%40cret@'));
      assert.equal(withPassword.length, 2);
      for (const { arrival } of withPassword) assert.ok(nodeAccepts(authToken, arrival));
    });

    function checkAll(validator: Validator, accepts: (arrivals: Arrival[]) => boolean[]): void {
      const all = [...delivered, ...withoutPort(authToken)];
      const arrivals = all.map(({ arrival }) => arrival);
      const answers = accepts(arrivals);
      const wrong = all.filter(({ written, arrival }, index) => {
        const [, exceptions] = PLACES.find(([place]) => place && written.endsWith(place)) ?? [];
        const isUnable = exceptions?.[arrival.method]?.includes(validator) ?? false;
        return answers[index] === isUnable;
      });
      assert.deepEqual(
        wrong.map(({ arrival }) => `${arrival.method} ${arrival.url}`),
        [],
      );
      const forged = arrivals.map((arrival) => ({ ...arrival, signature: 'x'.repeat(28) }));
      assert.ok(accepts(forged).every((answer) => !answer));
    }

    it('pass the validator of the Node.js library', () => {
      checkAll('node', (arrivals) => arrivals.map((one) => nodeAccepts(authToken, one)));
    });

    it('pass the middleware of the Node.js library', () => {
      checkAll('express', (arrivals) => arrivals.map((one) => expressAccepts(authToken, one)));
    });

    for (const language of ['python', 'go', 'java'] as const) {
      const folder = folderOf(language);
      const isThere = existsSync(join(folder, PROGRAMS[language].needs));
      const obstacle = findRefusal(folder) ?? 'test/clients/install.sh has not installed it';
      const mayBeMissing = process.env.CI !== 'true' || findRefusal(folder) !== undefined;
      const skip = !isThere && mayBeMissing && obstacle;
      it(`pass the validator of the library for ${language}`, { skip }, () => {
        checkAll(language, (arrivals) => askProgram(language, authToken, arrivals));
      });
    }
  });
}

describe('the signature for any URL that is taken', () => {
  const rule = urlRule('A URL.');
  const url = fc
    .tuple(
      fc.constantFrom('http://', 'https://', 'HTTPS://'),
      fc.constantFrom('', 'joe@', 'joe:s%40cret@'),
      fc.oneof(
        fc.domain(),
        fc.ipV4(),
        fc.ipV6().map((address) => `[${address}]`),
      ),
      fc.constantFrom('', ':', ':80', ':443', ':8443', ':08080'),
      fc.constantFrom('', '/', '?', '/?', '/hook'),
      fc
        .array(
          fc.constantFrom(..."abAB0-._~:/?@!$&'()*+,;=%", '%41', '%2f', '%C3%BC', '/../', '%2e'),
          {
            maxLength: 12,
          },
        )
        .map((parts) => parts.join('')),
      fc.constantFrom('', '#', '#part?x'),
    )
    .map((parts) => parts.join(''))
    .filter((text) => findTextFault(rule, text) === undefined);

  for (const method of ['GET', 'POST'] as const) {
    it(`of a ${method} passes the validator of Node.js for what arrives`, () => {
      const check = fc.property(url, (text) => {
        const arrival = arrivalOf(method, text);
        fc.pre(arrival !== undefined);
        assert.ok(nodeAccepts(AUTH_TOKEN, arrival), `${text} arrives as ${arrival.url}`);
        assert.equal(calledUrl(calledUrl(text)), calledUrl(text));
        assert.deepEqual(arrivalOf(method, calledUrl(text)), arrival);
        if (/%3F/.test(arrival.url)) return;
        assert.ok(expressAccepts(AUTH_TOKEN, arrival), `${text} arrives as ${arrival.url}`);
      });
      fc.assert(check, { numRuns: 5000 });
    });

    it(`of a ${method} has no default port, as the receiver sees none`, () => {
      for (const [text, arrives] of [
        ['https://APP.example.com:443/hook', 'https://app.example.com/hook'],
        ['http://app.example.com:80/hook', 'http://app.example.com/hook'],
        ['https://app.example.com:80/hook', 'https://app.example.com:80/hook'],
        ['https://app.example.com:443', 'https://app.example.com/'],
      ] as const) {
        const arrival = arrivalOf(method, text) ?? fail();
        assert.equal(arrival.url.replace(/\?.*/, ''), arrives);
        assert.ok(nodeAccepts(AUTH_TOKEN, arrival));
      }
    });
  }
});

function fail(): never {
  throw new Error('nothing has arrived');
}
