/** The URLs of authorized Connect Apps: who, what, one call, one form. */

import type { Context } from '../context.ts';
import type { Api } from '../http/api.ts';
import { readPage } from '../http/paging.ts';
import { sendItem, sendList } from '../http/representation.ts';
import { pathParameter, queryOf } from '../http/request.ts';
import { listQuery, listSchema } from '../http/schemas.ts';
import { authorizedConnectAppFormat } from './format.ts';
import { getAuthorizedConnectApp, listingOfAuthorizedConnectApps } from './operations.ts';

/** Adds the list and the instance resource. */
export function addAuthorizationRoutes(
  api: Api,
  context: Context,
  options: { strictPageSize: boolean },
): void {
  const { schema, listName } = authorizedConnectAppFormat;
  const tags = ['AuthorizedConnectApp'];

  api.route('/Accounts/:AccountSid/AuthorizedConnectApps', {
    GET: {
      right: 'read',
      schema: {
        operationId: 'ListAuthorizedConnectApp',
        tags,
        summary: 'List the Connect Apps that an account authorized',
        description: 'Sorted newest first. Revoked apps are not listed.',
        querystring: listQuery(),
        response: { 200: listSchema(listName, schema) },
      },
      handler: async (request, reply) => {
        const page = await api.list(request, (reading, { account }) =>
          readPage(listingOfAuthorizedConnectApps(reading, account), queryOf(request), {
            keyring: context.keyring,
            strictPageSize: options.strictPageSize,
          }),
        );
        return sendList(request, reply, authorizedConnectAppFormat, page);
      },
    },
  });

  api.route('/Accounts/:AccountSid/AuthorizedConnectApps/:ConnectAppSid', {
    GET: {
      right: 'read',
      schema: {
        operationId: 'FetchAuthorizedConnectApp',
        tags,
        summary: 'Fetch a Connect App that an account authorized',
        description:
          'Returns the current details of the app, and the permissions that the customer granted.',
        response: { 200: schema },
      },
      handler: async (request, reply) => {
        const connectAppSid = pathParameter(request, 'ConnectAppSid');
        const authorized = await api.list(request, (reading, { account }) =>
          getAuthorizedConnectApp(reading, account, connectAppSid),
        );
        return sendItem(request, reply, authorizedConnectAppFormat, authorized);
      },
    },
  });
}
