/**
 * How a page of the console is made: who asks, for which account, one page or one change. Pages are added by the
 * folders beside this file; they know neither cookies nor CSRF tokens.
 */

import type { FastifyReply, FastifyRequest } from 'fastify';
import { html } from 'hono/html';
import type { Account } from '../accounts/account.ts';
import type { Context } from '../context.ts';
import { ERRORS } from '../http/errors.ts';
import { formOf, pathParameter, queryOf } from '../http/request.ts';
import { noteFault } from '../http/request-log.ts';
import type { Html } from '../pages/layout.ts';
import type { Pages } from '../pages/pages.ts';
import { Problem } from '../problem.ts';
import { CONFIRMED_COOKIE, isConfirmed } from '../users/confirmation.ts';
import { sendSignIn } from '../users/routes.ts';
import { actingAsOperator, actingFor, lookAround, type Session } from '../users/session.ts';
import type { SignInLimits } from '../users/sign-in-limits.ts';
import { navOf } from './nav.ts';
import { pageHead } from './parts/page-head.ts';
import { notice } from './parts/panel.ts';
import { shell } from './parts/shell.ts';
import { STALE_FORM, type Typed, typedOf } from './typed.ts';
import {
  type AccountVisit,
  type Answer,
  type FormSpec,
  isReading,
  type OperatorVisit,
  type Visit,
} from './visit.ts';

export type { AccountVisit, FormSpec, OperatorVisit, View, Visit } from './visit.ts';

export interface Console {
  context: Context;
  pages: Pages;
  /** Of passwords, for pages that ask for one: those of the sign-in page. */
  limits: SignInLimits;
  /** Adds GET /console/AC…/`path`. */
  page(path: string, handler: (visit: AccountVisit) => Promise<Answer>): void;
  /** Adds the form at /console/AC…/`path`: GET unless it is on another page, and POST. */
  form(path: string, spec: FormSpec<AccountVisit>): void;
  /** Adds GET `path`, a page of the person. */
  personPage(path: string, handler: (visit: Visit) => Promise<Answer>): void;
  /** The same for a form of the person. */
  personForm(path: string, spec: FormSpec<Visit>): void;
  /** Adds GET /console/operator/`path`: to everybody but operators, a page that does not exist. */
  operatorPage(path: string, handler: (visit: OperatorVisit) => Promise<Answer>): void;
  /** The same for an operator's form. */
  operatorForm(path: string, spec: FormSpec<OperatorVisit>): void;
}

/** Whether the person wants light or dark pages. */
export const THEME_COOKIE = 'connect_apps_theme';
/** The account whose pages were seen last. */
export const ACCOUNT_COOKIE = 'connect_apps_account';
/** How long a browser keeps either. */
export const COOKIE_MS = 365 * 24 * 60 * 60 * 1000;
const schema = { hide: true };

/** Makes what pages are added to. */
export function createConsole(pages: Pages, context: Context, limits: SignInLimits): Console {
  const { server } = pages;

  /** Who asks; undefined when nobody is signed in. Raises `not_found` for an account that is not theirs. */
  async function visitOf(request: FastifyRequest, reply: FastifyReply): Promise<Visit | undefined> {
    const secret = pages.sessionOf(request);
    const sight = await lookAround(context, secret, undefined);
    if (sight === undefined) return undefined;
    return visitFrom(request, reply, { ...sight, secret });
  }

  async function accountVisitOf(
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<AccountVisit | undefined> {
    const secret = pages.sessionOf(request);
    const accountSid = pathParameter(request, 'AccountSid');
    const sight = await lookAround(context, secret, accountSid);
    if (sight === undefined) return undefined;
    const { account, role } = sight;
    if (account === undefined || role === undefined) throw new Problem('not_found');
    if (pages.cookieOf(request, ACCOUNT_COOKIE) !== account.sid) {
      pages.setCookie(request, reply, {
        name: ACCOUNT_COOKIE,
        value: account.sid,
        maxAgeMs: COOKIE_MS,
      });
    }
    const who = pages.visitOf(request);
    return Object.assign(visitFrom(request, reply, { ...sight, secret }), {
      account,
      link: (rest: string) => `/console/${account.sid}/${rest}`,
      role,
      acting: actingFor(context, who, account.sid),
      actingToRemove: actingFor(context, who, account.sid, 'member', { isAlwaysAllowed: true }),
      actingAsOwner: actingFor(context, who, account.sid, 'owner'),
    });
  }

  async function operatorVisitOf(
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<OperatorVisit | undefined> {
    const secret = pages.sessionOf(request);
    const sight = await lookAround(context, secret, undefined);
    // As at any URL of the console that does not exist: missing.ts.
    if (sight === undefined && isReading(request)) return undefined;
    if (sight?.session.user.isOperator !== true) throw new Problem('not_found');
    return Object.assign(visitFrom(request, reply, { ...sight, secret }), {
      acting: actingAsOperator(context, pages.visitOf(request)),
    });
  }

  function visitFrom(
    request: FastifyRequest,
    reply: FastifyReply,
    {
      session,
      accounts,
      secret,
    }: { session: Session; accounts: Account[]; secret: string | undefined },
  ): Visit {
    const { keyring, clock } = context;
    const mark = pages.cookieOf(request, CONFIRMED_COOKIE);
    return {
      request,
      reply,
      session,
      secret,
      accounts,
      query: queryOf(request),
      signIn: {
        ...pages.signIn,
        isByPassword: pages.signIn.hasPasswords && session.hasPassword,
        isConfirmed: isConfirmed(keyring, secret ?? '', mark, clock.now()),
      },
      findAccount: async (sid) => (await lookAround(context, secret, sid))?.account,
      csrfToken: pages.csrfToken(request, reply),
      now: clock.now(),
    };
  }

  async function send(visit: Visit & { account?: Account }, answer: Answer): Promise<FastifyReply> {
    if (!('body' in answer)) return answer;
    const { reply, request, accounts, session, csrfToken } = visit;
    // A page of the person keeps the frame of the account that was seen last.
    const last = pages.cookieOf(request, ACCOUNT_COOKIE);
    const account = visit.account ?? accounts.find(({ sid }) => sid === last);
    const { section, status, title, heading = title, isCard, hasSecret } = answer;
    const head = isCard ? '' : pageHead({ ...answer, title: heading });
    const nav = answer.nav ?? (account === undefined ? [] : navOf(account, section));
    const page = shell({
      brand: pages.brand,
      title,
      email: session.user.email,
      isOperator: session.user.isOperator,
      csrfToken,
      account,
      accounts,
      nav,
      theme: pages.cookieOf(request, THEME_COOKIE),
      main: html`${head}${answer.body}`,
    });
    if (status !== undefined) reply.code(status);
    return pages.send(reply, page, { isConsole: true, ...(hasSecret && { hasSecret }) });
  }

  function signIn(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const returnTo = request.method === 'POST' ? '/console' : request.originalUrl;
    return sendSignIn(pages, request, reply, returnTo);
  }

  async function requireSession(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const sight = await lookAround(context, pages.sessionOf(request), undefined);
    return sight === undefined ? signIn(request, reply) : undefined;
  }

  type Find<Who> = (request: FastifyRequest, reply: FastifyReply) => Promise<Who | undefined>;

  function addPage<Who extends Visit>(
    path: string,
    find: Find<Who>,
    handler: (visit: Who) => Promise<Answer>,
  ): void {
    server.get(path, { schema }, async (request, reply) => {
      const visit = await find(request, reply);
      if (visit === undefined) return signIn(request, reply);
      return send(visit, await handler(visit));
    });
  }

  function addForm<Who extends Visit>(
    path: string,
    find: Find<Who>,
    spec: FormSpec<Who>,
    // Asked before the form itself is looked at, where nobody else may learn that there is one.
    before: ((request: FastifyRequest, reply: FastifyReply) => Promise<void>)[] = [],
  ): void {
    const { page, submit, fields, options } = spec;
    if (page !== undefined) addPage(path, find, (visit) => page(visit, undefined));

    async function showAgain(visit: Who, problem: Problem): Promise<FastifyReply> {
      if (page === undefined) throw problem;
      noteFault(visit.request, problem);
      const answer = await page(visit, typedOf(formOf(visit.request, fields), fields, problem));
      if (!('body' in answer)) return answer;
      return send(visit, { ...answer, status: ERRORS[problem.problem].status });
    }

    server.post(
      path,
      {
        ...options,
        // Who may not send it need not send a file.
        ...(options?.config?.takesFile && { onRequest: requireSession }),
        schema,
        preHandler: [...before, pages.checkForm],
        // A form of ours whose token has ended, such as one that was open overnight, keeps what was typed.
        errorHandler: async (error, request, reply) => {
          const isStale = error.code?.startsWith('FST_CSRF_') && isFromHere(request);
          const visit = isStale ? await find(request, reply) : undefined;
          if (isStale && visit === undefined) return signIn(request, reply);
          if (visit === undefined) throw error;
          return showAgain(visit, new Problem('form_rejected', STALE_FORM));
        },
      },
      async (request, reply) => {
        const visit = await find(request, reply);
        if (visit === undefined) return signIn(request, reply);
        try {
          const answer = await submit(visit, formOf(request, fields));
          if (typeof answer === 'string') return reply.redirect(answer, 303);
          return send(visit, answer);
        } catch (error) {
          if (error instanceof Problem && ERRORS[error.problem].status === 400) {
            return showAgain(visit, error);
          }
          throw error;
        }
      },
    );
  }

  const inAccount = (path: string) => `/console/:AccountSid/${path}`;
  const forOperator = (path: string) => `/console/operator/${path}`;
  return {
    context,
    pages,
    limits,
    page: (path, handler) => addPage(inAccount(path), accountVisitOf, handler),
    form: (path, spec) => addForm(inAccount(path), accountVisitOf, spec),
    personPage: (path, handler) => addPage(path, visitOf, handler),
    personForm: (path, spec) => addForm(path, visitOf, spec),
    operatorPage: (path, handler) => addPage(forOperator(path), operatorVisitOf, handler),
    operatorForm: (path, spec) =>
      addForm(forOperator(path), operatorVisitOf, spec, [
        async (request, reply) => void (await operatorVisitOf(request, reply)),
      ]),
  };
}

/** Whether the browser itself says that the form is from this site; nothing else is shown what it sent. */
function isFromHere({ headers }: FastifyRequest): boolean {
  return headers['sec-fetch-site'] === 'same-origin';
}

/** What is wrong with a form that is shown again, where it is not beside a field. */
export function formNotice(typed: Typed | undefined): Html | string {
  return typed?.notice === undefined ? '' : notice('bad', typed.notice);
}
