/** Panels, notices, empty states, rows of buttons, and cards that may open as dialogs. */

import { html } from 'hono/html';
import type { Html } from '../../pages/layout.ts';

/** A panel; with `isPadded` for text, without for a table. `id` makes it a part that can be swapped. */
export function panel(options: {
  body: Html;
  title?: string;
  actions?: Html;
  id?: string;
  isPadded?: boolean;
  isDense?: boolean;
}): Html {
  const { body, title, actions, id, isPadded, isDense } = options;
  const bar =
    title === undefined && actions === undefined
      ? ''
      : html`<div class="bar">${title === undefined ? '' : html`<h2>${title}</h2>`}${actions ?? ''}</div>`;
  return html`<section class="panel${isDense ? ' dense' : ''}"${id === undefined ? '' : html` id="${id}"`}${
    title === undefined ? '' : html` aria-label="${title}"`
  }>${bar}${isPadded ? html`<div class="pad">${body}</div>` : body}</section>`;
}

/** A sentence that matters. `bad` and `warn` are read out when the page opens. */
export function notice(tone: 'ok' | 'warn' | 'bad' | 'plain', body: Html | string): Html {
  const role = tone === 'bad' || tone === 'warn' ? 'alert' : 'status';
  return html`<div class="note ${tone}" role="${role}">${body}</div>`;
}

/** What stands in the place of a list that has nothing: a title, one sentence, one action or two. */
export function empty(options: { title: string; text: Html | string; actions?: Html }): Html {
  const { title, text, actions } = options;
  return html`<div class="empty"><strong>${title}</strong><p>${text}</p>${
    actions === undefined ? '' : html`<div class="row">${actions}</div>`
  }</div>`;
}

/** Buttons and links that look like them, in a row. */
export function buttonRow(...buttons: (Html | string)[]): Html {
  return html`<div class="row">${buttons}</div>`;
}

/** A link that looks like a button; one button a page is filled, the others are `second`. */
export function linkButton(options: {
  href: string;
  text: string;
  kind?: 'second' | 'danger';
  /** Opens the card of that page over this one; Ctrl-click and no script open the page. */
  isDialog?: boolean;
}): Html {
  const { href, text, kind, isDialog } = options;
  return html`<a class="button${kind === undefined ? '' : ` ${kind}`}" href="${href}"${isDialog ? html` data-dialog` : ''}>${text}</a>`;
}

/** A page with one card, which also opens as a dialog. The way out leads to `keepHref`. */
export function dialogCard(options: {
  title: Html | string;
  /** What will happen, as a list with counts, then the form. */
  body: Html;
}): Html {
  return html`<div class="narrow alone"><div class="card"><h1 id="card-title">${options.title}</h1>${options.body}</div></div>`;
}

/** The way out of a dialog. It has the focus where no field has. */
export function keepIt(href: string, text = 'Keep it', hasFocus = true): Html {
  return html`<a class="button second" href="${href}" data-close${hasFocus ? html` autofocus` : ''}>${text}</a>`;
}

/** Names and what they are. */
export function definitionList(
  items: readonly (readonly [name: string, value: Html | string])[],
): Html {
  return html`<dl class="facts">${items.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}
