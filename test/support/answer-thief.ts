/** A proxy before PostgreSQL that can take away one answer, or bring all of them late, as a bad network would. */

import { once } from 'node:events';
import { connect, createServer } from 'node:net';

export interface AnswerThief {
  /** The URL of the database, through the proxy. */
  url: string;
  /** The next statement with this word is done, and its connection breaks before the answer. */
  arm(word: string): void;
  /** The next statement with this word gets no answer, and its connection stays open. */
  silence(word: string): void;
  /** From now on every answer comes so much later. */
  slowDown(delayMs: number): void;
  /** How many answers it has taken. */
  taken(): number;
  close(): void;
}

/** Starts the proxy before the database at `url`. */
export async function startAnswerThief(url: string): Promise<AnswerThief> {
  const target = new URL(url);
  let wanted: string | undefined;
  let isSilent = false;
  let taken = 0;
  let delayMs = 0;
  const proxy = createServer((client) => {
    const server = connect(Number(target.port), target.hostname);
    let isTaking = false;
    client.on('data', (bytes) => {
      if (wanted !== undefined && bytes.includes(wanted)) {
        wanted = undefined;
        isTaking = true;
      }
      server.write(bytes);
    });
    server.on('data', (bytes) => {
      if (!isTaking && delayMs > 0) setTimeout(() => client.write(bytes), delayMs);
      else if (!isTaking) client.write(bytes);
      else if (!isSilent) {
        taken += 1;
        client.destroy();
        server.destroy();
      }
    });
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = proxy.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port');
  const through = new URL(url);
  through.port = String(address.port);
  return {
    url: through.href,
    arm(word) {
      [wanted, isSilent] = [word, false];
    },
    silence(word) {
      [wanted, isSilent] = [word, true];
    },
    slowDown(ms) {
      delayMs = ms;
    },
    taken: () => taken,
    close: () => proxy.close(),
  };
}
