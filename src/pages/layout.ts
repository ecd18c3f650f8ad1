/** The frame of every page for people. Values are escaped by the template; nothing is marked raw. */

import { html } from 'hono/html';
import { ICON_PATH } from './art.ts';
import { STYLE_SHEET_PATH } from './style.ts';

/** HTML that the template has made, and so may be put into another without escaping it again. */
export type Html = ReturnType<typeof html>;

/** A whole page with one narrow card. */
export function cardPage({ title, card, foot }: { title: string; card: Html; foot?: Html }): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="${ICON_PATH}">
<link rel="stylesheet" href="${STYLE_SHEET_PATH}">
</head>
<body>
<main class="narrow">
<p class="brand"><img src="${ICON_PATH}" alt="" width="24" height="24">connect-apps</p>
<div class="card">${card}</div>
${foot ?? ''}
</main>
</body>
</html>`;
}

/** The hidden field that proves that a form came from one of our pages. */
export function csrfField(token: string): Html {
  return html`<input type="hidden" name="_csrf" value="${token}">`;
}

/** A page that explains what went wrong. */
export function errorPage(title: string, text: string, requestId: string): Html {
  return cardPage({
    title,
    card: html`<h1>${title}</h1><p>${text}</p>`,
    foot: html`<p class="foot"><span>Reference: <code>${requestId}</code></span></p>`,
  });
}
