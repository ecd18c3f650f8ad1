/** The one place where loggers are made. No line may hold a secret or a text of a customer. */

import { type Logger, pino } from 'pino';
import type { LogLevel } from './config.ts';

export type { Logger } from 'pino';

/** Where lines of the log go. */
export interface LogStream {
  write(line: string): void;
}

/** A logger that writes one JSON object a line; authorization, cookies and tokens are redacted. */
export function createLogger(level: LogLevel, stream?: LogStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: ['*.authorization', '*.cookie', '*.authToken', 'authToken', 'secretKey'],
  };
  return stream ? pino(options, stream) : pino(options);
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
