/** The URLs of Connect Apps: who, what, one call, one form. */

import Type from 'typebox';
import { type Caller, openActiveAccount, openActiveAccountToChange } from '../accounts/access.ts';
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
  TEXT_PARAMETERS,
  updateConnectApp,
} from './connect-app.ts';
import { connectAppFormat } from './format.ts';
import { PERMISSIONS } from './permissions.ts';
import { findPosition, listConnectApps } from './store.ts';

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
  api: Api<Caller>,
  context: Context,
  options: ConnectAppRouteOptions,
): void {
  const { query } = context.database;

  api.route('/Accounts/:AccountSid/ConnectApps', {
    GET: {
      schema: {
        summary: 'List the Connect Apps of an account',
        querystring: listQuery(),
        response: { 200: listSchema(connectAppFormat.listName, connectAppFormat.schema) },
      },
      handler: async (request, reply) => {
        const account = await openActiveAccount(
          context,
          api.caller(request),
          pathParameter(request, 'AccountSid'),
        );
        const listing = {
          scope: `${account.sid} ConnectApps`,
          slice: (slice: Parameters<typeof listConnectApps>[2]) =>
            listConnectApps(query, account.sid, slice),
          findPosition: (count: number) => findPosition(query, account.sid, count),
        };
        const page = await readPage(listing, queryOf(request), {
          keyring: context.keyring,
          strictPageSize: options.strictPageSize,
        });
        return sendList(request, reply, connectAppFormat, page);
      },
    },
  });

  api.route('/Accounts/:AccountSid/ConnectApps/:Sid', {
    GET: {
      schema: {
        summary: 'Fetch a Connect App',
        response: { 200: connectAppFormat.schema },
      },
      handler: async (request, reply) => {
        const account = await openActiveAccount(
          context,
          api.caller(request),
          pathParameter(request, 'AccountSid'),
        );
        const app = await getConnectApp(context, account.sid, pathParameter(request, 'Sid'));
        return sendItem(request, reply, connectAppFormat, app);
      },
    },
    POST: {
      schema: {
        summary: 'Update a Connect App',
        body: UpdateConnectApp,
        response: { 200: connectAppFormat.schema },
      },
      handler: async (request, reply) => {
        const account = await openActiveAccountToChange(
          context,
          api.caller(request),
          pathParameter(request, 'AccountSid'),
        );
        const form = formOf(request, Object.keys(UpdateConnectApp.properties));
        const app = await updateConnectApp(
          context,
          account.sid,
          pathParameter(request, 'Sid'),
          form,
        );
        return sendItem(request, reply, connectAppFormat, app);
      },
    },
    ...(options.allowDelete && {
      DELETE: {
        schema: { summary: 'Delete a Connect App' },
        handler: async (request, reply) => {
          const account = await openActiveAccountToChange(
            context,
            api.caller(request),
            pathParameter(request, 'AccountSid'),
          );
          await deleteConnectApp(context, account.sid, pathParameter(request, 'Sid'));
          return reply.code(204).send();
        },
      },
    }),
  });
}
