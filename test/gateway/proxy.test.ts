/** The proxy mode: what was granted reaches the platform as it was decided on, and nothing else does. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { revokeAuthorization } from '../../src/authorizations/operations.ts';
import { DATABASES } from '../support/databases.ts';
import { basicOf, bodyOf, echo, echoOf, startProxy, valuesOf } from './proxy-scene.ts';

for (const engine of DATABASES) {
  describe(`the proxy mode on ${engine}`, () => {
    it('passes on what was granted, refuses the rest as the API does, and answers itself what is ours', async (t) => {
      const { world, root, raw } = await startProxy(t, engine, echo);
      const { customer, context } = world.server;
      const { app, connectAppSid } = await world.authorize(['get-all']);
      const target = `${root}/Messages.json?a=%2F..%2F&b=;`;
      const seen = echoOf(await raw([`GET ${target} HTTP/1.1`, basicOf(app)]));
      assert.equal(seen.url, target);
      const [identity = ''] = valuesOf(seen, 'x-connect-identity');
      assert.match(
        identity,
        new RegExp(`^account="${customer.accountSid}", .*app="${connectAppSid}"`),
      );

      const foreign = await world.server.createAccount();
      for (const [line, auth, status, code] of [
        [`GET ${root}/Messages.json`, undefined, 401, 20003],
        [`GET ${root}/Messages.json`, { ...customer, authToken: 'wrong' }, 401, 20003],
        [`POST ${root}/Messages.json`, app, 403, 20006],
        [
          `GET ${root.replace(customer.accountSid, foreign.accountSid)}/Calls.json`,
          app,
          404,
          20404,
        ],
        [`PROPFIND ${root}/Messages.json`, customer, 405, 20004],
        [`GET ${root}/../x.json`, customer, 404, 20404],
      ] as const) {
        const answer = await raw([`${line} HTTP/1.1`, ...(auth ? [basicOf(auth)] : [])]);
        assert.match(answer, new RegExp(`^HTTP/1.1 ${status} `));
        assert.match(bodyOf(answer), new RegExp(`"code":${code},`));
        assert.match(answer, /^twilio-request-id: RQ/im);
        assert.doesNotMatch(answer, /x-connect-reason/i);
      }

      const ours = await raw([
        `GET ${root}/AuthorizedConnectApps.json HTTP/1.1`,
        basicOf(customer),
      ]);
      assert.match(bodyOf(ours), /"authorized_connect_apps":/);
      await revokeAuthorization(context, { accountSid: customer.accountSid, connectAppSid });
      assert.match(await raw([`GET ${target} HTTP/1.1`, basicOf(app)]), /^HTTP\/1.1 401 /);
    });
  });
}
