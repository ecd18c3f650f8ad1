/**
 * What goes wrong between this server and PostgreSQL, and what each fault means: try again, come back
 * later, or mend the settings.
 */

import { Problem } from '../problem.ts';

// PostgreSQL's documentation, appendix A, and Node's names for what happens to a socket.
const CONFLICT = /^(40001|40P01)$/;
// 25006 and 0A000: a standby that is not the primary yet takes no write, no serializable transaction.
const AWAY =
  /^(08...|57P0[1-4]|25006|0A000|53[0-9]{3}|ECONN.+|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|57014)$/;
/** A wrong user or password, a database that does not exist, a rule of pg_hba.conf. */
const REFUSED = /^(28...|3D000)$/;
const AWAY_MESSAGE = /timeout|terminated|Connection ended|not queryable|timed out/i;
/** No text of PostgreSQL has U+0000, which a URL or a form may have all the same. */
const HAS_NUL = '22021';
/** How long a lost query is retried: a request must get its 503 within two seconds. */
const AWAY_MS = 400;
/** Node's names for a certificate that is not trusted, and OpenSSL's for a handshake that failed. */
const UNTRUSTED =
  /^(ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_(CA|PURPOSE)|CRL_|HOSTNAME_|EPROTO)/;
const NO_TLS_MESSAGE = /SSL connection/;

/** Whether the database did not answer, or will not for a while: the next try may find it there. */
export function isAway(error: unknown): boolean {
  const raw = rawOf(error);
  if (!(raw instanceof Error)) return false;
  const code = codeOf(raw);
  return code === '' ? AWAY_MESSAGE.test(raw.message) : AWAY.test(code);
}

/** Whether what began then and may be done twice should be: its connection could have been lost long before. */
export function isWorthAnotherTry(error: unknown, begun: number): boolean {
  return isAway(error) && performance.now() - begun < AWAY_MS;
}

/** Whether there was no answer at all, though PostgreSQL itself gives up earlier on what it can give up. */
export function isUnanswered(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout';
}

/** Whether a kept statement predates a schema change, so that it would fail forever. */
export function isOutdatedPlan(error: unknown): boolean {
  return codeOf(error) === '0A000';
}

/** Whether two transactions met, and one of them has to run again. */
export function isConflict(error: unknown): boolean {
  return CONFLICT.test(codeOf(error));
}

/**
 * Turns an error of the driver into `storage_unavailable`, or into `not_found` when it was asked for what it cannot
 * hold; passes our own bugs through.
 */
export function nameFailure(error: unknown): unknown {
  if (error instanceof Problem || !(error instanceof Error)) return error;
  if (codeOf(error) === HAS_NUL) return new Problem('not_found', undefined, { cause: error });
  const detail = detailOf(error);
  return detail === undefined
    ? error
    : new Problem('storage_unavailable', detail, { cause: error });
}

function detailOf(error: Error): string | undefined {
  const code = codeOf(error);
  if (REFUSED.test(code)) return `PostgreSQL refuses: ${error.message}.`;
  if (UNTRUSTED.test(code) || (code === '' && NO_TLS_MESSAGE.test(error.message))) {
    return `Cannot connect securely to PostgreSQL: ${reasonOf(error)}. Check sslmode, sslrootcert and sslcert in CONNECT_APPS_DATABASE_URL.`;
  }
  if (!(isConflict(error) || isAway(error))) return undefined;
  return `The database does not respond (${code || 'timed out'}).`;
}

/** OpenSSL's reason in words; its own messages contain positions in its source. */
function reasonOf(error: Error): string {
  const isOfOpenssl = codeOf(error).startsWith('ERR_SSL_') && 'reason' in error;
  return isOfOpenssl ? String(error.reason) : error.message;
}

/** The driver's error, even if it is already wrapped in a Problem. */
function rawOf(error: unknown): unknown {
  return error instanceof Problem ? error.cause : error;
}

function codeOf(error: unknown): string {
  const raw = rawOf(error);
  return raw instanceof Error && 'code' in raw ? String(raw.code) : '';
}
