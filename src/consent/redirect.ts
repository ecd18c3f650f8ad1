/** Where consent sends the customer back to: the app's Authorize URL with the answer in its query. */

/** At most this much state is taken, in bytes as they stand in the link. */
export const MAX_STATE_BYTES = 4096;

/**
 * The `state` of a consent link exactly as it was sent, still percent-encoded; undefined when there
 * is none. Decoding it and encoding it again would not give back the same bytes.
 */
export function stateOf(target: string): string | undefined {
  const [, query = ''] = /\?([^#]*)/.exec(target) ?? [];
  const pair = query.split('&').find((one) => one === 'state' || one.startsWith('state='));
  return pair?.slice('state='.length);
}

/** The Authorize URL after Allow: with the subaccount, and the state if there was one. */
export function allowedUrl(url: string, accountSid: string, state: string | undefined): string {
  return append(url, `AccountSid=${accountSid}${state === undefined ? '' : `&state=${state}`}`);
}

/** The Authorize URL after Deny: with the one parameter that says so. */
export function deniedUrl(url: string): string {
  return append(url, 'error=unauthorized_client');
}

/** After whatever query is there, and before a fragment. */
function append(url: string, parameters: string): string {
  const [base = '', fragment] = url.split('#', 2);
  const separator = !base.includes('?') ? '?' : /[?&]$/.test(base) ? '' : '&';
  return `${base}${separator}${parameters}${fragment === undefined ? '' : `#${fragment}`}`;
}
