/**
 * AuthZEN 1.0: evaluation, evaluations in their three semantics, and metadata. The vectors have the form of the
 * API gateway scenario of its interoperability tests: `resource.type` is `route`, `action.name` the method.
 */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { arrayOf, objectOf } from '../api/narrow.ts';
import { type Credentials, send } from '../support/server.ts';
import { startWorld, type World } from './gateway.ts';

const TOKEN = 'a-token-of-the-platform';
const BEARER = { authorization: `Bearer ${TOKEN}` };

describe('AuthZEN', () => {
  let world: World;
  let customer: string;
  let sandbox: string;
  let connectAppSid: string;
  let subject: object;

  before(async () => {
    world = await startWorld('sqlite', { GATEWAY_TOKEN: TOKEN });
    customer = world.server.customer.accountSid;
    const authorized = await world.authorize(['post-all']);
    sandbox = authorized.app.accountSid;
    connectAppSid = authorized.connectAppSid;
    subject = { type: 'connect_app', id: connectAppSid, properties: { account_sid: sandbox } };
  });
  after(() => world.server.close());

  const post = (path: string, body: unknown, headers: Record<string, string> = BEARER) =>
    world.send('POST', `/access/v1/${path}`, {
      rawBody: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
  const route = (accountSid: string, path: string) => ({
    type: 'route',
    id: `/2010-04-01/Accounts/${accountSid}${path}`,
  });
  const ofAccount = (sid: string) => ({ type: 'account', id: sid });

  it('evaluates the vectors', async () => {
    const key = await world.createKey(customer, 'Standard');
    const other = await world.authorize(['get-all']);
    const asOther = { ...subject, properties: { account_sid: other.app.accountSid } };
    for (const [who, name, resource, decision, reason] of [
      [subject, 'POST', route(sandbox, '/Messages.json'), true, undefined],
      [subject, 'GET', route(sandbox, '/Messages.json'), true, undefined],
      [subject, 'GET', ofAccount(sandbox), true, undefined],
      [subject, 'POST', route(customer, '/Messages.json'), false, 'outside_subaccount'],
      [subject, 'GET', route(customer, '/Calls/CA1.json'), false, 'permission_missing'],
      [subject, 'GET', ofAccount(customer), false, 'permission_missing'],
      [subject, 'POST', route(sandbox, '/Keys.json'), false, 'app_never'],
      [subject, 'GET', route(sandbox, '/../x'), false, 'url_ambiguous'],
      [subject, 'GET', { type: 'todo', id: '1' }, false, 'url_ambiguous'],
      [asOther, 'GET', ofAccount(customer), false, 'subject_unknown'],
      [
        { type: 'connect_app', id: connectAppSid },
        'GET',
        ofAccount(sandbox),
        false,
        'subject_unknown',
      ],
      [
        { ...subject, properties: { account_sid: customer } },
        'GET',
        ofAccount(customer),
        false,
        'subject_unknown',
      ],
      [{ type: 'user', id: 'alice' }, 'GET', ofAccount(sandbox), false, 'subject_unknown'],
      [ofAccount(customer), 'DELETE', route(sandbox, '/Recordings/RE1'), true, undefined],
      [ofAccount(sandbox), 'GET', ofAccount(customer), false, 'account_of_others'],
      [
        { type: 'api_key', id: key.accountSid },
        'GET',
        route(customer, '/Calls.json'),
        true,
        undefined,
      ],
      [
        { type: 'api_key', id: key.accountSid },
        'POST',
        route(customer, '/Keys.json'),
        false,
        'key_too_weak',
      ],
    ] as const) {
      const reply = await post('evaluation', { subject: who, action: { name }, resource });
      assert.equal(reply.status, 200);
      const answer = objectOf(reply.json);
      const place = JSON.stringify({ who, name, resource });
      assert.equal(answer.decision, decision, place);
      assert.equal(objectOf(answer.context).reason, reason, place);
    }
  });

  it('evaluates several with what they share, in each of the three semantics', async () => {
    const evaluations = [
      { action: { name: 'POST' }, resource: route(sandbox, '/Messages.json') },
      { action: { name: 'GET' }, resource: ofAccount(customer) },
      { action: { name: 'GET' }, resource: ofAccount(sandbox) },
      { action: {}, resource: ofAccount(sandbox) },
    ];
    const decide = async (semantic: string, among: object[]) => {
      const options = { evaluations_semantic: semantic };
      const reply = await post('evaluations', { subject, options, evaluations: among });
      return arrayOf(objectOf(reply.json).evaluations).map((one) => objectOf(one).decision);
    };
    assert.deepEqual(await decide('execute_all', evaluations), [true, false, true, false]);
    assert.deepEqual(await decide('deny_on_first_deny', evaluations), [true, false]);
    const fromDenied = evaluations.slice(1);
    assert.deepEqual(await decide('permit_on_first_permit', fromDenied), [false, true]);
    const single = await post('evaluations', { subject, ...evaluations[0] });
    assert.equal(objectOf(single.json).decision, true);
    assert.equal(
      (await post('evaluations', { options: { evaluations_semantic: 'x' } })).status,
      400,
    );
    const hundred = Array.from({ length: 100 }, () => evaluations[0]);
    assert.equal((await post('evaluations', { subject, evaluations: hundred })).status, 200);
    const more = [...hundred, evaluations[0]];
    assert.equal((await post('evaluations', { subject, evaluations: more })).status, 400);
  });

  it('is one request of the log with each refusal, and counts every decision', async (t) => {
    const fresh = await startWorld('sqlite', { GATEWAY_TOKEN: TOKEN });
    t.after(() => fresh.server.close());
    const { accountSid } = fresh.server.customer;
    const [one, other] = [await fresh.authorize(['get-all']), await fresh.authorize(['get-all'])];
    const asked = (name: string, app: Credentials, id = one.connectAppSid) => ({
      subject: { type: 'connect_app', id, properties: { account_sid: app.accountSid } },
      action: { name },
      resource: route(accountSid, '/Messages.json'),
    });
    const evaluations = [
      asked('GET', one.app),
      asked('POST', one.app),
      {},
      asked('GET', other.app),
      asked('GET', one.app),
    ];
    const reply = await fresh.send('POST', '/access/v1/evaluations', {
      rawBody: JSON.stringify({ evaluations }),
      headers: BEARER,
    });
    const answers = arrayOf(objectOf(reply.json).evaluations).map(objectOf);
    const reasons = answers.map(({ decision, context }) => [decision, objectOf(context).reason]);
    assert.deepEqual(reasons, [
      [true, undefined],
      [false, 'permission_missing'],
      [false, undefined],
      [false, 'subject_unknown'],
      [true, undefined],
    ]);
    const request = String(objectOf(answers[0]?.context).request);
    assert.equal(objectOf(answers[4]?.context).request, request);
    const lines = fresh.server.logs().split('\n');
    const ofRequest = lines.filter((line) => line.includes(request));
    const told = ofRequest.map((line) => objectOf(JSON.parse(line)));
    assert.deepEqual(
      told.map((line) => [line['connect_apps.reason'], line['connect_apps.caller.sid']]),
      [
        ['permission_missing', one.app.accountSid],
        ['subject_unknown', other.app.accountSid],
        [undefined, undefined],
      ],
    );
    assert.deepEqual([told[2]?.['connect_apps.count'], told[2]?.['connect_apps.denied']], [4, 2]);
    const { text } = await send(fresh.server.url, 'GET', '/metrics');
    const counted = [...text.matchAll(/^connect_decisions_total\{.*reason="(\w+)"\} (\d+)$/gm)];
    assert.deepEqual(Object.fromEntries(counted.map(([, reason, count]) => [reason, count])), {
      allowed: '2',
      permission_missing: '1',
      subject_unknown: '1',
    });
    assert.match(text, /^connect_decisions_seconds_count 4$/m);
  });

  it('needs the token of the gateway, as a Bearer token', async () => {
    const body = { subject, action: { name: 'GET' }, resource: ofAccount(sandbox) };
    for (const headers of [
      {},
      { authorization: 'Bearer wrong' },
      { 'x-connect-gateway-token': TOKEN },
    ]) {
      for (const path of ['evaluation', 'evaluations']) {
        const reply = await post(path, body, headers);
        assert.equal(reply.status, 401);
        assert.equal(reply.headers['www-authenticate'], 'Bearer');
      }
    }
    const without = await startWorld('sqlite');
    const asked = { rawBody: JSON.stringify(body), headers: { authorization: 'Bearer ' } };
    const reply = await without.send('POST', '/access/v1/evaluation', asked);
    assert.equal(reply.status, 401);
    await without.server.close();
  });

  it('refuses what it cannot read, and echoes X-Request-ID', async () => {
    for (const body of [
      '',
      '{',
      '1',
      'null',
      '{}',
      { subject },
      { subject, action: { name: 1 } },
    ]) {
      const reply = await post('evaluation', body, { ...BEARER, 'x-request-id': 'r-1' });
      assert.equal(reply.status, 400, JSON.stringify(body));
      assert.equal(reply.headers['x-request-id'], 'r-1');
    }
    assert.equal((await post('evaluation', 'x'.repeat(300_000))).status, 413);
    assert.equal((await world.send('GET', '/access/v1/evaluation')).status, 405);
  });

  it('publishes where it is', async () => {
    const reply = await world.send('GET', '/.well-known/authzen-configuration');
    assert.equal(reply.status, 200);
    const { gatewayUrl } = world.server;
    assert.deepEqual(reply.json, {
      policy_decision_point: gatewayUrl,
      access_evaluation_endpoint: `${gatewayUrl}/access/v1/evaluation`,
      access_evaluations_endpoint: `${gatewayUrl}/access/v1/evaluations`,
    });
  });
});
