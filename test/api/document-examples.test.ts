/** The reference document's curl examples with its values, and the shape of every JSON body there is. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DATABASES } from '../support/databases.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { accountPath, accountsPath, connectAppPath, connectAppsPath } from './paths.ts';
import {
  accountShape,
  connectAppShape,
  errorShape,
  errorWithDetailShape,
  pageShape,
  type Shape,
} from './shapes.ts';

/** The fetched app of the document, but for the account's SID and the links, which it left symbolic. */
const DOCUMENTED_APP = {
  authorize_redirect_url: 'http://example.com/redirect',
  company_name: 'Twilio',
  deauthorize_callback_method: 'GET',
  deauthorize_callback_url: 'http://example.com/deauth',
  description: null,
  friendly_name: 'Connect app for deletion',
  homepage_url: 'http://example.com/home',
  permissions: [],
  sid: 'CNb989fdd207b04d16aee578018ef5fd93',
};

const DOCUMENTED_UPDATE = {
  AuthorizeRedirectUrl: 'https://example.com',
  CompanyName: 'company_name',
  DeauthorizeCallbackMethod: 'GET',
  DeauthorizeCallbackUrl: 'https://example.com',
  Description: 'description',
  FriendlyName: 'friendly_name',
  HomepageUrl: 'https://example.com',
  Permissions: 'get-all',
};

for (const engine of DATABASES) {
  describe(`the examples of the reference document on ${engine}`, () => {
    let server: TestServer;
    let expected: Record<string, unknown>;

    before(async () => {
      server = await startServer({ engine });
      const { accountSid } = server.developer;
      expected = {
        ...DOCUMENTED_APP,
        account_sid: accountSid,
        uri: `/2010-04-01/Accounts/${accountSid}/ConnectApps/${DOCUMENTED_APP.sid}.json`,
      };
    });
    after(() => server.close());

    it('retrieves the Connect App', async () => {
      const { accountSid } = server.developer;
      const path = `/2010-04-01/Accounts/${accountSid}/ConnectApps/${DOCUMENTED_APP.sid}.json`;
      const reply = await server.request('GET', path, { auth: server.developer });
      assert.equal(reply.status, 200);
      assert.deepEqual(reply.json, expected);
    });

    it('retrieves all Connect Apps', async () => {
      const list = `/2010-04-01/Accounts/${server.developer.accountSid}/ConnectApps.json`;
      const reply = await server.request('GET', `${list}?PageSize=20`, { auth: server.developer });
      assert.equal(reply.status, 200);
      assert.deepEqual(reply.json, {
        connect_apps: [expected],
        end: 0,
        first_page_uri: `${list}?Page=0&PageSize=20`,
        next_page_uri: null,
        page: 0,
        page_size: 20,
        previous_page_uri: null,
        start: 0,
        uri: `${list}?Page=0&PageSize=20`,
      });
    });

    it('updates a Connect App with the values of its request example', async () => {
      const { accountSid } = server.customer;
      const [sid = ''] = await server.createApps(accountSid, 1);
      const path = connectAppPath(accountSid, sid);
      const reply = await server.request('POST', path, {
        auth: server.customer,
        form: DOCUMENTED_UPDATE,
      });
      assert.deepEqual(reply.json, {
        account_sid: accountSid,
        authorize_redirect_url: 'https://example.com',
        company_name: 'company_name',
        deauthorize_callback_method: 'GET',
        deauthorize_callback_url: 'https://example.com',
        description: 'description',
        friendly_name: 'friendly_name',
        homepage_url: 'https://example.com',
        permissions: ['get-all'],
        sid,
        uri: path,
      });
    });

    it('answers every JSON body in exactly the shape of Twilio', async () => {
      const { accountSid } = server.developer;
      const auth = server.developer;
      const app = connectAppPath(accountSid, server.connectAppSid);
      await server.request('POST', accountsPath(), { auth });
      const list = connectAppsPath(accountSid);
      const unknown = connectAppPath(accountSid, `CN${'f'.repeat(32)}`);
      const apps = pageShape('connect_apps', connectAppShape);
      const accounts = pageShape('accounts', accountShape);
      const bodies: [string, string, Record<string, string> | undefined, Shape][] = [
        ['GET', app, undefined, connectAppShape],
        ['POST', app, {}, connectAppShape],
        ['GET', list, undefined, apps],
        ['GET', `${list}?PageSize=1&Page=5`, undefined, apps],
        ['GET', connectAppsPath(server.customer.accountSid), undefined, errorShape],
        ['GET', accountsPath(), undefined, accounts],
        ['GET', `${accountsPath()}?PageSize=1`, undefined, accounts],
        ['POST', accountsPath(), { FriendlyName: 'child' }, accountShape],
        ['GET', accountPath(accountSid), undefined, accountShape],
        ['POST', accountPath(accountSid), { FriendlyName: 'me' }, accountShape],
        ['GET', unknown, undefined, errorShape],
        ['PUT', app, {}, errorShape],
        ['DELETE', app, undefined, errorShape],
        ['GET', `${list}?PageToken=x`, undefined, errorShape],
        ['GET', '/2010-04-01/Nowhere.json', undefined, errorShape],
      ];
      for (const [method, path, form, shape] of bodies) {
        const reply = await server.request(method, path, { auth, ...(form && { form }) });
        shape(JSON.parse(reply.text), `${method} ${path}`);
      }
      const refused = await server.request('GET', app);
      errorWithDetailShape(JSON.parse(refused.text), 'a refusal');
    });
  });
}
