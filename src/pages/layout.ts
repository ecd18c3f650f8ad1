/** The frame of every page for people. Values are escaped by the template; nothing is marked raw. */

import { html } from 'hono/html';
import { ICON_PATH } from './art.ts';
import { type Brand, brandLinks, brandMark, brandStyle } from './brand.ts';
import type { Html } from './html.ts';
import { STYLE_SHEET_PATH } from './style.ts';

export type { Html } from './html.ts';

/** A whole page, once it is known whose server it is on. */
export type Page = (brand: Brand) => Html;

/** A whole page with one narrow card. */
export function cardPage({ title, card, foot }: { title: string; card: Html; foot?: Html }): Page {
  return (brand) => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}${brand.isNamed ? ` · ${brand.name}` : ''}</title>
<link rel="icon" href="${ICON_PATH}">
<link rel="stylesheet" href="${STYLE_SHEET_PATH}">
${brandStyle(brand)}
</head>
<body>
<main class="narrow">
<p class="brand">${brandMark(brand)}</p>
<div class="card">${card}</div>
${foot ?? ''}
${brandLinks(brand)}
</main>
</body>
</html>`;
}

/** The hidden field that proves that a form came from one of our pages. */
export function csrfField(token: string): Html {
  return html`<input type="hidden" name="_csrf" value="${token}">`;
}

/** A page that explains what went wrong. */
export function errorPage(title: string, text: string, requestId: string): Page {
  return cardPage({
    title,
    card: html`<h1>${title}</h1><p>${text}</p>`,
    foot: html`<p class="foot"><span>Reference: <code>${requestId}</code></span><a href="/console">Open the console</a></p>`,
  });
}
