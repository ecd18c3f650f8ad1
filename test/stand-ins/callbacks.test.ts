/** What messages and calls tell the URLs that were named: each status, signed by whose token, to real receivers. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import twilio from 'twilio';
import { authorizeConnectApp, revokeAuthorization } from '../../src/authorizations/operations.ts';
import { listCallbacks } from '../../src/callbacks/store.ts';
import { objectOf, present, stringOf } from '../api/narrow.ts';
import { DATABASES } from '../support/databases.ts';
import { type Received, type Receiver, startReceiver } from '../support/receiver.ts';
import { type Credentials, startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const TWIML = '<Response><Say>Hello</Say></Response>';

for (const engine of DATABASES) {
  describe(`callbacks of stand-ins on ${engine}`, () => {
    let server: TestServer;
    let receiver: Receiver;
    let auth: Credentials;
    before(async () => {
      server = await startServer({ engine });
      receiver = await startReceiver((_, response) => response.end(TWIML));
      auth = await server.createAccount();
    });
    after(async () => {
      await server.close();
      await receiver.close();
    });

    type Form = readonly (readonly [string, string])[] | Record<string, string>;
    const post = async (rest: string, form: Form, as = auth) => {
      const path = `/2010-04-01/Accounts/${as.accountSid}/${rest}`;
      const answer = await server.request('POST', path, { auth: as, form });
      assert.equal(answer.status, 201, answer.text);
      return objectOf(answer.json);
    };
    const formOf = ({ body }: Received) => Object.fromEntries(new URLSearchParams(body));
    const of = (path: string) => receiver.received.filter((one) => one.path.startsWith(path));
    const isSigned = (one: Received, token: string) =>
      twilio.validateRequest(
        token,
        one.headers['x-twilio-signature'] ?? '',
        receiver.url + one.path,
        formOf(one),
      );
    const listOf = (accountSid: string) =>
      listCallbacks(server.context.database.query, accountSid, {
        direction: 'older',
        from: undefined,
        limit: 100,
      });

    it('tell each status of a message, signed with the token of the account that sent it', async () => {
      const message = await post('Messages.json', {
        To: '+15558675310',
        From: '+15005550006',
        Body: 'Hello',
        StatusCallback: `${receiver.url}/message`,
      });
      await until('all are told', () => of('/message').length === 4);
      const statuses = of('/message').map((one) => formOf(one).MessageStatus);
      assert.deepEqual(statuses.sort(), ['delivered', 'queued', 'sending', 'sent']);
      const [first] = of('/message');
      assert.equal(formOf(present(first)).MessageSid, message.sid);
      assert.ok(of('/message').every((one) => isSigned(one, auth.authToken)));
      const listed = await listOf(auth.accountSid);
      assert.ok(listed.filter(({ kind }) => kind === 'status').length >= 4);
    });

    it('tell the chosen events of a call, and fetch its Url once and keep the TwiML', async () => {
      const form = [
        ['To', '+15558675310'],
        ['From', '+15005550006'],
        ['Url', `${receiver.url}/twiml`],
        ['StatusCallback', `${receiver.url}/call`],
        ['StatusCallbackEvent', 'initiated'],
        ['StatusCallbackEvent', 'completed'],
      ] as const;
      const call = await post('Calls.json', form);
      await until('both are told', () => of('/call').length === 2);
      const told = of('/call').map(formOf);
      assert.deepEqual(told.map((one) => one.CallStatus).sort(), ['completed', 'initiated']);
      assert.ok(told.every(({ CallSid }) => CallSid === call.sid));
      assert.match(
        present(told.find((one) => one.CallStatus === 'completed')).CallDuration ?? '',
        /^\d+$/,
      );
      assert.equal(of('/twiml').length, 1);
      assert.ok(of('/twiml').every((one) => isSigned(one, auth.authToken)));
      const query = server.context.database.query
        .selectFrom('callback_attempts')
        .select('answer')
        .where('answer', '=', TWIML);
      await until('it is kept', async () => (await query.execute()).length > 0);
    });

    it("are an app's when it acted: signed with its owner's token, in the list of the app, until its end", async () => {
      const customer = await server.createAccount();
      const owner = await server.createAccount();
      const [connectAppSid = ''] = await server.createApps(owner.accountSid, 1, () => ({
        authorizeRedirectUrl: 'https://app.example.com/',
        permissions: ['post-all'],
      }));
      const key = { accountSid: customer.accountSid, connectAppSid };
      const { subaccountSid } = await authorizeConnectApp(server.context, key);
      const app = { accountSid: subaccountSid, authToken: owner.authToken };
      const form = {
        To: '+15558675310',
        From: '+15005550006',
        Body: 'Hello',
        StatusCallback: `${receiver.url}/app`,
      };
      await post('Messages.json', form, app);
      await until('all are told', () => of('/app').length === 4);
      assert.ok(of('/app').every((one) => isSigned(one, owner.authToken)));
      const listed = await listOf(owner.accountSid);
      assert.ok(listed.every((one) => one.connectAppSid === connectAppSid));
      assert.deepEqual(await listOf(subaccountSid), []);

      // The customer's own act there is the customer's.
      const sandbox = { accountSid: subaccountSid, authToken: await server.tokenOf(subaccountSid) };
      await post('Messages.json', { ...form, StatusCallback: `${receiver.url}/own` }, sandbox);
      await until('all are told', () => of('/own').length === 4);
      assert.ok(of('/own').every((one) => isSigned(one, sandbox.authToken)));

      const last = await post(
        'Messages.json',
        { ...form, StatusCallback: `${receiver.url}/late` },
        app,
      );
      await revokeAuthorization(server.context, key);
      const path = `/2010-04-01/Accounts/${subaccountSid}/Messages/${last.sid}.json`;
      await until('it is delivered', async () => {
        const { json } = await server.request('GET', path, { auth: sandbox });
        return objectOf(json).status === 'delivered';
      });
      const statuses = of('/late').map((one) => formOf(one).MessageStatus);
      assert.ok(!statuses.includes('delivered'), statuses.join());
    });

    it('a message to a number of the account arrives there, and calls its SmsUrl', async () => {
      const number = await post('IncomingPhoneNumbers.json', {
        AreaCode: '312',
        SmsUrl: `${receiver.url}/sms`,
        SmsMethod: 'GET',
      });
      const to = stringOf(number.phone_number);
      await post('Messages.json', {
        To: to,
        From: '+15005550006',
        Body: 'To myself',
        MediaUrl: 'https://app.example.com/cat.png',
      });
      await until('it arrives', () => of('/sms').length === 1);
      const [one] = of('/sms');
      const query = new URL(present(one).path, receiver.url).searchParams;
      assert.equal(query.get('Body'), 'To myself');
      assert.equal(query.get('MediaContentType0'), 'image/png');
      const path = `/2010-04-01/Accounts/${auth.accountSid}/Messages/${query.get('MessageSid')}`;
      const { json } = await server.request('GET', `${path}.json`, { auth });
      assert.equal(objectOf(json).direction, 'inbound');
      assert.equal(objectOf(json).status, 'received');
      const media = await server.request('GET', `${path}/Media.json`, { auth });
      assert.match(media.text, /image\/png/);
    });
  });
}
