/**
 * What all pages share, apart from their look: cookies, CSRF tokens, security headers, and errors as
 * pages. It knows no page.
 */

import cookie from '@fastify/cookie';
import csrf from '@fastify/csrf-protection';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { noteFault } from '../http/request-log.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Logger } from '../observability/logger.ts';
import { Problem } from '../problem.ts';
import { BUTTON_IMAGE, BUTTON_PATH, ICON_IMAGE, ICON_PATH } from './art.ts';
import type { Brand } from './brand.ts';
import { addBrandFiles } from './brand-files.ts';
import { addHashedAsset, sendCompressed } from './compression.ts';
import { isForPerson, pageOfError } from './error.ts';
import type { Html, Page } from './layout.ts';
import { STYLE_SHEET, STYLE_SHEET_PATH } from './style.ts';

export interface PagesOptions {
  keyring: Keyring;
  logger: Logger;
  /** The origin that browsers see; undefined: the one in the request. */
  publicUrl: string | undefined;
  brand: Brand;
  signIn: SignInWays;
  /** Who signs in with one click: the people of the demo data, whose password is public. */
  demoPeople?: readonly DemoPerson[];
}

/** How people can sign in. */
export interface SignInWays {
  /** What people know the provider of identities by; undefined where there is none. */
  providerName: string | undefined;
  hasPasswords: boolean;
}

export interface DemoPerson {
  /** What the button says. */
  name: string;
  email: string;
  password: string;
}

export interface PageOptions {
  /** Origins besides our own to which its forms may lead. */
  formTargets?: readonly string[];
  /** Whether it is a page of the console: with our own script, and with images of our own alone. */
  isConsole?: boolean;
  /** Whether it shows a secret: it is then not compressed, so that its length tells nothing of it. */
  hasSecret?: boolean;
}

export interface Pages {
  /** Whose server it is. */
  brand: Brand;
  signIn: SignInWays;
  /** Where routes of pages are added. */
  server: FastifyInstance;
  /** Who signs in with one click; none but on a development server. */
  demoPeople: readonly DemoPerson[];
  /** The secret of the browser's session, if it has one. */
  sessionOf(request: FastifyRequest): string | undefined;
  /** The same, with where the request comes from. */
  visitOf(request: FastifyRequest): { secret: string | undefined; address: string };
  /** Gives the browser another session, or with undefined takes its session away. */
  setSession(request: FastifyRequest, reply: FastifyReply, secret: string | undefined): void;
  /** The value of another of our cookies. */
  cookieOf(request: FastifyRequest, name: string): string | undefined;
  /** Gives the browser another cookie, which no script can read, for so long. */
  setCookie(
    request: FastifyRequest,
    reply: FastifyReply,
    cookie: { name: string; value: string; maxAgeMs: number },
  ): void;
  /** The origin that the browser sees. */
  originOf(request: FastifyRequest): string;
  /** The token for the forms of a page. */
  csrfToken(request: FastifyRequest, reply: FastifyReply): string;
  /** Sends a page. */
  send(reply: FastifyReply, page: Page | Html, options?: PageOptions): Promise<FastifyReply>;
  /** Raises `form_rejected` unless the form came from one of our pages; a hook for every POST. */
  checkForm(request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void;
}

/** Prepares a part of the server for pages and hands it to `addRoutes`. */
export async function addPages(
  server: FastifyInstance,
  options: PagesOptions,
  addRoutes: (pages: Pages) => void,
): Promise<void> {
  const { brand } = options;
  addAssets(server, brand);
  await server.register(async (scope) => {
    await scope.register(cookie);
    const cookieOf = (request: FastifyRequest, name: string) =>
      request.cookies[cookieName(request, name)];
    const sessionOf = (request: FastifyRequest) => cookieOf(request, SESSION_COOKIE);
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
    // With the prefix no other host of the domain can plant one (RFC 6265bis, section 4.1.3.2).
    const cookieName = (request: FastifyRequest, name: string) =>
      isSecure(request) ? `__Host-${name}` : name;
    const attributesFor = (request: FastifyRequest) =>
      ({ path: '/', httpOnly: true, sameSite: 'lax', secure: isSecure(request) }) as const;

    scope.addHook('onRequest', (_, reply, done) => {
      reply.headers(HEADERS);
      done();
    });
    scope.setErrorHandler((error: FastifyError, request, reply) => {
      const { status, page } = pageOfError(error, request.id);
      noteFault(
        request,
        error.code?.startsWith('FST_CSRF_') ? new Problem('form_rejected') : error,
      );
      const isOverload = error instanceof Problem && error.problem === 'overloaded';
      if (status >= 500 && !isOverload) {
        options.logger.error({ requestId: request.id, err: error }, 'The page failed');
      }
      if (status === 503) reply.header('Retry-After', '1');
      return sendPage(reply.code(status), page(brand), {}, brand.logoOrigin);
    });

    addRoutes({
      brand,
      signIn: options.signIn,
      server: scope,
      demoPeople: options.demoPeople ?? [],
      sessionOf,
      originOf: (request) => options.publicUrl ?? `${request.protocol}://${request.host}`,
      visitOf: (request) => ({ secret: sessionOf(request), address: request.ip }),
      setSession(request, reply, secret) {
        const name = cookieName(request, SESSION_COOKIE);
        const attributes = attributesFor(request);
        if (secret === undefined) reply.clearCookie(name, attributes);
        else reply.setCookie(name, secret, attributes);
      },
      cookieOf,
      setCookie(request, reply, { name, value, maxAgeMs }) {
        const maxAge = Math.floor(maxAgeMs / 1000);
        reply.setCookie(cookieName(request, name), value, { ...attributesFor(request), maxAge });
      },
      csrfToken: (request, reply) =>
        reply.generateCsrf({ userInfo: bindingOf(request), secure: isSecure(request) }),
      send: (reply, page, how) =>
        sendPage(reply, typeof page === 'function' ? page(brand) : page, how, brand.logoOrigin),
      checkForm(request, reply, done) {
        const { origin, 'sec-fetch-site': site } = request.headers;
        // Under `exec`, a browser speaks https to a server that is asked over http.
        const own = options.publicUrl ?? `${URL.parse(origin ?? '')?.protocol}//${request.host}`;
        // Browsers name the origin of a form; "null" is a page that hides where it comes from.
        const isOurs = origin === undefined || origin === own;
        // "none" means that a person resent it by hand.
        const isSameSite = site === undefined || site === 'same-origin' || site === 'none';
        if (!isOurs || !isSameSite) done(new Problem('form_rejected'));
        else scope.csrfProtection(request, reply, done);
      },
    });
  });
}

/** The name of the cookie with the secret of a session, without TLS. */
export const SESSION_COOKIE = 'connect_apps_session';

const HEADERS = {
  'cache-control': 'no-store',
  // Others learn nothing of our URLs. With `no-referrer` browsers would hide the origin from us, too.
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
};

async function sendPage(
  reply: FastifyReply,
  page: Html,
  options: PageOptions = {},
  logoOrigin?: string,
): Promise<FastifyReply> {
  const text = documentOf(await page);
  reply.headers(headersOf(options, logoOrigin));
  if (options.hasSecret) return reply.send(text);
  return sendCompressed(reply, Buffer.from(text));
}

// What no document may hold (HTML, section 13.1.4), and so nobody's text that is shown in one.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it takes away
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;

function documentOf(page: Html | Awaited<Html>): string {
  return String(page).replaceAll(CONTROLS, '');
}

/** Images of other people's servers would tell them who looks at the console; the brand's is the operator's own. */
const consolePolicy = (logoOrigin = '') =>
  `default-src 'none'; style-src 'self'; img-src ${`'self' ${logoOrigin}`.trim()}; script-src 'self'; connect-src 'self'`;
const POLICY = "default-src 'none'; style-src 'self'; img-src 'self' https: http:";

function headersOf(
  { formTargets = [], isConsole }: PageOptions = {},
  logoOrigin?: string,
): Record<string, string> {
  // Browsers apply form-action to the redirect after a form, too (CSP Level 3, section 6.4.1).
  const targets = ["'self'", ...formTargets].join(' ');
  return {
    ...HEADERS,
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `${isConsole ? consolePolicy(logoOrigin) : POLICY}; base-uri 'none'; form-action ${targets}; frame-ancestors 'none'`,
  };
}

/** An error outside of the pages as a page, where it is for a person to read; undefined where it is not. */
export function writeErrorPage(
  error: unknown,
  { target, accept, requestId }: { target: string; accept: string | undefined; requestId: string },
  brand: Brand,
): { status: number; headers: Record<string, string>; body: string } | undefined {
  if (!isForPerson(target, accept)) return undefined;
  const { status, page } = pageOfError(error, requestId);
  return { status, headers: headersOf(), body: documentOf(page(brand)) };
}

function tokenOf(body: unknown): string | undefined {
  const token = typeof body === 'object' && body !== null ? Reflect.get(body, '_csrf') : undefined;
  // The fields of a multipart form may come more than once.
  const [first] = [token].flat();
  return typeof first === 'string' ? first : undefined;
}

function addAssets(server: FastifyInstance, brand: Brand): void {
  const schema = { hide: true };
  addHashedAsset(server, { path: STYLE_SHEET_PATH, type: 'text/css', text: STYLE_SHEET });
  for (const [path, image] of [
    [BUTTON_PATH, BUTTON_IMAGE],
    [ICON_PATH, ICON_IMAGE],
  ] as const) {
    server.get(path, { schema }, (_, reply) => {
      reply.headers({ 'content-type': 'image/svg+xml', 'cache-control': 'public, max-age=86400' });
      reply.send(image);
    });
  }
  addBrandFiles(server, brand);
}
