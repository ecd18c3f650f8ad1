/** The sign-in page. */

import { html } from 'hono/html';
import { cardPage, csrfField, type Html, type Page } from '../pages/layout.ts';
import type { DemoPerson, SignInWays } from '../pages/pages.ts';
import { providerPath } from './links.ts';

/** The form to sign in; afterwards the browser goes to `returnTo`. */
export function signInPage(options: {
  csrfToken: string;
  returnTo: string;
  providerName: string | undefined;
  hasPasswords: boolean;
  /** Why the last try failed. */
  notice?: string;
  email?: string;
  /** Who signs in with one click. */
  demoPeople?: readonly DemoPerson[];
}): Page {
  const { csrfToken, returnTo, providerName, hasPasswords, notice, demoPeople = [] } = options;
  return cardPage({
    title: 'Sign in',
    card: html`<h1>Sign in</h1>
${notice === undefined ? '' : html`<p class="notice" role="alert">${notice}</p>`}
${waysToSignIn({ providerName, hasPasswords }, returnTo, passwordForm(options))}
${demoPeople.length === 0 ? '' : demoButtons(demoPeople, { csrfToken, returnTo })}`,
  });
}

/** The provider, from which the browser comes back to `returnTo`, and a form with a password: those that there are. */
export function waysToSignIn(
  { providerName, hasPasswords }: SignInWays,
  returnTo: string,
  form: Html,
): Html {
  const hasBoth = providerName !== undefined && hasPasswords;
  // A link and no form: browsers would hold the provider, and wherever it leads, to our form-action.
  return html`${providerName === undefined ? '' : html`<p class="buttons"><a class="button" href="${providerPath(returnTo)}">Sign in with ${providerName}</a></p>`}
${hasBoth ? html`<p class="or"><span>or</span></p>` : ''}
${hasPasswords ? form : ''}`;
}

function passwordForm({
  csrfToken,
  returnTo,
  providerName,
  email = '',
}: {
  csrfToken: string;
  returnTo: string;
  providerName: string | undefined;
  email?: string;
}): Html {
  return html`<form method="post" action="/sign-in">
${csrfField(csrfToken)}
<input type="hidden" name="return_to" value="${returnTo}">
<label for="email">E-mail</label>
<input id="email" name="email" type="email" value="${email}" autocomplete="username" required ${providerName === undefined ? 'autofocus' : ''}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<div class="buttons"><button${providerName === undefined ? '' : html` class="second"`}>Sign in</button></div>
</form>`;
}

/**
 * Buttons that continue as a demo person. Each is a form that sends what anyone could type, so that a password that
 * was changed is asked for.
 */
export function demoButtons(
  people: readonly DemoPerson[],
  { csrfToken, returnTo }: { csrfToken: string; returnTo: string },
): Html {
  return html`<div class="demo"><h2>Or continue as</h2>
<div class="buttons">${people.map(
    ({ name, email, password }) => html`<form method="post" action="/sign-in">
${csrfField(csrfToken)}
<input type="hidden" name="return_to" value="${returnTo}">
<input type="hidden" name="email" value="${email}">
<input type="hidden" name="password" value="${password}">
<button class="second">${name}</button>
</form>`,
  )}</div>
<p class="quiet">Only a development server has ${people.length === 1 ? 'this button' : 'these buttons'}.</p></div>`;
}

/** The last line of a page for a signed-in user. */
export function signOutFoot(email: string, csrfToken: string): Html {
  return html`<form class="foot" method="post" action="/sign-out">
${csrfField(csrfToken)}<span>Signed in as ${email}</span><button class="plain">Sign out</button>
</form>`;
}
