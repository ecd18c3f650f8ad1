/** WebSockets: 101 and the messages of the platform for who may, our refusal for who may not. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, it } from 'node:test';
import { revokeAuthorization } from '../../src/authorizations/operations.ts';
import type { Credentials } from '../support/server.ts';
import { until } from '../support/until.ts';
import { describeEach } from './fronts.ts';
import { basicOf, HOST, open } from './raw.ts';
import { type Scene, setScene } from './scene.ts';

const UPGRADE = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

describeEach('WebSockets through', (program) => {
  let scene: Scene;
  before(async () => {
    scene = await setScene(program);
  });
  after(() => scene?.close());

  async function connect(auth: Credentials | undefined, path: string, more: string[] = []) {
    const target = `/2010-04-01/Accounts/${scene.world.server.customer.accountSid}${path}`;
    const lines = [`GET ${target} HTTP/1.1`, HOST, ...UPGRADE, ...more];
    const socket = open(scene.port);
    socket.write(`${[...lines, ...(auth ? [basicOf(auth)] : [])].join('\r\n')}\r\n\r\n`);
    let got = '';
    socket.on('data', (chunk) => {
      got += chunk.toString('latin1');
    });
    socket.on('error', () => {});
    await once(socket, 'data');
    return { socket, got: () => got };
  }

  it('opens them for who may, and for nobody else', async () => {
    const { customer, context } = scene.world.server;
    const { app, connectAppSid } = await scene.world.authorize(['get-all']);
    const allowed = await connect(app, '/Streams.json');
    await until('the first message', () => allowed.got().endsWith(customer.accountSid));
    assert.match(allowed.got(), /^HTTP\/1\.1 101 /);
    assert.match(allowed.got(), /^sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=/im);

    const wrong = { ...customer, authToken: 'wrong' };
    const foreign = await scene.world.server.createAccount();
    const spoof = [`X-Connect-Identity: account="${customer.accountSid}", by="account"`];
    await scene.platform.seen();
    for (const [auth, path, status] of [
      [undefined, '/Streams.json', 401],
      [wrong, '/Streams.json', 401],
      [foreign, '/Streams.json', 404],
      [customer, '/../Streams.json', 404],
    ] as const) {
      const refused = await connect(auth, path, spoof);
      assert.match(refused.got(), new RegExp(`^HTTP/1\\.1 (?:${status}|400) `));
      refused.socket.destroy();
    }
    await revokeAuthorization(context, { accountSid: customer.accountSid, connectAppSid });
    const revoked = await connect(app, '/Streams.json');
    assert.match(revoked.got(), /^HTTP\/1\.1 401 /);
    revoked.socket.destroy();
    assert.deepEqual(await scene.platform.seen(), []);
    // It was decided once: what is open stays open.
    assert.equal(allowed.socket.readyState, 'open');
    allowed.socket.end();
    await until('the platform ends it, too', () => allowed.socket.closed);
  });
});
