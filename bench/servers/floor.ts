/** The floor: a bare node:http server that answers the same bytes, headers too, and does nothing else. */

import { createServer } from 'node:http';
import { announce } from '../child.ts';

const body = Buffer.from(process.env.BODY ?? '{}');
// Node.js adds Date, Connection and Keep-Alive by itself.
const headers: Record<string, string> = JSON.parse(process.env.HEADERS ?? '{}');
const server = createServer((_, response) => {
  response.writeHead(200, headers);
  response.end(body);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address) announce(address.port);
});
