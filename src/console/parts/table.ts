/** Tables: one row function for the page and for the stream, and a pager under them. */

import { html } from 'hono/html';
import type { Html } from '../../pages/layout.ts';

export interface Column {
  head: string;
  isNumber?: boolean;
  /** As narrow as its content. */
  isTight?: boolean;
  /** On phones: `whole` takes a line of its own, `labelled` says its head before the value. */
  onPhone?: 'whole' | 'labelled';
}

/** A table; the first cell of each row is its heading. With `stream`, rows are put on top as they come. */
export function table(options: {
  /** What the rows are, for who does not see them. */
  label: string;
  columns: readonly Column[];
  rows: readonly Html[];
  stream?: string;
  pager?: Html | undefined;
}): Html {
  const { label, columns, rows, stream, pager: under } = options;
  return html`<div${stream === undefined ? '' : html` data-stream="${stream}"`}><table aria-label="${label}"><thead><tr>${columns.map(
    (column) => html`<th scope="col"${classOf(column)}>${column.head}</th>`,
  )}</tr></thead><tbody>${rows}</tbody></table></div>${under ?? ''}`;
}

/** One row, with a cell for each column. With `id`, the same row that arrives again is not shown twice. */
export function tableRow(
  columns: readonly Column[],
  cells: readonly (Html | string)[],
  id?: string,
): Html {
  return html`<tr${id === undefined ? '' : html` id="${id}"`}>${columns.map((column, index) => {
    const label = column.onPhone === 'labelled' ? html` data-label="${column.head}"` : '';
    return index === 0
      ? html`<th scope="row"${classOf(column)}>${cells[index] ?? ''}</th>`
      : html`<td${classOf(column)}${label}>${cells[index] ?? ''}</td>`;
  })}</tr>`;
}

function classOf({ isNumber, isTight, onPhone }: Column): Html | string {
  const names = [isNumber && 'num', isTight && 'tight', onPhone === 'whole' && 'whole'].filter(
    (name) => name !== undefined && name !== false,
  );
  return names.length === 0 ? '' : html` class="${names.join(' ')}"`;
}

/** Links to what is newer and older; nothing where there is neither. `swap` is the part that they replace. */
export function pager(options: {
  newer: string | undefined;
  older: string | undefined;
  swap: string;
  text?: string;
}): Html | undefined {
  const { newer, older, swap, text = '' } = options;
  if (newer === undefined && older === undefined) return undefined;
  const link = (href: string | undefined, words: string) =>
    href === undefined
      ? ''
      : html`<a class="button second" href="${href}" data-swap="${swap}">${words}</a>`;
  return html`<nav class="pager" aria-label="Pages"><span>${text}</span><span class="row">${link(newer, 'Newer')}${link(older, 'Older')}</span></nav>`;
}

/** Filters of a list as a form: they are in the URL, and with script they apply while one types. */
export function filterBar(options: {
  /** The part that is replaced. */
  live: string;
  action: string;
  fields: Html;
  button?: string;
}): Html {
  const { live, action, fields, button = 'Filter' } = options;
  return html`<form class="filters" role="search" method="get" action="${action}" data-live="${live}">${fields}<button class="second">${button}</button></form>`;
}

/** The search field of a row of filters. */
export function searchField(options: { label: string; value: string; name?: string }): Html {
  const { label, value, name = 'q' } = options;
  return html`<input type="search" name="${name}" value="${value}" placeholder="${label}" aria-label="${label}" autocomplete="off" maxlength="200">`;
}
