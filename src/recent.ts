/**
 * Keeps what was used recently, by a key. Two generations: taking the oldest entries out of a Map one by one
 * costs a hundred times as much, since its iterator walks over the gaps that earlier ones have left.
 */

export interface Recent<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
  clear(): void;
}

/** Keeps at most `max` values, and of those used most recently at least half as many. */
export function keepRecent<Value>(max: number): Recent<Value> {
  let younger = new Map<string, Value>();
  let older = new Map<string, Value>();

  function set(key: string, value: Value): void {
    if (younger.size >= max / 2) {
      older = younger;
      younger = new Map();
    }
    younger.set(key, value);
  }

  return {
    get(key) {
      const young = younger.get(key);
      if (young !== undefined) return young;
      const old = older.get(key);
      if (old !== undefined) set(key, old);
      return old;
    },
    set,
    clear() {
      younger.clear();
      older.clear();
    },
  };
}
