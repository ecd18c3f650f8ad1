/**
 * The port of gateways: bare Node.js, because what protects the API from its clients (CORS, budgets, turns on a
 * connection) would hold a gateway back, which asks for all its clients over a few connections.
 */

import { timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIPv6, type Socket } from 'node:net';
import { createBodies } from '../http/body.ts';
import { writeErrorReply } from '../http/errors.ts';
import { pathOf } from '../http/path.ts';
import { announcesBody } from '../http/rest-of-body.ts';
import { createServer } from '../node-http.ts';
import { Problem } from '../problem.ts';
import { reasonOf } from '../reason.ts';
import { writeAllowed, writeDenied } from './answer.ts';
import type { Assertions } from './assertion.ts';
import { answerAuthzen } from './authzen-routes.ts';
import type { Decider, Decision } from './decider.ts';
import type { Denials } from './denials.ts';
import { ENVOY_PREFIX, type Family, readQuestion, targetOf } from './question.ts';

export interface GatewayServerParts {
  decider: Decider;
  denials: Denials;
  assertions: Assertions | undefined;
  /** The secret of the gateway; undefined if it needs none. */
  token: string | undefined;
}

export interface GatewayServer {
  /** Where it listens. */
  url: string;
  /** Goes on answering, and ends each connection with its next answer. */
  drain(): void;
  close(): Promise<void>;
}

/** A client's 16 kB target and its headers, which some gateways pass on whole. */
const MAX_HEADER_BYTES = 64 * 1024;
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
const FINISH_MS = 2000;

const WRONG_TOKEN = new Problem('overloaded', undefined, {
  reason: reasonOf('gateway_token_wrong'),
});
/** Raced to an answer that is no refusal any more. */
const ASK_AGAIN = new Problem('overloaded');

/** Starts listening; raises `setting_invalid` if it cannot. */
export async function startGatewayServer(
  { host, port, reusePort }: { host: string; port: number; reusePort: boolean },
  parts: GatewayServerParts,
): Promise<GatewayServer> {
  const { decider } = parts;
  const bodies = createBodies();
  const isTrusted = ({ headers }: IncomingMessage) =>
    parts.token !== undefined && isSame(headers.authorization, `Bearer ${parts.token}`);
  let isDraining = false;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = pathOf(request.url ?? '');
    const family = familyOf(path);
    if (family === undefined) {
      answerOther(path, request, response);
      return;
    }
    const decision = await decider.decide(() => {
      if (!hasToken(request, parts.token)) throw WRONG_TOKEN;
      return readQuestion(family, request);
    });
    const { outcome, requestId, question } = decision;
    const target = targetOf(family, request);
    if (path === '/connect/v1/denial') {
      writeDenial(response, decision, target);
      return;
    }
    if ('problem' in outcome) {
      writeDenied(response, decision, {
        target,
        reader: family === 'nginx' ? 'nginx' : 'gateway',
      });
      return;
    }
    const { identity } = outcome;
    writeAllowed(
      response,
      { identity, requestId },
      question && parts.assertions?.sign({ identity, requestId, question }),
    );
  }

  function answerOther(path: string, request: IncomingMessage, response: ServerResponse): void {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (path === '/connect/v1/jwks.json' && isRead && parts.assertions) {
      writeJson(response, 200, parts.assertions.keySet);
    } else if (path === '/connect/v1/decisions' && isRead) {
      answerDenials(request, response);
    } else if (!answerAuthzen(path, request, response, { decider, bodies, isTrusted })) {
      writeJson(response, 404, { error: 'This port serves gateways: see docs/platforms.md.' });
    }
  }

  function answerDenials(request: IncomingMessage, response: ServerResponse): void {
    if (!hasToken(request, parts.token)) {
      writeJson(response, 401, { error: 'Send the token of the gateway.' });
      return;
    }
    const { searchParams } = new URL(request.url ?? '', 'http://gateway');
    const decisions = parts.denials.find({
      request: searchParams.get('request') ?? undefined,
      app: searchParams.get('connect_app_sid') ?? undefined,
    });
    writeJson(response, 200, { decisions });
  }

  function take(request: IncomingMessage, response: ServerResponse): void {
    // A gateway may announce its client's body and never send it; it must not be waited for.
    const isOfClient = familyOf(pathOf(request.url ?? '')) !== undefined;
    if (isDraining || (isOfClient && announcesBody(request)))
      response.setHeader('Connection', 'close');
    answer(request, response).catch(() => response.destroy());
  }

  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    },
    take,
  );
  // Node would answer 417 by itself.
  server.on('checkExpectation', take);
  server.on('checkContinue', (request, response) => {
    // The body of an evaluation is wanted; that of a client's request is not.
    if (familyOf(pathOf(request.url ?? '')) === undefined) response.writeContinue();
    take(request, response);
  });
  server.on('clientError', refuseUnparsable);
  server.listen({ host, port, reusePort });
  try {
    await once(server, 'listening');
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? cause.code : cause;
    throw new Problem(
      'setting_invalid',
      `Cannot listen on ${host}:${port} for gateways (${reason}). Choose another CONNECT_APPS_GATEWAY_PORT.`,
      { cause },
    );
  }
  const address = server.address();
  const listening = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${isIPv6(host) ? `[${host}]` : host}:${listening}`,
    drain() {
      isDraining = true;
    },
    async close() {
      isDraining = true;
      const closed = once(server, 'close');
      server.close();
      const limit = setTimeout(() => server.closeAllConnections(), FINISH_MS);
      await closed;
      clearTimeout(limit);
    },
  };
}

/** What asks at this URL; its query is the client's with some gateways, and says nothing. */
function familyOf(path: string): Family | undefined {
  switch (path) {
    case '/connect/v1/decide/forwarded':
      return 'forwarded';
    case '/connect/v1/decide/nginx':
    case '/connect/v1/denial':
      return 'nginx';
    default:
      return path.startsWith(`${ENVOY_PREFIX}/`) ? 'envoy' : undefined;
  }
}

/** nginx asks again for the body of a refusal. It is never 2xx, which nginx would send as the answer. */
function writeDenial(response: ServerResponse, decision: Decision, target: string): void {
  const isDenied = 'problem' in decision.outcome;
  const outcome = isDenied ? decision.outcome : { problem: ASK_AGAIN, reason: '' };
  const retryAfterSeconds = isDenied ? 1 : 0;
  writeDenied(response, { ...decision, outcome }, { target, retryAfterSeconds });
}

function hasToken({ headers }: IncomingMessage, token: string | undefined): boolean {
  return token === undefined || isSame(headers['x-connect-gateway-token'], token);
}

/** Takes the same time for every wrong secret of this length, which is no secret. */
function isSame(sent: string | string[] | undefined, secret: string): boolean {
  const [given, right] = [Buffer.from(String(sent ?? '')), Buffer.from(secret)];
  return given.length === right.length && timingSafeEqual(given, right);
}

function writeJson(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(value));
}

/** 403 for whatever cannot be parsed: every gateway refuses then, and nginx makes 500 of other statuses. */
function refuseUnparsable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { body, contentType } = writeErrorReply(new Problem('request_malformed'), '', 'json');
  socket.end(
    `HTTP/1.1 403 Forbidden\r\nContent-Type: ${contentType}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nX-Connect-Status: 400\r\nConnection: close\r\n\r\n${body}`,
  );
}
