/** Counts what happened to a command's requests to Twilio, and writes the summary at its end. */

export interface Tally {
  /** Requests that reached the local server, or that exec answered in its place. */
  reached: number;
  /** Requests that were stopped, by the host that they were for. */
  refused: Map<string, number>;
  /** Connections to the server's hosts that ended without a request. */
  unused: number;
}

export function createTally(): Tally {
  return { reached: 0, refused: new Map(), unused: 0 };
}

export function countRefusal({ refused }: Tally, host: string): void {
  refused.set(host, (refused.get(host) ?? 0) + 1);
}

/**
 * Writes the summary. A command that sent nothing may have reached the real Twilio, so the line lists what to
 * check.
 */
export function summarize({ reached, refused, unused }: Tally): string {
  const hosts = Array.from(refused, ([host, count]) => `${host} (${count})`).join(', ');
  const stopped = [...refused.values()].reduce((sum, count) => sum + count, 0);
  const stops = stopped === 0 ? '' : ` ${requests(stopped)} ${were(stopped)} stopped: ${hosts}.`;
  if (reached > 0) return `${requests(reached)} reached the local server.${stops}`;
  const mistrust =
    unused === 0
      ? ''
      : " Connections to api.twilio.com ended without a request: the command does not trust exec's certificate.";
  return (
    `WARNING: NO REQUEST REACHED THE LOCAL SERVER.${stops}${mistrust} If the command did call Twilio, its requests ` +
    'bypassed exec and may have reached the real Twilio. Check that it sends them itself (a test may skip or mock them), that ' +
    'it keeps HTTPS_PROXY and NODE_OPTIONS as exec sets them, and that its HTTP client reads them ' +
    '(docs/clients.md, "What exec cannot handle").'
  );
}

function requests(count: number): string {
  return count === 1 ? '1 request' : `${count} requests`;
}

function were(count: number): string {
  return count === 1 ? 'was' : 'were';
}
