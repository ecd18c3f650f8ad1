/**
 * The smallest platform behind a gateway: it trusts one header, refuses a request without it, and answers in
 * Twilio's form what it was told. A real one looks the account up and sends the message.
 */

import { createServer } from 'node:http';

const { PORT = '3000' } = process.env;

const server = createServer((request, response) => {
  const { method, url = '', headers } = request;
  const identity = headers['x-connect-identity'];
  const [, accountSid] = /^account="(AC[0-9a-f]{32})"/.exec(String(identity)) ?? [];
  console.log(`${method} ${url} ${accountSid === undefined ? 'refused' : identity}`);
  response.setHeader('Content-Type', 'application/json');
  // Whoever came around the gateway, and what only asks what is allowed (OPTIONS).
  if (accountSid === undefined) response.statusCode = method === 'OPTIONS' ? 204 : 401;
  else if (method === 'POST') response.statusCode = 201;
  else if (method === 'DELETE') response.statusCode = 204;
  const resource = { account_sid: accountSid, method, url, headers };
  const [, list] = /\/([A-Za-z]+)\.json(?:\?|$)/.exec(url) ?? [];
  const isList = method === 'GET' && list !== undefined;
  request.resume();
  request.once('end', () => {
    response.end(JSON.stringify(isList ? { [list.toLowerCase()]: [resource] } : resource));
  });
});
server.listen(Number(PORT), '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : PORT;
  console.log(`The platform is at http://127.0.0.1:${port}`);
});
