/** Explains why a TLS handshake between a command and exec failed, and what to do about it. */

import type { ForwardProxyOptions } from './proxy-options.ts';
import { countRefusal } from './tally.ts';

export interface TlsFailures {
  /** Notes that a handshake for `hostname` failed. */
  add(error: NodeJS.ErrnoException, hostname: string): void;
  /** Notes that a handshake for it was followed by a request. */
  disprove(hostname: string): void;
  /** Reports everything that is still pending, immediately. */
  settle(): void;
}

/** How long a client may take to retry: a browser retries if it may ignore certificate errors. */
const DOUBT_MS = 3000;

/** Reports failed handshakes: each message once, and only when the client does not try again. */
export function createTlsFailures({
  notice,
  tally,
}: Pick<ForwardProxyOptions, 'notice' | 'tally'>): TlsFailures {
  const doubts = new Map<string, { count: number; timer: NodeJS.Timeout }>();
  const told = new Set<string>();
  const trusting = new Set<string>();

  function tell(sentence: string): void {
    if (!told.has(sentence)) notice(sentence);
    told.add(sentence);
  }

  function endDoubt(hostname: string): void {
    const { count = 0, timer } = doubts.get(hostname) ?? {};
    doubts.delete(hostname);
    clearTimeout(timer);
    for (let index = 0; index < count; index += 1) countRefusal(tally, hostname);
    if (count > 0) tell(explainDistrust(hostname));
  }

  return {
    add(error, hostname) {
      if (error.code?.endsWith('NO_APPLICATION_PROTOCOL')) {
        countRefusal(tally, hostname);
        tell(explainHttp2(hostname));
      }
      if (!isDistrust(error) || trusting.has(hostname)) return;
      const timer = () => setTimeout(endDoubt, DOUBT_MS, hostname).unref();
      const doubt = doubts.get(hostname) ?? { count: 0, timer: timer() };
      doubt.count += 1;
      doubts.set(hostname, doubt);
    },
    disprove(hostname) {
      trusting.add(hostname);
      clearTimeout(doubts.get(hostname)?.timer);
      doubts.delete(hostname);
    },
    settle() {
      for (const hostname of [...doubts.keys()]) endDoubt(hostname);
    },
  };
}

/** The alerts of a client that does not trust the certificate (RFC 8446, 6.2). */
function isDistrust(error: NodeJS.ErrnoException): boolean {
  return /ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_UNKNOWN)$/.test(error.code ?? '');
}

function explainDistrust(hostname: string): string {
  return (
    `The command rejected exec's certificate for ${hostname}: its HTTP client ships its own certificates and ignores those that the environment names. ` +
    "Twilio's libraries do this before Python 7.9.1, Ruby 5 and PHP 5.37: update to Python 7.9.3, Ruby 5.20 or PHP 5.42, or newer, " +
    'or set the base URL in the code (docs/clients.md, "Without exec").'
  );
}

function explainHttp2(hostname: string): string {
  return (
    `The command asked ${hostname} for HTTP/2 without fallback, but exec speaks only HTTP/1.1. Allow HTTP/1.1 in its HTTP client, ` +
    'or set the base URL in the code (docs/clients.md, "Without exec").'
  );
}
