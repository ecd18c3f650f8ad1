/** The URLs of Connect Apps: who, what, one call, one form. */

import type { Context } from '../context.ts';
import type { Api } from '../http/api.ts';
import { Type } from '../http/json-schema.ts';
import { readPage } from '../http/paging.ts';
import { sendItem, sendList } from '../http/representation.ts';
import { formOf, pathParameter, queryOf } from '../http/request.ts';
import { listQuery, listSchema } from '../http/schemas.ts';
import { connectAppForm, connectAppFormat } from './format.ts';
import {
  deleteConnectApp,
  getConnectApp,
  listingOfConnectApps,
  updateConnectApp,
} from './operations.ts';

const tags = ['ConnectApp'];

export interface ConnectAppRouteOptions {
  allowDelete: boolean;
  strictPageSize: boolean;
}

/** Adds the list and the instance resource. */
export function addConnectAppRoutes(
  api: Api,
  context: Context,
  options: ConnectAppRouteOptions,
): void {
  api.route('/Accounts/:AccountSid/ConnectApps', {
    GET: {
      right: 'read',
      schema: {
        operationId: 'ListConnectApp',
        tags,
        summary: 'List the Connect Apps of an account',
        description: 'Sorted newest first.',
        querystring: listQuery(),
        response: { 200: listSchema(connectAppFormat.listName, connectAppFormat.schema) },
      },
      handler: async (request, reply) => {
        const page = await api.list(request, (reading, { account }) =>
          readPage(listingOfConnectApps(reading, account.sid), queryOf(request), {
            keyring: context.keyring,
            strictPageSize: options.strictPageSize,
          }),
        );
        return sendList(request, reply, connectAppFormat, page);
      },
    },
  });

  api.route('/Accounts/:AccountSid/ConnectApps/:Sid', {
    GET: {
      right: 'read',
      schema: {
        operationId: 'FetchConnectApp',
        tags,
        summary: 'Fetch a Connect App',
        description: 'Fetches a Connect App that the account owns.',
        response: { 200: connectAppFormat.schema },
      },
      handler: async (request, reply) => {
        const sid = pathParameter(request, 'Sid');
        const app = await api.fetch(request, (reading, accountSid) =>
          getConnectApp(reading, accountSid, sid),
        );
        return sendItem(request, reply, connectAppFormat, app);
      },
    },
    POST: {
      right: 'change',
      schema: {
        operationId: 'UpdateConnectApp',
        tags,
        summary: 'Update a Connect App',
        description: 'Changes the properties that are sent. An empty value clears its property.',
        body: connectAppForm,
        response: { 200: connectAppFormat.schema },
      },
      handler: async (request, reply) => {
        const form = formOf(request, Object.keys(connectAppForm.properties));
        const sid = pathParameter(request, 'Sid');
        const app = await api.change(request, (acting, accountSid) =>
          updateConnectApp(acting, accountSid, sid, form),
        );
        return sendItem(request, reply, connectAppFormat, app);
      },
    },
    ...(options.allowDelete && {
      DELETE: {
        right: 'change',
        schema: {
          operationId: 'DeleteConnectApp',
          tags,
          summary: 'Delete a Connect App',
          description: 'Deletes the app and revokes all its authorizations.',
          response: { 204: Type.Null() },
        },
        handler: async (request, reply) => {
          const sid = pathParameter(request, 'Sid');
          await api.change(request, (acting, accountSid) =>
            deleteConnectApp(acting, accountSid, sid),
          );
          return reply.code(204).send();
        },
      },
    }),
  });
}
