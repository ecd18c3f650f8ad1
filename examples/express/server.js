/**
 * A Connect App with Express: the Connect button, consent, a phone number and a message for the
 * customer, and the callbacks. It is written for Twilio; README.md explains how to run it against
 * connect-apps unchanged.
 */

import { randomBytes } from 'node:crypto';
import express from 'express';
import twilio from 'twilio';

const {
  CONNECT_APP_SID,
  TWILIO_AUTH_TOKEN,
  AUTHORIZE_ORIGIN = 'https://www.twilio.com',
  PORT = '3000',
  // Where browsers and Twilio reach this app: https://…, unless both are on this machine.
  ORIGIN = `http://127.0.0.1:${PORT}`,
} = process.env;
const { protocol, host } = new URL(ORIGIN);
const cookie = { httpOnly: true, sameSite: 'lax', secure: protocol === 'https:' };

// A real app keeps both in a database, and shows its users only what is theirs.
/** The phone number of each customer, by the SID of the account that the customer gave us. */
const customers = new Map();
/** The status of each message, by its SID. */
const statuses = new Map();

const app = express();
app.use(express.urlencoded({ extended: false }));

app.get('/', (_, response) => {
  const state = randomBytes(16).toString('hex');
  const link = `${AUTHORIZE_ORIGIN}/authorize/${CONNECT_APP_SID}?state=${state}`;
  const forms = [...customers].map(
    ([sid, from]) =>
      `<form method="post" action="/messages"><input type="hidden" name="accountSid" value="${sid}">
       ${from} <label>To <input name="to"></label> <button>Send</button></form>`,
  );
  const items = [...statuses].map(([sid, status]) => `<li>${sid} ${status}</li>`);
  response
    .cookie('state', state, cookie)
    .send(page(`<a href="${link}">Connect</a>${forms.join('')}<ul>${items.join('')}</ul>`));
});

// Consent sends the customer here, with the SID of an account that is ours to use; after Deny, without.
app.get('/authorized', async (request, response) => {
  const { state, AccountSid } = request.query;
  // The consent must have started in this browser: nobody can connect another person's account.
  const [, expected] = /\bstate=([0-9a-f]{32})/.exec(request.headers.cookie ?? '') ?? [];
  if (expected === undefined || state !== expected) {
    return response.status(403).send(page('Start again from our page.'));
  }
  response.clearCookie('state', cookie);
  if (!/^AC[0-9a-f]{32}$/.test(AccountSid)) return response.send(page('You did not connect.'));
  customers.set(AccountSid, await getPhoneNumber(AccountSid));
  response.redirect('/');
});

app.post('/messages', async (request, response) => {
  const { accountSid, to } = request.body;
  const from = customers.get(accountSid);
  if (from === undefined) return response.status(404).send(page('No such customer.'));
  const statusCallback = `${ORIGIN}/status`;
  const body = 'Hello from our app';
  const sent = await clientOf(accountSid).messages.create({ from, to, body, statusCallback });
  // The first callback may have been faster than this answer.
  if (!statuses.has(sent.sid)) statuses.set(sent.sid, sent.status);
  response.redirect('/');
});

/** Lets through what Twilio has signed with our Auth Token, for the URL that we gave it. */
const signed = twilio.webhook(TWILIO_AUTH_TOKEN, {
  protocol: protocol.slice(0, -1),
  host,
});

app.post('/status', signed, (request, response) => {
  statuses.set(request.body.MessageSid, request.body.MessageStatus);
  response.sendStatus(204);
});

// The customer has taken the account back.
app.post('/deauthorized', signed, (request, response) => {
  customers.delete(request.body.AccountSid);
  console.log(`${request.body.AccountSid} has left`);
  response.sendStatus(204);
});

/** We act with the SID of the customer's account and our own Auth Token. */
function clientOf(accountSid) {
  return twilio(accountSid, TWILIO_AUTH_TOKEN);
}

/** The account's phone number; one that connects for the first time gets one. */
async function getPhoneNumber(accountSid) {
  const client = clientOf(accountSid);
  const [own] = await client.incomingPhoneNumbers.list({ limit: 1 });
  if (own !== undefined) return own.phoneNumber;
  const search = { smsEnabled: true, limit: 1 };
  const [{ phoneNumber }] = await client.availablePhoneNumbers('US').local.list(search);
  await client.incomingPhoneNumbers.create({ phoneNumber });
  return phoneNumber;
}

function page(body) {
  return `<!doctype html><html lang="en"><title>Example Connect App</title>${body}</html>`;
}

app.listen(Number(PORT), '127.0.0.1', () => console.log(`The app is at ${ORIGIN}`));
