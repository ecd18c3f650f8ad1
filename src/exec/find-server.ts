/** Which server a command talks to: the one that runs already, or one of its own. */

export interface RunningServer {
  url: string;
  close(): Promise<void>;
}

const PROBE_TIMEOUT_MS = 1000;

/** Finds the server at `url`, or starts a throw-away one when none answers there, and says so. */
export async function findServer(
  url: string,
  startThrowAwayServer: () => Promise<RunningServer>,
  notice: (line: string) => void,
): Promise<RunningServer> {
  if (await isServing(url)) return { url, close: async () => {} };
  const server = await startThrowAwayServer();
  notice(`No server answers at ${url}: started a temporary one in memory, with demo data.`);
  return server;
}

/** A server that is there but not well answers 503: it is the one that was meant all the same. */
async function isServing(url: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
    const response = await fetch(new URL('/healthz', url), { signal, redirect: 'manual' });
    await response.body?.cancel();
    return response.status === 200 || response.status === 503;
  } catch {
    return false;
  }
}
