/** The frame of every page of the console: top bar, navigation, and what script fills. */

import { html } from 'hono/html';
import type { Account } from '../../accounts/account.ts';
import { ICON_PATH } from '../../pages/art.ts';
import { type Brand, brandLinks, brandMark, brandStyle } from '../../pages/brand.ts';
import { csrfField, type Html } from '../../pages/layout.ts';
import { STYLE_SHEET_PATH } from '../../pages/style.ts';
import { isolated, plainText } from '../../pages/text.ts';
import { CONSOLE_SCRIPT_PATHS, CONSOLE_STYLE_PATH } from '../assets.ts';
import type { NavItem } from '../nav.ts';

export interface Shell {
  brand: Brand;
  title: string;
  email: string;
  /** Whether the person also finds the pages of operators. */
  isOperator: boolean;
  csrfToken: string;
  /** The account whose page it is; undefined on pages of the person. */
  account: Account | undefined;
  /** The accounts that the person belongs to. */
  accounts: readonly Account[];
  nav: readonly NavItem[];
  theme: string | undefined;
  /** Whether it shows what goes on: script replaces its main part again and again, and without it the browser loads it. */
  isUnderWay: boolean | undefined;
  main: Html;
}

/** More are found by the palette and on the page of accounts. */
const SHOWN_ACCOUNTS = 12;

/** A whole page. */
export function shell(page: Shell): Html {
  const { brand, title, account, main, theme, isUnderWay } = page;
  const find = `/console/find${account === undefined ? '' : `?account=${account.sid}`}`;
  return html`<!doctype html>
<html lang="en"${theme === 'light' || theme === 'dark' ? html` data-theme="${theme}"` : ''}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${plainText(title)} · ${brand.name}</title>
<link rel="icon" href="${ICON_PATH}">
<link rel="stylesheet" href="${STYLE_SHEET_PATH}">
<link rel="stylesheet" href="${CONSOLE_STYLE_PATH}">
${brandStyle(brand)}
${isUnderWay ? html`<noscript><meta http-equiv="refresh" content="3"></noscript>` : ''}${CONSOLE_SCRIPT_PATHS.map(
  (path) => html`<script type="module" src="${path}"></script>
`,
)}</head>
<body class="console">
<a class="skip" href="#main">Skip to content</a>
<header class="top">
<a class="mark" href="/console" aria-label="${brand.name}">${brandMark(brand)}</a>
${switcher(page)}
<div class="grow"></div>
<a class="button second search" href="${find}" data-palette aria-label="Search"><svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><circle cx="7" cy="7" r="4.5"/><path d="M10.5 10.5L14 14"/></svg><span>Search</span><kbd>/</kbd></a>
${personMenu(page)}
</header>
<div class="shell${page.nav.length === 0 ? ' alone' : ''}">
${navigation(page.nav)}
<main id="main"${isUnderWay ? html` data-again` : ''}>${main}${brandLinks(brand)}</main>
</div>
<div id="toasts" role="status"></div>
${dialogs(find)}
</body>
</html>`;
}

function switcher({ account, accounts }: Shell): Html {
  const name = account === undefined ? 'Choose an account' : isolated(account.friendlyName);
  return html`<details class="menu"><summary><span class="visually-hidden">Account: </span><span>${name}</span></summary><div class="sheet">${accounts
    .slice(0, SHOWN_ACCOUNTS)
    .map(
      (one) =>
        html`<a href="/console/${one.sid}/overview"${one.sid === account?.sid ? html` aria-current="true"` : ''}>${isolated(one.friendlyName)}<span class="sub"><code>${one.sid}</code></span></a>`,
    )}<hr><a href="/console/accounts">All accounts</a></div></details>`;
}

function personMenu({ email, isOperator, csrfToken }: Shell): Html {
  return html`<details class="menu end"><summary><span class="visually-hidden">You: </span><span>${plainText(email)}</span></summary><div class="sheet">${
    isOperator ? html`<a href="/console/operator/accounts">Operator</a>` : ''
  }<a href="/console/me">Your sign-in</a><a href="/docs">API reference</a><hr><form method="post" action="/sign-out">${csrfField(csrfToken)}<button class="plain">Sign out</button></form></div></details>`;
}

function navigation(items: readonly NavItem[]): Html {
  if (items.length === 0) return html``;
  return html`<nav class="nav" aria-label="Console"><ul>${items.map(
    ({ text, href, key, isCurrent, beginsGroup }) =>
      html`<li${beginsGroup ? html` class="gap"` : ''}><a href="${href}"${
        key === undefined ? '' : html` data-key="${key}"`
      }${isCurrent ? html` aria-current="page"` : ''}>${text}</a></li>`,
  )}</ul></nav>`;
}

const KEYS = [
  ['/', 'Search'],
  ['g o', 'Overview'],
  ['g a', 'Connect Apps'],
  ['g r', 'Requests'],
  ['p', 'Pause new requests'],
  ['?', 'Keyboard shortcuts'],
  ['Esc', 'Close'],
] as const;

function dialogs(find: string): Html {
  return html`<dialog id="palette" aria-label="Search" data-find="${find}"><input type="search" aria-label="Go to an app, SID or page" placeholder="App, SID or page" autocomplete="off"><ul class="found"></ul><p class="hints"><kbd>↑</kbd> <kbd>↓</kbd> choose <kbd>Enter</kbd> open <kbd>Esc</kbd> close</p></dialog>
<dialog id="keys" aria-label="Keyboard shortcuts"><h2>Keyboard shortcuts</h2><dl class="facts">${KEYS.map(([key, text]) => html`<dt><kbd>${key}</kbd></dt><dd>${text}</dd>`)}</dl></dialog>`;
}
