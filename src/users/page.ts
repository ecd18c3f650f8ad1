/** The sign-in page, and the page of a signed-in user. */

import { html } from 'hono/html';
import type { Account } from '../accounts/account.ts';
import { cardPage, csrfField, type Html } from '../pages/layout.ts';
import type { DemoPerson } from '../pages/pages.ts';
import { isolated } from '../pages/text.ts';

/** The form to sign in; afterwards the browser goes to `returnTo`. */
export function signInPage(options: {
  csrfToken: string;
  returnTo: string;
  /** Why the last try failed. */
  notice?: string;
  email?: string;
  /** Who signs in with one click. */
  demoPeople?: readonly DemoPerson[];
}): Html {
  const { csrfToken, returnTo, notice, email = '', demoPeople = [] } = options;
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
</form>
${demoPeople.length === 0 ? '' : html`<h2>Or continue as</h2>${demoButtons(demoPeople, { csrfToken, returnTo })}`}`,
  });
}

/** Buttons that continue as a demo person. One form each: it sends what anyone could type, so that a changed password is asked for. */
export function demoButtons(
  people: readonly DemoPerson[],
  { csrfToken, returnTo }: { csrfToken: string; returnTo: string },
): Html {
  return html`<div class="buttons">${people.map(
    ({ name, email, password }) => html`<form method="post" action="/sign-in">
${csrfField(csrfToken)}
<input type="hidden" name="return_to" value="${returnTo}">
<input type="hidden" name="email" value="${email}">
<input type="hidden" name="password" value="${password}">
<button class="second">${name}</button>
</form>`,
  )}</div>
<p class="quiet">Only a development server has ${people.length === 1 ? 'this button' : 'these buttons'}.</p>`;
}

/** Shows who is signed in, and for which accounts. */
export function signedInPage(email: string, accounts: readonly Account[], token: string): Html {
  return cardPage({
    title: 'You are signed in',
    card: html`<h1>You are signed in</h1>
<p>You act for:</p>
<ul class="permissions">${accounts.map(
      (account) =>
        html`<li><strong>${isolated(account.friendlyName)}</strong><code>${account.sid}</code></li>`,
    )}</ul>
<h2>Links</h2>
<ul class="links"><li><a href="/docs">API reference</a></li><li><a href="/openapi.json">OpenAPI document</a></li></ul>`,
    foot: signOutFoot(email, token),
  });
}

/** The last line of a page for a signed-in user. */
export function signOutFoot(email: string, csrfToken: string): Html {
  return html`<form class="foot" method="post" action="/sign-out">
${csrfField(csrfToken)}<span>Signed in as ${email}</span><button class="plain">Sign out</button>
</form>`;
}
