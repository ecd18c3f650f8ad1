/**
 * The password of a person who is signed in, asked for once more before what a stolen session must not do. Tries are
 * counted with those of the sign-in page, so that this is no other way to guess.
 */

import { html } from 'hono/html';
import type { Html } from '../../pages/layout.ts';
import { type Parameters, textOf } from '../../parameter.ts';
import { tryOf } from '../../users/routes.ts';
import { type Result, trySignIn } from '../../users/sign-in.ts';
import type { AccountVisit, Console } from '../console.ts';
import { field } from '../parts/field.ts';

/** The name of the field. */
export const PASSWORD = 'password';

/** Why a password was not accepted, and how long to wait. */
export interface Refusal {
  status: number;
  fault: string;
  waitSeconds?: number;
}

/** Returns why the password of a form is not accepted, and undefined if it is the person's. */
export async function refusePassword(
  { context, limits, pages }: Console,
  { request, session }: AccountVisit,
  form: Parameters,
): Promise<Refusal | undefined> {
  const password = textOf(form, PASSWORD) ?? '';
  const attempt = tryOf(pages, request, session.user.email, password);
  const result = await trySignIn(context, limits, attempt);
  if ('refusal' in result) return explain(result);
  return result.user.sid === session.user.sid ? undefined : WRONG;
}

const WRONG: Refusal = {
  status: 401,
  fault: 'This is not your password. Nothing has been changed.',
};

function explain(result: Exclude<Result, { user: unknown }>): Refusal {
  switch (result.refusal) {
    case 'wrong':
      return WRONG;
    case 'too_many_tries': {
      const waitSeconds = Math.ceil(result.waitMs / 1000);
      const fault = `Too many attempts from your network. Try again in ${waitSeconds} seconds.`;
      return { status: 429, fault, waitSeconds };
    }
    case 'not_checked':
      return {
        status: 503,
        fault: 'Too many people are signing in, so it was not checked. Try again in a moment.',
        waitSeconds: 1,
      };
  }
}

/** Answers a refused password with a page: its status, and when to try again. */
export function refuse<View extends object>(
  { reply }: AccountVisit,
  { status, waitSeconds }: Refusal,
  view: View,
): View & { status: number } {
  if (waitSeconds !== undefined) reply.header('Retry-After', waitSeconds);
  return { ...view, status };
}

/** The field, with the address that it belongs to, for password managers. */
export function passwordField({ session }: AccountVisit, refusal: Refusal | undefined): Html {
  return html`<input type="text" name="username" value="${session.user.email}" autocomplete="username" readonly hidden>${field(
    {
      name: PASSWORD,
      label: 'Your password',
      type: 'password',
      autocomplete: 'current-password',
      fault: refusal?.fault,
      isRequired: true,
      hasFocus: refusal !== undefined,
    },
  )}`;
}
