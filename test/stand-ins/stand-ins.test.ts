/** Stand-ins: every resource of Twilio's API that is not ours can be created, read, changed and deleted. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { authorizeConnectApp } from '../../src/authorizations/operations.ts';
import { checkProblem } from '../api/check-problem.ts';
import { arrayOf, objectOf, stringOf } from '../api/narrow.ts';
import { DATABASES } from '../support/databases.ts';
import { type Credentials, startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

for (const engine of DATABASES) {
  describe(`stand-ins on ${engine}`, () => {
    let server: TestServer;
    let auth: Credentials;
    before(async () => {
      server = await startServer({ engine });
      auth = await server.createAccount();
    });
    after(() => server.close());

    const at = (rest: string, accountSid = auth.accountSid) =>
      `/2010-04-01/Accounts/${accountSid}/${rest}`;
    const get = (rest: string) => server.request('GET', at(rest), { auth });
    const post = (rest: string, form: Record<string, string> = {}) =>
      server.request('POST', at(rest), { auth, form });

    it('are created, fetched, listed, changed and deleted', async () => {
      const created = await post('Queues.json', { FriendlyName: 'Waiting', MaxSize: '7' });
      assert.equal(created.status, 201, created.text);
      assert.equal(created.headers['connect-apps-stand-in'], 'Queues');
      const queue = objectOf(created.json);
      const sid = stringOf(queue.sid);
      assert.match(sid, /^QU[0-9a-f]{32}$/);
      assert.equal(queue.friendly_name, 'Waiting');
      assert.equal(queue.max_size, 7);
      assert.equal(queue.account_sid, auth.accountSid);
      assert.equal(queue.uri, at(`Queues/${sid}.json`));
      assert.deepEqual((await get(`Queues/${sid}.json`)).json, queue);
      assert.deepEqual(objectOf((await get('Queues.json')).json).queues, [queue]);
      assert.match((await get(`Queues/${sid}`)).text, /<Queue><Sid>QU[0-9a-f]{32}<\/Sid>/);
      const changed = await post(`Queues/${sid}.json`, { FriendlyName: 'Served' });
      assert.equal(objectOf(changed.json).friendly_name, 'Served');
      assert.equal(objectOf(changed.json).max_size, 7);
      const gone = await server.request('DELETE', at(`Queues/${sid}.json`), { auth });
      assert.equal(gone.status, 204);
      checkProblem(await get(`Queues/${sid}.json`), { status: 404, code: 20404 });
    });

    it('need what they belong to', async () => {
      const nobody = `SIP/CredentialLists/CL${'0'.repeat(32)}/Credentials.json`;
      checkProblem(await get(nobody), { status: 404, code: 20404 });
      const list = objectOf((await post('SIP/CredentialLists.json', { FriendlyName: 'L' })).json);
      const credentials = `SIP/CredentialLists/${list.sid}/Credentials.json`;
      const made = await post(credentials, { Username: 'ada', Password: 'Secret12345678' });
      const credential = objectOf(made.json);
      assert.equal(credential.credential_list_sid, list.sid);
      assert.doesNotMatch(made.text, /Secret12345678/);
      assert.deepEqual(objectOf((await get(credentials)).json).credentials, [credential]);
    });

    it('refuse a missing parameter, a wrong one, a method and a path that Twilio does not have', async () => {
      checkProblem(await post('Queues.json'), { status: 400, code: 20001 });
      checkProblem(await post('Queues.json', { FriendlyName: 'x', MaxSize: 'many' }), {
        status: 400,
        code: 20422,
      });
      checkProblem(await post('Conferences.json'), { status: 405, code: 20004 });
      const unknown = await get('Verifications.json');
      checkProblem(unknown, { status: 404, code: 20404 });
      assert.match(stringOf(objectOf(unknown.json).detail), /hosts of their own/);
      const wrongSid = await get(`Queues/QU${'0'.repeat(32)}.json`);
      assert.equal(objectOf(wrongSid.json).detail, undefined);
    });

    it('let an app act with post-all in its own subaccount alone', async () => {
      const customer = await server.createAccount();
      for (const permissions of [['get-all'], ['post-all'], ['get-all', 'post-all']] as const) {
        const owner = await server.createAccount();
        const [appSid = ''] = await server.createApps(owner.accountSid, 1, () => ({
          authorizeRedirectUrl: 'https://app.example.com/',
          permissions: [...permissions],
        }));
        const { subaccountSid } = await authorizeConnectApp(server.context, {
          accountSid: customer.accountSid,
          connectAppSid: appSid,
        });
        const app = { accountSid: subaccountSid, authToken: owner.authToken };
        const ask = (method: string, accountSid: string) =>
          server.request(method, at('Applications.json', accountSid), {
            auth: app,
            ...(method === 'POST' && { form: { FriendlyName: 'x' } }),
          });
        const mayAct = permissions.some((one) => one === 'post-all');
        const mayReadAll = permissions.some((one) => one === 'get-all');
        assert.equal((await ask('POST', subaccountSid)).status, mayAct ? 201 : 403);
        assert.equal((await ask('GET', subaccountSid)).status, 200);
        checkProblem(await ask('POST', customer.accountSid), { status: 403, code: 20006 });
        assert.equal((await ask('GET', customer.accountSid)).status, mayReadAll ? 200 : 401);
        const balance = (accountSid: string) =>
          server.request('GET', at('Balance.json', accountSid), { auth: customer });
        checkProblem(await balance(subaccountSid), { status: 404, code: 20404 });
        assert.equal((await balance(customer.accountSid)).status, 200);
      }
    });

    it('sell each number once', async () => {
      const found = await get('AvailablePhoneNumbers/US/Local.json?AreaCode=415&Contains=*1*5');
      const numbers = arrayOf(objectOf(found.json).available_phone_numbers).map(objectOf);
      const [first] = numbers;
      assert.ok(first && numbers.length > 0, found.text);
      const phoneNumber = stringOf(first.phone_number);
      const bought = await post('IncomingPhoneNumbers.json', {
        PhoneNumber: phoneNumber,
        SmsUrl: 'https://app.example.com/sms',
      });
      assert.equal(bought.status, 201, bought.text);
      const number = objectOf(bought.json);
      assert.equal(number.sms_url, 'https://app.example.com/sms');
      assert.deepEqual(number.capabilities, { fax: false, mms: true, sms: true, voice: true });
      const other = await server.createAccount();
      const again = await server.request(
        'POST',
        at('IncomingPhoneNumbers.json', other.accountSid),
        {
          auth: other,
          form: { PhoneNumber: phoneNumber },
        },
      );
      checkProblem(again, { status: 400, code: 21422 });
      const left = await get('AvailablePhoneNumbers/US/Local.json?AreaCode=415');
      assert.ok(!left.text.includes(phoneNumber));
      const cleared = await post(`IncomingPhoneNumbers/${number.sid}.json`, { SmsUrl: '' });
      assert.ok(!objectOf(cleared.json).sms_url);
      const path = at(`IncomingPhoneNumbers/${number.sid}.json`);
      assert.equal((await server.request('DELETE', path, { auth })).status, 204);
      const free = await get('AvailablePhoneNumbers/US/Local.json?AreaCode=415');
      assert.ok(free.text.includes(phoneNumber));
      for (const [form, code] of [
        [{ PhoneNumber: '12' }, 21421],
        [{ PhoneNumber: '+15005550000' }, 21422],
        [{ PhoneNumber: '+15005550001' }, 21421],
        [{ AreaCode: '111' }, 21452],
      ] as const) {
        checkProblem(await post('IncomingPhoneNumbers.json', form), { status: 400, code });
      }
      assert.equal((await post('IncomingPhoneNumbers.json', { AreaCode: '206' })).status, 201);
    });

    it('go on by themselves: messages are delivered, calls completed', async () => {
      const from = '+15005550006';
      const sent = await post('Messages.json', { To: '+15558675310', From: from, Body: 'Hi' });
      const made = await post('Calls.json', {
        To: '+15558675310',
        From: from,
        Twiml: '<Response/>',
      });
      assert.equal(made.status, 201, made.text);
      const message = `Messages/${objectOf(sent.json).sid}.json`;
      const call = `Calls/${objectOf(made.json).sid}.json`;
      const statusOf = async (path: string) => objectOf((await get(path)).json).status;
      await until('it is delivered', async () => (await statusOf(message)) === 'delivered');
      await until('it is completed', async () => (await statusOf(call)) === 'completed');
      assert.notEqual(objectOf((await get(message)).json).date_sent, null);
      assert.match(stringOf(objectOf((await get(call)).json).duration), /^\d+$/);
      checkProblem(await post(call, { Status: 'completed' }), { status: 400, code: 21220 });
    });

    it('take messages from numbers of the account', async () => {
      const number = objectOf((await post('IncomingPhoneNumbers.json', { AreaCode: '617' })).json);
      const from = stringOf(number.phone_number);
      const form = { To: '+15558675310', From: from, Body: 'Hello' };
      const sent = await post('Messages.json', form);
      assert.equal(sent.status, 201, sent.text);
      const message = objectOf(sent.json);
      assert.deepEqual([message.num_segments, message.direction], ['1', 'outbound-api']);
      assert.deepEqual(message.subresource_uris, {
        feedback: at(`Messages/${message.sid}/Feedback.json`),
        media: at(`Messages/${message.sid}/Media.json`),
      });
      const redacted = await post(`Messages/${message.sid}.json`, { Body: '' });
      assert.equal(objectOf(redacted.json).body, '');
      const { To: _, ...withoutTo } = form;
      const { From: __, ...withoutFrom } = form;
      const { Body: ___, ...withoutBody } = form;
      for (const [faulty, code] of [
        [withoutTo, 21604],
        [withoutFrom, 21603],
        [withoutBody, 21602],
        [{ ...form, To: 'x' }, 21211],
        [{ ...form, From: '+' }, 21212],
        [{ ...form, From: '+15005550006', To: '+15005550009' }, 21614],
        [{ ...form, From: '+12065550199' }, 21606],
      ] as const) {
        checkProblem(await post('Messages.json', faulty), { status: 400, code });
      }
      const listed = objectOf((await get(`Messages.json?From=${encodeURIComponent(from)}`)).json);
      assert.equal(arrayOf(listed.messages).length, 1);
      const none = objectOf((await get('Messages.json?To=%2B19998887777')).json);
      assert.deepEqual(none.messages, []);
    });
  });
}
