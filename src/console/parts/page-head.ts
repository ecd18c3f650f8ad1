/** The head of a page: its one heading, what it is about, its actions, and tabs under it. */

import { html } from 'hono/html';
import type { Html } from '../../pages/layout.ts';

/** The heading with actions at its right; on phones below it. */
export function pageHead(options: {
  title: Html | string;
  lede?: Html | string | undefined;
  actions?: Html | undefined;
  tabs?: Html | undefined;
}): Html {
  const { title, lede, actions, tabs: under } = options;
  return html`<div class="head${under ? ' tabbed' : ''}"><div><h1>${title}</h1>${
    lede === undefined ? '' : html`<div class="lede">${lede}</div>`
  }</div>${actions === undefined ? '' : html`<div class="row">${actions}</div>`}</div>${under ?? ''}`;
}

/** The list that the page is in, and what it is called there. */
export function breadcrumb(href: string, list: string, name: Html): Html {
  return html`<a href="${href}">${list}</a> <span aria-hidden="true">/</span> ${name}`;
}

export interface Tab {
  text: string;
  href: string;
  isCurrent: boolean;
}

/** Pages of one thing, as links. */
export function tabs(label: string, items: readonly Tab[]): Html {
  return html`<nav class="tabs" aria-label="${label}">${items.map(({ text, href, isCurrent }) =>
    isCurrent
      ? html`<a href="${href}" aria-current="page">${text}</a>`
      : html`<a href="${href}">${text}</a>`,
  )}</nav>`;
}
