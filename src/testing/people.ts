/** Plays customers: what a person does on the consent page and in the console, in one call each. */

import { getAccount } from '../accounts/operations.ts';
import {
  authorizeConnectApp,
  checkCustomer,
  getConsentParties,
  revokeAuthorization,
} from '../authorizations/operations.ts';
import { allowedUrl, consentLink, deniedUrl } from '../authorizations/redirect.ts';
import type { Context } from '../context.ts';
import type { GuardedClient } from '../outgoing/guarded-client.ts';
import { SESSION_COOKIE } from '../pages/pages.ts';
import { getUser } from '../users/operations.ts';
import { beginSession } from '../users/session.ts';
import type { Answering, Customer } from './types.ts';

export interface Stage {
  context: Context;
  url: string;
  client: Pick<GuardedClient, 'send'>;
  /** The e-mail of a person of this account. */
  emailOf: (accountSid: string) => Promise<string>;
}

/** Who may authorize an app, as if they sat at a browser. Each call raises as the consent page does. */
export function createCustomer(stage: Stage, connectAppSid: string, accountSid: string): Customer {
  const { context, url, client } = stage;
  const key = { accountSid, connectAppSid };

  /** Where both answers lead; raises for an app or an account of which nobody could be asked. */
  async function findRedirectUrl(): Promise<string> {
    const account = await getAccount(context, accountSid);
    const { app } = await getConsentParties(context.database.query, connectAppSid);
    checkCustomer(account);
    return app.authorizeRedirectUrl ?? '';
  }

  async function follow(redirect: string, isFollowed = false) {
    const target = new URL(redirect);
    if (!isFollowed) return { redirect: target };
    target.hash = '';
    const headers = { accept: 'text/html,*/*;q=0.8' };
    const outcome = await client.send({ method: 'GET', url: target.href, headers });
    return { redirect: new URL(redirect), status: outcome.answered ? outcome.status : null };
  }

  return {
    consentUrl: url + consentLink(connectAppSid, { state: undefined, cb: undefined }),
    async allow(options = {}) {
      const redirectUrl = await findRedirectUrl();
      const { subaccountSid } = await authorizeConnectApp(context, key);
      const redirect = allowedUrl(redirectUrl, subaccountSid, linkOf(options));
      return { ...(await follow(redirect, options.follow)), accountSid: subaccountSid };
    },
    async deny(options = {}) {
      return follow(deniedUrl(await findRedirectUrl(), linkOf(options)), options.follow);
    },
    async revoke() {
      await revokeAuthorization(context, key);
    },
    async cookie() {
      const user = await getUser(context, await stage.emailOf(accountSid));
      return `${SESSION_COOKIE}=${await beginSession(context, user)}`;
    },
  };
}

function linkOf({ state }: Answering) {
  return { state: state === undefined ? undefined : encodeURIComponent(state), cb: undefined };
}
