/** The acts on authorizations: consent without a browser. */

import type { Authorization, AuthorizedConnectApp } from '../../authorizations/authorization.ts';
import {
  authorizeConnectApp,
  checkCustomer,
  getConsentParties,
  listingOfAuthorizedConnectApps,
  revokeAuthorization,
} from '../../authorizations/operations.ts';
import { allowedUrl, deniedUrl, MAX_STATE_BYTES } from '../../authorizations/redirect.ts';
import { parameterProblem } from '../../parameter.ts';
import { type Act, listAct, lookUp, type Visit } from '../act.ts';
import { flagOf, requiredText, textOf, type Wire } from '../input.ts';
import { accountOf } from './accounts.ts';

const READ = { resource: 'authorizations', right: 'read' } as const;
const WRITE = { resource: 'authorizations', right: 'write' } as const;
const app = { type: 'string', required: true, description: 'The Connect App.' };
const follow = {
  type: 'boolean',
  default: false,
  description: 'Request the redirect URL as a browser would, and say what it answered.',
};

/** A denial returns nothing but the error parameter. */
const NO_PARAMETERS = { state: undefined, cb: undefined };

/** The app and the account, checked as on the consent page. */
async function findParties(visit: Visit, input: Wire) {
  const account = await accountOf(visit, input);
  const sid = requiredText(input, 'connect_app_sid');
  const { query } = visit.context.database;
  const { app: found } = await lookUp(`Connect App ${sid}`, () => getConsentParties(query, sid));
  checkCustomer(account);
  // An app without one is refused above.
  const authorizeRedirectUrl = found.authorizeRedirectUrl ?? '';
  return { accountSid: account.sid, connectAppSid: found.sid, authorizeRedirectUrl };
}

/** With `follow`, sends the answer to the app. */
async function followed(
  visit: Visit,
  input: Wire,
  item: Wire & { redirect: string },
): Promise<Wire> {
  if (flagOf(input, 'follow') !== true) return item;
  const { status, failure } = await visit.follow(item.redirect);
  return {
    ...item,
    redirect_status: status,
    ...(failure !== undefined && { redirect_failure: failure }),
  };
}

/** As it stands in a link of the app: an argument has no other form than the text itself. */
function encodeState(state: string | undefined): string | undefined {
  const encoded = state === undefined ? undefined : encodeURIComponent(state.toWellFormed());
  if (encoded === undefined || encoded.length <= MAX_STATE_BYTES) return encoded;
  throw parameterProblem('state', `must have at most ${MAX_STATE_BYTES} bytes in a URL`);
}

/** Property names as in the API; `account_sid` is the subaccount created for the app. */
function wireOf(authorization: Authorization): Wire {
  return {
    account_sid: authorization.subaccountSid,
    connect_app_sid: authorization.connectAppSid,
    permissions: authorization.permissions,
  };
}

export const createAuthorization: Act = {
  name: 'createAuthorization',
  method: 'POST',
  path: '/accounts/{account_sid}/authorizations',
  summary: 'Authorize a Connect App without a browser.',
  needs: WRITE,
  input: {
    connect_app_sid: app,
    state: { type: 'string', description: 'The state to return, before URL encoding.' },
    follow,
  },
  async run(visit, input) {
    const { accountSid, authorizeRedirectUrl } = await findParties(visit, input);
    const state = encodeState(textOf(input, 'state'));
    const connectAppSid = requiredText(input, 'connect_app_sid');
    const authorization = await authorizeConnectApp(visit.context, { accountSid, connectAppSid });
    const { subaccountSid } = authorization;
    const redirect = allowedUrl(authorizeRedirectUrl, subaccountSid, { state, cb: undefined });
    return followed(visit, input, { ...wireOf(authorization), redirect });
  },
};

export const denyAuthorization: Act = {
  name: 'denyAuthorization',
  method: 'POST',
  path: '/accounts/{account_sid}/authorizations/deny',
  summary: 'Deny a Connect App, like Deny on the consent page.',
  needs: WRITE,
  input: { connect_app_sid: app, follow },
  async run(visit, input) {
    const { connectAppSid, authorizeRedirectUrl } = await findParties(visit, input);
    return followed(visit, input, {
      connect_app_sid: connectAppSid,
      redirect: deniedUrl(authorizeRedirectUrl, NO_PARAMETERS),
    });
  },
};

export const listAuthorizations = listAct({
  name: 'listAuthorizations',
  path: '/accounts/{account_sid}/authorizations',
  summary: 'List the Connect Apps that a customer authorized.',
  needs: READ,
  input: {},
  async list(visit, input) {
    const account = await accountOf(visit, input);
    return {
      ...listingOfAuthorizedConnectApps(visit.context, account),
      toWire: (one: AuthorizedConnectApp) => ({
        ...wireOf(one),
        connect_app_friendly_name: one.connectAppFriendlyName,
      }),
    };
  },
});

export const revokeAuthorizationAct: Act = {
  name: 'revokeAuthorization',
  method: 'DELETE',
  path: '/accounts/{account_sid}/authorizations/{connect_app_sid}',
  summary: "Revoke an authorization, and call the app's Deauthorize URL.",
  needs: WRITE,
  input: {},
  async run(visit, input) {
    const { sid: accountSid } = await accountOf(visit, input);
    const connectAppSid = requiredText(input, 'connect_app_sid');
    const what = `authorization of Connect App ${connectAppSid} by account ${accountSid}`;
    return wireOf(
      await lookUp(what, () => revokeAuthorization(visit.context, { accountSid, connectAppSid })),
    );
  },
};

export const AUTHORIZATION_ACTS: readonly Act[] = [
  listAuthorizations,
  createAuthorization,
  denyAuthorization,
  revokeAuthorizationAct,
];
