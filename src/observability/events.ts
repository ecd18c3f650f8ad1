/**
 * Events of authorizations and callbacks, for the people who run the server. SIDs, numbers and permissions
 * only: no event holds a text or a URL of a customer.
 */

import type { Logger } from './logger.ts';

export const CALLBACK_RESULTS = ['delivered', 'retried', 'failed'] as const;
/** What became of an attempt to deliver a callback; nobody tries again after `failed`. */
export type CallbackResult = (typeof CALLBACK_RESULTS)[number];

export const SIGN_IN_RESULTS = [
  'accepted',
  'wrong',
  'too_many_tries',
  'not_checked',
  'provider_refused',
] as const;
/** What became of an attempt to sign in. */
type SignInResult = (typeof SIGN_IN_RESULTS)[number];

export type DomainEvent =
  | {
      name: 'authorized';
      accountSid: string;
      connectAppSid: string;
      subaccountSid: string;
      permissions: readonly string[];
    }
  | { name: 'refused'; connectAppSid: string; userSid: string }
  /** By the customer, or because the app was deleted or the account closed. */
  | { name: 'revoked'; count: number; connectAppSid?: string; accountSid?: string }
  | {
      name: 'callback_attempted';
      callbackSid: string;
      accountSid: string;
      connectAppSid: string;
      attempt: number;
      result: CallbackResult;
      /** Of the answer; null when there was none. */
      status: number | null;
      errorType: string | null;
      durationMs: number;
    }
  /** With a password, or through the provider. The line of its request is all that the log has of it. */
  | { name: 'sign_in_tried'; result: SignInResult };

/** Receives each event after its transaction has committed. */
export type Report = (event: DomainEvent) => void;

/** Counts each event, and writes a line of the log for it. */
export function reportTo(logger: Logger, observe: (event: DomainEvent) => void): Report {
  return (event) => {
    observe(event);
    switch (event.name) {
      case 'authorized':
        logger.info(fieldsOf(event), 'A customer authorized a Connect App');
        break;
      case 'refused':
        logger.info(fieldsOf(event), 'A customer refused a Connect App');
        break;
      case 'revoked':
        logger.info(fieldsOf(event), 'Authorizations were revoked');
        break;
      case 'callback_attempted':
        reportAttempt(logger, event);
        break;
    }
  };
}

function reportAttempt(
  logger: Logger,
  event: Extract<DomainEvent, { name: 'callback_attempted' }>,
): void {
  const fields = fieldsOf(event);
  switch (event.result) {
    case 'delivered':
      logger.info(fields, 'A callback was delivered');
      break;
    case 'retried':
      logger.info(fields, 'A callback failed, and will be sent again');
      break;
    case 'failed':
      logger.warn(fields, 'A callback was given up');
      break;
  }
}

function fieldsOf({ name, ...fields }: DomainEvent): Record<string, unknown> {
  return { event: name, ...fields };
}
