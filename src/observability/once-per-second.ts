/** Questions whose answer is good for a second. */

const GOOD_FOR_MS = 1000;

/**
 * Asks at most once a second, however many callers there are. All callers within a second of a question, and
 * all callers while it is pending, get the same answer.
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
