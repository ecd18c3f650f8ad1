/** Authorization header -> who is asking. HTTP Basic, RFC 7617: an Account SID and its Auth Token. */

import { Problem } from '../problem.ts';

export interface Credentials {
  accountSid: string;
  authToken: string;
}

/** What the wire says to whoever could not be authenticated. */
export function notAuthenticated(): Problem {
  return new Problem('not_authenticated', 'Your AccountSid or AuthToken was incorrect.');
}

/** Reads the header; undefined when there is none or it is not Basic. */
export function parseAuthorization(header: string | undefined): Credentials | undefined {
  const [, encoded] = /^basic +([A-Za-z0-9+/]+=*) *$/i.exec(header ?? '') ?? [];
  const pair = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  if (colon === -1) return undefined;
  return { accountSid: pair.slice(0, colon), authToken: pair.slice(colon + 1) };
}
