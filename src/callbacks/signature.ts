/**
 * The signature by which a receiver knows that a callback is ours: X-Twilio-Signature, as the
 * "Security" page of Twilio's documentation has it, and as the official validators check it.
 */

import { createHmac } from 'node:crypto';
import { calledUrl } from '../http-url.ts';

export interface UnsignedCallback {
  /** The primary token of the app's owner, or of the account that acted: the one that the receiver has. */
  authToken: string;
  method: 'GET' | 'POST';
  /** As configured; `calledUrl` gives the form that is called and signed. */
  url: string;
  parameters: Readonly<Record<string, string>>;
}

export interface SignedCallback {
  /** Where to send it: no fragment, user-info kept, and for GET with the parameters in the query. */
  url: string;
  /** The form of a POST. */
  body?: string;
  /** The text that the signature is of. */
  signed: string;
  /** The value of X-Twilio-Signature. */
  signature: string;
}

/** Puts the parameters of a callback where its method wants them, and signs it. */
export function signCallback({
  authToken,
  method,
  url,
  parameters,
}: UnsignedCallback): SignedCallback {
  const form = new URLSearchParams(parameters).toString();
  const base = calledUrl(url).replace(/#.*/s, '');
  const requestUrl = method === 'GET' ? withQuery(base, form) : base;
  const signed = withoutUserInfo(requestUrl) + (method === 'POST' ? inOrder(parameters) : '');
  const signature = createHmac('sha1', authToken).update(signed).digest('base64');
  return { url: requestUrl, ...(method === 'POST' && { body: form }), signed, signature };
}

function withQuery(url: string, query: string): string {
  if (query === '') return url;
  if (!url.includes('?')) return `${url}?${query}`;
  return /[?&]$/.test(url) ? `${url}${query}` : `${url}&${query}`;
}

function withoutUserInfo(url: string): string {
  return url.replace(/^([a-z]+:\/\/)[^/?]*@/i, '$1');
}

/** Each name and value, one after the other, sorted by name. */
function inOrder(parameters: Readonly<Record<string, string>>): string {
  return Object.keys(parameters)
    .sort()
    .map((name) => `${name}${parameters[name]}`)
    .join('');
}
