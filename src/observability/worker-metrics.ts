/**
 * Metrics of `serve --workers`: the process that starts the workers collects from all of them and adds
 * up. It answers on the metrics port itself, so that no worker is asked more than once a second.
 */

import { AggregatorRegistry, type Registry } from 'prom-client';
import { oncePerSecond } from './once-per-second.ts';

/** Metrics as Prometheus reads them. */
export interface Exposition {
  /** The text of the Prometheus exposition format 0.0.4. */
  text(): Promise<string>;
  contentType: string;
}

/** In the process that starts the workers: the metrics of all of them. */
export function addUpMetrics(): Exposition {
  const all = new AggregatorRegistry();
  return {
    text: oncePerSecond(() => all.clusterMetrics()),
    contentType: all.contentType,
  };
}

/** In a worker: lets its metrics be collected. */
export function shareMetrics(own: Registry): void {
  AggregatorRegistry.setRegistries([own]);
  new AggregatorRegistry();
}
