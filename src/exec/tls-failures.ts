/** Why a command did not get through a TLS handshake with exec, in sentences that say what to do. */

import type { ForwardProxyOptions } from './forward-proxy.ts';
import { countRefusal } from './tally.ts';

/** Makes what is told of a failed handshake for `hostname`; it says each thing once. */
export function createTlsFailureHandler({
  notice,
  tally,
}: Pick<ForwardProxyOptions, 'notice' | 'tally'>): (
  error: NodeJS.ErrnoException,
  hostname: string,
) => void {
  const told = new Set<string>();

  return (error, hostname) => {
    const explain = EXPLANATIONS.find(([code]) => code.test(error.code ?? ''))?.[1];
    if (explain === undefined) return;
    countRefusal(tally, hostname);
    const sentence = explain(hostname);
    // A client fails so once a connection.
    if (!told.has(sentence)) notice(sentence);
    told.add(sentence);
  };
}

const EXPLANATIONS: readonly [code: RegExp, explain: (hostname: string) => string][] = [
  // What a client sends that does not trust the certificate (RFC 8446, 6.2).
  [
    /ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_UNKNOWN)$/,
    (hostname) =>
      `The command refused the certificate that exec made for ${hostname}: its HTTP client brings certificates of its own and does not read the environment for others. ` +
      "Twilio's libraries do so before Python 7.9.1, Ruby 5 and PHP 5.37: update to Python 7.9.3, Ruby 5.20 or PHP 5.42, or newer, " +
      'or set the base URL in the code (docs/clients.md, "Without exec").',
  ],
  [
    /NO_APPLICATION_PROTOCOL$/,
    (hostname) =>
      `The command asked ${hostname} for HTTP/2 without a fall-back, and exec speaks HTTP/1.1: allow HTTP/1.1 in its HTTP client, ` +
      'or set the base URL in the code (docs/clients.md, "Without exec").',
  ],
];
