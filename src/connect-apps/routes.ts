/** The URLs of Connect Apps: who, what, one call, one form. */

import Type from 'typebox';
import type { Context } from '../context.ts';
import type { Api } from '../http/api.ts';
import { readPage } from '../http/paging.ts';
import { sendItem, sendList } from '../http/representation.ts';
import { formOf, pathParameter, queryOf } from '../http/request.ts';
import { choice, listQuery, listSchema, parameterSchema } from '../http/schemas.ts';
import {
  CALLBACK_METHODS,
  deleteConnectApp,
  FRIENDLY_NAME_RULE,
  getConnectApp,
  listingOfConnectApps,
  TEXT_PARAMETERS,
  updateConnectApp,
} from './connect-app.ts';
import { connectAppFormat } from './format.ts';
import { PERMISSIONS } from './permissions.ts';

const UpdateConnectApp = Type.Partial(
  Type.Object({
    AuthorizeRedirectUrl: parameterSchema(TEXT_PARAMETERS.AuthorizeRedirectUrl.rule),
    CompanyName: parameterSchema(TEXT_PARAMETERS.CompanyName.rule),
    DeauthorizeCallbackMethod: choice(CALLBACK_METHODS, 'How DeauthorizeCallbackUrl is called.'),
    DeauthorizeCallbackUrl: parameterSchema(TEXT_PARAMETERS.DeauthorizeCallbackUrl.rule),
    Description: parameterSchema(TEXT_PARAMETERS.Description.rule),
    FriendlyName: parameterSchema(FRIENDLY_NAME_RULE),
    HomepageUrl: parameterSchema(TEXT_PARAMETERS.HomepageUrl.rule),
    Permissions: Type.Array(choice(PERMISSIONS, 'A permission that the app asks for.'), {
      description: 'Repeated, or one comma-separated value; empty for none.',
    }),
  }),
);

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
        summary: 'List the Connect Apps of an account',
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
        summary: 'Fetch a Connect App',
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
        summary: 'Update a Connect App',
        body: UpdateConnectApp,
        response: { 200: connectAppFormat.schema },
      },
      handler: async (request, reply) => {
        const form = formOf(request, Object.keys(UpdateConnectApp.properties));
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
        schema: { summary: 'Delete a Connect App' },
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
