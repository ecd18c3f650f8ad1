/**
 * How a postgres:// URL says to connect. `sslmode` means what it means to PostgreSQL's own programs
 * (its documentation, "SSL Support" of libpq); the driver alone would read `require` as `verify-full`.
 */

import type { ClientConfig } from 'pg';
import { parseIntoClientConfig } from 'pg-connection-string';
import { Problem } from '../problem.ts';

const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full'];

/** Reads the URL and the certificates it names; raises `setting_invalid` with what to do. */
export function connectionOf(text: string): ClientConfig {
  const url = new URL(text);
  // The driver would drop some of its words, and connect without TLS.
  if (url.searchParams.has('ssl')) throw invalid('use sslmode instead of ssl');
  const mode = url.searchParams.get('sslmode');
  if (mode !== null && !SSL_MODES.includes(mode)) {
    throw invalid(`sslmode must be one of ${SSL_MODES.join(', ')}`);
  }
  if (mode === 'verify-ca' && !url.searchParams.has('sslrootcert')) {
    throw invalid('sslmode=verify-ca needs sslrootcert, a file with the certificate to trust');
  }
  if (mode !== null) url.searchParams.set('uselibpqcompat', 'true');
  try {
    return parseIntoClientConfig(url.href);
  } catch (cause) {
    throw invalid(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function invalid(reason: string, cause?: unknown): Problem {
  return new Problem('setting_invalid', `CONNECT_APPS_DATABASE_URL: ${reason}.`, { cause });
}
