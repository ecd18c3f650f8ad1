/**
 * Counts the requests of a connection whose bytes go on untouched: a parser of Node's reads a copy. What
 * is no request of HTTP/1 is not counted.
 */

import { Duplex } from 'node:stream';
import { createServer } from '../node-http.ts';

/** Creates a function that calls `onRequest` for each request in the bytes read from a connection. */
export function createRequestCounter(onRequest: () => void): (connection: Duplex) => void {
  const parser = createServer({ requireHostHeader: false }, (request, response) => {
    onRequest();
    request.resume();
    response.end();
  });
  // Nobody waits for these answers, and the connection may rest as long as it likes.
  Object.assign(parser, { requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0 });
  parser.on('clientError', (_error, copy) => copy.destroy());

  return (connection) => {
    const copy = new Duplex({
      read() {},
      write(_chunk, _encoding, done) {
        done();
      },
    });
    parser.emit('connection', copy);
    connection.on('data', (chunk: Buffer) => {
      if (!copy.destroyed) copy.push(chunk);
    });
    connection.once('close', () => copy.destroy());
  };
}
