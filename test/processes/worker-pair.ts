/**
 * For lost-workers.test.ts: starts two workers that do nothing, loses one of them in the way that its
 * argument names, and writes that one's process id.
 */

import cluster, { type Worker } from 'node:cluster';
import { createLogger } from '../../src/observability/logger.ts';
import { createConfig } from '../../src/server/config.ts';
import { runWorkers, sayListening } from '../../src/server/workers.ts';
import { present } from '../api/narrow.ts';

const WAYS: Record<string, (worker: Worker) => void> = {
  'sent-to'(worker) {
    worker.process.kill('SIGKILL');
    // It is dead after this, and no event has told so.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    for (let times = 0; times < 3; times += 1) worker.send('are you there?');
  },
  'not-started-at-once'(worker) {
    cluster.setupPrimary({ cwd: '/there/is/no/such/folder' });
    cluster.once('fork', () => cluster.setupPrimary({ cwd: process.cwd() }));
    worker.process.kill('SIGKILL');
  },
  'not-forked-at-once'(worker) {
    let tries = 0;
    Object.defineProperty(cluster.settings, 'execArgv', {
      get() {
        tries += 1;
        if (tries === 1) throw new Error('There is no memory for another process');
        return [];
      },
    });
    worker.process.kill('SIGKILL');
  },
};

if (cluster.isPrimary) {
  const config = createConfig({ WORKERS: '2', PORT: '0' }, 'development');
  await runWorkers(config, createLogger('info'), () => {
    const worker = present(Object.values(cluster.workers ?? {})[0]);
    present(WAYS[process.argv[2] ?? ''])(worker);
    process.stdout.write(`lost ${worker.process.pid}\n`);
  });
} else {
  sayListening();
  setInterval(() => {}, 1000);
}
