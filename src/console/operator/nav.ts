/** What the pages of operators share: their navigation, their links, and lists that are searched. */

import { html } from 'hono/html';
import type { Html } from '../../pages/layout.ts';
import { type Parameters, textOf } from '../../parameter.ts';
import type { NavItem } from '../nav.ts';
import { CONSOLE_PAGE_SIZE, type ListPage } from '../paging.ts';
import { linkButton } from '../parts/panel.ts';

const SECTIONS = {
  accounts: 'Accounts',
  users: 'Users',
  callbacks: 'Failing callbacks',
  server: 'Server',
} as const;

export type OperatorSection = keyof typeof SECTIONS;

/** A link to an operator's page. */
export function operatorLink(rest: string): string {
  return `/console/operator/${rest}`;
}

/** The navigation of the pages of operators. */
export function operatorNav(current: OperatorSection): NavItem[] {
  return Object.entries(SECTIONS).map(([section, text]) => ({
    text,
    href: operatorLink(section),
    isCurrent: section === current,
  }));
}

/** A link to a page that opens as a dialog; without script it is that page. */
export function actionLink(rest: string, text: string, kind: 'second' | 'danger' = 'second'): Html {
  return linkButton({ href: operatorLink(rest), text, kind, isDialog: true });
}

/** The text that is searched for. */
export function searchedText(query: Parameters): string {
  return (textOf(query, 'q') ?? '').trim();
}

/** Reads the page of a search that the query's `after` names; what it found is in an order of its own. */
export async function readSearchPage<Item extends { sid: string }>(
  path: string,
  query: Parameters,
  search: (page: { after: string | undefined; limit: number }) => Promise<Item[]>,
): Promise<ListPage<Item>> {
  const after = textOf(query, 'after') || undefined;
  const found = await search({ after, limit: CONSOLE_PAGE_SIZE + 1 });
  const items = found.slice(0, CONSOLE_PAGE_SIZE);
  const last = items.at(-1);
  const q = searchedText(query);
  const link = (more: Record<string, string>) => `${path}?${new URLSearchParams({ q, ...more })}`;
  return {
    items,
    newer: after === undefined ? undefined : link({}),
    older: found.length > items.length && last ? link({ after: last.sid }) : undefined,
  };
}

/** A sentence for a list that has nothing for a search. */
export function nothingFound(query: Parameters): string {
  return `Nothing begins with “${searchedText(query)}”.`;
}

/** The link that takes the search away. */
export function clearSearch(path: string): Html {
  return html`${linkButton({ href: path, text: 'Clear the search', kind: 'second' })}`;
}
