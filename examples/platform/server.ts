/**
 * The smallest platform behind a gateway: it trusts one header, refuses a request without it, and answers what
 * it was told. A real one looks the account up and sends the message.
 */

import { createServer } from 'node:http';

const { PORT = '3000' } = process.env;

const server = createServer((request, response) => {
  const identity = request.headers['x-connect-identity'];
  const [, accountSid] = /^account="(AC[0-9a-f]{32})"/.exec(String(identity)) ?? [];
  // Whoever came around the gateway, and what only asks what is allowed (OPTIONS).
  if (accountSid === undefined) response.statusCode = request.method === 'OPTIONS' ? 204 : 401;
  response.setHeader('Content-Type', 'application/json');
  request.resume();
  request.once('end', () => {
    const { method, url, headers } = request;
    response.end(JSON.stringify({ account_sid: accountSid, method, url, headers }));
  });
});
server.listen(Number(PORT), '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : PORT;
  console.log(`The platform is at http://127.0.0.1:${port}`);
});
