/** The URLs of AuthZEN on the port of gateways: JSON over POST, and the metadata. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Database } from '../storage/database.ts';
import { evaluate, evaluateAll, metadataOf } from './authzen.ts';
import type { Decide } from './decider.ts';

/** A hundred evaluations of long targets. */
const MAX_BODY_BYTES = 256 * 1024;

export interface AuthzenParts {
  decide: Decide;
  database: Database;
  /** Whether the platform has proven itself. */
  isTrusted: (request: IncomingMessage) => boolean;
}

/** Answers a request for a URL of AuthZEN; returns whether it was one. */
export function answerAuthzen(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  parts: AuthzenParts,
): boolean {
  const { headers, method } = request;
  const id = headers['x-request-id'];
  if (typeof id === 'string' && /^[ -~]{1,200}$/.test(id)) response.setHeader('X-Request-ID', id);
  if (path === '/.well-known/authzen-configuration' && method === 'GET') {
    send(response, 200, metadataOf(`http://${headers.host ?? ''}`));
    return true;
  }
  if (path !== '/access/v1/evaluation' && path !== '/access/v1/evaluations') return false;
  if (method !== 'POST') {
    response.setHeader('Allow', 'POST');
    send(response, 405, { error: 'Use POST.' });
  } else if (!parts.isTrusted(request)) {
    response.setHeader('WWW-Authenticate', 'Bearer');
    send(response, 401, { error: 'Send CONNECT_APPS_GATEWAY_TOKEN as a Bearer token.' });
  } else {
    answerEvaluation(path.endsWith('s'), request, response, parts).catch(() => response.destroy());
  }
  return true;
}

async function answerEvaluation(
  isBatch: boolean,
  request: IncomingMessage,
  response: ServerResponse,
  { decide, database }: AuthzenParts,
): Promise<void> {
  const text = await readBody(request);
  if (text === undefined) {
    response.setHeader('Connection', 'close');
    send(response, 413, { error: `The body is over ${MAX_BODY_BYTES} bytes.` });
    return;
  }
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    send(response, 400, { error: 'The body is not JSON.' });
    return;
  }
  const result = await (isBatch ? evaluateAll(decide, database, body) : evaluate(decide, body));
  if ('message' in result) send(response, result.status, { error: result.message });
  else send(response, 200, result);
}

/** The body as text; undefined if it is too long. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length > MAX_BODY_BYTES) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
  });
  response.end(JSON.stringify(value));
}
