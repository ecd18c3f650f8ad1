/** `node test/ha/up.ts`: starts the group, prints its URL, and stops it on Ctrl-C. */

import { once } from 'node:events';
import { GROUP_LACK, startGroup } from './group.ts';

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => stopping.abort());
}

async function run(signal: AbortSignal): Promise<void> {
  const group = await startGroup(signal);
  process.stdout.write(`CONNECT_APPS_DATABASE_URL=${group.url}\nStop with Ctrl-C.\n`);
  if (!signal.aborted) await once(signal, 'abort');
  await group.close();
}

if (GROUP_LACK === undefined) {
  await run(stopping.signal).catch((error: unknown) => {
    if (error !== stopping.signal.reason) throw error;
  });
} else {
  process.stderr.write(`${GROUP_LACK}\n`);
  process.exitCode = 1;
}
