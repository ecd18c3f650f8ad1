/** Problems of the admin API: one JSON shape, with the name, the code and what to do. */

import { ERRORS } from '../http/errors.ts';
import { pathOf } from '../http/path.ts';
import { Problem } from '../problem.ts';

/** Where the admin API is. */
export const ADMIN_ROOT = '/admin/v1';

const SENTENCES: Partial<Record<keyof typeof ERRORS, string>> = {
  not_found: 'There is nothing at this URL. GET /admin/v1/openapi.json lists every URL.',
  method_not_allowed: 'This URL does not take this method.',
  media_type_unsupported: 'Send the parameters as JSON: Content-Type: application/json.',
  body_too_large: 'The body is too large. Send less at once.',
  request_malformed: 'The body must be a JSON object.',
};

/** The body of a problem. */
export interface ProblemBody {
  /** The name, as the command line prints it. */
  error: string;
  code: number;
  status: number;
  message: string;
}

/** Makes the body of anything that was raised; what is no Problem says nothing of itself. */
export function problemBody(error: unknown): ProblemBody {
  const name = error instanceof Problem ? error.problem : 'internal';
  const { status, code, message, detail: shown } = ERRORS[name];
  const detail = error instanceof Problem && shown !== 'hidden' ? error.detail : undefined;
  const sentence = detail ?? SENTENCES[name] ?? message;
  return {
    error: name,
    code,
    status,
    message: /[.!?]$/.test(sentence) ? sentence : `${sentence}.`,
  };
}

/** Writes an error of the admin API; undefined for a target outside of it. */
export function writeAdminProblem(error: unknown, target: string) {
  const path = pathOf(target);
  if (path !== ADMIN_ROOT && !path.startsWith(`${ADMIN_ROOT}/`)) return undefined;
  const body = problemBody(error);
  return {
    status: body.status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      ...(body.status === 401 && { 'www-authenticate': 'Bearer realm="connect-apps admin API"' }),
      ...(body.status === 429 && { 'retry-after': '60' }),
    },
    body: JSON.stringify(body),
  };
}
