/** Signing in and out: who, what, one call, one page. */

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '../context.ts';
import { formOf } from '../http/request.ts';
import { localPath } from '../pages/local-path.ts';
import type { Pages } from '../pages/pages.ts';
import { textOf } from '../parameter.ts';
import { Problem } from '../problem.ts';
import { nameBrowser } from './browser.ts';
import { KNOWN_BROWSER_COOKIE, KNOWN_BROWSER_MS, markBrowser } from './known-browser.ts';
import { signInPage } from './page.ts';
import { beginSession, endSession, findSession } from './session.ts';
import { type Result, type Try, trySignIn } from './sign-in.ts';
import type { SignInLimits } from './sign-in-limits.ts';
import type { StoredUser } from './user.ts';

/** Where people go who only came to sign in. */
const CONSOLE_PATH = '/console';

/** Adds /sign-in and /sign-out. */
export function addSessionRoutes(pages: Pages, context: Context, limits: SignInLimits): void {
  const { server } = pages;
  const schema = { hide: true };

  server.get('/sign-in', { schema }, async (request, reply) => {
    const session = await findSession(context, pages.sessionOf(request));
    if (session === undefined) return sendSignIn(pages, request, reply, CONSOLE_PATH);
    return reply.redirect(CONSOLE_PATH, 303);
  });

  server.post(
    '/sign-in',
    { schema, preHandler: pages.checkForm, config: { waitsForSemaphore: true } },
    async (request, reply) => {
      const form = formOf(request, ['email', 'password', 'return_to']);
      if (!pages.signIn.hasPasswords) throw new Problem('not_found');
      const email = textOf(form, 'email') ?? '';
      const returnTo = localPath(textOf(form, 'return_to'), CONSOLE_PATH);
      const password = textOf(form, 'password') ?? '';
      const result = await trySignIn(context, limits, tryOf(pages, request, email, password));
      if ('refusal' in result) {
        const { status, notice, waitSeconds } = explainRefusal(result);
        if (waitSeconds !== undefined) reply.header('Retry-After', waitSeconds);
        return sendSignIn(pages, request, reply.code(status), returnTo, { notice, email });
      }
      await openSession(pages, context, request, reply, result.user);
      return reply.redirect(returnTo, 303);
    },
  );

  server.post('/sign-out', { schema, preHandler: pages.checkForm }, async (request, reply) => {
    await endSession(context, pages.sessionOf(request));
    pages.setSession(request, reply, undefined);
    return reply.redirect(
      pages.signIn.providerName === undefined ? '/sign-in' : '/signed-out',
      303,
    );
  });
}

/** One attempt to sign in, or to show again that one knows the password, as it comes with a request. */
export function tryOf(pages: Pages, request: FastifyRequest, email: string, password: string): Try {
  return {
    email,
    password,
    address: request.ip,
    mark: pages.cookieOf(request, KNOWN_BROWSER_COOKIE),
    isGone: () => request.raw.socket.destroyed,
  };
}

/**
 * Signs a browser in as somebody who has just shown who they are. It gets a new session each time, so that one
 * that was planted in it is worthless. Raises `form_rejected` when the user is gone meanwhile.
 */
export async function openSession(
  pages: Pages,
  context: Context,
  request: FastifyRequest,
  reply: FastifyReply,
  user: StoredUser,
): Promise<void> {
  await endSession(context, pages.sessionOf(request));
  const browser = nameBrowser(request.headers['user-agent']);
  const secret = await beginSession(context, user, { address: request.ip, browser });
  if (secret === undefined) throw new Problem('form_rejected');
  pages.setSession(request, reply, secret);
  pages.setCookie(request, reply, {
    name: KNOWN_BROWSER_COOKIE,
    value: markBrowser(context.keyring, user.email, context.clock.now()),
    maxAgeMs: KNOWN_BROWSER_MS,
  });
}

/** What a person reads of a try that failed. */
export function explainRefusal(result: Exclude<Result, { user: unknown }>): {
  status: number;
  notice: string;
  waitSeconds?: number;
} {
  switch (result.refusal) {
    case 'too_many_tries': {
      const waitSeconds = Math.ceil(result.waitMs / 1000);
      const notice = `Too many attempts from your network. Try again in ${waitSeconds} seconds.`;
      return { status: 429, notice, waitSeconds };
    }
    case 'wrong':
      return { status: 401, notice: 'The e-mail address or the password is wrong.' };
    case 'not_checked': {
      const notice =
        'Too many people are signing in. Your password was not checked. Try again in a moment.';
      return { status: 503, notice, waitSeconds: 1 };
    }
  }
}

/** Answers with the form to sign in, which then leads to `returnTo`. */
export function sendSignIn(
  pages: Pages,
  request: FastifyRequest,
  reply: FastifyReply,
  returnTo: string,
  last: { notice?: string; email?: string } = {},
): Promise<FastifyReply> {
  const csrfToken = pages.csrfToken(request, reply);
  const { signIn, demoPeople } = pages;
  return pages.send(reply, signInPage({ ...signIn, csrfToken, returnTo, demoPeople, ...last }));
}
