/**
 * Reads that wait together run together: what the requests of one turn of the event loop look up is
 * read in one snapshot, back to back. One SQLite read among other work costs about four times as much
 * as one in a row of them (docs/performance.md), so a busy server reads more cheaply than an idle one.
 */

interface Waiting {
  read(): void;
  reject(error: unknown): void;
}

/** Opens and ends the snapshot that a group of reads shares. */
export interface Snapshot {
  begin(): void;
  end(): void;
}

/** Returns the function that runs `read` with all others of this turn, and resolves with its result. */
export function readTogether(snapshot: Snapshot): <T>(read: () => T) => Promise<T> {
  let waiting: Waiting[] = [];

  function drain(): void {
    const group = waiting;
    waiting = [];
    const isShared = group.length > 1;
    try {
      if (isShared) snapshot.begin();
    } catch (error) {
      for (const one of group) one.reject(error);
      return;
    }
    // Nothing awaits in between, so no write of this process can fall into the snapshot.
    for (const one of group) one.read();
    if (isShared) snapshot.end();
  }

  return function together<T>(read: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (waiting.length === 0) setImmediate(drain);
      waiting.push({
        read() {
          try {
            resolve(read());
          } catch (error) {
            reject(error);
          }
        },
        reject,
      });
    });
  };
}
