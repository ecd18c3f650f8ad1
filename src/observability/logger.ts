/** The one place where loggers are made. No line may hold a secret or a text of a customer. */

import { styleText } from 'node:util';
import { type Logger, pino } from 'pino';
import { toLongNames, toShortNames } from './fields.ts';

export type { Logger } from 'pino';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Where lines of the log go. */
export interface LogStream {
  write(line: string): void;
}

const NOWHERE: LogStream = { write() {} };

const FLUSH_MS = 200;
/** What a pipe takes whole (PIPE_BUF of POSIX): the lines of several processes do not mix in it. */
const MAX_WRITE_BYTES = 4096;
/** What is kept of lines that cannot be written, as on a full disk; later ones are lost. */
const MAX_UNWRITTEN_BYTES = 1024 * 1024;

/** OpenTelemetry counts severities from 1 in steps of 4, as pino counts levels from 10 in steps of 10. */
const severityOf = (level: number) => (level / 10 - 1) * 4 + 1;
const WARNING = severityOf(40);
const ERROR = severityOf(50);

export interface LoggerParts {
  /** Where lines go; standard output when absent, as long as the process lives: one logger a process. */
  stream?: LogStream | undefined;
  /** The IDs of the trace that a line belongs to; undefined outside of one. */
  traceIds?: (() => object | undefined) | undefined;
}

/**
 * A logger that writes one JSON object a line, with the names of OpenTelemetry's data model and conventions;
 * authorization, cookies and tokens are redacted.
 */
export function createLogger(level: LogLevel, { stream, traceIds }: LoggerParts = {}): Logger {
  const options = {
    level,
    base: null,
    messageKey: 'body',
    timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
    formatters: {
      level: (name: string, number: number) => ({
        severity_text: name.toUpperCase(),
        severity_number: severityOf(number),
      }),
      log: toLongNames,
    },
    redact: ['*.authorization', '*.cookie', '*.authToken', 'authToken', 'secretKey'],
    ...(traceIds && { mixin: () => traceIds() ?? {} }),
  };
  return pino(options, stream ?? (level === 'silent' ? NOWHERE : standardOutput()));
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
    maxLength: MAX_UNWRITTEN_BYTES,
    periodicFlush: FLUSH_MS,
  });
  // A service keeps running without its log; lines that could not be written are retried with the next ones.
  destination.on('error', () => {});
  process.on('exit', () => {
    // One try for each of the two buffers that can be left: flushSync would retry forever on a full disk.
    destination.flush();
    destination.flush();
  });
  return destination;
}

/** Where text for a person goes: a terminal, which may have colours, or anything else. */
export interface TextOutput {
  write(text: string): unknown;
  isTTY?: boolean;
  /** Of a terminal: heeds NO_COLOR. */
  hasColors?(): boolean;
}

type Colour = Parameters<typeof styleText>[0];

/** Returns what colours a text on a terminal, and leaves it as it is elsewhere. */
export function painterOf(output: TextOutput): (colour: Colour, text: string) => string {
  const isColoured = output.isTTY === true && output.hasColors?.() === true;
  return (colour, text) => (isColoured ? styleText(colour, text, { validateStream: false }) : text);
}

/**
 * A stream that turns the lines of a logger into text for a person, with colours on a terminal. `skipsRequests`:
 * something else tells of them.
 */
export function readable(output: TextOutput, { skipsRequests = false } = {}): LogStream {
  const paint = painterOf(output);
  return {
    write(line) {
      const { timestamp, severity_number, body, ...named } = JSON.parse(line);
      const {
        severity_text: _text,
        'exception.type': _type,
        'exception.message': _message,
        'exception.stacktrace': stack,
        ...fields
      } = toShortNames(named);
      const isRequest = 'requestId' in fields && 'durationMs' in fields;
      if (isRequest && skipsRequests) return;
      const text = isRequest
        ? requestText(body, fields, paint)
        : `${paint(colourOfSeverity(severity_number, fields), body)}${fieldsText(fields)}`;
      const trace = stack === undefined ? '' : `\n${stack}`;
      output.write(`${paint('dim', String(timestamp).slice(11, 19))} ${text}${trace}\n`);
    },
  };
}

/** Method, path, status, and of a refusal Twilio's code and what was wrong. */
function requestText(
  request: string,
  { status, code, fault, durationMs }: Record<string, unknown>,
  paint: (colour: Colour, text: string) => string,
): string {
  const colour = colourOfStatus(Number(status));
  const refusal = code === undefined ? '' : ` ${code} ${fault ?? ''}`;
  return `${request} ${paint(colour, `${status}${refusal}`)} ${paint('dim', `${durationMs} ms`)}`;
}

/** The colour of an HTTP status. */
export function colourOfStatus(status: number): Colour {
  if (status >= 500) return 'red';
  if (status >= 400) return 'yellow';
  return status >= 300 ? 'cyan' : 'green';
}

function colourOfSeverity(
  severity: number,
  { event_name: event }: { event_name?: unknown },
): Colour {
  if (severity >= ERROR) return 'red';
  if (severity >= WARNING) return 'yellow';
  return event === undefined ? 'reset' : 'magenta';
}

function fieldsText({ event_name: _, ...fields }: Record<string, unknown>): string {
  const given = Object.entries(fields).filter(([, value]) => value !== null);
  return given.map(([name, value]) => ` ${name}=${value}`).join('');
}
