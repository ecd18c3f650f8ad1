/** The cards that a link leads to, with the look of the sign-in page. */

import { html } from 'hono/html';
import { cardPage, csrfField, type Html, type Page } from '../../pages/layout.ts';
import type { SignInWays } from '../../pages/pages.ts';
import { isolated, plainText } from '../../pages/text.ts';
import type { OpenInvitation } from '../../users/invitations.ts';
import { signOutFoot, waysToSignIn } from '../../users/page.ts';

type Card = { csrfToken: string; fault?: string | undefined };
type Joining = OpenInvitation & Card & { signIn: SignInWays; here: string };

/** For somebody who is not signed in: they come back signed in with the provider, or give a password. */
export function joinCard(joining: Joining): Page {
  return cardPage({
    title: 'Join an account',
    card: html`${invited(joining)}${faultNotice(joining.fault)}
${waysToSignIn(joining.signIn, joining.here, joinForm(joining))}`,
  });
}

/** With the password that they have here, or a new one. */
function joinForm({ invitation, csrfToken, signIn }: Joining): Html {
  return html`<form method="post">
${csrfField(csrfToken)}
<label for="email">E-mail</label>
<input id="email" type="email" value="${plainText(invitation.email)}" autocomplete="username" readonly>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="new-password" aria-describedby="password-hint" required ${signIn.providerName === undefined ? 'autofocus' : ''}>
<p class="hint quiet" id="password-hint">If you already have a password here, enter it. If not, choose one with at least 12 characters.</p>
<div class="buttons"><button>Join</button></div>
</form>`;
}

/** For the person themselves, signed in. */
export function signedInCard({ invitation, accountName, csrfToken }: OpenInvitation & Card): Page {
  return cardPage({
    title: 'Join an account',
    card: html`${invited({ invitation, accountName })}
<form method="post">
${csrfField(csrfToken)}
<div class="buttons"><button>Join</button></div>
</form>`,
    foot: signOutFoot(invitation.email, csrfToken),
  });
}

/** For somebody who is signed in as another person. */
export function otherPersonCard({ email, csrfToken }: { email: string; csrfToken: string }): Page {
  return cardPage({
    title: 'Join an account',
    card: html`<h1>This invitation is for somebody else</h1>
<p>If it is for you, sign out and open the link again.</p>`,
    foot: signOutFoot(email, csrfToken),
  });
}

/** To choose another password. */
export function resetCard({ email, csrfToken, fault }: Card & { email: string }): Page {
  return cardPage({
    title: 'Set a new password',
    card: html`<h1>Set a new password</h1>${faultNotice(fault)}
<p>Setting it signs you out everywhere.</p>
<form method="post">
${csrfField(csrfToken)}
<label for="email">E-mail</label>
<input id="email" type="email" value="${plainText(email)}" autocomplete="username" readonly>
<label for="password">New password</label>
<input id="password" name="password" type="password" autocomplete="new-password" aria-describedby="password-hint" required autofocus>
<p class="hint quiet" id="password-hint">At least 12 characters.</p>
<div class="buttons"><button>Set password</button></div>
</form>`,
  });
}

/** After it. */
export function passwordChangedCard(): Page {
  return cardPage({
    title: 'Your password is set',
    card: html`<h1>Your password is set</h1>
<p>The link no longer works, and all your sessions have ended. Sign in with the new password.</p>
<p><a href="/sign-in">Sign in</a></p>`,
  });
}

function invited({ invitation, accountName }: OpenInvitation): Html {
  const role =
    invitation.role === 'owner'
      ? 'Owners can do everything, and manage its people.'
      : 'Members create and change apps. Only owners delete apps and manage Auth Tokens and people.';
  return html`<h1>Join ${isolated(accountName)}</h1>
<p>You are invited as ${invitation.role === 'owner' ? 'an owner' : 'a member'}. ${role}</p>`;
}

function faultNotice(fault: string | undefined): Html | string {
  return fault === undefined ? '' : html`<p class="notice" role="alert">${fault}</p>`;
}
