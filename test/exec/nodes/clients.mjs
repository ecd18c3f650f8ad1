/** As clients.cjs, in ES modules: with named imports of what exec changes in Node's own modules. */

import { request } from 'node:https';
import { connect } from 'node:tls';
import axios from 'axios';
import got from 'got';
import nodeFetch from 'node-fetch';
import superagent from 'superagent';
import { fetch as undiciFetch, request as undiciRequest } from 'undici';
import { runClients, start } from './run-clients.cjs';

const text = (answer) => answer.text();
const API = 'https://api.twilio.com';

start(import.meta.filename ?? new URL(import.meta.url).pathname, () =>
  runClients(
    { request, connect },
    {
      axios: () => axios.get(`${API}/axios`).then((answer) => JSON.stringify(answer.data)),
      fetch: () => fetch(`${API}/fetch`).then(text),
      got: () => got(`${API}/got`).text(),
      'node-fetch': () => nodeFetch(`${API}/node-fetch`).then(text),
      superagent: () => superagent.get(`${API}/superagent`).then((answer) => answer.text),
      'undici-fetch': () => undiciFetch(`${API}/undici-fetch`).then(text),
      'undici-request': () =>
        undiciRequest(`${API}/undici-request`).then((answer) => answer.body.text()),
    },
  ),
);
