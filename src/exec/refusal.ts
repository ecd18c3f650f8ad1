/**
 * What a command reads when its request cannot be served: a 502 in the form of Twilio's own errors, so
 * that its clients show the reason as the message of their exceptions.
 */

import type { ServerResponse } from 'node:http';
import { destinationOf } from './twilio-hosts.ts';

/** Explains why a request to one of Twilio's hosts cannot be served. */
export function explainRefusal(hostname: string, serverUrl: string): string {
  return destinationOf(hostname) === 'server'
    ? `The connect-apps server at ${serverUrl} does not answer. Is it still running?`
    : `connect-apps replaces only api.twilio.com and www.twilio.com, not ${hostname}. ` +
        'The request was blocked so that it does not reach Twilio by accident.';
}

/** Answers 502 with `message` as Twilio's error object. */
export function refuse(response: ServerResponse, message: string): void {
  const code = 20502;
  const more_info = `https://www.twilio.com/docs/errors/${code}`;
  response.statusCode = 502;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ code, message, more_info, status: 502 }));
}
