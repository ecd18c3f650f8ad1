/**
 * The platform behind this server: requests stream to it and answers stream back, with no more in memory than
 * the buffers of two connections. A request is sent once, whatever becomes of it. The operator has named the
 * address, so unlike those of outgoing/ it may be a private one.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { PassThrough, type Readable } from 'node:stream';
import { buildConnector, type Dispatcher, errors, Pool } from 'undici';
import { announcesBody, discardBody } from '../../http/rest-of-body.ts';
import { Problem } from '../../problem.ts';
import { answerHeaders, type HeaderList, type RawHeaders, textOf } from './headers.ts';

export interface Passed {
  request: IncomingMessage;
  response: ServerResponse;
  /** What the platform gets. */
  headers: HeaderList;
  requestId: string;
  /** Answers for a platform that has not begun to answer. */
  fail(problem: Problem): void;
}

export interface Upstream {
  /** Sends a request to the platform, and its answer to the client. */
  pass(passed: Passed): void;
  close(): Promise<void>;
}

const CONNECT_MS = 5000;
/** For a platform to begin its answer, and for a client to go on sending or reading. Nothing else has a limit. */
export const SILENCE_MS = 60_000;

/** Statuses whose answers have no body, whatever their Content-Length says. */
const WITHOUT_BODY = [204, 304];

/** Up to this size, text costs less than bytes: Node.js writes it together with its head. */
const SMALL_BYTES = 8 * 1024;

/** Creates what passes requests on to an origin. */
export function createUpstream(origin: URL, silenceMs = SILENCE_MS): Upstream {
  // TLS asks for the platform, whatever the client calls its host; an address has no name.
  const host = hostOf(origin);
  const connect = buildConnector({ timeout: CONNECT_MS });
  const pool = new Pool(origin.origin, {
    connect: (options, done) =>
      connect({ ...options, servername: isIP(host) === 0 ? host : '' }, done),
    headersTimeout: silenceMs,
    bodyTimeout: 0,
  });
  return {
    pass(passed) {
      const { request, headers } = passed;
      const options = {
        path: request.url ?? '',
        method: request.method ?? '',
        headers,
        body: bodyOf(request, silenceMs),
        // One for all, or undici would connect anew for each.
        servername: host,
      };
      pool.dispatch(options, handlerOf(passed, silenceMs));
    },
    close: () => pool.destroy(),
  };
}

/** The host of an origin, as sockets want it. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

function handlerOf(
  { response, requestId, fail }: Passed,
  silenceMs: number,
): Dispatcher.DispatchHandler {
  /** Whether the head waits for the body, and what has come of that: what turns out to be all leaves in one write. */
  let isWaiting = false;
  let first: Buffer | undefined;
  let stalled: NodeJS.Timeout | undefined;

  function write(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (response.writableEnded || response.destroyed || response.write(chunk)) return;
    controller.pause();
    clearTimeout(stalled);
    stalled = setTimeout(() => response.destroy(), silenceMs);
  }

  /** Lets the head go, with what has come of the body. */
  function begin(controller: Dispatcher.DispatchController): void {
    if (!isWaiting) return;
    isWaiting = false;
    if (first) write(controller, first);
    else response.flushHeaders();
    first = undefined;
  }

  return {
    onRequestStart(controller) {
      const stop = () => {
        clearTimeout(stalled);
        if (!response.writableFinished) controller.abort(new Error('The client has gone.'));
      };
      if (response.destroyed) stop();
      else response.once('close', stop);
      response.on('drain', () => {
        clearTimeout(stalled);
        controller.resume();
      });
    },
    onResponseStart(controller, status, headers, statusText) {
      if (status < 200) {
        inform(response, status, headers.link);
        return;
      }
      const list = answerHeaders(rawOf(controller.rawHeaders), requestId);
      response.writeHead(status, statusText, list);
      if (WITHOUT_BODY.includes(status)) {
        response.end();
        return;
      }
      isWaiting = true;
      // A long poll may be silent after its head; other heads leave with the first of their body.
      process.nextTick(begin, controller);
    },
    onResponseData(controller, chunk) {
      if (isWaiting && !first) {
        first = chunk;
        return;
      }
      begin(controller);
      write(controller, chunk);
    },
    onResponseEnd(controller) {
      const trailers = pairsOf(rawOf(controller.rawTrailers));
      if (trailers.length > 0 && response.chunkedEncoding) response.addTrailers(trailers);
      if (response.destroyed) return;
      if (isWaiting && first)
        response.end(first.length > SMALL_BYTES ? first : first.toString('latin1'), 'latin1');
      else response.end();
      isWaiting = false;
    },
    onResponseError(_, error) {
      isWaiting = false;
      if (response.writableEnded || response.destroyed) return;
      // What has begun cannot become an error: it must not look whole.
      if (response.headersSent) response.socket?.resetAndDestroy();
      else fail(problemOf(error));
    },
  };
}

/**
 * A body that has come whole by now, as most have; else a copy of the stream, since undici destroys what it does
 * not send to its end, as when the platform answers before; and with the request itself, the connection of the
 * client.
 */
function bodyOf(request: IncomingMessage, silenceMs: number): Readable | Buffer | null {
  if (!announcesBody(request)) return null;
  if (request.complete) return request.read();
  const body = new PassThrough();
  // undici waits for it for as long as it takes. Who is paused is not to blame: the platform reads no more.
  const silence = setTimeout(
    () => body.destroy(new Problem(request.isPaused() ? 'upstream_slow' : 'request_too_slow')),
    silenceMs,
  );
  request.on('data', () => silence.refresh()).pipe(body);
  body.once('close', () => {
    clearTimeout(silence);
    request.unpipe(body);
    if (!request.complete) discardBody(request);
  });
  request.once('close', () => {
    if (!request.complete) body.destroy(new Error('The client has gone.'));
  });
  return body;
}

/** Passes an interim answer on, where Node.js can write it. */
function inform(
  response: ServerResponse,
  status: number,
  link: string | string[] | undefined,
): void {
  if (response.req.httpVersionMinor === 0) return;
  if (status === 102) response.writeProcessing();
  if (status !== 103 || link === undefined) return;
  try {
    response.writeEarlyHints({ link });
  } catch {
    // A link that Node.js does not take: the answer itself has what matters.
  }
}

/** What a platform that has not answered is answered for. */
function problemOf(error: Error): Problem {
  if (error instanceof Problem) return error;
  const isSlow =
    error instanceof errors.HeadersTimeoutError || error instanceof errors.ConnectTimeoutError;
  return new Problem(isSlow ? 'upstream_slow' : 'upstream_failed', undefined, { cause: error });
}

/** As undici has them: HTTP/1.1 gives a list of bytes. */
function rawOf(raw: Dispatcher.DispatchController['rawHeaders']): RawHeaders {
  return Array.isArray(raw) ? raw : [];
}

function pairsOf(raw: RawHeaders): [string, string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index < raw.length; index += 2) {
    pairs.push([textOf(raw[index]), textOf(raw[index + 1])]);
  }
  return pairs;
}
