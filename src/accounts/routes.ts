/** The URLs of accounts and subaccounts: who, what, one call, one form. */

import type { Caller } from '../access/authenticate.ts';
import { scopeOf } from '../access/decide.ts';
import type { Context } from '../context.ts';
import type { Api } from '../http/api.ts';
import { readPage } from '../http/paging.ts';
import { sendItem, sendList } from '../http/representation.ts';
import { formOf, queryOf } from '../http/request.ts';
import { listQuery, listSchema } from '../http/schemas.ts';
import { Problem } from '../problem.ts';
import { accountFilters, accountFormat, createAccountForm, updateAccountForm } from './format.ts';
import {
  createSubaccount,
  listingOfAccounts,
  parseAccountFilters,
  updateAccount,
} from './operations.ts';
import { type StoredAccount, type VisibleAccount, withoutToken, withToken } from './token.ts';

const tags = ['Account'];

/** Adds the list and the instance resource. */
export function addAccountRoutes(
  api: Api,
  context: Context,
  options: { strictPageSize: boolean },
): void {
  api.route('/Accounts', {
    GET: {
      right: 'read account',
      schema: {
        operationId: 'ListAccount',
        tags,
        summary: 'List this account and its subaccounts',
        description: 'Sorted newest first.',
        querystring: listQuery(accountFilters),
        response: { 200: listSchema(accountFormat.listName, accountFormat.schema) },
      },
      handler: async (request, reply) => {
        const parameters = queryOf(request);
        const page = await api.list(request, async (reading, { caller }) => {
          const filters = parseAccountFilters(parameters);
          const listing = listingOfAccounts(reading, scopeOf(caller), filters);
          const found = await readPage(listing, parameters, {
            keyring: context.keyring,
            strictPageSize: options.strictPageSize,
          });
          return { ...found, items: found.items.map((one) => asSeenBy(caller, context, one)) };
        });
        return sendList(request, reply, accountFormat, page);
      },
    },
    POST: {
      right: 'change account',
      schema: {
        operationId: 'CreateAccount',
        tags,
        summary: 'Create a subaccount',
        description:
          'Creates an account that belongs to the account making the request. Without a name it is named for the time.',
        body: createAccountForm,
        response: { 201: accountFormat.schema },
      },
      handler: async (request, reply) => {
        const form = formOf(request, Object.keys(createAccountForm.properties));
        const account = await api.change(request, (acting, parentSid) =>
          createSubaccount(acting, parentSid, form),
        );
        return sendItem(request, reply.code(201), accountFormat, account);
      },
    },
  });

  api.route('/Accounts/:AccountSid', {
    GET: {
      right: 'read account',
      schema: {
        operationId: 'FetchAccount',
        tags,
        summary: 'Fetch an account',
        description: 'Fetches the account making the request or one of its subaccounts.',
        response: { 200: accountFormat.schema },
      },
      handler: async (request, reply) => {
        const { caller, account } = await api.open(request);
        return sendItem(request, reply, accountFormat, asSeenBy(caller, context, account));
      },
    },
    POST: {
      right: 'change account',
      schema: {
        operationId: 'UpdateAccount',
        tags,
        summary: 'Update an account',
        description: 'Changes only the properties that you send.',
        body: updateAccountForm,
        response: { 200: accountFormat.schema },
      },
      handler: async (request, reply) => {
        const form = formOf(request, Object.keys(updateAccountForm.properties));
        if (form.Status !== undefined && api.isOwn(request)) {
          throw new Problem('status_not_changeable');
        }
        const updated = await api.change(request, (acting, sid) =>
          updateAccount(acting, sid, form),
        );
        return sendItem(request, reply, accountFormat, updated);
      },
    },
  });
}

/** A Connect App never sees a token. */
function asSeenBy(caller: Caller, context: Context, account: StoredAccount): VisibleAccount {
  return caller.permissions === undefined ? withToken(context, account) : withoutToken(account);
}
