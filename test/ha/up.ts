/** `node test/ha/up.ts`: starts the group, prints its URL, and stops it on Ctrl-C. */

import { startGroup } from './group.ts';

const group = await startGroup();
process.stdout.write(`DATABASE_URL=${group.url}\nStop with Ctrl-C.\n`);
const timer = setInterval(() => {}, 60_000);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    clearInterval(timer);
    group.close();
  });
}
