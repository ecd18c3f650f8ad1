/** Signing in and out: who, what, one call, one page. */

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '../context.ts';
import { formOf } from '../http/request.ts';
import { localPath } from '../pages/local-path.ts';
import type { Pages } from '../pages/pages.ts';
import { textOf } from '../parameter.ts';
import { Problem } from '../problem.ts';
import { KNOWN_BROWSER_MS, markBrowser } from './known-browser.ts';
import { signInPage } from './page.ts';
import { beginSession, endSession, findSession } from './session.ts';
import { type Result, trySignIn } from './sign-in.ts';
import type { SignInLimits } from './sign-in-limits.ts';

/** Where people go who only came to sign in. */
const CONSOLE_PATH = '/console';
const KNOWN_BROWSER_COOKIE = 'connect_apps_known_browser';

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
      const email = textOf(form, 'email') ?? '';
      const returnTo = localPath(textOf(form, 'return_to'), CONSOLE_PATH);
      const result = await trySignIn(context, limits, {
        email,
        password: textOf(form, 'password') ?? '',
        address: request.ip,
        mark: pages.cookieOf(request, KNOWN_BROWSER_COOKIE),
        isGone: () => request.raw.socket.destroyed,
      });
      if ('refusal' in result) {
        const { status, notice, waitSeconds } = explainRefusal(result);
        if (waitSeconds !== undefined) reply.header('Retry-After', waitSeconds);
        return sendSignIn(pages, request, reply.code(status), returnTo, { notice, email });
      }
      const { user } = result;
      // A new session each time, so that a session planted in this browser is worthless.
      await endSession(context, pages.sessionOf(request));
      const secret = await beginSession(context, user);
      if (secret === undefined) throw new Problem('form_rejected');
      pages.setSession(request, reply, secret);
      const mark = markBrowser(context.keyring, user.email, context.clock.now());
      pages.setCookie(request, reply, {
        name: KNOWN_BROWSER_COOKIE,
        value: mark,
        maxAgeMs: KNOWN_BROWSER_MS,
      });
      return reply.redirect(returnTo, 303);
    },
  );

  server.post('/sign-out', { schema, preHandler: pages.checkForm }, async (request, reply) => {
    await endSession(context, pages.sessionOf(request));
    pages.setSession(request, reply, undefined);
    return reply.redirect('/sign-in', 303);
  });
}

/** What a person reads of a try that failed. */
function explainRefusal(result: Exclude<Result, { user: unknown }>): {
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
  return pages.send(reply, signInPage({ csrfToken, returnTo, ...last }));
}
