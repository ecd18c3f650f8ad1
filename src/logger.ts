/** The one place where loggers are made. No line may hold a secret or a text of a customer. */

import { type Logger, pino } from 'pino';
import type { LogLevel } from './config.ts';

export type { Logger } from 'pino';

/** Where lines of the log go. */
export interface LogStream {
  write(line: string): void;
}

const FLUSH_MS = 200;
/** What a pipe takes whole (PIPE_BUF of POSIX): the lines of several processes do not mix in it. */
const MAX_WRITE_BYTES = 4096;

/** A logger that writes one JSON object a line; authorization, cookies and tokens are redacted. */
export function createLogger(level: LogLevel, stream?: LogStream): Logger {
  const options = {
    level,
    base: null,
    timestamp,
    redact: ['*.authorization', '*.cookie', '*.authToken', 'authToken', 'secretKey'],
  };
  return pino(options, stream ?? standardOutput());
}

/**
 * Lines go out together, at the latest after FLUSH_MS. By this thread: to wake another one for each
 * write would cost more than the write.
 */
function standardOutput(): LogStream {
  const destination = pino.destination({
    sync: true,
    minLength: MAX_WRITE_BYTES - 512,
    maxWrite: MAX_WRITE_BYTES,
    periodicFlush: FLUSH_MS,
  });
  process.on('exit', () => destination.flushSync());
  return destination;
}

let lastTime = 0;
let lastTimestamp = '';

/** The time as ISO 8601; written once for all lines of a millisecond. */
function timestamp(): string {
  const now = Date.now();
  if (now !== lastTime) {
    lastTime = now;
    lastTimestamp = `,"time":"${new Date(now).toISOString()}"`;
  }
  return lastTimestamp;
}

/** A stream that turns the lines of a logger into text for a person. */
export function readable(output: { write(text: string): void }): LogStream {
  return {
    write(line) {
      const { time, level: _, msg, err, ...fields } = JSON.parse(line);
      const rest = Object.entries(fields).map(([name, value]) => `${name}=${value}`);
      const trace = err?.stack ? `\n${err.stack}` : '';
      output.write(`${String(time).slice(11, 19)} ${msg} ${rest.join(' ')}${trace}\n`);
    },
  };
}
