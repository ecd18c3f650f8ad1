/** A proxy before PostgreSQL that can take away the answer to one COMMIT, as a broken network would. */

import { once } from 'node:events';
import { connect, createServer } from 'node:net';

export interface CommitAnswerThief {
  /** The URL of the database, through the proxy. */
  url: string;
  /** The next COMMIT is done, and its connection breaks before the answer. */
  arm(): void;
  /** How many answers it has taken. */
  taken(): number;
  close(): void;
}

/** Starts the proxy before the database at `url`. */
export async function startCommitAnswerThief(url: string): Promise<CommitAnswerThief> {
  const target = new URL(url);
  let isArmed = false;
  let taken = 0;
  const proxy = createServer((client) => {
    const server = connect(Number(target.port), target.hostname);
    let isTaking = false;
    client.on('data', (bytes) => {
      // A simple query of PostgreSQL's protocol ends with a zero byte.
      if (isArmed && bytes.includes('commit\0')) {
        isArmed = false;
        isTaking = true;
      }
      server.write(bytes);
    });
    server.on('data', (bytes) => {
      if (!isTaking) client.write(bytes);
      else {
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
    arm() {
      isArmed = true;
    },
    taken: () => taken,
    close: () => proxy.close(),
  };
}
