/** Errors as pages: what a person reads where a program would read a code. */

import type { FastifyError } from 'fastify';
import { ERRORS } from '../http/errors.ts';
import { pathOf } from '../http/path.ts';
import { Problem } from '../problem.ts';
import { errorPage, type Page } from './layout.ts';

export interface ErrorPage {
  status: number;
  page: Page;
}

/** The page of an error, with the reference under which the log has it. */
export function pageOfError(error: unknown, requestId: string): ErrorPage {
  const { status, title, text } = explain(error);
  return { status, page: errorPage(title, text, requestId) };
}

/**
 * Whether to show a person an error page for this request: its client accepts HTML, as browsers do, and it is
 * not an API request. API clients always get API errors.
 */
export function isForPerson(target: string, accept: string | undefined): boolean {
  return !/^\/+2010-04-01(?:\/|$)/.test(pathOf(target)) && takesHtml(accept ?? '');
}

/** By name only: everything is what programs take, too. */
function takesHtml(accept: string): boolean {
  return accept.split(',').some((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    return type === 'text/html' && !parameters.some((one) => /^q=0(?:\.0*)?$/.test(one));
  });
}

function explain(error: unknown): { status: number; title: string; text: string } {
  if (error instanceof Problem) return explainProblem(error);
  const { code, statusCode } = error instanceof Error ? (error as FastifyError) : {};
  if (code?.startsWith('FST_CSRF_')) return explainProblem(new Problem('form_rejected'));
  const status = statusCode ?? 500;
  return status < 500
    ? { status, title: 'The server cannot read this request', text: 'Go back and try again.' }
    : { status: 500, title: 'Something went wrong', text: 'The server failed. Try again later.' };
}

function explainProblem({ problem, detail }: Problem) {
  const { status } = ERRORS[problem];
  switch (problem) {
    case 'form_rejected':
      return {
        status,
        title: 'This form is no longer valid',
        text: 'Nothing has been changed. Go back, reload the page, and try again.',
      };
    case 'not_found':
      return {
        status,
        title: 'Page not found',
        text: 'The link is wrong or has expired. If somebody gave it to you, ask them for a new one.',
      };
    case 'consent_impossible':
      return { status, title: 'This app cannot be connected', text: detail ?? '' };
    case 'body_too_large':
      return {
        status,
        title: 'That is too large',
        text: 'Nothing has been changed. Go back and choose a smaller file, or write less.',
      };
    case 'overloaded':
    case 'storage_unavailable':
      return { status, title: 'The server is busy', text: 'Try again in a moment.' };
    default:
      return {
        status,
        title: status < 500 ? 'That did not work' : 'Something went wrong',
        text: status < 500 && detail ? detail : 'Go back and try again.',
      };
  }
}
