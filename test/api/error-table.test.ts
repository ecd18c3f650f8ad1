/** Every row of the table of errors that Twilio documents or clients have seen, in each representation. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { authorizeConnectApp, revokeAuthorization } from '../../src/authorizations/operations.ts';
import { DATABASES } from '../support/databases.ts';
import {
  type Credentials,
  type RequestOptions,
  startServer,
  type TestServer,
} from '../support/server.ts';
import { checkProblem } from './check-problem.ts';

const UNKNOWN = 'f'.repeat(32);
const MULTIPART = 'multipart/form-data; boundary=x';
const FILE = '--x\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\n\r\n--x--\r\n';

interface Row {
  situation: string;
  status: number;
  code: number;
  message: string | RegExp;
  detail?: string | RegExp;
  header?: string;
  method?: string;
  /** Without its extension. */
  path: string;
  options: RequestOptions;
}

for (const engine of DATABASES) {
  describe(`the table of errors on ${engine}`, () => {
    let server: TestServer;
    let strict: TestServer;
    let owner: Credentials;
    let child: Credentials;
    let closed: Credentials;
    let suspended: Credentials;
    let app: string;

    before(async () => {
      server = await startServer({ engine });
      strict = await startServer({ engine, settings: { STRICT_PAGE_SIZE: 'true' } });
      owner = await server.createAccount({});
      const parent = { owner: owner.accountSid };
      child = await server.createAccount(parent);
      closed = await server.createAccount(parent);
      suspended = await server.createAccount(parent);
      await server.setAccountStatus(closed.accountSid, 'closed');
      await server.setAccountStatus(suspended.accountSid, 'suspended');
      [app = ''] = await server.createApps(owner.accountSid, 1);
    });
    after(async () => {
      await server.close();
      await strict.close();
    });

    const accountOf = ({ accountSid }: Credentials) => `/2010-04-01/Accounts/${accountSid}`;
    const appsOf = (account: Credentials) => `${accountOf(account)}/ConnectApps`;

    /** Checks a row on every extension; errors of CSV and of no extension are XML. */
    async function check(rows: readonly Row[], on = server): Promise<void> {
      for (const { situation, method = 'GET', path, options, header, ...expected } of rows) {
        for (const extension of ['.json', '.xml', '.csv', '']) {
          const [place, query = ''] = path.split('?');
          const sent = place + extension;
          const reply = await on.request(method, query ? `${sent}?${query}` : sent, options);
          const { message } = expected;
          const words = typeof message === 'string' ? message.replace('{path}', sent) : message;
          try {
            checkProblem(reply, { ...expected, message: words });
            if (header) assert.ok(reply.headers[header], `no ${header}`);
          } catch (error) {
            throw new Error(`${situation}, ${method} ${sent}`, { cause: error });
          }
        }
      }
    }

    it('has who is refused', async () => {
      const wrong = {
        status: 401,
        code: 20003,
        message: 'Authenticate',
        detail: 'Your AccountSid or AuthToken was incorrect.',
        header: 'www-authenticate',
      };
      const inactive = { status: 403, code: 20005, message: 'Account not active' };
      const path = appsOf(owner);
      const token = { ...owner, authToken: UNKNOWN };
      const unknown = { ...owner, accountSid: `AC${UNKNOWN}` };
      await check([
        { ...wrong, situation: 'no credentials', path, options: {} },
        { ...wrong, situation: 'a wrong token', path, options: { auth: token } },
        { ...wrong, situation: 'an unknown account', path, options: { auth: unknown } },
        { ...wrong, situation: 'closed', path: appsOf(closed), options: { auth: closed } },
        { ...inactive, situation: 'suspended', path, options: { auth: suspended } },
        {
          ...inactive,
          situation: 'what a suspended subaccount has, for its parent',
          path: appsOf(suspended),
          options: { auth: owner },
        },
      ]);
    });

    it('has what is not there, and what cannot be done', async () => {
      const nothing = {
        status: 404,
        code: 20404,
        message: 'The requested resource {path} was not found',
      };
      const options = { auth: owner };
      const paths = {
        "another account's path": appsOf(server.developer),
        "another account's app": `${appsOf(owner)}/${server.connectAppSid}`,
        'an unknown account': `/2010-04-01/Accounts/AC${UNKNOWN}/ConnectApps`,
        'an unknown app': `${appsOf(owner)}/CN${UNKNOWN}?Query=left-out`,
        'a malformed SID': `${appsOf(owner)}/CN1`,
        'an unknown path': '/2010-04-01/Nothing/Here',
      };
      await check(
        Object.entries(paths).map(([situation, path]) => ({
          ...nothing,
          situation,
          path,
          options,
        })),
      );
      const never = {
        status: 405,
        code: 20004,
        message: 'Method not allowed',
        header: 'allow',
        options,
      };
      await check([
        { ...never, situation: 'PUT', method: 'PUT', path: `${appsOf(owner)}/${app}` },
        { ...never, situation: 'DELETE', method: 'DELETE', path: `${appsOf(owner)}/${app}` },
        { ...never, situation: 'POST to a list', method: 'POST', path: appsOf(owner) },
        { ...never, situation: 'PATCH', method: 'PATCH', path: accountOf(owner) },
      ]);
    });

    it('has what is wrong with a parameter', async () => {
      const path = `${appsOf(owner)}/${app}`;
      const post = (form: Record<string, string>, more: Partial<Row> = {}) => ({
        ...{ status: 400, code: 20422, message: new RegExp(Object.keys(form).join('|')) },
        ...{
          situation: JSON.stringify(form),
          method: 'POST',
          path,
          options: { auth: owner, form },
        },
        ...more,
      });
      const name = { code: 20002, message: 'Invalid FriendlyName', detail: /^FriendlyName must / };
      const account = { path: accountOf(child) };
      const list = { path: '/2010-04-01/Accounts' };
      const long = { FriendlyName: 'x'.repeat(65) };
      await check([
        post({ FriendlyName: '' }, name),
        post(long, name),
        post({ FriendlyName: '' }, { ...name, ...account }),
        post(long, { ...name, ...account }),
        post({ FriendlyName: '' }, { ...name, ...list }),
        post(long, { ...name, ...list }),
        post(
          {},
          { ...list, code: 21101, message: /subaccount/, options: { auth: child, form: {} } },
        ),
        post({ Status: 'asleep' }, { ...account, code: 21475, message: 'Invalid Status' }),
        post({ Status: 'active' }, { path: accountOf(closed), code: 21479, message: /closed/ }),
        post({ HomepageUrl: '/relative' }),
        post({ AuthorizeRedirectUrl: 'ftp://a.example/' }),
        post({ DeauthorizeCallbackUrl: 'x' }),
        post({ DeauthorizeCallbackMethod: 'PUT' }),
        post({ Permissions: 'all' }),
        post({ permissions: 'get-all' }),
      ]);

      const get = (query: string, more: Partial<Row> = {}) => ({
        ...{ status: 400, code: 20422, message: /^Page/, situation: query },
        ...{ path: `${appsOf(owner)}?${query}`, options: { auth: owner }, ...more },
      });
      await check([
        get('PageSize=x'),
        get('PageSize=0'),
        get('PageSize=-1'),
        get('Page=x'),
        get('Page=100000'),
        get('PageToken=x', { code: 21481, message: 'Invalid PageToken' }),
      ]);
      const large = `/2010-04-01/Accounts?PageSize=1001`;
      const options = { auth: strict.developer };
      const tooLarge = { code: 20007, message: 'Page size too large', path: large, options };
      await check([get('PageSize=1001', tooLarge)], strict);
    });

    it('has what an app may not do', async () => {
      const { context, customer, developer, connectAppSid } = server;
      const key = { accountSid: customer.accountSid, connectAppSid };
      await server.request('POST', `${appsOf(developer)}/${connectAppSid}.json`, {
        auth: developer,
        form: { Permissions: 'post-all' },
      });
      const { subaccountSid } = await authorizeConnectApp(context, key);
      const auth = { accountSid: subaccountSid, authToken: developer.authToken };
      const denied = { status: 403, code: 20006, message: 'Access Denied', options: { auth } };
      const onList = { status: 401, code: 20003, message: 'Authenticate', options: { auth } };
      const missing = /has not granted/;
      const revoked = /has deauthorized/;
      const customersPath = accountOf(customer);
      const list = appsOf(customer);
      await check([
        { ...denied, situation: 'a missing permission', path: customersPath, detail: missing },
        { ...onList, situation: 'a missing permission, on a list', path: list, detail: missing },
      ]);
      await revokeAuthorization(context, key);
      await check([
        { ...denied, situation: 'a revoked grant', path: customersPath, detail: revoked },
        { ...onList, situation: 'a revoked grant, on a list', path: list, detail: revoked },
      ]);
    });

    it('has bodies that are not taken', async () => {
      const post = (type: string, rawBody: string) => ({
        ...{ method: 'POST', path: `${appsOf(owner)}/${app}` },
        options: { auth: owner, rawBody, headers: { 'content-type': type } },
      });
      const large = { situation: 'large', status: 413, code: 20413, message: /64 kB/ };
      const type = { situation: 'type', status: 415, code: 20415, message: /multipart\/form-data/ };
      await check([
        { ...large, ...post('application/x-www-form-urlencoded', `a=${'x'.repeat(65_536)}`) },
        { ...large, ...post(MULTIPART, 'x'.repeat(65_537)) },
        { ...type, ...post('application/json', '{}') },
        { ...type, ...post(MULTIPART, FILE), message: /files are not accepted/ },
      ]);
    });
  });
}
