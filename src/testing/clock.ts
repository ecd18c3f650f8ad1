/** A clock that runs or stands, and can be turned. */

import type { Clock } from '../clock.ts';

export interface TurnableClock extends Clock {
  /** Shows this time from now on, running or standing as before. */
  turnTo(time: number): void;
  freeze(): void;
  run(): void;
  isRunning(): boolean;
}

/** Stands at `time`, or shows the real time and runs. */
export function createTurnableClock(time?: number): TurnableClock {
  let shown = time ?? Date.now();
  let runningSince = time === undefined ? performance.now() : undefined;
  const now = () =>
    runningSince === undefined ? shown : Math.floor(shown + performance.now() - runningSince);
  const turnTo = (to: number) => {
    shown = to;
    if (runningSince !== undefined) runningSince = performance.now();
  };
  return {
    now,
    turnTo,
    freeze() {
      shown = now();
      runningSince = undefined;
    },
    run() {
      runningSince ??= performance.now();
    },
    isRunning: () => runningSince !== undefined,
  };
}

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Reads a span: milliseconds, or a text such as `90s` or `1h30m`. Throws for any other. */
export function parseSpan(span: string | number): number {
  if (typeof span === 'number' && Number.isFinite(span) && span >= 0) return span;
  const text = String(span);
  if (!/^(?:\d+(?:ms|s|m|h|d))+$/.test(text)) {
    throw new RangeError(
      `${text} is no span of time. Write milliseconds, or such as 90s, 5m, 2h, 3d.`,
    );
  }
  const parts = [...text.matchAll(/(\d+)(ms|s|m|h|d)/g)];
  return parts.reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (UNITS_MS[unit] ?? 0),
    0,
  );
}

/** Reads a time; throws for what is none. */
export function parseTime(time: Date | string): number {
  const parsed = new Date(time).getTime();
  if (Number.isFinite(parsed)) return parsed;
  throw new RangeError(`${String(time)} is no time. Write such as 2026-01-01T00:00:00Z.`);
}
