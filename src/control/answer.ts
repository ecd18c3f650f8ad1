/** Requests and answers of the control plane: JSON, and who may ask at all. */

import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { ERRORS } from '../http/errors.ts';
import { Problem } from '../problem.ts';

const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** What a route returns; without a body 204. */
export interface Answer {
  status: number;
  body?: unknown;
}

/** Raises `access_denied` for a Host that a page of the web could have let point here. */
export function checkHost({ headers }: IncomingMessage): void {
  const hostname = URL.parse(`http://${headers.host}`)?.hostname.replace(/^\[|\]$/g, '') ?? '';
  const isName = /^[\w-]+$/.test(hostname) || /\.(internal|local)$/.test(hostname);
  if (isIP(hostname) !== 0 || isName) return;
  throw new Problem(
    'access_denied',
    'Name this server by its address, or by a name of this network.',
  );
}

/** Whether a text is the key, in constant time. */
export function isKey(given: string, key: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(key)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** The key of an Authorization header; empty where there is none. */
export function bearerOf(authorization = ''): string {
  return /^Bearer (\S+)$/.exec(authorization)?.[1] ?? '';
}

/** Raises `not_authenticated` without the key, and `access_denied` for what a web page sent. */
export function checkCaller(request: IncomingMessage, key: string): void {
  const { origin, authorization } = request.headers;
  checkHost(request);
  if (origin !== undefined)
    throw new Problem('access_denied', 'Web pages cannot use the control plane.');
  if (isKey(bearerOf(authorization), key)) return;
  throw new Problem(
    'not_authenticated',
    'Send the key of the ready line: Authorization: Bearer KEY.',
  );
}

/** The body as an object or a list, empty for none; raises `request_malformed` for any other, and `body_too_large`. */
export async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) throw new Problem('body_too_large');
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString();
  let value: unknown;
  try {
    value = JSON.parse(text.trim() || '{}') ?? {};
  } catch (cause) {
    throw new Problem('request_malformed', 'The body must be JSON.', { cause });
  }
  if (isRecord(value)) return value;
  throw new Problem('request_malformed', 'The body must be a JSON object or list.');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

export function sendAnswer(response: ServerResponse, { status, body }: Answer): void {
  if (body === undefined) {
    response.writeHead(status).end();
    return;
  }
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(`${JSON.stringify(body)}\n`);
}

/** The answer to a failure: its sentence says what was wrong with the request. */
export function answerOf(error: unknown): Answer {
  if (error instanceof Problem) {
    const { status, code } = ERRORS[error.problem];
    return { status, body: { code, message: error.message, status } };
  }
  const isOfCaller = error instanceof RangeError || error instanceof TypeError;
  const status = isOfCaller ? 400 : 500;
  const message = error instanceof Error ? error.message : String(error);
  return { status, body: { code: isOfCaller ? 20001 : 20500, message, status } };
}
