/** What a gateway is answered: the identity of who may pass, or Twilio's error in the form of the original URL. */

import type { ServerResponse } from 'node:http';
import { writeErrorReply } from '../http/errors.ts';
import { extensionOf, pathOf } from '../http/path.ts';
import { nameOfReason } from '../reason.ts';
import type { Decision } from './decider.ts';
import type { Identity } from './decision.ts';

/** A path in a refusal: one that is longer is left out, since some gateways stop at a long body. */
const MAX_PATH = 300;

/** What a decision may answer to nginx, which makes 500 of everything else. */
const NGINX_STATUSES = [401, 403];

/** The headers of who may pass: always all of them, or those that a client sends would reach the platform. */
export function identityHeaders(identity: Identity, requestId: string): Record<string, string> {
  const { account, by, app } = identity;
  const permissions = identity.permissions.join(' ');
  return {
    'X-Connect-Identity': identityOf(identity, requestId),
    'X-Connect-Account-Sid': account,
    'X-Connect-By': by,
    'X-Connect-App-Sid': app,
    'X-Connect-Permissions': permissions,
    'Twilio-Request-Id': requestId,
  };
}

/** The one header that a platform goes by: a dictionary of structured fields (RFC 9651). */
export function identityOf(identity: Identity, requestId: string): string {
  const { account, caller, by, app } = identity;
  const permissions = identity.permissions.join(' ');
  return `account="${account}", caller="${caller}", by="${by}", app="${app}", permissions="${permissions}", request="${requestId}"`;
}

/** Lets the request pass: always 200, which is all that Envoy takes. */
export function writeAllowed(
  response: ServerResponse,
  { identity, requestId }: { identity: Identity; requestId: string },
  assertion?: string,
): void {
  response.writeHead(200, {
    ...identityHeaders(identity, requestId),
    ...(assertion !== undefined && { 'X-Connect-Assertion': assertion }),
    'Cache-Control': 'private, max-age=1',
    'Content-Length': '0',
  });
  response.end();
}

/** Refuses. Only a gateway learns the exact reason: a client must not know which half of its credentials is wrong. */
export function writeDenied(
  response: ServerResponse,
  { requestId, outcome }: Decision,
  { target, reader = 'gateway', retryAfterSeconds = 1 }: DenialForm,
): void {
  const { problem, reason } = 'problem' in outcome ? outcome : { problem: undefined, reason: '' };
  const path = pathOf(target);
  // A gateway that names no target may have a client that reads JSON, as all client libraries do.
  const extension = target === '' ? 'json' : extensionOf(target);
  const isQuotable = path.length <= MAX_PATH && reason !== 'url_ambiguous';
  const written = writeErrorReply(problem, isQuotable ? path : '', extension);
  const status =
    reader === 'nginx' && !NGINX_STATUSES.includes(written.status) ? 403 : written.status;
  response.writeHead(status, {
    'Content-Type': written.contentType,
    'Content-Length': String(Buffer.byteLength(written.body)),
    'Cache-Control': 'no-store',
    'Twilio-Request-Id': requestId,
    ...(reader !== 'client' && {
      'X-Connect-Reason': nameOfReason(reason),
      'X-Connect-Status': String(written.status),
    }),
    ...(written.status === 401 && { 'WWW-Authenticate': 'Basic realm="Twilio API"' }),
    ...(written.status === 503 && { 'Retry-After': String(retryAfterSeconds) }),
  });
  response.end(written.body);
}

export interface DenialForm {
  /** Of the request that was asked about. */
  target: string;
  /** Who reads the answer; the status for nginx's auth_request is one that it knows. */
  reader?: 'gateway' | 'nginx' | 'client';
  retryAfterSeconds?: number;
}
