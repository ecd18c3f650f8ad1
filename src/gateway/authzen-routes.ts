/** The URLs of AuthZEN on the port of gateways: JSON over POST, and the metadata. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Bodies } from '../http/body.ts';
import { Problem } from '../problem.ts';
import { evaluate, evaluateAll, metadataOf } from './authzen.ts';
import type { Decider } from './decider.ts';

/** A hundred evaluations of long targets. */
const MAX_BODY_BYTES = 256 * 1024;

export interface AuthzenParts {
  decider: Decider;
  bodies: Bodies;
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
  { decider, bodies }: AuthzenParts,
): Promise<void> {
  const bytes = await bodies.read(request, MAX_BODY_BYTES).catch((error) => {
    if (error instanceof Problem && error.problem === 'body_too_large') return undefined;
    throw error;
  });
  if (bytes === undefined) {
    response.setHeader('Connection', 'close');
    send(response, 413, { error: `The body is over ${MAX_BODY_BYTES} bytes.` });
    return;
  }
  let body: unknown;
  try {
    body = JSON.parse(bytes.toString('utf8'));
  } catch {
    send(response, 400, { error: 'The body is not JSON.' });
    return;
  }
  const result = await (isBatch ? evaluateAll(decider, body) : evaluate(decider, body));
  if ('message' in result) send(response, result.status, { error: result.message });
  else send(response, 200, result);
}

function send(response: ServerResponse, status: number, value: object): void {
  const body = JSON.stringify(value);
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'no-store',
  });
  response.end(body);
}
