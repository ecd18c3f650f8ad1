/**
 * /metrics of `serve --workers`: a scrape reaches any one worker, and must show them all. The worker
 * asks the process that started it, which collects from every worker and adds up.
 */

import cluster from 'node:cluster';
import { AggregatorRegistry, type Registry } from 'prom-client';
import { Problem } from './problem.ts';

const QUESTION = 'connect-apps:metrics?';
const ANSWER = 'connect-apps:metrics';
/** Longer than prom-client waits for a worker. */
const TIMEOUT_MS = 6000;

interface Answer {
  type: typeof ANSWER;
  /** Absent when a worker did not answer in time. */
  text?: string;
}

/** In the process that starts the workers: answers their questions. */
export function addUpMetrics(): void {
  const all = new AggregatorRegistry();
  cluster.on('message', async (worker, message: unknown) => {
    if (!isOfType(message, QUESTION)) return;
    const text = await all.clusterMetrics().catch(() => undefined);
    const answer: Answer = { type: ANSWER, ...(text !== undefined && { text }) };
    if (worker.isConnected()) worker.send(answer);
  });
}

/** In a worker: lets its metrics be collected, and returns what asks for those of all workers. */
export function shareMetrics(own: Registry): () => Promise<string> {
  AggregatorRegistry.setRegistries([own]);
  new AggregatorRegistry();
  let asked: Promise<string> | undefined;

  function ask(): Promise<string> {
    return new Promise((resolve, reject) => {
      const settle = (message: unknown) => {
        if (message !== undefined && !isOfType(message, ANSWER)) return;
        clearTimeout(timer);
        process.off('message', settle);
        asked = undefined;
        const text = message && Reflect.get(message, 'text');
        if (typeof text === 'string') resolve(text);
        else reject(new Problem('overloaded'));
      };
      const timer = setTimeout(settle, TIMEOUT_MS);
      process.on('message', settle);
      process.send?.({ type: QUESTION });
    });
  }

  return () => {
    asked ??= ask();
    return asked;
  };
}

function isOfType(message: unknown, type: string): message is object {
  return typeof message === 'object' && message !== null && Reflect.get(message, 'type') === type;
}
