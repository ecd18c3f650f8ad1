/**
 * The list of revoked certificates (RFC 5280, 5) that clients with revocation checks ask for: always
 * empty. Their certificates name its address, on the proxy's own port, where it is served over plain http.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Authority } from './certificate-authority.ts';

export const REVOCATION_LIST_PATH = '/connect-apps-exec.crl';

export function isRevocationListRequest({ method, url }: IncomingMessage): boolean {
  return (method === 'GET' || method === 'HEAD') && url === REVOCATION_LIST_PATH;
}

export function answerRevocationList(response: ServerResponse, authority: Authority): void {
  response.setHeader('content-type', 'application/pkix-crl');
  response.end(authority.writeRevocationList());
}
