/**
 * Whatever mixture of parameters is posted, the app is what the rules say: one not sent keeps its
 * value, an empty one clears it, a wrong one changes nothing at all.
 */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { objectOf } from '../api/narrow.ts';
import { connectAppPath } from '../api/paths.ts';
import { DATABASES } from '../support/databases.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { textUpTo } from './text.ts';

interface Sent {
  /** The values of the parameter, in the order in which they are sent. */
  values: string[];
  /** What the property becomes, or undefined when the request is to be refused. */
  becomes: unknown;
}

function sent(value: string, becomes: unknown): Sent {
  return { values: [value], becomes };
}

/** As the WHATWG parser writes it, but for an empty query and a path that was left out. */
function asCalled(value: string): string {
  const called = new URL(value).href.replace(/^([^?#]*)\?(?=#|$)/, '$1');
  return called === `${value}/` ? value : called;
}

const cleared = fc.constant(sent('', null));
const text = fc.oneof(
  textUpTo(200).map((value) => sent(value, value)),
  cleared,
);
const goodUrl = fc.webUrl({ withQueryParameters: true, withFragments: true });
const noUrl = fc
  .constantFrom('x', 'ftp://a.example/', '/x', 'http://')
  .map((value) => sent(value, undefined));
const url = fc.oneof(
  goodUrl.map((value) => sent(value, value)),
  cleared,
  noUrl,
);
const calledUrl = fc.oneof(
  goodUrl.map((value) => sent(value, asCalled(value))),
  cleared,
  noUrl,
);
const method = fc.oneof(
  fc.constantFrom('GET', 'POST').map((value) => sent(value, value)),
  cleared,
  fc.constantFrom('get!', 'PATCH').map((value) => sent(value, undefined)),
);
const friendlyName = fc.oneof(
  textUpTo(64).map((value) => sent(value, value)),
  fc.constantFrom('', 'x'.repeat(65), '🎉'.repeat(65)).map((value) => sent(value, undefined)),
);
const permissions = fc
  .array(fc.subarray(['get-all', 'post-all', 'get-all', 'post-all']), {
    minLength: 1,
    maxLength: 3,
  })
  .map((groups) => ({
    values: groups.map((group) => group.join(',')),
    becomes: ['get-all', 'post-all'].filter((name) => groups.flat().includes(name)),
  }));

const PROPERTIES: Record<string, string> = {
  AuthorizeRedirectUrl: 'authorize_redirect_url',
  CompanyName: 'company_name',
  DeauthorizeCallbackMethod: 'deauthorize_callback_method',
  DeauthorizeCallbackUrl: 'deauthorize_callback_url',
  Description: 'description',
  FriendlyName: 'friendly_name',
  HomepageUrl: 'homepage_url',
  Permissions: 'permissions',
};

const form = fc.record(
  {
    AuthorizeRedirectUrl: url,
    CompanyName: text,
    DeauthorizeCallbackMethod: method,
    DeauthorizeCallbackUrl: calledUrl,
    Description: text,
    FriendlyName: friendlyName,
    HomepageUrl: url,
    Permissions: permissions,
  },
  { requiredKeys: [] },
);

for (const engine of DATABASES) {
  describe(`any mixture of parameters on ${engine}`, () => {
    let server: TestServer;

    before(async () => {
      server = await startServer({ engine });
    });
    after(() => server.close());

    it('leaves the app as the rules say, update after update', async () => {
      const path = connectAppPath(server.developer.accountSid, server.connectAppSid);
      const auth = server.developer;
      let model = objectOf((await server.request('GET', path, { auth })).json);

      const check = fc.asyncProperty(form, async (parameters) => {
        const entries = Object.entries(parameters);
        const isWrong = entries.some(([, { becomes }]) => becomes === undefined);
        const pairs = entries.flatMap(([name, { values }]) =>
          values.map((value): [string, string] => [name, value]),
        );
        const reply = await server.request('POST', path, { auth, form: pairs });
        assert.equal(reply.status, isWrong ? 400 : 200, reply.text);
        if (!isWrong) {
          const changes = entries.map(([name, { becomes }]) => [PROPERTIES[name], becomes]);
          model = { ...model, ...Object.fromEntries(changes) };
          assert.deepEqual(reply.json, model);
        }
        assert.deepEqual((await server.request('GET', path, { auth })).json, model);
      });
      await fc.assert(check, { numRuns: 300, endOnFailure: true });
    });
  });
}
