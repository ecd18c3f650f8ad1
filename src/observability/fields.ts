/**
 * The names of the log's fields: as OpenTelemetry's semantic conventions have them where they have one, else
 * in the namespace `connect_apps`. The code logs the short names; docs/observability.md lists the long ones.
 */

import { stdSerializers } from 'pino';
import { Problem } from '../problem.ts';

const PREFIX = 'connect_apps.';

const NAMES = new Map([
  ['requestId', 'connect_apps.request.id'],
  ['accountSid', 'connect_apps.account.sid'],
  ['callerSid', 'connect_apps.caller.sid'],
  ['connectAppSid', 'connect_apps.app.sid'],
  ['subaccountSid', 'connect_apps.subaccount.sid'],
  ['permissions', 'connect_apps.app.permissions'],
  ['callbackSid', 'connect_apps.callback.sid'],
  ['attempt', 'connect_apps.callback.attempt'],
  ['result', 'connect_apps.callback.result'],
  ['resendSid', 'connect_apps.resend.sid'],
  ['flowRunSid', 'connect_apps.flow_run.sid'],
  ['userSid', 'user.id'],
  ['method', 'http.request.method'],
  ['route', 'http.route'],
  ['status', 'http.response.status_code'],
  ['durationMs', 'connect_apps.duration_ms'],
  ['errorType', 'error.type'],
  ['code', 'connect_apps.error.code'],
  ['fault', 'connect_apps.error.detail'],
  ['decision', 'connect_apps.decision'],
  ['reason', 'connect_apps.reason'],
  ['refusal', 'connect_apps.sign_in.refusal'],
  ['count', 'connect_apps.count'],
  ['denied', 'connect_apps.denied'],
  ['worker', 'connect_apps.worker.id'],
]);

const SHORT_NAMES = new Map([...NAMES].map(([short, long]) => [long, short]));

/** The long names of all fields of a line, but for those of every line and of an exception. */
export const FIELD_NAMES: readonly string[] = [...NAMES.values()];

/** Gives the fields of a line their long names. */
export function toLongNames(fields: Record<string, unknown>): Record<string, unknown> {
  const named: Record<string, unknown> = {};
  // Without entries of its own for each: every request writes a line.
  for (const name in fields) {
    if (name === 'err') Object.assign(named, exceptionFields(fields.err));
    else if (name === 'event') named.event_name = `${PREFIX}${fields.event}`;
    else named[NAMES.get(name) ?? name] = fields[name];
  }
  return named;
}

/** Gives them their short names back, for a person. */
export function toShortNames(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [SHORT_NAMES.get(name) ?? name, value]),
  );
}

/** What an error is, with the messages and the stacks of its causes. */
function exceptionFields(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { 'exception.message': String(error) };
  const { type, message, stack } = stdSerializers.err(error);
  return {
    'error.type': typeOf(error),
    'exception.type': type,
    'exception.message': message,
    'exception.stacktrace': stack,
  };
}

/** A name of few that there are: of a problem, of the system's error, or of the class. */
export function typeOf(error: unknown): string {
  if (error instanceof Problem) return error.problem;
  if (!(error instanceof Error)) return typeof error;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
