/** However the port of gateways fails, nothing reaches the platform with an identity, and clients may try again. */

import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { objectOf } from '../api/narrow.ts';
import { until } from '../support/until.ts';
import { describeRecipes } from './fronts.ts';
import { basicOf } from './raw.ts';
import { FAILURES, type Mode } from './relay.ts';
import { type Scene, setScene } from './scene.ts';

/** They let the request pass, without an identity: the platform refuses it. */
const PASSED_ON: readonly Mode[] = [
  'is another service',
  'is a large service',
  'has nothing to say',
];
const LATE: readonly Mode[] = ['is late', 'never answers'];

describeRecipes('a failure of ours behind', (program) => {
  let scene: Scene;
  before(async () => {
    scene = await setScene(program, true);
  });
  after(() => scene?.close());

  const ask = (method: string) => {
    const { customer } = scene.world.server;
    const target = `/2010-04-01/Accounts/${customer.accountSid}/Calls.json`;
    const spoof = 'X-Connect-Identity: account="AC00000000000000000000000000000001", spoofed';
    return scene.ask([`${method} ${target} HTTP/1.1`, basicOf(customer), spoof]);
  };

  for (const mode of FAILURES.filter((one) => !(program.waits && LATE.includes(one)))) {
    it(`refuses when it ${mode}`, async () => {
      scene.relay.setMode(mode);
      for (const method of LATE.includes(mode) ? ['POST'] : ['GET', 'POST', 'DELETE']) {
        const { status, head, body } = await ask(method);
        const seen = (await scene.platform.seen()).filter((line) => !line.endsWith(' refused'));
        assert.deepEqual(seen, [], `${method}: ${status}`);
        assert.ok(status >= 300, `${method}: ${status} ${body.slice(0, 200)}`);
        // A page of somebody else is no permission, either.
        const isSpecial = PASSED_ON.includes(mode) || mode === 'refuses with a huge page';
        if (isSpecial || program.hasOwnPages) continue;
        assert.equal(status, 503, `${method}: ${head}`);
        assert.equal(objectOf(JSON.parse(body)).code, 20503);
        assert.match(head, /^retry-after: 1\r?$/im);
      }
      scene.relay.setMode('passes on');
      await until('it has recovered', async () => (await ask('GET')).status === 200);
      await scene.platform.seen();
    });
  }

  it('refuses when nobody listens, and sees who comes back', async () => {
    await scene.relay.close();
    const { status, body } = await ask('POST');
    assert.ok(status >= 500, body);
    assert.deepEqual(await scene.platform.seen(), []);
    if (!program.hasOwnPages) assert.equal(objectOf(JSON.parse(body)).code, 20503);
    await scene.relay.listen();
    await until('it has come back', async () => (await ask('GET')).status === 200);
  });
});
