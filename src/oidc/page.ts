/** The page after signing out, while the provider may still know the browser. */

import { html } from 'hono/html';
import { cardPage, type Page } from '../pages/layout.ts';

/** Says that the session has ended, and where to end the one at the provider. */
export function signedOutPage(name: string, endSessionUrl: string | undefined): Page {
  return cardPage({
    title: 'You are signed out',
    card: html`<h1>You are signed out</h1>
<p>You may still be signed in to ${name}. On a computer that you share, sign out there, too.</p>
<ul class="links">
${endSessionUrl === undefined ? '' : html`<li><a href="${endSessionUrl}" rel="noopener noreferrer">Sign out of ${name}</a></li>`}
<li><a href="/sign-in">Sign in again</a></li>
</ul>`,
  });
}
