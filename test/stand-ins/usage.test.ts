/** Usage and Balance are computed from what was done; Media come from MediaUrl; what is deleted is gone. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { checkProblem } from '../api/check-problem.ts';
import { arrayOf, objectOf, present, stringOf } from '../api/narrow.ts';
import { DATABASES } from '../support/databases.ts';
import { type Credentials, startServer, type TestServer } from '../support/server.ts';

for (const engine of DATABASES) {
  describe(`usage of stand-ins on ${engine}`, () => {
    let server: TestServer;
    let auth: Credentials;
    before(async () => {
      server = await startServer({ engine });
      auth = await server.createAccount();
    });
    after(() => server.close());

    const ask = (method: string, rest: string, form?: Record<string, string>, as = auth) =>
      server.request(method, `/2010-04-01/Accounts/${as.accountSid}/${rest}`, { auth: as, form });
    const recordsOf = async (rest: string, as = auth) => {
      const { json, text, status } = await ask('GET', rest, undefined, as);
      assert.equal(status, 200, text);
      return arrayOf(objectOf(json).usage_records).map(objectOf);
    };
    const message = { To: '+15558675310', From: '+15005550006', Body: 'x'.repeat(161) };

    it('counts messages and numbers, in the account and its parent, and takes them from the balance', async () => {
      const child = await server.createAccount({ owner: auth.accountSid });
      assert.equal((await ask('POST', 'Messages.json', message, child)).status, 201);
      assert.equal((await ask('POST', 'Messages.json', message)).status, 201);
      const bought = await ask('POST', 'IncomingPhoneNumbers.json', { AreaCode: '512' });
      assert.equal(bought.status, 201, bought.text);
      for (const period of [
        '',
        '/Today',
        '/ThisMonth',
        '/AllTime',
        '/Daily',
        '/Monthly',
        '/Yearly',
      ]) {
        const [sms, ...others] = await recordsOf(
          `Usage/Records${period}.json?Category=sms-outbound`,
        );
        assert.deepEqual(others, []);
        assert.equal(present(sms).count, '2', period);
        assert.equal(present(sms).usage, '4');
        assert.equal(present(sms).price, 0.0316);
      }
      const [own] = await recordsOf('Usage/Records.json?Category=sms', child);
      assert.equal(present(own).count, '1');
      for (const period of ['Yesterday', 'LastMonth']) {
        const records = await recordsOf(`Usage/Records/${period}.json`);
        assert.ok(records.length > 5 && records.every(({ price }) => price === 0), period);
      }
      const none = await recordsOf('Usage/Records.json?Category=sms&EndDate=2001-01-01');
      assert.equal(present(none[0]).count, '0');
      checkProblem(await ask('GET', 'Usage/Records.json?StartDate=soon'), {
        status: 400,
        code: 20422,
      });
      const balance = objectOf((await ask('GET', 'Balance.json')).json);
      assert.equal(balance.balance, (100 - 1.15 - 0.0316).toFixed(2));
    });

    it('a message has the media that were sent, and loses them with itself', async () => {
      const sent = await ask('POST', 'Messages.json', {
        ...message,
        Body: '',
        MediaUrl: 'https://app.example.com/a.gif',
      });
      assert.equal(sent.status, 201, sent.text);
      const path = `Messages/${stringOf(objectOf(sent.json).sid)}`;
      const listed = objectOf((await ask('GET', `${path}/Media.json`)).json);
      const [medium] = arrayOf(listed.media_list).map(objectOf);
      assert.equal(present(medium).content_type, 'image/gif');
      const own = `${path}/Media/${present(medium).sid}.json`;
      assert.deepEqual((await ask('GET', own)).json, medium);
      assert.equal((await ask('DELETE', `${path}.json`)).status, 204);
      checkProblem(await ask('GET', own), { status: 404, code: 20404 });
      checkProblem(await ask('POST', 'Messages.json', { ...message, MediaUrl: 'cat' }), {
        status: 400,
        code: 20422,
      });
    });

    it('what is redacted is nowhere in the database, nor is a password', async () => {
      const secret = 'something that nobody may know';
      const sent = await ask('POST', 'Messages.json', { ...message, Body: secret });
      const sid = stringOf(objectOf(sent.json).sid);
      assert.equal((await ask('POST', `Messages/${sid}.json`, { Body: '' })).status, 200);
      await ask('POST', 'Calls.json', {
        To: '+15558675310',
        From: '+15005550006',
        Twiml: '<Response/>',
        SipAuthPassword: secret,
      });
      const { query } = server.context.database;
      const rows = await query.selectFrom('stand_ins').selectAll().execute();
      assert.ok(rows.length > 2);
      assert.ok(!JSON.stringify(rows).includes(secret));
    });
  });
}
