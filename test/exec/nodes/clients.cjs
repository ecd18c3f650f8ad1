/** HTTP clients of Node.js, unchanged, each of which asks api.twilio.com for a path of its own name. */

const axios = require('axios');
const https = require('node:https');
const nodeFetch = require('node-fetch');
const superagent = require('superagent');
const tls = require('node:tls');
const undici = require('undici');
const { runClients, start } = require('./run-clients.cjs');

const text = (answer) => answer.text();
const API = 'https://api.twilio.com';

start(__filename, () =>
  runClients(
    { request: https.request, connect: tls.connect },
    {
      axios: () => axios.get(`${API}/axios`).then((answer) => JSON.stringify(answer.data)),
      fetch: () => fetch(`${API}/fetch`).then(text),
      got: async () => (await import('got')).default(`${API}/got`).text(),
      'node-fetch': () => nodeFetch(`${API}/node-fetch`).then(text),
      superagent: () => superagent.get(`${API}/superagent`).then((answer) => answer.text),
      'undici-fetch': () => undici.fetch(`${API}/undici-fetch`).then(text),
      'undici-request': () =>
        undici.request(`${API}/undici-request`).then((answer) => answer.body.text()),
    },
  ),
);
