/**
 * A complete Connect App in one file: a page with the button, the redirect after consent, an authorized
 * request, and the callback for when a customer leaves. It is written for Twilio; README.md explains how to
 * run it against connect-apps unchanged.
 */

import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import twilio from 'twilio';

const {
  CONNECT_APP_SID = '',
  TWILIO_AUTH_TOKEN = '',
  AUTHORIZE_ORIGIN = 'https://www.twilio.com',
  PORT = '3000',
} = process.env;
const ORIGIN = `http://127.0.0.1:${PORT}`;

/** The SIDs of the subaccounts that customers gave us. A real app uses a database. */
const customers = new Set<string>();

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    console.error(error);
    sendPage(response, 500, '<h1>Something went wrong</h1>');
  });
});
server.listen(Number(PORT), '127.0.0.1', () => console.log(`The app is at ${ORIGIN}`));

async function answer(request: IncomingMessage, response: ServerResponse): Promise<ServerResponse> {
  const url = new URL(request.url ?? '/', ORIGIN);
  switch (`${request.method} ${url.pathname}`) {
    case 'GET /':
      return home(response);
    case 'GET /authorized':
      return authorized(request, response, url);
    case 'POST /deauthorized':
      return deauthorized(request, response);
    default:
      return sendPage(response, 404, '<h1>Not found</h1>');
  }
}

/** The page with the button, and what we can read about each customer. */
async function home(response: ServerResponse): Promise<ServerResponse> {
  const state = randomBytes(16).toString('hex');
  const link = `${AUTHORIZE_ORIGIN}/authorize/${CONNECT_APP_SID}?state=${state}`;
  const items = await Promise.all([...customers].map(describe));
  response.setHeader('Set-Cookie', `state=${state}; HttpOnly; SameSite=Lax; Path=/`);
  return sendPage(
    response,
    200,
    `<h1>Example Connect App</h1><p><a href="${link}">Connect</a></p><ul>${items.join('')}</ul>`,
  );
}

/** An authorized request: the customer's subaccount, and our own Auth Token. */
async function describe(accountSid: string): Promise<string> {
  try {
    const client = twilio(accountSid, TWILIO_AUTH_TOKEN);
    const { ownerAccountSid } = await client.api.v2010.accounts(accountSid).fetch();
    const { friendlyName } = await client.api.v2010.accounts(ownerAccountSid).fetch();
    return `<li>${accountSid} of ${escapeHtml(friendlyName)}</li>`;
  } catch (error) {
    if (!(error instanceof twilio.RestException)) throw error;
    return `<li>${accountSid}: ${error.status} ${error.code}</li>`;
  }
}

/** Consent sends the customer here. */
function authorized(request: IncomingMessage, response: ServerResponse, url: URL): ServerResponse {
  const accountSid = url.searchParams.get('AccountSid');
  if (accountSid === null) return sendPage(response, 200, '<h1>You did not connect</h1>');
  // The consent must have started here, in this browser; otherwise someone could connect another person's
  // account.
  const expected = /\bstate=([0-9a-f]+)/.exec(request.headers.cookie ?? '')?.[1];
  if (expected === undefined || url.searchParams.get('state') !== expected) {
    return sendPage(response, 403, '<h1>Start again from our page</h1>');
  }
  customers.add(accountSid);
  return response.writeHead(302, { Location: '/' }).end();
}

/** Called when a customer has left. The signature proves that Twilio sent the request. */
async function deauthorized(
  request: IncomingMessage,
  response: ServerResponse,
): Promise<ServerResponse> {
  const parameters = Object.fromEntries(new URLSearchParams(await text(request)));
  const signature = String(request.headers['x-twilio-signature'] ?? '');
  const url = `${ORIGIN}/deauthorized`;
  if (!twilio.validateRequest(TWILIO_AUTH_TOKEN, signature, url, parameters)) {
    return sendPage(response, 403, '<h1>The signature is wrong</h1>');
  }
  const { AccountSid = '' } = parameters;
  customers.delete(AccountSid);
  console.log(`${AccountSid} has left`);
  return response.writeHead(204).end();
}

function sendPage(response: ServerResponse, status: number, body: string): ServerResponse {
  response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8' });
  return response.end(
    `<!doctype html><html lang="en"><title>Example Connect App</title>${body}</html>`,
  );
}

function escapeHtml(unsafe: string): string {
  return unsafe.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
