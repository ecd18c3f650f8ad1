/**
 * What all pages share, apart from their look: cookies, CSRF tokens, security headers, and errors as
 * pages. It knows no page.
 */

import cookie from '@fastify/cookie';
import csrf from '@fastify/csrf-protection';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ERRORS } from '../http/error-reply.ts';
import type { Logger } from '../logger.ts';
import { Problem } from '../problem.ts';
import type { Keyring } from '../secrets.ts';
import { BUTTON_IMAGE, BUTTON_PATH, ICON_IMAGE, ICON_PATH } from './art.ts';
import { errorPage, type Html } from './layout.ts';
import { STYLE_SHEET, STYLE_SHEET_PATH } from './style.ts';

export interface PagesOptions {
  keyring: Keyring;
  logger: Logger;
  /** The origin that browsers see; undefined: whatever they ask for. */
  publicUrl: string | undefined;
}

export interface Pages {
  /** Where routes of pages are added. */
  server: FastifyInstance;
  /** The secret of the browser's session, if it has one. */
  sessionOf(request: FastifyRequest): string | undefined;
  /** Gives the browser another session, or with undefined takes its session away. */
  setSession(request: FastifyRequest, reply: FastifyReply, secret: string | undefined): void;
  /** The token for the forms of a page. */
  csrfToken(request: FastifyRequest, reply: FastifyReply): string;
  /** Sends a page. Its forms may lead to `formTargets`, origins besides our own. */
  send(reply: FastifyReply, page: Html, formTargets?: readonly string[]): Promise<FastifyReply>;
  /** Raises `form_rejected` unless a form came from a page of ours; a hook of every POST. */
  checkForm(request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void;
}

/** Prepares a part of the server for pages and hands it to `addRoutes`. */
export async function addPages(
  server: FastifyInstance,
  options: PagesOptions,
  addRoutes: (pages: Pages) => void,
): Promise<void> {
  addAssets(server);
  await server.register(async (scope) => {
    await scope.register(cookie);
    const sessionOf = (request: FastifyRequest) => request.cookies[sessionCookie(request)];
    const bindingOf = (request: FastifyRequest) =>
      options.keyring.sign(`csrf ${sessionOf(request) ?? ''}`);
    await scope.register(csrf, {
      cookieKey: 'connect_apps_form',
      cookieOpts: { path: '/', httpOnly: true, sameSite: 'lax' },
      getToken: (request) => tokenOf(request.body),
      getUserInfo: bindingOf,
      csrfOpts: { hmacKey: options.keyring.sign('csrf') },
    });
    const isSecure = (request: FastifyRequest) =>
      options.publicUrl?.startsWith('https:') || request.protocol === 'https';
    const sessionCookie = (request: FastifyRequest) =>
      isSecure(request) ? '__Host-connect_apps_session' : 'connect_apps_session';

    scope.addHook('onRequest', (_, reply, done) => {
      reply.headers(HEADERS);
      done();
    });
    scope.setErrorHandler((error: FastifyError, request, reply) => {
      const { status, title, text } = explain(error);
      const isOverload = error instanceof Problem && error.problem === 'overloaded';
      if (status >= 500 && !isOverload) {
        options.logger.error({ requestId: request.id, err: error }, 'The page failed');
      }
      if (status === 503) reply.header('Retry-After', '1');
      return send(reply.code(status), errorPage(title, text, request.id));
    });

    addRoutes({
      server: scope,
      sessionOf,
      setSession(request, reply, secret) {
        const attributes = {
          path: '/',
          httpOnly: true,
          sameSite: 'lax',
          secure: isSecure(request),
        } as const;
        const name = sessionCookie(request);
        if (secret === undefined) reply.clearCookie(name, attributes);
        else reply.setCookie(name, secret, attributes);
      },
      csrfToken: (request, reply) =>
        reply.generateCsrf({ userInfo: bindingOf(request), secure: isSecure(request) }),
      send,
      checkForm(request, reply, done) {
        const { origin } = request.headers;
        // Under `exec`, a browser speaks https to a server that is asked over http.
        const own = options.publicUrl ?? `${URL.parse(origin ?? '')?.protocol}//${request.host}`;
        // Browsers name the origin of a form; "null" is a page that hides where it comes from.
        if (origin !== undefined && origin !== own) done(new Problem('form_rejected'));
        else scope.csrfProtection(request, reply, done);
      },
    });
  });
}

const HEADERS = {
  'cache-control': 'no-store',
  // Others learn nothing of our URLs. With `no-referrer` browsers would hide the origin from us, too.
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
};

async function send(
  reply: FastifyReply,
  page: Html,
  formTargets: readonly string[] = [],
): Promise<FastifyReply> {
  // Browsers apply form-action to the redirect after a form, too (CSP Level 3, section 6.4.1).
  const targets = ["'self'", ...formTargets].join(' ');
  return reply
    .header('content-type', 'text/html; charset=utf-8')
    .header(
      'content-security-policy',
      `default-src 'none'; style-src 'self'; img-src 'self' https: http:; base-uri 'none'; form-action ${targets}; frame-ancestors 'none'`,
    )
    .send(String(await page));
}

function tokenOf(body: unknown): string | undefined {
  const token = typeof body === 'object' && body !== null ? Reflect.get(body, '_csrf') : undefined;
  return typeof token === 'string' ? token : undefined;
}

/** What a person reads of an error. */
function explain(error: FastifyError): { status: number; title: string; text: string } {
  if (error.code?.startsWith('FST_CSRF_')) return explainProblem(new Problem('form_rejected'));
  if (error instanceof Problem) return explainProblem(error);
  const status = error.statusCode ?? 500;
  return status < 500
    ? { status, title: 'That request was not understood', text: 'Go back and try again.' }
    : { status: 500, title: 'Something went wrong', text: 'It is our fault. Try again later.' };
}

function explainProblem({ problem, detail }: Problem) {
  const { status } = ERRORS[problem];
  switch (problem) {
    case 'form_rejected':
      return {
        status,
        title: 'This form is no longer valid',
        text: 'Nothing has been changed. Go back, reload the page, and try again.',
      };
    case 'not_found':
      return {
        status,
        title: 'There is nothing here',
        text: 'The link is wrong or too old. Ask whoever gave it to you for a new one.',
      };
    case 'consent_impossible':
      return { status, title: 'This app cannot be connected', text: detail ?? '' };
    case 'overloaded':
    case 'storage_unavailable':
      return { status, title: 'Too busy just now', text: 'Try again in a moment.' };
    default:
      return {
        status,
        title: status < 500 ? 'That did not work' : 'Something went wrong',
        text: status < 500 && detail ? detail : 'Go back and try again.',
      };
  }
}

function addAssets(server: FastifyInstance): void {
  const schema = { hide: true };
  const forEver = 'public, max-age=31536000, immutable';
  server.get(STYLE_SHEET_PATH, { schema }, (_, reply) => {
    reply.headers({ 'content-type': 'text/css; charset=utf-8', 'cache-control': forEver });
    reply.send(STYLE_SHEET);
  });
  for (const [path, image] of [
    [BUTTON_PATH, BUTTON_IMAGE],
    [ICON_PATH, ICON_IMAGE],
  ] as const) {
    server.get(path, { schema }, (_, reply) => {
      reply.headers({ 'content-type': 'image/svg+xml', 'cache-control': 'public, max-age=86400' });
      reply.send(image);
    });
  }
}
