/** The URLs of API keys: who, what, one call, one form. Twilio has them in two places, Keys and SigningKeys. */

import type { Context } from '../context.ts';
import type { Api } from '../http/api.ts';
import { Type } from '../http/json-schema.ts';
import { readPage } from '../http/paging.ts';
import { sendItem, sendList } from '../http/representation.ts';
import { formOf, pathParameter, queryOf } from '../http/request.ts';
import { listQuery, listSchema } from '../http/schemas.ts';
import { type ApiKeyNames, apiKeyForm, apiKeyFormats } from './format.ts';
import {
  createApiKey,
  deleteApiKey,
  getApiKey,
  listingOfApiKeys,
  updateApiKey,
} from './operations.ts';

const PLACES: readonly ApiKeyNames[] = [
  { place: 'Keys', element: 'Key', listName: 'keys' },
  { place: 'SigningKeys', element: 'SigningKey', listName: 'signing_keys' },
];
const FORM_FIELDS = Object.keys(apiKeyForm.properties);

/** Adds the list and the instance resource in both places. */
export function addApiKeyRoutes(
  api: Api,
  context: Context,
  options: { strictPageSize: boolean },
): void {
  for (const names of PLACES) addPlace(api, context, names, options);
}

function addPlace(
  api: Api,
  context: Context,
  names: ApiKeyNames,
  { strictPageSize }: { strictPageSize: boolean },
): void {
  const { place, element } = names;
  const formats = apiKeyFormats(names);
  const tags = [element];
  const list = `/Accounts/:AccountSid/${place}`;

  api.route(list, {
    GET: {
      right: 'read keys',
      schema: {
        operationId: `List${element}`,
        tags,
        summary: 'List the API keys of an account',
        description: 'Sorted newest first. Secrets are not shown.',
        querystring: listQuery(),
        response: { 200: listSchema(names.listName, formats.key.schema, place) },
      },
      handler: async (request, reply) => {
        const page = await api.list(request, (reading, { account }) =>
          readPage(listingOfApiKeys(reading, account.sid, place), queryOf(request), {
            keyring: context.keyring,
            strictPageSize,
          }),
        );
        return sendList(request, reply, formats.key, page);
      },
    },
    POST: {
      right: 'change keys',
      schema: {
        operationId: `CreateNew${element}`,
        tags,
        summary: 'Create a Standard API key',
        description: 'The answer has the secret of the key. It is never shown again.',
        body: apiKeyForm,
        response: { 201: formats.newKey.schema },
      },
      handler: async (request, reply) => {
        const form = formOf(request, FORM_FIELDS);
        const key = await api.change(request, (acting, accountSid) =>
          createApiKey(acting, accountSid, form),
        );
        return sendItem(request, reply.code(201), formats.newKey, key);
      },
    },
  });

  api.route(`${list}/:Sid`, {
    GET: {
      right: 'read keys',
      schema: {
        operationId: `Fetch${element}`,
        tags,
        summary: 'Fetch an API key',
        description: 'Fetches an API key of the account, without its secret.',
        response: { 200: formats.key.schema },
      },
      handler: async (request, reply) => {
        const sid = pathParameter(request, 'Sid');
        const key = await api.fetch(request, (reading, accountSid) =>
          getApiKey(reading, accountSid, sid),
        );
        return sendItem(request, reply, formats.key, key);
      },
    },
    POST: {
      right: 'change keys',
      schema: {
        operationId: `Update${element}`,
        tags,
        summary: 'Rename an API key',
        description: 'Changes the FriendlyName of the key, if it is sent.',
        body: apiKeyForm,
        response: { 200: formats.key.schema },
      },
      handler: async (request, reply) => {
        const form = formOf(request, FORM_FIELDS);
        const sid = pathParameter(request, 'Sid');
        const key = await api.change(request, (acting, accountSid) =>
          updateApiKey(acting, accountSid, sid, form),
        );
        return sendItem(request, reply, formats.key, key);
      },
    },
    DELETE: {
      right: 'change keys',
      schema: {
        operationId: `Delete${element}`,
        tags,
        summary: 'Delete an API key',
        description: 'From the next request on, the key opens nothing.',
        response: { 204: Type.Null() },
      },
      handler: async (request, reply) => {
        const sid = pathParameter(request, 'Sid');
        await api.change(request, (acting, accountSid) => deleteApiKey(acting, accountSid, sid));
        return reply.code(204).send();
      },
    },
  });
}
