/** The sign-in page. */

import { html } from 'hono/html';
import { cardPage, csrfField, type Html } from '../pages/layout.ts';

/** The form to sign in; afterwards the browser goes to `returnTo`. */
export function signInPage(options: {
  csrfToken: string;
  returnTo: string;
  /** Why the last try failed. */
  notice?: string;
  email?: string;
}): Html {
  const { csrfToken, returnTo, notice, email = '' } = options;
  return cardPage({
    title: 'Sign in',
    card: html`<h1>Sign in</h1>
${notice === undefined ? '' : html`<p class="notice" role="alert">${notice}</p>`}
<form method="post" action="/sign-in">
${csrfField(csrfToken)}
<input type="hidden" name="return_to" value="${returnTo}">
<label for="email">E-mail</label>
<input id="email" name="email" type="email" value="${email}" autocomplete="username" required autofocus>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<div class="buttons"><button>Sign in</button></div>
</form>`,
  });
}

/** The last line of a page for a signed-in user. */
export function signOutFoot(email: string, csrfToken: string): Html {
  return html`<form class="foot" method="post" action="/sign-out">
${csrfField(csrfToken)}<span>Signed in as ${email}</span><button class="plain">Sign out</button>
</form>`;
}
