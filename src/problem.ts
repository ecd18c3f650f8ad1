/**
 * The closed list of things that can go wrong. Names only: what each becomes on the wire is decided
 * in http/errors.ts, what a person at a terminal reads is the message.
 */

export type ProblemName =
  | 'not_authenticated'
  | 'account_not_active'
  | 'access_denied'
  | 'consent_impossible'
  | 'app_changed'
  | 'form_rejected'
  | 'not_found'
  | 'method_not_allowed'
  | 'friendly_name_invalid'
  | 'nested_subaccount'
  | 'status_invalid'
  | 'account_closed'
  | 'parameter_invalid'
  | 'status_not_changeable'
  | 'page_size_too_large'
  | 'page_token_invalid'
  | 'request_malformed'
  | 'request_too_slow'
  | 'headers_too_large'
  | 'body_too_large'
  | 'media_type_unsupported'
  | 'resource_unknown'
  | 'phone_number_invalid'
  | 'phone_number_unavailable'
  | 'area_code_empty'
  | 'to_missing'
  | 'to_invalid'
  | 'to_unroutable'
  | 'to_not_permitted'
  | 'to_blocked'
  | 'to_not_mobile'
  | 'from_missing'
  | 'from_invalid'
  | 'from_not_owned'
  | 'from_queue_full'
  | 'body_missing'
  | 'body_too_long'
  | 'body_not_changeable'
  | 'message_not_cancelable'
  | 'call_to_missing'
  | 'call_to_invalid'
  | 'call_to_unroutable'
  | 'call_to_not_permitted'
  | 'call_to_blocked'
  | 'call_from_missing'
  | 'call_from_not_owned'
  | 'call_url_missing'
  | 'call_ended'
  | 'too_many_requests'
  | 'overloaded'
  | 'storage_unavailable'
  | 'upstream_failed'
  | 'upstream_slow'
  | 'setting_invalid'
  | 'database_missing'
  | 'database_foreign'
  | 'database_not_current'
  | 'secret_key_mismatch'
  | 'worker_failed'
  | 'server_not_ready'
  | 'redirect_failed';

/** Our only error class: it names what went wrong, and `message` explains what to do about it. */
export class Problem extends Error {
  readonly problem: ProblemName;
  /** One more sentence for the caller, if the name alone is not enough. Never contains a secret. */
  readonly detail: string | undefined;
  /** For the record of requests (reason.ts), which says more than the caller may know. */
  readonly reason: string | undefined;

  constructor(
    problem: ProblemName,
    detail?: string,
    options?: { cause?: unknown; reason?: string | undefined },
  ) {
    super(detail ?? problem.replaceAll('_', ' '), options);
    this.name = 'Problem';
    this.problem = problem;
    this.detail = detail;
    this.reason = options?.reason;
  }
}
