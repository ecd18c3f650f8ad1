/** What the pages of Auth Tokens show. A token is on one of them alone: the answer to the password. */

import { html } from 'hono/html';
import type { AuthTokens, TokenNames } from '../../accounts/token-rotation.ts';
import { csrfField, type Html } from '../../pages/layout.ts';
import type { AccountVisit, View } from '../console.ts';
import {
  buttonRow,
  definitionList,
  dialogCard,
  keepIt,
  linkButton,
  notice,
  panel,
} from '../parts/panel.ts';
import { copyButton, lastUse } from '../parts/text.ts';
import { confirmation, type Refusal } from './confirm.ts';
import { accountTabs, ownersOnly } from './tabs.ts';

export interface Tokens {
  names: TokenNames;
  usedAt: { primary: number | undefined; secondary: number | undefined };
}

/** The page of the tokens; they are on it only when `shown`. */
export function tokensView(
  visit: AccountVisit,
  tokens: Tokens,
  { shown, refusal }: { shown?: AuthTokens; refusal?: Refusal } = {},
): View {
  const { names, usedAt } = tokens;
  const { role } = visit;
  const isOwner = role === 'owner';
  const row = (shownToken: string | undefined, at: number | undefined) =>
    html`${shownToken === undefined ? html`<code aria-label="hidden">••••••••••••••••</code>` : html`<span class="sid" data-secret><code>${shownToken}</code>${copyButton({ value: shownToken, what: 'the token' })}</span>`}<span class="sub">${lastUse(at, visit.now)}</span>`;
  return {
    title: 'Auth Tokens',
    section: 'account',
    tabs: accountTabs(visit, 'tokens'),
    hasSecret: shown !== undefined,
    body: html`<div class="stack">
${panel({
  title: 'Tokens',
  isPadded: true,
  body: html`${definitionList([
    ['Primary', row(shown?.primary, usedAt.primary)],
    [
      'Secondary',
      names.secondary === undefined
        ? html`<span class="quiet">none</span>`
        : row(shown?.secondary, usedAt.secondary),
    ],
  ])}
${isOwner ? (shown === undefined ? showForm(visit, refusal) : hideNotice(visit)) : ownersOnly('Only an owner of this account can see and change its Auth Tokens.')}`,
})}
${isOwner ? panel({ title: 'Replace the primary token', isPadded: true, body: rotation(visit, tokens) }) : ''}
</div>`,
  };
}

function showForm(visit: AccountVisit, refusal: Refusal | undefined): Html {
  const { link, csrfToken } = visit;
  return html`<form method="post" action="${link('account/tokens')}">
${csrfField(csrfToken)}
${confirmation(visit, refusal)}
<button class="second">Show the tokens</button>
</form>`;
}

function hideNotice({ link }: AccountVisit): Html {
  return html`<p class="quiet">Anyone with a token can act for this account. <span class="scripted">They are hidden again after a minute, and when you leave this tab.</span> <a href="${link('account/tokens')}">Hide them</a></p>`;
}

/** One step is to be done at a time; each says what comes of it. */
function rotation(visit: AccountVisit, { names, usedAt }: Tokens): Html {
  const { link, csrfToken } = visit;
  const hasSecondary = names.secondary !== undefined;
  const step = (title: string, isNow: boolean, body: Html | string) =>
    html`<li${isNow ? html` aria-current="step"` : ''}><strong>${title}</strong>${body}</li>`;
  return html`<ol class="steps">
${step(
  'Create a secondary token.',
  !hasSecondary,
  hasSecondary
    ? html`<span class="sub">Done. Both tokens are accepted. Show them to copy the secondary one.</span>`
    : html`<span class="sub">Both tokens are then accepted.</span><form method="post" action="${link('account/tokens/secondary')}">${csrfField(csrfToken)}<button>Create a secondary token</button></form>`,
)}
${step(
  'Switch your servers to the secondary token.',
  hasSecondary,
  html`<span class="sub">${
    hasSecondary
      ? html`Primary: ${lastUse(usedAt.primary, visit.now)}. Secondary: ${lastUse(usedAt.secondary, visit.now)}. Continue when nothing uses the primary token any more.`
      : 'The last use of each token shows whether something still uses the old one.'
  }</span>`,
)}
${step(
  'Promote the secondary token.',
  hasSecondary,
  html`<span class="sub">It becomes the primary token, and the old one is refused.</span>${
    hasSecondary
      ? buttonRow(
          linkButton({
            href: link('account/tokens/promote'),
            text: 'Promote the secondary token…',
            isDialog: true,
          }),
          linkButton({
            href: link('account/tokens/delete-secondary'),
            text: 'Delete it…',
            kind: 'danger',
            isDialog: true,
          }),
        )
      : ''
  }`,
)}
</ol>`;
}

/** The question before the secondary token becomes the primary one. */
export function promotionView(visit: AccountVisit, tokens: Tokens, refusal?: Refusal): View {
  const { names, usedAt } = tokens;
  const { link, csrfToken } = visit;
  const title = 'Promote the secondary token?';
  return {
    title,
    section: 'account',
    isCard: true,
    body: dialogCard({
      title,
      body:
        names.secondary === undefined
          ? goneCard(link('account/tokens'))
          : html`<ul>
<li>It becomes the primary token. Programs that still use the old one (${lastUse(usedAt.primary, visit.now)}) are refused.</li>
<li>The secondary token: ${lastUse(usedAt.secondary, visit.now)}.</li>
<li>Callbacks are signed with the new token.</li>
<li>The account then has no secondary token.</li>
</ul>
<form method="post" action="${link('account/tokens/promote')}">
${csrfField(csrfToken)}
<input type="hidden" name="token" value="${names.secondary}">
${confirmation(visit, refusal)}
${buttonRow(html`<button class="danger">Promote the secondary token</button>`, keepIt(link('account/tokens'), 'Keep both', false))}
</form>`,
    }),
  };
}

/** The question before the secondary token is deleted. */
export function deletionView(visit: AccountVisit, { names, usedAt }: Tokens): View {
  const { link, csrfToken } = visit;
  const title = 'Delete the secondary token?';
  return {
    title,
    section: 'account',
    isCard: true,
    body: dialogCard({
      title,
      body:
        names.secondary === undefined
          ? goneCard(link('account/tokens'))
          : html`<ul>
<li>Programs that still use the secondary token (${lastUse(usedAt.secondary, visit.now)}) are refused.</li>
<li>The primary token stays as it is.</li>
</ul>
<form method="post" action="${link('account/tokens/delete-secondary')}">
${csrfField(csrfToken)}
<input type="hidden" name="token" value="${names.secondary}">
${buttonRow(html`<button class="danger">Delete the secondary token</button>`, keepIt(link('account/tokens')))}
</form>`,
    }),
  };
}

function goneCard(href: string): Html {
  return html`${notice('plain', 'This account has no secondary token.')}${buttonRow(keepIt(href, 'Back to the tokens'))}`;
}
