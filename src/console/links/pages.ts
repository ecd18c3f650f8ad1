/**
 * Pages for whoever holds a link: to join an account, or to set another password. They say nothing of anybody but
 * whom the link is for, and a link that is used, withdrawn, expired or invented is answered alike.
 */

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '../../context.ts';
import { ERRORS } from '../../http/errors.ts';
import { formOf, pathParameter } from '../../http/request.ts';
import type { Pages } from '../../pages/pages.ts';
import { textOf } from '../../parameter.ts';
import { Problem } from '../../problem.ts';
import {
  isForUser,
  joinAs,
  joinAsNewUser,
  joinSignedIn,
  type OpenInvitation,
  openInvitation,
} from '../../users/invitations.ts';
import { JOIN_ROUTE, joinPath, RESET_ROUTE } from '../../users/links.ts';
import { getUserOfReset, resetPassword } from '../../users/password-change.ts';
import { explainRefusal, openSession, tryOf } from '../../users/routes.ts';
import { findSession } from '../../users/session.ts';
import { trySignIn } from '../../users/sign-in.ts';
import type { SignInLimits } from '../../users/sign-in-limits.ts';
import {
  joinCard,
  otherPersonCard,
  passwordChangedCard,
  resetCard,
  signedInCard,
} from './cards.ts';

/** Adds /join/… and /reset-password/…, which anybody may open. */
export function addLinkPages(pages: Pages, context: Context, limits: SignInLimits): void {
  const { server, signIn } = pages;
  const schema = { hide: true };
  const form = { schema, preHandler: pages.checkForm, config: { waitsForSemaphore: true } };
  const secretOf = (request: FastifyRequest) => pathParameter(request, 'Secret');

  server.get(JOIN_ROUTE, { schema }, async (request, reply) => {
    const opened = await openInvitation(context, secretOf(request));
    return sendJoin(request, reply, opened);
  });

  server.post(JOIN_ROUTE, form, async (request, reply) => {
    const secret = secretOf(request);
    const opened = await openInvitation(context, secret);
    const { invitation } = opened;
    const there = `/console/${invitation.accountSid}/overview`;
    const session = await findSession(context, pages.sessionOf(request));
    if (session !== undefined) {
      await joinSignedIn(context, pages.visitOf(request), secret);
      return reply.redirect(there, 303);
    }
    if (!signIn.hasPasswords) return sendJoin(request, reply.code(403), opened, SIGN_IN_FIRST);
    const password = textOf(formOf(request, ['password']), 'password') ?? '';
    const who = { secret, address: request.ip };
    if (!(await isForUser(context, invitation))) {
      const user = await joinAsNewUser(context, { ...who, password }).catch(faultOf);
      if ('fault' in user) return sendJoin(request, reply.code(user.status), opened, user.fault);
      await openSession(pages, context, request, reply, user);
      return reply.redirect(there, 303);
    }
    const attempt = tryOf(pages, request, invitation.email, password);
    const result = await trySignIn(context, limits, attempt);
    if ('refusal' in result) {
      const { status, notice, waitSeconds } = explainRefusal(result);
      if (waitSeconds !== undefined) reply.header('Retry-After', waitSeconds);
      return sendJoin(request, reply.code(status), opened, notice);
    }
    await joinAs(context, result.user, who);
    await openSession(pages, context, request, reply, result.user);
    return reply.redirect(there, 303);
  });

  async function sendJoin(
    request: FastifyRequest,
    reply: FastifyReply,
    opened: OpenInvitation,
    fault?: string,
  ): Promise<FastifyReply> {
    const session = await findSession(context, pages.sessionOf(request));
    const csrfToken = pages.csrfToken(request, reply);
    if (session === undefined) {
      const here = joinPath(secretOf(request));
      return pages.send(reply, joinCard({ ...opened, csrfToken, fault, signIn, here }));
    }
    const { email } = session.user;
    return email === opened.invitation.email
      ? pages.send(reply, signedInCard({ ...opened, csrfToken }))
      : pages.send(reply, otherPersonCard({ email, csrfToken }));
  }

  // Without passwords, there is none to reset.
  if (!signIn.hasPasswords) return;

  server.get(RESET_ROUTE, { schema }, async (request, reply) => {
    const { email } = await getUserOfReset(context, secretOf(request));
    return pages.send(reply, resetCard({ email, csrfToken: pages.csrfToken(request, reply) }));
  });

  server.post(RESET_ROUTE, form, async (request, reply) => {
    const secret = secretOf(request);
    const { email } = await getUserOfReset(context, secret);
    const password = textOf(formOf(request, ['password']), 'password') ?? '';
    const given = { secret, password, address: request.ip };
    const user = await resetPassword(context, given).catch(faultOf);
    if (!('fault' in user)) return pages.send(reply, passwordChangedCard());
    const csrfToken = pages.csrfToken(request, reply);
    return pages.send(reply.code(user.status), resetCard({ email, csrfToken, fault: user.fault }));
  });
}

const SIGN_IN_FIRST = 'You are not signed in. Sign in to join.';

/** What a person can mend is shown beside the form; the rest is raised. */
function faultOf(error: unknown): { fault: string; status: number } {
  if (!(error instanceof Problem) || error.problem !== 'parameter_invalid') throw error;
  return { fault: error.detail ?? error.message, status: ERRORS[error.problem].status };
}
