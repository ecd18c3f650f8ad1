/** Which server a command uses: the one that is running, or a temporary one. */

export interface RunningServer {
  url: string;
  /** What opens its admin API, when that is known. */
  adminKey?: string;
  close(): Promise<void>;
}

/** A server that is busy is still the one that was meant. Where none listens, this is known at once. */
const PROBE_TIMEOUT_MS = 10_000;

/** Finds the server at `url`, or starts a temporary one, with a notice, if none answers there. */
export async function findServer(
  url: string,
  startThrowAwayServer: () => Promise<RunningServer>,
  notice: (line: string) => void,
): Promise<RunningServer> {
  if (await isServing(url)) return { url: new URL(url).origin, close: async () => {} };
  const server = await startThrowAwayServer();
  notice(`No server answers at ${url}: started a temporary one in memory, with demo data.`);
  return server;
}

/** An unhealthy server answers 503; it is still the server that the user meant. */
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
