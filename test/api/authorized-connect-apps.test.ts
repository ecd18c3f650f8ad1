/** AuthorizedConnectApps: what a customer authorized, in every form, page by page. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { XMLParser } from 'fast-xml-parser';
import { authorizeConnectApp, revokeAuthorization } from '../../src/authorizations/operations.ts';
import { updateConnectApp } from '../../src/connect-apps/operations.ts';
import { DATABASES } from '../support/databases.ts';
import { type Credentials, startServer, type TestServer } from '../support/server.ts';
import { checkProblem } from './check-problem.ts';
import { arrayOf, objectOf, stringOf } from './narrow.ts';
import { parseCsv } from './parse-csv.ts';
import { authorizedConnectAppShape, pageShape } from './shapes.ts';

const xml = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  trimValues: false,
  ignoreDeclaration: true,
});

for (const engine of DATABASES) {
  describe(`AuthorizedConnectApps on ${engine}`, () => {
    let server: TestServer;
    let customer: Credentials;
    let owner: Credentials;
    /** The apps and their subaccounts, newest authorization first. */
    let authorized: { app: string; subaccountSid: string }[];

    before(async () => {
      server = await startServer({ engine });
      owner = await server.createAccount({});
      customer = await server.createAccount({});
      const apps = await server.createApps(owner.accountSid, 7, (index) => ({
        authorizeRedirectUrl: 'https://app.example.com/',
        friendlyName: `App <${index}>`,
        companyName: 'Dogs & Cats',
        permissions: ['get-all', 'post-all'],
      }));
      authorized = [];
      for (const app of apps) {
        const { subaccountSid } = await authorize(app);
        authorized.unshift({ app, subaccountSid });
      }
    });
    after(() => server.close());

    const authorize = (connectAppSid: string) =>
      authorizeConnectApp(server.context, { accountSid: customer.accountSid, connectAppSid });
    const get = (path: string, auth = customer) => server.request('GET', path, { auth });
    const pathOf = (accountSid: string, rest = '.json') =>
      `/2010-04-01/Accounts/${accountSid}/AuthorizedConnectApps${rest}`;
    const newest = () => {
      const [first] = authorized;
      assert.ok(first);
      return first;
    };

    it('has the shape of the API, on the subaccount', async () => {
      const { app, subaccountSid } = newest();
      const reply = await get(pathOf(customer.accountSid, `/${app}.json`));
      authorizedConnectAppShape(reply.json, 'the authorized app');
      assert.deepEqual(reply.json, {
        account_sid: subaccountSid,
        connect_app_company_name: 'Dogs & Cats',
        connect_app_description: null,
        connect_app_friendly_name: 'App <6>',
        connect_app_homepage_url: null,
        connect_app_sid: app,
        permissions: ['get-all', 'post-all'],
        uri: pathOf(subaccountSid, `/${app}.json`),
      });
    });

    it('can be fetched where its uri points, and lists there alone', async () => {
      const { app, subaccountSid } = newest();
      const fetched = await get(pathOf(subaccountSid, `/${app}.json`));
      assert.equal(objectOf(fetched.json).connect_app_sid, app);
      const list = await get(pathOf(subaccountSid));
      assert.equal(arrayOf(objectOf(list.json).authorized_connect_apps).length, 1);
      const other = authorized[1];
      assert.ok(other);
      const foreign = await get(pathOf(subaccountSid, `/${other.app}.json`));
      checkProblem(foreign, { status: 404, code: 20404 });
    });

    it('is XML in the order of the documentation', async () => {
      const { app, subaccountSid } = newest();
      const { text } = await get(pathOf(customer.accountSid, `/${app}`));
      const element = objectOf(
        objectOf(objectOf(xml.parse(text)).TwilioResponse).AuthorizedConnectApp,
      );
      assert.deepEqual(Object.keys(element), [
        'ConnectAppSid',
        'AccountSid',
        'Permissions',
        'ConnectAppFriendlyName',
        'ConnectAppDescription',
        'ConnectAppCompanyName',
        'ConnectAppHomepageUrl',
        'Uri',
      ]);
      assert.equal(element.ConnectAppFriendlyName, 'App <6>');
      assert.equal(element.Uri, pathOf(subaccountSid, `/${app}`));
      assert.match(text, /<Permissions><Permission>get-all<\/Permission><Permission>post-all/);
    });

    it('is a list in XML and CSV', async () => {
      const list = await get(pathOf(customer.accountSid, ''));
      const element = objectOf(
        objectOf(objectOf(xml.parse(list.text)).TwilioResponse).AuthorizedConnectApps,
      );
      assert.equal(arrayOf(element.AuthorizedConnectApp).length, 7);
      assert.equal(element.pagesize, '50');
      const csv = parseCsv((await get(pathOf(customer.accountSid, '.csv'))).text);
      assert.deepEqual(csv[0], [
        'account_sid',
        'connect_app_company_name',
        'connect_app_description',
        'connect_app_friendly_name',
        'connect_app_homepage_url',
        'connect_app_sid',
        'permissions',
        'uri',
      ]);
      assert.equal(csv.length, 8);
      assert.equal(csv[1]?.[6], 'get-all post-all');
    });

    it('pages in both directions, newest first', async () => {
      const seen: string[][] = [];
      const read = async (path: string) => {
        const reply = await get(path);
        pageShape('authorized_connect_apps', authorizedConnectAppShape)(reply.json, path);
        const body = objectOf(reply.json);
        const items = arrayOf(body.authorized_connect_apps);
        seen.push(items.map((item) => stringOf(objectOf(item).connect_app_sid)));
        return body;
      };
      let page = await read(pathOf(customer.accountSid, '.json?PageSize=3'));
      while (page.next_page_uri !== null) page = await read(stringOf(page.next_page_uri));
      const apps = authorized.map((one) => one.app);
      assert.deepEqual(seen, [apps.slice(0, 3), apps.slice(3, 6), apps.slice(6)]);
      await read(stringOf(page.previous_page_uri));
      assert.deepEqual(seen.at(-1), apps.slice(3, 6));
      await read(pathOf(customer.accountSid, '.json?PageSize=3&Page=1'));
      assert.deepEqual(seen.at(-1), apps.slice(3, 6));
    });

    it('refuses a page token of another list', async () => {
      const { json } = await get(pathOf(customer.accountSid, '.json?PageSize=3'));
      const token = new URL(stringOf(objectOf(json).next_page_uri), server.url).searchParams.get(
        'PageToken',
      );
      const path = `/2010-04-01/Accounts/${customer.accountSid}/ConnectApps.json?PageToken=${token}`;
      checkProblem(await get(path), { status: 400, code: 21481 });
    });

    it("shows the app's present texts, and the permissions that were granted", async () => {
      const { app } = newest();
      await updateConnectApp(server.context, owner.accountSid, app, {
        FriendlyName: 'Renamed',
        Permissions: 'get-all',
      });
      const { json } = await get(pathOf(customer.accountSid, `/${app}.json`));
      assert.equal(objectOf(json).connect_app_friendly_name, 'Renamed');
      assert.deepEqual(objectOf(json).permissions, ['get-all', 'post-all']);
    });

    it('is gone once it is revoked, and back when authorized again', async () => {
      const { app } = newest();
      const path = pathOf(customer.accountSid, `/${app}.json`);
      await revokeAuthorization(server.context, {
        accountSid: customer.accountSid,
        connectAppSid: app,
      });
      checkProblem(await get(path), { status: 404, code: 20404 });
      const list = await get(pathOf(customer.accountSid));
      assert.equal(arrayOf(objectOf(list.json).authorized_connect_apps).length, 6);
      await authorize(app);
      assert.equal((await get(path)).status, 200);
    });

    it('is not found for an app that was never authorized, or a SID that is none', async () => {
      const [app = ''] = await server.createApps(owner.accountSid, 1);
      for (const sid of [app, `CN${'e'.repeat(32)}`, 'CN1', 'x']) {
        const reply = await get(pathOf(customer.accountSid, `/${sid}.json`));
        checkProblem(reply, { status: 404, code: 20404 });
      }
    });

    it('is not an authorization of the owner of the app', async () => {
      const { json } = await get(pathOf(owner.accountSid), owner);
      assert.deepEqual(objectOf(json).authorized_connect_apps, []);
    });

    it('can only be read', async () => {
      for (const path of [
        pathOf(customer.accountSid),
        pathOf(customer.accountSid, `/${newest().app}.json`),
      ]) {
        for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
          const reply = await server.request(method, path, { auth: customer });
          checkProblem(reply, { status: 405, code: 20004 });
          assert.equal(reply.headers.allow, 'GET, HEAD, OPTIONS');
        }
      }
    });
  });
}
