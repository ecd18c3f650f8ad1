/** How far long work has come: one line on standard error that is drawn again, at a terminal alone. */

const WIDTH = 30;
const DRAW_EVERY_MS = 100;

export interface Progress {
  /** Adds to what is done. */
  add(count: number): void;
  /** Prints a line for good, above the bar. */
  say(line: string): void;
  /** Takes the bar away. */
  stop(): void;
}

/** Starts a bar for work of `total` units. */
export function startProgress(what: string, total: number): Progress {
  const { stderr } = process;
  let done = 0;
  let drawnAt = 0;
  const clear = () => {
    if (stderr.isTTY && drawnAt > 0) stderr.write('\r\u001b[K');
  };
  const draw = () => {
    const share = total === 0 ? 1 : Math.min(1, done / total);
    const filled = Math.round(share * WIDTH);
    const bar = '#'.repeat(filled) + '.'.repeat(WIDTH - filled);
    stderr.write(`\r\u001b[K[${bar}] ${Math.floor(share * 100)} % ${what}`);
  };
  return {
    add(count) {
      done += count;
      const now = performance.now();
      if (!stderr.isTTY || now - drawnAt < DRAW_EVERY_MS) return;
      drawnAt = now;
      draw();
    },
    say(line) {
      clear();
      stderr.write(`connect-apps: ${line}\n`);
    },
    stop: clear,
  };
}
