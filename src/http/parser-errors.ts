/** Requests that the HTTP parser refuses: they never become one, and still get a whole answer. */

import type { Socket } from 'node:net';
import type { Logger } from '../observability/logger.ts';
import { Problem, type ProblemName } from '../problem.ts';
import { createRequestSid } from '../sid.ts';
import { lastResponseOf } from './connections.ts';
import { writeErrorReply } from './error-reply.ts';

const NAMES: Record<string, ProblemName> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_too_slow',
};

/**
 * Answers a parse error and closes the connection. Bytes after a request that is still being
 * answered (old clients send a stray chunk end) do not take the place of its answer, and a request
 * that was refused before its body came gets no second one.
 */
export function refuseUnparsable(
  error: Error & { code?: string },
  socket: Socket,
  logger: Logger,
): void {
  const last = lastResponseOf(socket);
  if (last && (last.req.complete ? !last.writableFinished : last.headersSent)) {
    if (last.writableFinished) socket.destroySoon();
    else last.once('finish', () => socket.destroySoon());
    return;
  }
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem = new Problem(NAMES[error.code ?? ''] ?? 'request_malformed');
  const { requestId, status } = endWithRefusal(problem, socket);
  logger.info({ requestId, status }, 'A request could not be parsed');
}

/** Answers a connection that is one too many, and closes it. */
export function refuseConnection(socket: Socket, logger: Logger): void {
  socket.on('error', () => socket.destroy());
  const { requestId, status } = endWithRefusal(new Problem('overloaded'), socket);
  logger.info({ requestId, status }, 'A connection was refused: too many connections');
}

function endWithRefusal(problem: Problem, socket: Socket): { requestId: string; status: number } {
  const requestId = createRequestSid();
  // The path is unknown, and JSON is what the client libraries can read.
  const { status, contentType, body } = writeErrorReply(problem, '', 'json');
  const head = [
    `HTTP/1.1 ${status} ${problem.message}`,
    `Content-Type: ${contentType}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    `Twilio-Request-Id: ${requestId}`,
    'Connection: close',
    ...(status === 503 ? ['Retry-After: 1'] : []),
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  return { requestId, status };
}
