/** What became of one outgoing request. A failure is a value: it is stored, shown and tried again. */

export type FailureReason =
  /** Not an absolute http or https URL in plain ASCII. */
  | 'url_invalid'
  /** Neither http nor https. */
  | 'scheme_forbidden'
  | 'port_forbidden'
  /** The host is, or its name leads to, an address of the table in address-table.ts. */
  | 'address_forbidden'
  | 'dns_failed'
  | 'connect_failed'
  | 'tls_failed'
  /** The other side closed or reset the connection before its answer was whole. */
  | 'connection_lost'
  /** What came back is not HTTP, or has headers beyond any measure. */
  | 'response_invalid'
  | 'timed_out'
  /** This process is stopping; the attempt shows nothing about the receiver. */
  | 'cancelled';

export interface Failure {
  answered: false;
  reason: FailureReason;
  /** The system's or the TLS library's name for it, such as ECONNREFUSED. Never a URL or a secret. */
  code?: string;
}

export interface Answer {
  answered: true;
  status: number;
  /** The first kilobyte of the body as text, without NUL characters, or what the client keeps of it. */
  body: string;
  /** The media type; only from a client that was told how much to keep of a body, so as to read it. */
  contentType?: string;
  /** Where a redirect leads, as it was written. It is never followed by itself. */
  location?: string;
}

export type Outcome = Answer | Failure;

/** Makes the failure of an attempt, with the code of the error that showed it. */
export function failure(reason: FailureReason, error?: unknown): Failure {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return { answered: false, reason, ...(typeof code === 'string' && { code }) };
}
