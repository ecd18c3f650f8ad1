/**
 * How a page of the console is made: who asks, for which account, one page or one change. Pages are added by the
 * folders beside this file; they know neither cookies nor CSRF tokens.
 */

import type { FastifyReply, FastifyRequest, RouteShorthandOptions } from 'fastify';
import { html } from 'hono/html';
import type { Account } from '../accounts/account.ts';
import type { Context } from '../context.ts';
import { ERRORS } from '../http/errors.ts';
import { formOf, pathParameter, queryOf } from '../http/request.ts';
import { noteFault } from '../http/request-log.ts';
import type { Html } from '../pages/layout.ts';
import type { Pages } from '../pages/pages.ts';
import type { Parameters } from '../parameter.ts';
import { Problem } from '../problem.ts';
import { sendSignIn } from '../users/routes.ts';
import { actingFor, lookAround, type Session } from '../users/session.ts';
import type { Role } from '../users/user.ts';
import { type NavItem, navOf, type Section } from './nav.ts';
import { pageHead } from './parts/page-head.ts';
import { notice } from './parts/panel.ts';
import { shell } from './parts/shell.ts';
import { STALE_FORM, type Typed, typedOf } from './typed.ts';

/** A signed-in person who asks for a page or sends a form. */
export interface Visit {
  request: FastifyRequest;
  reply: FastifyReply;
  session: Session;
  /** The secret of the session, for `actingFor`. */
  secret: string | undefined;
  /** The accounts that the person belongs to. */
  accounts: readonly Account[];
  query: Parameters;
  /** The token for the forms of the page. */
  csrfToken: string;
  now: number;
}

/** The same for a page of one account, which is one that the person may act for. */
export interface AccountVisit extends Visit {
  account: Account;
  /** A link to a page of this account, such as `link('apps/new')`. */
  link(rest: string): string;
  /** What the person is in it. */
  role: Role;
  /** For changes: each of its transactions begins by asking whether the person still may. */
  acting: Context;
  /** The same for what only an owner may do; raises `access_denied` for a member. */
  actingAsOwner: Context;
}

/** What a page shows within the frame. */
export interface View {
  /** The one heading, and the title of the document. */
  title: string;
  /** The heading where it is more than a text. */
  heading?: Html;
  lede?: Html | string;
  actions?: Html;
  tabs?: Html;
  body: Html;
  section?: Section;
  /** In the place of the account's navigation. */
  nav?: readonly NavItem[];
  status?: number;
  /** Whether the page is a dialog's card, which has its own heading. */
  isCard?: boolean;
  /** Whether it shows a secret. */
  hasSecret?: boolean;
}

type Answer = View | FastifyReply;

/** A form: the page that has it, and what happens when it is sent. */
export interface FormSpec<Who extends Visit> {
  /** The names of its fields. */
  fields: readonly string[];
  /** The page; `typed` is what was typed when it is shown again, and what is wrong with it. */
  page?(visit: Who, typed: Typed | undefined): Promise<Answer>;
  /** The change. Answers with where the browser goes then, or with another page. */
  submit(visit: Who, form: Parameters): Promise<string | Answer>;
  /** What the routes need besides, such as hooks. */
  options?: Pick<RouteShorthandOptions, 'config' | 'onRequest' | 'bodyLimit'>;
}

export interface Console {
  context: Context;
  pages: Pages;
  /** Adds GET /console/AC…/`path`. */
  page(path: string, handler: (visit: AccountVisit) => Promise<Answer>): void;
  /** Adds the form at /console/AC…/`path`: GET unless it is on another page, and POST. */
  form(path: string, spec: FormSpec<AccountVisit>): void;
  /** Adds GET `path`, a page of the person. */
  personPage(path: string, handler: (visit: Visit) => Promise<Answer>): void;
  /** The same for a form of the person. */
  personForm(path: string, spec: FormSpec<Visit>): void;
}

const THEME_COOKIE = 'connect_apps_theme';
/** The account whose pages were seen last. */
export const ACCOUNT_COOKIE = 'connect_apps_account';
const COOKIE_MS = 365 * 24 * 60 * 60 * 1000;
const schema = { hide: true };

/** Makes what pages are added to. */
export function createConsole(pages: Pages, context: Context): Console {
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
    return Object.assign(visitFrom(request, reply, { ...sight, secret }), {
      account,
      link: (rest: string) => `/console/${account.sid}/${rest}`,
      role,
      acting: actingFor(context, pages.visitOf(request), account.sid),
      actingAsOwner: actingFor(context, pages.visitOf(request), account.sid, 'owner'),
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
    return {
      request,
      reply,
      session,
      secret,
      accounts,
      query: queryOf(request),
      csrfToken: pages.csrfToken(request, reply),
      now: context.clock.now(),
    };
  }

  async function send(visit: Visit & { account?: Account }, answer: Answer): Promise<FastifyReply> {
    if (!('body' in answer)) return answer;
    const { reply, request, account, accounts, session, csrfToken } = visit;
    const { section, status, title, heading = title, isCard, hasSecret } = answer;
    const head = isCard ? '' : pageHead({ ...answer, title: heading });
    const nav = answer.nav ?? (account === undefined ? [] : navOf(account, section));
    const page = shell({
      title,
      email: session.user.email,
      csrfToken,
      account,
      accounts,
      nav,
      theme: pages.cookieOf(request, THEME_COOKIE),
      main: bodyOf(head, answer.body),
    });
    if (status !== undefined) reply.code(status);
    return pages.send(reply, page, { isConsole: true, ...(hasSecret && { hasSecret }) });
  }

  function signIn(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const returnTo = request.method === 'POST' ? '/console' : request.originalUrl;
    return sendSignIn(pages, request, reply, returnTo);
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

  function addForm<Who extends Visit>(path: string, find: Find<Who>, spec: FormSpec<Who>): void {
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
        schema,
        preHandler: pages.checkForm,
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
  return {
    context,
    pages,
    page: (path, handler) => addPage(inAccount(path), accountVisitOf, handler),
    form: (path, spec) => addForm(inAccount(path), accountVisitOf, spec),
    personPage: (path, handler) => addPage(path, visitOf, handler),
    personForm: (path, spec) => addForm(path, visitOf, spec),
  };
}

function bodyOf(head: Html | string, body: Html): Html {
  return html`${head}${body}`;
}

/** Whether the browser itself says that the form is from this site; nothing else is shown what it sent. */
function isFromHere({ headers }: FastifyRequest): boolean {
  return headers['sec-fetch-site'] === 'same-origin';
}

/** What is wrong with a form that is shown again, where it is not beside a field. */
export function formNotice(typed: Typed | undefined): Html | string {
  return typed?.notice === undefined ? '' : notice('bad', typed.notice);
}
