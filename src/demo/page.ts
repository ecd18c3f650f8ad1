/** The pages of the demo app: the result of consent, and the callbacks it received. */

import { html } from 'hono/html';
import { cardPage, type Html, type Page } from '../pages/layout.ts';
import { isolated } from '../pages/text.ts';
import { DEMO_APP_PATHS, DEMO_APP_SID, DEMO_DEVELOPER } from './data.ts';

export const DEMO_LOGO = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" fill="#fdf3e4"/><g fill="#8a4b08"><ellipse cx="32" cy="41" rx="12" ry="10"/><ellipse cx="16" cy="30" rx="5" ry="7"/><ellipse cx="26" cy="20" rx="5" ry="7"/><ellipse cx="38" cy="20" rx="5" ry="7"/><ellipse cx="48" cy="30" rx="5" ry="7"/></g></svg>
`;

/** One callback that arrived. */
export interface Arrival {
  at: number;
  accountSid: string;
  isGenuine: boolean;
}

/** What to do after Allow. */
export interface NextSteps {
  origin: string;
  /** The customer whose subaccount came back. */
  customerSid: string;
  subaccountSid: string;
  /** The app that it was made for. */
  connectAppSid: string;
}

/** Where consent leads back to: the query that came, and lines to paste. */
export function connectedPage(
  query: readonly (readonly [name: string, value: string])[],
  next: NextSteps | undefined,
): Page {
  const isDenied = query.some(([name]) => name === 'error');
  const title = next ? 'Connected' : isDenied ? 'Not connected' : 'No answer in this request';
  return cardPage({
    title,
    card: html`<h1>${title}</h1>
<p>This page is the demo app’s Authorize URL: customers arrive here after Allow or Deny.</p>
${
  query.length === 0
    ? ''
    : html`<table><caption>Query parameters</caption>
<thead><tr><th scope="col">Parameter</th><th scope="col">Value</th></tr></thead>
<tbody>${query.map(([name, value]) => html`<tr><td><code>${isolated(name)}</code></td><td><code>${isolated(value)}</code></td></tr>`)}</tbody></table>`
}
${next ? stepsOf(next) : html`<p><a href="/authorize/${DEMO_APP_SID}">Ask for consent</a></p>`}`,
  });
}

function stepsOf({ origin, customerSid, subaccountSid, connectAppSid }: NextSteps): Html {
  const { authToken } = DEMO_DEVELOPER;
  return html`<h2>1. Act for the customer</h2>
<p>Use the SID of the subaccount with the Auth Token of the app’s owner:</p>
${lines(`curl ${origin}/2010-04-01/Accounts/${subaccountSid}.json \\\n  -u ${subaccountSid}:${authToken}`)}
<p>You and the developer see it under <a href="/console/${customerSid}/requests">Requests</a>.</p>
<h2>2. Be deauthorized</h2>
<p>The customer removes the access in <a href="/console/${customerSid}/authorized/${connectAppSid}">Authorized apps</a>.
Then the command above is refused, and the server calls <a href="${DEMO_APP_PATHS.deauthorizeCallbackUrl}">the app’s Deauthorize URL</a>.</p>`;
}

function lines(text: string): Html {
  return html`<pre tabindex="0"><code>${text}</code></pre>`;
}

/** The callbacks that the Deauthorize URL received, latest first. */
export function deauthorizedPage(arrivals: readonly Arrival[]): Page {
  return cardPage({
    title: 'Deauthorization callbacks',
    card: html`<h1>Deauthorization callbacks</h1>
<p>This is the demo app’s Deauthorize URL. It checks the signature of every callback.</p>
${
  arrivals.length === 0
    ? html`<p>No callback has arrived since the server started. Revoke an authorization, then reload this page.</p>`
    : html`<table><thead><tr><th scope="col">Time</th><th scope="col">AccountSid</th><th scope="col">Signature</th></tr></thead>
<tbody>${arrivals.map(({ at, accountSid, isGenuine }) => html`<tr><td>${new Date(at).toISOString()}</td><td><code>${isolated(accountSid)}</code></td><td>${isGenuine ? 'right' : 'wrong: refused'}</td></tr>`)}</tbody></table>`
}
<p><a href="/authorize/${DEMO_APP_SID}">Ask for consent again</a></p>`,
  });
}
