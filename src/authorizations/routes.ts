/** The URLs of authorized Connect Apps: who, what, one call, one form. */

import { type Caller, openActiveAccount } from '../accounts/access.ts';
import type { Context } from '../context.ts';
import type { Api } from '../http/api.ts';
import { readPage } from '../http/paging.ts';
import { sendItem, sendList } from '../http/representation.ts';
import { pathParameter, queryOf } from '../http/request.ts';
import { listQuery, listSchema } from '../http/schemas.ts';
import { getAuthorizedConnectApp, listingOfAuthorizedConnectApps } from './authorization.ts';
import { authorizedConnectAppFormat } from './format.ts';

/** Adds the list and the instance resource. */
export function addAuthorizationRoutes(
  api: Api<Caller>,
  context: Context,
  options: { strictPageSize: boolean },
): void {
  const { schema, listName } = authorizedConnectAppFormat;
  const tags = ['AuthorizedConnectApp'];

  api.route('/Accounts/:AccountSid/AuthorizedConnectApps', {
    GET: {
      schema: {
        operationId: 'ListAuthorizedConnectApp',
        tags,
        summary: 'List the Connect Apps that an account authorized',
        description: 'The newest come first. Those whose access was revoked are left out.',
        querystring: listQuery(),
        response: { 200: listSchema(listName, schema) },
      },
      handler: async (request, reply) => {
        const sid = pathParameter(request, 'AccountSid');
        const account = await openActiveAccount(context, api.caller(request), sid);
        const listing = listingOfAuthorizedConnectApps(context, account);
        const page = await readPage(listing, queryOf(request), {
          keyring: context.keyring,
          strictPageSize: options.strictPageSize,
        });
        return sendList(request, reply, authorizedConnectAppFormat, page);
      },
    },
  });

  api.route('/Accounts/:AccountSid/AuthorizedConnectApps/:ConnectAppSid', {
    GET: {
      schema: {
        operationId: 'FetchAuthorizedConnectApp',
        tags,
        summary: 'Fetch a Connect App that an account authorized',
        description:
          'Shows what the app says of itself now, and the permissions that were granted.',
        response: { 200: schema },
      },
      handler: async (request, reply) => {
        const sid = pathParameter(request, 'AccountSid');
        const account = await openActiveAccount(context, api.caller(request), sid);
        const connectAppSid = pathParameter(request, 'ConnectAppSid');
        const authorized = await getAuthorizedConnectApp(context, account, connectAppSid);
        return sendItem(request, reply, authorizedConnectAppFormat, authorized);
      },
    },
  });
}
