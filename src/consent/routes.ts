/** The URL that a Connect button leads to: who, what, one call, one page or redirect. */

import type { FastifyReply, FastifyRequest } from 'fastify';
import { authorizeConnectApp, getConsentParties } from '../authorizations/operations.ts';
import {
  allowedUrl,
  consentLink,
  deniedUrl,
  type LinkParameters,
  linkParametersOf,
  MAX_STATE_BYTES,
} from '../authorizations/redirect.ts';
import type { Context } from '../context.ts';
import { formOf, pathParameter } from '../http/request.ts';
import type { Pages } from '../pages/pages.ts';
import { parameterProblem, textOf } from '../parameter.ts';
import { Problem } from '../problem.ts';
import { sendSignIn } from '../users/routes.ts';
import { actingFor, findSession, type Session } from '../users/session.ts';
import { type Consent, getConsent, isAsShown } from './consent.ts';
import { consentPage } from './page.ts';

const FIELDS = ['shown', 'state', 'cb', 'account_sid', 'decision'];
const IN_QUERY = /^[\x21-\x7e]*$/;

/** Adds /authorize/{ConnectAppSid}. */
export function addConsentRoutes(pages: Pages, context: Context): void {
  const { server } = pages;
  const schema = { hide: true };
  const url = '/authorize/:ConnectAppSid';

  server.get(url, { schema }, async (request, reply) => {
    const sid = pathParameter(request, 'ConnectAppSid');
    const link = checkLink(linkParametersOf(request.originalUrl));
    // Before sign-in, so that a broken link fails immediately.
    await getConsentParties(context.database.query, sid);
    const session = await findSession(context, pages.sessionOf(request));
    if (session === undefined) return sendSignIn(pages, request, reply, consentLink(sid, link));
    const consent = await getConsent(context, session.user.sid, sid);
    return showPage(request, reply, session, consent, link);
  });

  server.post(url, { schema, preHandler: pages.checkForm }, async (request, reply) => {
    const sid = pathParameter(request, 'ConnectAppSid');
    const form = formOf(request, FIELDS);
    const link = checkLink({ state: textOf(form, 'state'), cb: textOf(form, 'cb') });
    const session = await findSession(context, pages.sessionOf(request));
    if (session === undefined) return sendSignIn(pages, request, reply, consentLink(sid, link));
    const consent = await getConsent(context, session.user.sid, sid);
    const { authorizeRedirectUrl, app, customers } = consent;
    const check = isAsShown(context, session.user.sid, textOf(form, 'shown'));
    const showAgain = async () => {
      const now = await getConsent(context, session.user.sid, sid);
      const notice = 'The app has changed since this page was shown. Please review it again.';
      return showPage(request, reply.code(409), session, now, link, notice);
    };
    if (!check(app)) return showAgain();
    switch (textOf(form, 'decision')) {
      case 'deny':
        context.report({ name: 'refused', connectAppSid: app.sid, userSid: session.user.sid });
        return reply.redirect(deniedUrl(authorizeRedirectUrl, link), 302);
      case 'allow': {
        const accountSid = textOf(form, 'account_sid');
        const customer = customers.find(({ account }) => account.sid === accountSid);
        if (customer === undefined) throw new Problem('form_rejected');
        const key = { accountSid: customer.account.sid, connectAppSid: app.sid };
        try {
          // Checked once more where it is granted: app, session and membership may change until then.
          const granting = actingFor(context, pages.visitOf(request), key.accountSid);
          const { subaccountSid } = await authorizeConnectApp(granting, key, check);
          return reply.redirect(allowedUrl(authorizeRedirectUrl, subaccountSid, link), 302);
        } catch (error) {
          if (error instanceof Problem && error.problem === 'app_changed') return showAgain();
          throw error;
        }
      }
      default:
        throw new Problem('form_rejected');
    }
  });

  function showPage(
    request: FastifyRequest,
    reply: FastifyReply,
    session: Session,
    consent: Consent,
    link: LinkParameters,
    notice?: string,
  ): Promise<FastifyReply> {
    const page = consentPage({
      consent,
      email: session.user.email,
      csrfToken: pages.csrfToken(request, reply),
      link,
      demoPeople: pages.demoPeople.filter(({ email }) => email !== session.user.email),
      ...(notice !== undefined && { notice }),
    });
    return pages.send(reply, page, { formTargets: [new URL(consent.authorizeRedirectUrl).origin] });
  }
}

/**
 * The state must be what may stand in a query (RFC 3986, section 3.4), so that it can also stand in a header. Any
 * other cb than one of use is ignored.
 */
function checkLink({ state, cb }: LinkParameters): LinkParameters {
  if (state !== undefined && state.length > MAX_STATE_BYTES) {
    throw parameterProblem('state', `must have at most ${MAX_STATE_BYTES} bytes`);
  }
  if (state !== undefined && !IN_QUERY.test(state)) {
    throw parameterProblem('state', 'must be percent-encoded');
  }
  return { state, cb: cb !== undefined && IN_QUERY.test(cb) ? cb : undefined };
}
