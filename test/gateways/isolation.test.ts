/** The table of isolation through each gateway: who is refused gets our answer, and the platform sees the others alone. */

import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { objectOf } from '../api/narrow.ts';
import {
  type Callers,
  makeCallers,
  ROOT,
  ROUTES,
  type Route,
  TABLE,
} from '../gateway/isolation.ts';
import { describeEach } from './fronts.ts';
import { type Answer, basicOf } from './raw.ts';
import { type Scene, setScene } from './scene.ts';

/** What the gateways send to the API itself, which says the same in a few other words. */
const OURS: readonly Route[] = ['keys', 'new key', 'connect app'];

describeEach('the table of isolation through', (program) => {
  let scene: Scene;
  let callers: Callers;
  before(async () => {
    scene = await setScene(program);
    callers = await makeCallers(scene.world);
  });
  after(() => scene?.close());

  for (const [name, rows] of Object.entries(TABLE)) {
    it(`holds for ${name}`, async () => {
      const auth = callers.of(name);
      await scene.platform.seen();
      for (const [route, row] of Object.entries(rows)) {
        const [method, path] = ROUTES[route as Route];
        const isOurs = OURS.includes(route as Route);
        for (const [index, accountSid] of callers.targetsOf(name).entries()) {
          const target = `${ROOT}/${accountSid}${path}`;
          const expected = isOurs
            ? await scene.world.server.request(method, target, { auth })
            : { status: 0, text: row.split(' ')[index] ?? '' };
          const answer = await scene.ask([`${method} ${target} HTTP/1.1`, basicOf(auth)]);
          const what = `${method} ${target}: ${answer.head}\n${answer.body}`;
          const seen = await scene.platform.seen();
          if (isOurs) {
            assert.equal(answer.status, expected.status, what);
            if (expected.status >= 400) assert.equal(codeIn(answer.body), codeIn(expected.text));
            assert.deepEqual(seen, []);
          } else if (expected.text === 'ok') {
            assert.ok(answer.status >= 200 && answer.status < 300, what);
            assert.equal(seen.length, 1);
            assert.ok(
              seen[0]?.startsWith(`${method} ${target} account="${accountSid}", `),
              seen[0],
            );
          } else {
            assert.equal(codeIn(answer.body), expected.text, what);
            assert.equal(answer.status, statusIn(answer), what);
            assert.deepEqual(seen, []);
          }
        }
      }
    });
  }
});

/** Of an error in JSON or XML. */
function codeIn(body: string): string {
  return body.startsWith('{')
    ? String(objectOf(JSON.parse(body)).code)
    : (/<Code>(\d+)</.exec(body)?.[1] ?? body);
}

function statusIn({ body }: Answer): number {
  return body.startsWith('{')
    ? Number(objectOf(JSON.parse(body)).status)
    : Number(/<Status>(\d+)</.exec(body)?.[1]);
}
