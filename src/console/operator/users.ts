/** All users, for operators: found by the beginning of an address; and the view of one. */

import { html } from 'hono/html';
import type { Context } from '../../context.ts';
import { pathParameter } from '../../http/request.ts';
import type { Html } from '../../pages/layout.ts';
import { isolated } from '../../pages/text.ts';
import { getUserWithAccounts, listingOfUsers, searchUsers } from '../../users/operators.ts';
import type { User } from '../../users/user.ts';
import type { Console, OperatorVisit, View } from '../console.ts';
import { type ListPage, readListPage } from '../paging.ts';
import { breadcrumb } from '../parts/page-head.ts';
import { buttonRow, definitionList, empty, panel } from '../parts/panel.ts';
import { filterBar, pager, searchField, table, tableRow } from '../parts/table.ts';
import { chip, fullTime, sid, time } from '../parts/text.ts';
import {
  actionLink,
  clearSearch,
  nothingFound,
  operatorLink,
  operatorNav,
  readSearchPage,
  searchedText,
} from './nav.ts';

const PATH = operatorLink('users');
/** The path of one user's page. */
export const ONE = 'users/:UserSid(^US[0-9a-f]{32}$)';
/** Adds the pages of users. */
export function addOperatorUserPages(console: Console): void {
  const { context } = console;
  console.operatorPage('users', (visit) => listView(context, visit));
  console.operatorPage(ONE, (visit) => userView(context, visit));
}

const COLUMNS = [
  { head: 'User', onPhone: 'whole' },
  { head: 'SID', isTight: true },
  { head: 'Last sign-in', onPhone: 'labelled', isTight: true },
  { head: 'Status', onPhone: 'labelled', isTight: true },
] as const;

async function listView(context: Context, { query, now }: OperatorVisit): Promise<View> {
  const { items, newer, older } = await readUsers(context, query);
  const text = searchedText(query);
  const rows = items.map((user) =>
    tableRow(COLUMNS, [
      html`<a href="${operatorLink(`users/${user.sid}`)}">${isolated(user.email)}</a>`,
      sid(user.sid, { isShort: true }),
      user.lastSignInAt === null ? 'never' : time(user.lastSignInAt, now),
      marksOf(user),
    ]),
  );
  const body =
    items.length > 0
      ? table({
          label: 'Users',
          columns: COLUMNS,
          rows,
          pager: pager({ newer, older, swap: 'users' }),
        })
      : empty({
          title: 'Nothing matches',
          text: nothingFound(query),
          actions: clearSearch(PATH),
        });
  const fields = searchField({ label: 'Beginning of an e-mail address', value: text });
  return {
    title: 'Users',
    nav: operatorNav('users'),
    lede: 'Everybody who can sign in. Your changes appear in the audit trails of their accounts.',
    actions: actionLink('users/invite', 'Invite a user…'),
    body: html`${filterBar({ live: 'users', action: PATH, fields, button: 'Search' })}${panel({ id: 'users', body })}`,
  };
}

function readUsers(context: Context, query: OperatorVisit['query']): Promise<ListPage<User>> {
  const text = searchedText(query);
  if (text !== '') return readSearchPage(PATH, query, (page) => searchUsers(context, text, page));
  const { scope, slice } = listingOfUsers(context);
  return readListPage<User>({
    keyring: context.keyring,
    scope,
    path: PATH,
    query,
    slice,
    placeOf: ({ createdAt, sid: of }) => ({ createdAt, sid: of }),
  });
}

function marksOf({ isOperator, disabledAt }: User): Html {
  return html`${disabledAt === null ? 'active' : chip('warn', 'disabled')} ${isOperator ? chip('now', 'operator') : ''}`;
}

async function userView(context: Context, { request, now, signIn }: OperatorVisit): Promise<View> {
  const sidText = pathParameter(request, 'UserSid');
  const { user, memberships } = await getUserWithAccounts(context, sidText);
  const action = (name: string, text: string, kind?: 'danger') =>
    actionLink(`users/${user.sid}/${name}`, text, kind);
  const columns = [
    { head: 'Account', onPhone: 'whole' },
    { head: 'Role', onPhone: 'labelled', isTight: true },
    { head: 'Action', onPhone: 'whole', isTight: true },
  ] as const;
  return {
    title: user.email,
    heading: isolated(user.email),
    nav: operatorNav('users'),
    lede: breadcrumb(PATH, 'Users', sid(user.sid)),
    actions: buttonRow(
      signIn.hasPasswords ? action('reset', 'Reset the password…') : '',
      user.isOperator
        ? action('end-operator', 'Remove the operator role…')
        : action('make-operator', 'Make an operator…'),
      user.disabledAt === null ? action('disable', 'Disable…') : action('enable', 'Enable…'),
      action('delete', 'Delete…', 'danger'),
    ),
    body: html`<div class="stack">${panel({
      isPadded: true,
      body: definitionList([
        [
          'Status',
          user.disabledAt === null
            ? 'can sign in'
            : html`${chip('warn', 'disabled')} ${time(user.disabledAt, now)}`,
        ],
        ['Operator', user.isOperator ? 'yes: can see and manage every account' : 'no'],
        ['Last sign-in', user.lastSignInAt === null ? 'never' : fullTime(user.lastSignInAt, now)],
        ['Created', fullTime(user.createdAt, now)],
      ]),
    })}${panel({
      title: 'Accounts',
      body:
        memberships.length === 0
          ? empty({ title: 'No account', text: 'This user belongs to no account.' })
          : table({
              label: 'Accounts',
              columns,
              rows: memberships.map(({ accountSid, role }) =>
                tableRow(columns, [
                  html`<a href="${operatorLink(`accounts/${accountSid}`)}"><code>${accountSid}</code></a>`,
                  role,
                  html`<a href="${operatorLink(`users/${user.sid}/accounts/${accountSid}/remove`)}" data-dialog aria-label="Remove from ${accountSid}…">Remove…</a>`,
                ]),
              ),
            }),
    })}</div>`,
  };
}
