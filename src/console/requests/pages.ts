/** The record of requests in the console. */

import type { Console } from '../console.ts';
import { requestView } from './detail.ts';
import { requestsView } from './list.ts';
import { createStreams } from './stream.ts';

/** Adds /console/AC…/requests, what arrives in it, and the page of one. Streams end with `ending`. */
export function addRequestPages(console: Console, ending: AbortSignal): void {
  const { context } = console;
  const streams = createStreams(context);
  ending.addEventListener('abort', streams.end, { once: true });
  console.page('requests', (visit) => requestsView(context, visit));
  console.page('requests/stream', async (visit) => streams.open(visit));
  console.page('requests/:Sid', (visit) => requestView(context, visit));
}
