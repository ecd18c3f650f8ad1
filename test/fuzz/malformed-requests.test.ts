/**
 * Thousands of requests that are nearly right: never a 5xx, never a hang, and every error on a .json
 * path is the object that the clients expect. Most are the same every time; some are new in each run,
 * which says their seed: FUZZ_SEED repeats it, FUZZ_REQUESTS makes it longer.
 */

import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { XMLValidator } from 'fast-xml-parser';
import { objectOf } from '../api/narrow.ts';
import { connectAppPath } from '../api/paths.ts';
import { DATABASES } from '../support/databases.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { type Answer, type Outcome, openConnection } from './keep-alive-connection.ts';
import { createMalformedRequest, type MalformedRequest } from './malformed-request.ts';
import { createRandom } from './random.ts';

interface Run {
  seed: number;
  requests: number;
}

const { FUZZ_SEED, FUZZ_REQUESTS } = process.env;
const RUNS: readonly Run[] =
  FUZZ_SEED === undefined
    ? [
        { seed: 1, requests: 20_000 },
        { seed: randomInt(2 ** 31), requests: Number(FUZZ_REQUESTS ?? 4000) },
      ]
    : [{ seed: Number(FUZZ_SEED), requests: Number(FUZZ_REQUESTS ?? 20_000) }];
const CONNECTIONS = 16;
const LIMIT_MS = 30_000;
/** How often a request is sent again that a busy machine has answered 503, and the wait between. */
const TRIES = 100;
const WAIT_MS = 100;
/** What a browser is led on from, whatever the query. */
const LEADS_ON = /^\/(console)?([?#]|$)/;

for (const engine of DATABASES) {
  describe(`malformed requests on ${engine}`, () => {
    let server: TestServer;

    before(async () => {
      server = await startServer({ engine });
    });
    after(() => server.close());

    for (const { seed, requests } of RUNS) {
      it(`are answered, all ${requests} of them from the seed ${seed}, by what the client did wrong`, async (test) => {
        const random = createRandom(seed);
        const subject = { ...server.developer, connectAppSid: server.connectAppSid };
        const statuses = new Map<number | string, number>();
        let remaining = requests;

        async function work(): Promise<void> {
          const connection = openConnection(server.url, LIMIT_MS);
          try {
            while (remaining > 0) {
              remaining -= 1;
              const request = createMalformedRequest(random, subject);
              const send = () => connection.send(request.method, request.bytes);
              let outcome = await send();
              for (let tries = 1; isBusy(outcome) && tries < TRIES; tries += 1) {
                await setTimeout(WAIT_MS);
                outcome = await send();
              }
              checkOutcome(seed, request, outcome);
              const kind = typeof outcome === 'string' ? outcome : outcome.status;
              statuses.set(kind, (statuses.get(kind) ?? 0) + 1);
            }
          } finally {
            remaining = 0;
            connection.close();
          }
        }
        await Promise.all(Array.from({ length: CONNECTIONS }, work));

        const tally = [...statuses].sort().map(([status, count]) => `${status}: ${count}`);
        test.diagnostic(tally.join(', '));
        assert.ok((statuses.get(200) ?? 0) > requests / 50, 'some requests get all the way');
        const path = connectAppPath(subject.accountSid, subject.connectAppSid);
        const reply = await server.request('GET', path, { auth: server.developer });
        assert.equal(reply.status, 200, 'the server is as well as before');
      });
    }
  });
}

function isBusy(outcome: Outcome): boolean {
  return typeof outcome !== 'string' && outcome.status === 503;
}

function checkOutcome(seed: number, request: MalformedRequest, outcome: Outcome): void {
  const { bytes, isScrambled, method, target } = request;
  const shown = `FUZZ_SEED=${seed}: ${JSON.stringify(bytes.toString('latin1').slice(0, 1500))}`;
  assert.notEqual(outcome, 'hung', shown);
  if (typeof outcome === 'string') {
    assert.ok(isScrambled, `closed without an answer, ${shown}`);
    return;
  }
  const { status, body } = outcome;
  assert.ok(status >= 200 && status < 500, `${status} ${body}, ${shown}`);
  const isRedirect = status >= 300 && status < 400;
  assert.ok(!isRedirect || isScrambled || LEADS_ON.test(target), `a redirect, ${shown}`);
  if (method === 'HEAD' || status === 204 || isRedirect) return;
  try {
    checkBody(outcome, !isScrambled && /^[^?]*\.json(\?|$)/.test(target));
  } catch (cause) {
    throw new Error(`${status} ${body}, ${shown}`, { cause });
  }
}

function checkBody({ status, contentType, body }: Answer, mustBeJson: boolean): void {
  if (mustBeJson) assert.match(contentType, /^application\/json/);
  if (contentType.startsWith('application/json')) {
    const content = objectOf(JSON.parse(body.toString()));
    if (status < 400) return;
    assert.ok(Number.isInteger(content.code), 'an integer code');
    assert.equal(content.status, status);
  } else if (contentType.startsWith('application/xml')) {
    assert.equal(XMLValidator.validate(body.toString()), true);
  }
}
