/**
 * Who is signed in, shown once more before what a stolen session must not do: by the password, or by somebody without
 * one at the provider. Tries are counted with those of the sign-in page, so that this is no other way to guess.
 */

import { html } from 'hono/html';
import type { Html } from '../../pages/layout.ts';
import { type Parameters, textOf } from '../../parameter.ts';
import { providerPath } from '../../users/links.ts';
import { tryOf } from '../../users/routes.ts';
import { type Result, trySignIn } from '../../users/sign-in.ts';
import type { AccountVisit, Console } from '../console.ts';
import { field } from '../parts/field.ts';

/** The name of the field. */
export const PASSWORD = 'password';

/** Why somebody is not confirmed, and how long to wait. */
export interface Refusal {
  status: number;
  fault: string;
  waitSeconds?: number;
}

/** Returns why a form does not show who sends it, and undefined if it does. */
export async function refuseUnconfirmed(
  { context, limits, pages }: Console,
  { request, session, signIn }: AccountVisit,
  form: Parameters,
): Promise<Refusal | undefined> {
  if (!signIn.isByPassword) return signIn.isConfirmed ? undefined : UNCONFIRMED;
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
const UNCONFIRMED: Refusal = {
  status: 401,
  fault: 'Nothing has been changed: your last sign-in was too long ago.',
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

/** Answers somebody who is not confirmed with a page: its status, and when to try again. */
export function refuse<View extends object>(
  { reply }: AccountVisit,
  { status, waitSeconds }: Refusal,
  view: View,
): View & { status: number } {
  if (waitSeconds !== undefined) reply.header('Retry-After', waitSeconds);
  return { ...view, status };
}

/** What a form asks to be confirmed: the password, or a sign-in with the provider, which leads back to the form. */
export function confirmation(visit: AccountVisit, refusal: Refusal | undefined): Html | string {
  const { signIn } = visit;
  if (signIn.isByPassword) return passwordField(visit, refusal);
  if (signIn.isConfirmed) return '';
  const fault =
    refusal === undefined ? '' : html`<p class="fault" role="alert">${refusal.fault}</p>`;
  return html`${fault}${signIn.providerName === undefined ? NO_WAY : providerLink(visit, signIn.providerName)}`;
}

const NO_WAY = html`<p>You have no password to confirm this with. Ask the people who run this server for a link to set one.</p>`;

function providerLink({ request }: AccountVisit, name: string): Html {
  const [path = ''] = request.originalUrl.split('?');
  return html`<p>To confirm that it is you, <a href="${providerPath(path, { isAgain: true })}">sign in with ${name} again</a> first. That holds for five minutes.</p>`;
}

/** The field, with the address that it belongs to, for password managers. */
function passwordField({ session }: AccountVisit, refusal: Refusal | undefined): Html {
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
