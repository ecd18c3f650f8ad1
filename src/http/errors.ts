/**
 * What goes wrong -> Twilio's error body. The only mapping from the names of problem.ts to the wire:
 * a name without a row does not compile. Anything that is not a Problem is answered as a bland 500.
 */

import { Problem, type ProblemName } from '../problem.ts';
import { writeXml } from './formats/xml.ts';
import type { Extension } from './path.ts';

interface Row {
  status: number;
  code: number;
  message: string;
  /** What the problem's detail is on the wire; by default it becomes the message. */
  detail?: 'separate' | 'hidden';
}

/** Every error of the API; docs/api.md lists the same rows, and a test compares the two. */
export const ERRORS: Record<ProblemName | 'internal', Row> = {
  not_authenticated: { status: 401, code: 20003, message: 'Authenticate', detail: 'separate' },
  account_not_active: { status: 403, code: 20005, message: 'Account not active' },
  access_denied: { status: 403, code: 20006, message: 'Access Denied', detail: 'separate' },
  consent_impossible: { status: 403, code: 20006, message: 'Access Denied', detail: 'separate' },
  app_changed: { status: 409, code: 20006, message: 'Access Denied', detail: 'separate' },
  form_rejected: { status: 403, code: 20006, message: 'Access Denied', detail: 'separate' },
  not_found: { status: 404, code: 20404, message: 'The requested resource was not found' },
  method_not_allowed: { status: 405, code: 20004, message: 'Method not allowed' },
  friendly_name_invalid: {
    status: 400,
    code: 20002,
    message: 'Invalid FriendlyName',
    detail: 'separate',
  },
  nested_subaccount: {
    status: 400,
    code: 21101,
    message: 'A subaccount cannot create subaccounts',
  },
  status_invalid: { status: 400, code: 21475, message: 'Invalid Status', detail: 'separate' },
  account_closed: {
    status: 400,
    code: 21479,
    message: 'The account is closed, and that is final',
  },
  parameter_invalid: { status: 400, code: 20422, message: 'Invalid parameter' },
  status_not_changeable: {
    status: 400,
    code: 21477,
    message: 'Only a parent account can change the Status, and only of its subaccounts',
  },
  page_size_too_large: { status: 400, code: 20007, message: 'Page size too large' },
  page_token_invalid: { status: 400, code: 21481, message: 'Invalid PageToken' },
  request_malformed: { status: 400, code: 20001, message: 'The request could not be understood' },
  request_too_slow: { status: 408, code: 20408, message: 'The request took too long to arrive' },
  headers_too_large: { status: 431, code: 20431, message: 'The request headers are too large' },
  body_too_large: { status: 413, code: 20413, message: 'The request body is over 64 kB' },
  media_type_unsupported: {
    status: 415,
    code: 20415,
    message: 'Send the parameters as application/x-www-form-urlencoded or multipart/form-data',
  },
  resource_unknown: {
    status: 404,
    code: 20404,
    message: 'The requested resource was not found',
    detail: 'separate',
  },
  phone_number_invalid: { status: 400, code: 21421, message: 'PhoneNumber is invalid' },
  phone_number_unavailable: { status: 400, code: 21422, message: 'PhoneNumber is not available' },
  area_code_empty: { status: 400, code: 21452, message: 'No phone numbers found in area code' },
  to_missing: { status: 400, code: 21604, message: "A 'To' phone number is required" },
  to_invalid: { status: 400, code: 21211, message: "Invalid 'To' Phone Number" },
  to_unroutable: { status: 400, code: 21612, message: "The 'To' number is not reachable" },
  to_not_permitted: { status: 400, code: 21408, message: "The 'To' region is not enabled" },
  to_blocked: { status: 400, code: 21610, message: "The 'To' number has opted out" },
  to_not_mobile: { status: 400, code: 21614, message: "'To' is not a mobile number" },
  from_missing: { status: 400, code: 21603, message: "A 'From' phone number is required" },
  from_invalid: { status: 400, code: 21212, message: "Invalid 'From' Number" },
  from_not_owned: { status: 400, code: 21606, message: "The 'From' number is not yours" },
  from_queue_full: { status: 400, code: 21611, message: "The queue of the 'From' number is full" },
  body_missing: { status: 400, code: 21602, message: 'Message body is required' },
  body_too_long: { status: 400, code: 21617, message: 'The message body is too long' },
  body_not_changeable: {
    status: 400,
    code: 20001,
    message: 'The Body of a message can only be emptied',
  },
  message_not_cancelable: {
    status: 400,
    code: 30409,
    message: 'Only a scheduled message can be canceled',
  },
  call_to_missing: { status: 400, code: 21201, message: "No 'To' number is specified" },
  call_to_invalid: {
    status: 400,
    code: 21217,
    message: 'Phone number does not appear to be valid',
  },
  call_to_unroutable: { status: 400, code: 21214, message: "The 'To' number cannot be reached" },
  call_to_not_permitted: { status: 400, code: 21215, message: "The 'To' region is not enabled" },
  call_to_blocked: { status: 400, code: 21216, message: "The 'To' number is blocked" },
  call_from_missing: { status: 400, code: 21213, message: "No 'From' number is specified" },
  call_from_not_owned: { status: 400, code: 21210, message: "The 'From' number is not verified" },
  call_url_missing: { status: 400, code: 21205, message: 'Url is required' },
  call_ended: { status: 400, code: 21220, message: 'The call is not in progress' },
  too_many_requests: { status: 429, code: 20429, message: 'Too Many Requests' },
  overloaded: { status: 503, code: 20503, message: 'Service Unavailable', detail: 'hidden' },
  storage_unavailable: {
    status: 503,
    code: 20503,
    message: 'Service Unavailable',
    detail: 'hidden',
  },
  upstream_failed: { status: 502, code: 20502, message: 'Bad Gateway', detail: 'hidden' },
  upstream_slow: { status: 504, code: 20504, message: 'Gateway Timeout', detail: 'hidden' },
  database_missing: {
    status: 503,
    code: 20503,
    message: 'Service Unavailable',
    detail: 'hidden',
  },
  database_foreign: {
    status: 503,
    code: 20503,
    message: 'Service Unavailable',
    detail: 'hidden',
  },
  database_not_current: {
    status: 503,
    code: 20503,
    message: 'Service Unavailable',
    detail: 'hidden',
  },
  setting_invalid: { status: 500, code: 20500, message: 'Internal Server Error', detail: 'hidden' },
  secret_key_mismatch: {
    status: 500,
    code: 20500,
    message: 'Internal Server Error',
    detail: 'hidden',
  },
  worker_failed: { status: 500, code: 20500, message: 'Internal Server Error', detail: 'hidden' },
  server_not_ready: {
    status: 500,
    code: 20500,
    message: 'Internal Server Error',
    detail: 'hidden',
  },
  redirect_failed: { status: 500, code: 20500, message: 'Internal Server Error', detail: 'hidden' },
  internal: { status: 500, code: 20500, message: 'Internal Server Error', detail: 'hidden' },
};

export interface ErrorReply {
  status: number;
  contentType: string;
  body: string;
}

/** Writes the error as the extension of the path asks: JSON for .json, XML for all others. */
export function writeErrorReply(error: unknown, path: string, extension: Extension): ErrorReply {
  const row = ERRORS[error instanceof Problem ? error.problem : 'internal'];
  const detail = error instanceof Problem ? error.detail : undefined;
  const body = {
    code: row.code,
    ...(row.detail === 'separate' && detail && { detail }),
    message:
      row.code === ERRORS.not_found.code ? notFound(path) : (!row.detail && detail) || row.message,
    more_info: `https://www.twilio.com/docs/errors/${row.code}`,
    status: row.status,
  };
  return extension === 'json'
    ? {
        status: row.status,
        contentType: 'application/json; charset=utf-8',
        body: JSON.stringify(body),
      }
    : {
        status: row.status,
        contentType: 'application/xml; charset=utf-8',
        body: writeXml('RestException', body),
      };
}

function notFound(path: string): string {
  return `The requested resource ${path} was not found`;
}
