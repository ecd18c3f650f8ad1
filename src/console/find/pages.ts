/** The page behind the palette: goes anywhere by a name or a SID. */

import { html } from 'hono/html';
import type { Account } from '../../accounts/account.ts';
import { searchingConnectApps } from '../../connect-apps/operations.ts';
import type { Html } from '../../pages/layout.ts';
import { isolated } from '../../pages/text.ts';
import { textOf } from '../../parameter.ts';
import { nameOf } from '../apps/app-link.ts';
import type { Console } from '../console.ts';
import { navOf } from '../nav.ts';
import { empty, panel } from '../parts/panel.ts';
import { filterBar, searchField } from '../parts/table.ts';

const MAX_APPS = 8;
const MAX_ACCOUNTS = 4;

interface Found {
  href: string;
  text: Html | string;
  sub: Html | string;
}

/** Adds /console/find. */
export function addFindPage(console: Console): void {
  const { context } = console;
  console.personPage('/console/find', async ({ accounts, query, findAccount }) => {
    const text = (textOf(query, 'q') ?? '').trim().slice(0, 200);
    const account = (await findAccount(textOf(query, 'account'))) ?? accounts[0];
    const found: Found[] = [];
    if (account !== undefined) {
      found.push(...pagesOf(account, text));
      if (text !== '') {
        const { slice } = searchingConnectApps(context, account.sid, text);
        const apps = await slice({ direction: 'older', from: undefined, limit: MAX_APPS });
        found.unshift(
          ...apps.map((app) => ({
            href: `/console/${account.sid}/apps/${app.sid}`,
            text: isolated(nameOf(app)),
            sub: html`<code>${app.sid}</code>`,
          })),
        );
      }
    }
    found.push(...accountsOf(accounts, text));
    return { title: 'Search', body: html`${form(text, account)}${results(found, text)}` };
  });
}

function pagesOf(account: Account, text: string): Found[] {
  return navOf(account, undefined)
    .filter((item) => item.text.toLowerCase().includes(text.toLowerCase()))
    .map(({ href, text: name }) => ({ href, text: name, sub: isolated(account.friendlyName) }));
}

function accountsOf(accounts: readonly Account[], text: string): Found[] {
  if (text === '') return [];
  return accounts
    .filter(({ sid, friendlyName }) =>
      `${friendlyName} ${sid}`.toLowerCase().includes(text.toLowerCase()),
    )
    .slice(0, MAX_ACCOUNTS)
    .map(({ sid, friendlyName }) => ({
      href: `/console/${sid}/overview`,
      text: isolated(friendlyName),
      sub: html`<code>${sid}</code>`,
    }));
}

function form(text: string, account: Account | undefined): Html {
  return filterBar({
    live: 'found',
    action: '/console/find',
    button: 'Search',
    fields: html`${searchField({ label: 'App, SID or page', value: text })}${
      account === undefined ? '' : html`<input type="hidden" name="account" value="${account.sid}">`
    }`,
  });
}

function results(found: readonly Found[], text: string): Html {
  if (found.length === 0) {
    const nothing = {
      title: 'Nothing matches',
      text: html`No app, SID or page has “${isolated(text)}” in it.`,
    };
    return panel({ id: 'found', body: empty(nothing) });
  }
  return panel({
    id: 'found',
    isPadded: true,
    body: html`<ul class="found plain-list">${found.map(
      ({ href, text: name, sub }, index) =>
        html`<li id="found-${index}"><a href="${href}">${name}</a><span class="sub">${sub}</span></li>`,
    )}</ul>`,
  });
}
