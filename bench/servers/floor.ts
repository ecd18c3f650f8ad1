/** The floor: a bare node:http server that answers the same bytes, and does nothing else. */

import { createServer } from 'node:http';
import { announce } from '../child.ts';

const body = Buffer.from(process.env.BODY ?? '{}');
const server = createServer((_, response) => {
  response.writeHead(200, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': body.length,
  });
  response.end(body);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address) announce(address.port);
});
