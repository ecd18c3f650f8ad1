/** Signing in and out: who, what, one call, one page. */

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '../context.ts';
import { formOf } from '../http/request.ts';
import type { Pages } from '../pages/pages.ts';
import { textOf } from '../parameter.ts';
import type { SignInLimits } from '../users/sign-in-limits.ts';
import { findByPassword, listAccountsOf } from '../users/user.ts';
import { signedInPage, signInPage } from './page.ts';
import { beginSession, endSession, findSession } from './session.ts';

/** Adds /sign-in and /sign-out. */
export function addSessionRoutes(pages: Pages, context: Context, limits: SignInLimits): void {
  const { server } = pages;
  const schema = { hide: true };

  server.get('/sign-in', { schema }, async (request, reply) => {
    const session = await findSession(context, pages.sessionOf(request));
    if (session === undefined) return sendSignIn(pages, request, reply, '/sign-in');
    const accounts = await listAccountsOf(context, session.user.sid);
    const token = pages.csrfToken(request, reply);
    return pages.send(reply, signedInPage(session.user.email, accounts, token));
  });

  server.post('/sign-in', { schema, preHandler: pages.checkForm }, async (request, reply) => {
    const form = formOf(request, ['email', 'password', 'return_to']);
    const email = textOf(form, 'email') ?? '';
    const returnTo = localPath(textOf(form, 'return_to'));
    const refuse = (status: number, notice: string) =>
      sendSignIn(pages, request, reply.code(status), returnTo, { notice, email });

    const waitMs = limits.countTry(email, request.ip);
    if (waitMs > 0) {
      const seconds = Math.ceil(waitMs / 1000);
      reply.header('Retry-After', seconds);
      return refuse(429, `Too many tries from here. Try again in ${seconds} seconds.`);
    }
    const user = await findByPassword(context, email, textOf(form, 'password') ?? '');
    if (user === undefined) return refuse(401, 'The e-mail or the password is wrong.');
    limits.forgetTry(email, request.ip);
    // A new session each time: one that somebody else put into this browser is worth nothing.
    await endSession(context, pages.sessionOf(request));
    pages.setSession(request, reply, await beginSession(context, user.sid));
    return reply.redirect(returnTo, 303);
  });

  server.post('/sign-out', { schema, preHandler: pages.checkForm }, async (request, reply) => {
    await endSession(context, pages.sessionOf(request));
    pages.setSession(request, reply, undefined);
    return reply.redirect('/sign-in', 303);
  });
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

/** Only a path of this server: nobody is sent elsewhere by signing in. */
function localPath(text: string | undefined): string {
  const isLocal = text !== undefined && /^\/(?![/\\])[\x21-\x7e]*$/.test(text);
  return isLocal && !text.includes('\\') ? text : '/sign-in';
}
