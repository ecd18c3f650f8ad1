/** Waiting for what comes, without asking again and again. */

export interface Bell {
  /** Wakes everyone who waits. */
  ring(): void;
  /** Resolves with the first value that `look` finds, now or after a ring; undefined after `timeoutMs`. */
  until<Found>(look: () => Found | undefined, timeoutMs: number): Promise<Found | undefined>;
}

export function createBell(): Bell {
  const waiting = new Set<() => void>();
  return {
    ring() {
      for (const wake of waiting) wake();
    },
    until<Found>(look: () => Found | undefined, timeoutMs: number) {
      const found = look();
      if (found !== undefined) return Promise.resolve(found);
      return new Promise<Found | undefined>((resolve) => {
        const end = (value: Found | undefined) => {
          clearTimeout(timer);
          waiting.delete(wake);
          resolve(value);
        };
        const timer = setTimeout(end, timeoutMs, undefined);
        const wake = () => {
          const now = look();
          if (now !== undefined) end(now);
        };
        waiting.add(wake);
      });
    },
  };
}
