/** Questions whose answer is good for a second. */

const GOOD_FOR_MS = 1000;

/**
 * Asks at most once a second, however many want to know: an answer is given to all who come within a
 * second after it was asked for, and to all who come while it is on its way.
 */
export function oncePerSecond<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: { answer: Promise<T>; atMs: number; isPending: boolean } | undefined;
  return () => {
    const now = performance.now();
    if (asked && (asked.isPending || now - asked.atMs < GOOD_FOR_MS)) return asked.answer;
    const current = { answer: ask(), atMs: now, isPending: true };
    const settle = () => {
      current.isPending = false;
    };
    current.answer.then(settle, settle);
    asked = current;
    return current.answer;
  };
}
