/** What is done with a body that nobody wants: a client must come to read its answer (RFC 9112, section 9.6). */

import type { IncomingMessage } from 'node:http';

/** How long a client that was refused may go on sending, so that it comes to read its answer. */
const LINGER_MS = 10_000;

/** Whether the head of a request announces a body. */
export function announcesBody({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return (headers['content-length'] ?? '0') !== '0' || headers['transfer-encoding'] !== undefined;
}

/** Whether the client said that its connection ends with this request. */
export function isLastOfConnection(request: IncomingMessage): boolean {
  const byDefault = request.httpVersionMinor === 0 ? 'close' : '';
  return /\bclose\b/i.test(request.headers.connection ?? byDefault);
}

/**
 * Throws away the rest of a body, and calls `answer` at its end, or after ten seconds. Node.js closes such a
 * connection with the answer, and a client that is still sending would lose the answer to a reset.
 */
export function whenReceived(request: IncomingMessage, answer: () => void): void {
  const timer = setTimeout(finish, LINGER_MS);
  request.once('end', finish).once('close', finish).resume();

  function finish(): void {
    clearTimeout(timer);
    request.off('end', finish).off('close', finish);
    answer();
  }
}

/**
 * Throws away the rest of a body that was refused. Closing at once would reset the connection under a client
 * that is still sending, and with it the answer.
 */
export function discardBody(request: IncomingMessage): void {
  const timer = setTimeout(() => request.socket.destroy(), LINGER_MS);
  request.once('close', () => clearTimeout(timer));
  request.resume();
}
