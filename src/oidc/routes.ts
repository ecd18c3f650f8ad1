/**
 * Signing in with the provider: the way there, the way back, and the page after signing out. The session begins
 * only in the browser in which the sign-in began.
 */

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '../context.ts';
import type { Logger } from '../observability/logger.ts';
import { localPath } from '../pages/local-path.ts';
import type { Pages } from '../pages/pages.ts';
import { nameBrowser } from '../users/browser.ts';
import { CONFIRMED_COOKIE, CONFIRMED_MS, markConfirmed } from '../users/confirmation.ts';
import { PROVIDER_PATH } from '../users/links.ts';
import { acceptIdentity, type ProviderSignIn } from '../users/provider-sign-in.ts';
import { sendSignIn } from '../users/routes.ts';
import { beginSession, endSession } from '../users/session.ts';
import { FLOW_MS, openFlow, sealFlow } from './flow.ts';
import { signedOutPage } from './page.ts';
import type { Provider } from './provider.ts';
import type { Failure, Refusal } from './provider-failure.ts';

const CALLBACK_PATH = `${PROVIDER_PATH}/callback`;
/** Where people go who only came to sign in. */
const HOME = '/console';
const FLOW_COOKIE = 'connect_apps_provider';

interface Options {
  provider: Provider;
  logger: Logger;
}

/** Adds the URLs of sign-in with the provider. */
export function addProviderRoutes(pages: Pages, context: Context, options: Options): void {
  const { server } = pages;
  const { provider, logger } = options;
  const schema = { hide: true };
  // For the provider, which may be slow: that is no work of ours.
  const waiting = { schema, config: { waitsForSemaphore: true } };
  const { originOf } = pages;

  function refuse(request: FastifyRequest, reply: FastifyReply, failure: Failure, to: string) {
    const { status, notice } = explain(failure.refusal, provider.name);
    context.report({ name: 'sign_in_tried', result: 'provider_refused' });
    logger.warn({ requestId: request.id, ...failure }, 'A sign-in with the provider failed');
    return sendSignIn(pages, request, reply.code(status), to, { notice });
  }

  server.get(PROVIDER_PATH, waiting, async (request, reply) => {
    const query = new URLSearchParams(request.originalUrl.split('?')[1]);
    const returnTo = localPath(query.get('return_to') ?? undefined, HOME);
    const isAgain = query.has('again');
    const redirectUri = originOf(request) + CALLBACK_PATH;
    const begun = await provider.begin(redirectUri, isAgain ? CONFIRMED_MS : undefined);
    if ('refusal' in begun) return refuse(request, reply, begun, returnTo);
    const flow = { ...begun.secrets, returnTo, isAgain, startedAt: context.clock.now() };
    pages.setCookie(request, reply, {
      name: FLOW_COOKIE,
      value: sealFlow(context.keyring, flow),
      maxAgeMs: FLOW_MS,
    });
    return reply.redirect(begun.url, 303);
  });

  server.get(CALLBACK_PATH, waiting, async (request, reply) => {
    const url = new URL(request.originalUrl, originOf(request));
    const flow = openFlow(
      context.keyring,
      pages.cookieOf(request, FLOW_COOKIE),
      context.clock.now(),
    );
    if (flow === undefined || url.searchParams.get('state') !== flow.state) {
      // The sign-in that waits in this browser goes on: nobody else's answer ends it.
      return refuse(request, reply, { refusal: 'stale', reason: 'state' }, HOME);
    }
    pages.setCookie(request, reply, { name: FLOW_COOKIE, value: '', maxAgeMs: 0 });
    const identity = await provider.finish(url, flow, flow.isAgain ? CONFIRMED_MS : undefined);
    if ('refusal' in identity) return refuse(request, reply, identity, flow.returnTo);
    const accepted = await acceptIdentity(context, identity);
    report(request, accepted);
    if (identity.accountSids !== undefined && !mayEnter(accepted)) {
      return refuse(request, reply, { refusal: 'no_account', reason: 'accounts' }, flow.returnTo);
    }
    // A new session each time, so that a session planted in this browser is worthless.
    await endSession(context, pages.sessionOf(request));
    const secret = await beginSession(context, accepted.user, {
      address: request.ip,
      browser: nameBrowser(request.headers['user-agent']),
    });
    if (secret === undefined) {
      return refuse(request, reply, { refusal: 'disabled', reason: 'disabled' }, flow.returnTo);
    }
    pages.setSession(request, reply, secret);
    context.report({ name: 'sign_in_tried', result: 'accepted' });
    if (flow.isAgain) {
      const value = markConfirmed(context.keyring, secret, context.clock.now());
      pages.setCookie(request, reply, { name: CONFIRMED_COOKIE, value, maxAgeMs: CONFIRMED_MS });
    }
    return reply.redirect(flow.returnTo, 303);
  });

  server.get('/signed-out', { schema }, async (request, reply) => {
    const url = await provider.endSessionUrl(`${originOf(request)}/sign-in`);
    return pages.send(reply, signedOutPage(provider.name, url));
  });

  function report(request: FastifyRequest, { unknownAccounts: count }: ProviderSignIn): void {
    if (count === 0) return;
    const sentence = 'The provider named accounts that are no parent accounts of this server';
    logger.warn({ requestId: request.id, count }, sentence);
  }
}

function mayEnter({ user, accounts }: ProviderSignIn): boolean {
  return accounts > 0 || user.isOperator;
}

/** What a person reads, and does next. */
function explain(refusal: Refusal, name: string): { status: number; notice: string } {
  switch (refusal) {
    case 'denied':
      return {
        status: 403,
        notice: `${name} did not sign you in: you cancelled, or may not use this server. Try again, or ask the people who run ${name}.`,
      };
    case 'stale':
      return {
        status: 400,
        notice:
          'This sign-in began in another browser or tab, or more than 10 minutes ago. Sign in again.',
      };
    case 'used':
      return { status: 400, notice: 'This sign-in has already been used. Sign in again.' };
    case 'unreachable':
      return { status: 502, notice: `${name} does not answer. Try again in a moment.` };
    case 'unverified':
      return {
        status: 502,
        notice: `The answer of ${name} could not be verified, so you are not signed in. Try again; if it happens again, tell the people who run this server.`,
      };
    case 'misconfigured':
      return {
        status: 502,
        notice: `${name} does not accept sign-ins for this server. Tell the people who run this server: its log has the reason.`,
      };
    case 'no_account':
      return {
        status: 403,
        notice: `${name} knows you, but you have no account here. Ask the people who run ${name} for one, then sign in again.`,
      };
    case 'disabled':
      return {
        status: 403,
        notice: 'You may no longer sign in here. Ask the people who run this server.',
      };
  }
}
