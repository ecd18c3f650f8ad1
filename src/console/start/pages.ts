/** Where the console begins: the account that was seen last, or a choice. */

import { html } from 'hono/html';
import type { Account } from '../../accounts/account.ts';
import type { Html } from '../../pages/layout.ts';
import { isolated } from '../../pages/text.ts';
import { ACCOUNT_COOKIE, type Console, type View } from '../console.ts';
import { empty, panel } from '../parts/panel.ts';
import { table, tableRow } from '../parts/table.ts';
import { sid } from '../parts/text.ts';

/** Adds /, /console, and the choice of an account. */
export function addStartPages(console: Console): void {
  const { pages } = console;
  const schema = { hide: true };
  pages.server.get('/', { schema }, async (_, reply) => reply.redirect('/console', 302));

  console.personPage('/console', async ({ accounts, request, reply, session }) => {
    if (accounts.length === 0 && session.user.isOperator) {
      return reply.redirect('/console/operator/accounts', 302);
    }
    const last = pages.cookieOf(request, ACCOUNT_COOKIE);
    const account =
      accounts.find((one) => one.sid === last) ?? (accounts.length === 1 ? accounts[0] : undefined);
    if (account === undefined) return accountsView(accounts);
    return reply.redirect(`/console/${account.sid}/overview`, 302);
  });

  console.personPage('/console/accounts', async ({ accounts }) => accountsView(accounts));

  pages.server.get('/console/:AccountSid(^AC[0-9a-f]{32}$)', { schema }, async (request, reply) => {
    const [path = ''] = request.originalUrl.split('?', 1);
    return reply.redirect(`${path.replace(/^\/+/, '/').replace(/\/+$/, '')}/overview`, 302);
  });
}

const COLUMNS = [
  { head: 'Account', onPhone: 'whole' },
  { head: 'SID' },
  { head: 'Type', onPhone: 'labelled' },
  { head: 'Status', onPhone: 'labelled' },
] as const;

function accountsView(accounts: readonly Account[]): View {
  const title = 'Your accounts';
  if (accounts.length === 0) {
    const body = empty({
      title: 'You belong to no account',
      text: 'Ask the owner of an account to add you.',
    });
    return { title, body: panel({ body }) };
  }
  const body = table({ label: title, columns: COLUMNS, rows: accounts.map(rowOf) });
  return { title, body: panel({ body }) };
}

function rowOf(account: Account): Html {
  return tableRow(COLUMNS, [
    html`<a href="/console/${account.sid}/overview">${isolated(account.friendlyName)}</a>`,
    sid(account.sid),
    account.type,
    account.status,
  ]);
}
