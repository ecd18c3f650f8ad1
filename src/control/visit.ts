/** How a person gets to the page of a test server: with the key, kept in a cookie of this browser. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { Problem } from '../problem.ts';
import type { OpenWorld } from '../testing/world.ts';
import { checkHost, isKey } from './answer.ts';
import { keyPage, worldPage } from './page.ts';
import { cookieOf, type Worlds } from './worlds.ts';

const KEY_COOKIE = 'connect_apps_control';
const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
};

/** Answers GET and POST of `/_test` itself. */
export async function visit(
  request: IncomingMessage,
  response: ServerResponse,
  { key, worlds }: { key: string; worlds: Worlds },
): Promise<void> {
  checkHost(request);
  const { method, headers, url = '' } = request;
  const isSignedIn = isKey(cookieOf(headers.cookie, KEY_COOKIE) ?? '', key);
  if (method === 'POST') {
    // A form of another site would bring no cookie, but could try keys.
    if (headers.origin !== `http://${headers.host}`) throw new Problem('form_rejected');
    const form = new URLSearchParams(await readText(request));
    const given = form.get('key');
    if (given !== null) return signIn(given);
    if (!isSignedIn) throw new Problem('form_rejected');
    return act(form);
  }
  if (!isSignedIn) return send(200, keyPage(false));
  const id = new URL(url, 'http://localhost').searchParams.get('world');
  const [first] = worlds.list();
  const world = id ? worlds.get(id) : first;
  if (world === undefined) throw new Problem('not_found', 'There is no world.');
  return send(200, worldPage(world, worlds.list()));

  async function send(status: number, page: ReturnType<typeof keyPage>): Promise<void> {
    response.writeHead(status, HEADERS).end(String(await page));
  }

  async function signIn(given: string): Promise<void> {
    if (!isKey(given, key)) return send(401, keyPage(true));
    const cookie = `${KEY_COOKIE}=${key}; Path=/_test; HttpOnly; SameSite=Strict`;
    response.writeHead(303, { location: '/_test', 'set-cookie': cookie }).end();
  }

  async function act(form: URLSearchParams): Promise<void> {
    const world = worlds.get(form.get('world') ?? '');
    try {
      await change(world, form);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return send(400, worldPage(world, worlds.list(), error.message));
    }
    response.writeHead(303, { location: `/_test?world=${world.id}` }).end();
  }
}

/** Does what a form of the page asks for; throws a RangeError for a value that it cannot have. */
async function change(world: OpenWorld, form: URLSearchParams): Promise<void> {
  const advance = form.get('advance');
  const path = form.get('path');
  if (advance !== null) await world.clock.advance(advance);
  if (form.has('reset')) await world.reset();
  if (form.has('end')) world.faults.remove(Number(form.get('end')));
  if (path !== null) {
    const status = wholeNumber(form.get('status'), 'The status', 200, 599);
    const times = wholeNumber(form.get('times'), 'The number of times', 1, 1_000_000);
    world.faults.add({ path }, { status, times });
  }
}

function wholeNumber(text: string | null, what: string, least: number, most: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw new RangeError(`${what} must be a whole number from ${least} to ${most}.`);
}
