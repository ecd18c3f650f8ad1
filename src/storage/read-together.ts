/**
 * Reads that wait together run together: what the requests of one turn of the event loop look up is
 * read in one snapshot, back to back. One SQLite read among other work costs about four times as much
 * as one in a row of them (docs/performance.md), so a busy server reads more cheaply than an idle one.
 */

/**
 * How long a group may read. Node.js takes one new connection in each turn (libuv's uv__server_io), so
 * long turns would keep new clients waiting for seconds.
 */
const GROUP_MS = 1;

interface Waiting {
  read(): void;
  reject(error: unknown): void;
}

/** Opens and ends the snapshot that a group of reads shares. */
export interface Snapshot {
  /** Opens a new one, or throws. */
  begin(): void;
  /** Ends it, also when it did not begin, or the engine has ended it after a failure. */
  end(): void;
}

/**
 * Returns the function that runs `read` with all others of this turn, and resolves with its result. A
 * `read` that goes on in promise callbacks still reads from the snapshot, as long as it waits for
 * nothing but such reads: Node.js runs them all before the next callback of the event loop.
 */
export function readTogether(snapshot: Snapshot): <T>(read: () => T | Promise<T>) => Promise<T> {
  let waiting: Waiting[] = [];
  let isOpen = false;

  function readGroup(): void {
    const group = waiting;
    isOpen = true;
    try {
      snapshot.begin();
    } catch (error) {
      waiting = [];
      for (const waiter of group) waiter.reject(error);
      return;
    }
    const end = performance.now() + GROUP_MS;
    let done = 0;
    do group[done++]?.read();
    while (done < group.length && performance.now() < end);
    waiting = group.slice(done);
    if (waiting.length > 0) schedule();
  }

  function endGroup(): void {
    if (!isOpen) return;
    isOpen = false;
    try {
      snapshot.end();
    } catch {
      // What was read is still correct; the next group gets the error when it begins.
    }
  }

  /** Nothing but promise callbacks runs between two immediates that were scheduled together. */
  function schedule(): void {
    setImmediate(readGroup);
    setImmediate(endGroup);
  }

  return function together<T>(read: () => T | Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (waiting.length === 0) schedule();
      waiting.push({
        read() {
          try {
            const result = read();
            // To resolve with a promise would cost two more turns of its queue.
            if (result instanceof Promise) result.then(resolve, reject);
            else resolve(result);
          } catch (error) {
            reject(error);
          }
        },
        reject,
      });
    });
  };
}
