/** Why no answer came, as a sentence that says what to do. */

import type { FailureReason } from './outcome.ts';

const SENTENCES: Readonly<Record<FailureReason, string>> = {
  url_invalid: 'Nothing was sent: this is not an absolute http or https URL in plain ASCII.',
  scheme_forbidden: 'Nothing was sent: only http and https URLs are called.',
  port_forbidden:
    'Nothing was sent: no web server runs on this port. Use 80, 443 or a port from 1024.',
  address_forbidden:
    'Nothing was sent: the host has a private or reserved address, which this server does not call. The operator can allow its network with CONNECT_APPS_CALLBACK_ALLOWED_NETWORKS.',
  dns_failed: 'The host has no address. Check its name.',
  connect_failed: 'Nothing accepts connections there. Start the app, and check host and port.',
  tls_failed: 'TLS failed. The certificate must be valid for the host, with its whole chain.',
  connection_lost: 'The connection was closed before the answer was whole.',
  response_invalid: 'What came back is not HTTP.',
  timed_out: 'No answer came within 15 seconds. Answer first, and do the work afterwards.',
  cancelled: 'This server stopped meanwhile.',
};

/** The sentence for the name of a failure, as it is stored. */
export function failureSentence(failure: string): string {
  const known = new Map<string, string>(Object.entries(SENTENCES));
  return known.get(failure) ?? `The request failed: ${failure}.`;
}
