/** All accounts, for operators: found by the beginning of a SID or name; and the view of one. */

import { html } from 'hono/html';
import { type Account, isSubaccount } from '../../accounts/account.ts';
import { findVisibleAccount, listingOfAccounts } from '../../accounts/operations.ts';
import { searchAccounts } from '../../accounts/search.ts';
import { listingOfEvents } from '../../audit/operations.ts';
import type { Context } from '../../context.ts';
import { pathParameter } from '../../http/request.ts';
import type { Html } from '../../pages/layout.ts';
import { isolated } from '../../pages/text.ts';
import { Problem } from '../../problem.ts';
import { listingOfPeople } from '../../users/people.ts';
import { whatOf, whoOf } from '../audit/text.ts';
import type { Console, OperatorVisit, View } from '../console.ts';
import { type ListPage, readListPage } from '../paging.ts';
import { breadcrumb } from '../parts/page-head.ts';
import { buttonRow, definitionList, empty, linkButton, panel } from '../parts/panel.ts';
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

const PATH = operatorLink('accounts');
const COLUMNS = [
  { head: 'Account', onPhone: 'whole' },
  { head: 'SID', isTight: true },
  { head: 'Type', onPhone: 'labelled', isTight: true },
  { head: 'Status', onPhone: 'labelled', isTight: true },
  { head: 'Created', onPhone: 'labelled', isTight: true },
] as const;

/** Adds the list of accounts and the view of one. */
export function addOperatorAccountPages(console: Console): void {
  const { context } = console;
  console.operatorPage('accounts', (visit) => listView(context, visit));
  console.operatorPage('accounts/:AccountSid(^AC[0-9a-f]{32}$)', async (visit) =>
    accountView(context, visit, await accountOf(context, visit)),
  );
}

/** The account of the path; raises `not_found` when there is none. */
export async function accountOf(context: Context, { request }: OperatorVisit): Promise<Account> {
  const account = await findVisibleAccount(context, pathParameter(request, 'AccountSid'));
  if (account === undefined) throw new Problem('not_found');
  return account;
}

async function listView(context: Context, { query, now }: OperatorVisit): Promise<View> {
  const { items, newer, older } = await readAccounts(context, query);
  const text = searchedText(query);
  const nothing =
    text === ''
      ? empty({ title: 'No account yet', text: 'Create the first one, and a user for it.' })
      : empty({
          title: 'Nothing matches',
          text: nothingFound(query),
          actions: clearSearch(PATH),
        });
  const rows = items.map((account) => rowOf(account, now));
  const body =
    items.length === 0
      ? nothing
      : table({
          label: 'Accounts',
          columns: COLUMNS,
          rows,
          pager: pager({ newer, older, swap: 'accounts' }),
        });
  const fields = searchField({ label: 'Beginning of a SID or name', value: text });
  return {
    title: 'Accounts',
    nav: operatorNav('accounts'),
    lede: 'Every account on this server. Your changes appear in the audit trail of the account.',
    actions: linkButton({ href: operatorLink('accounts/new'), text: 'Create an account' }),
    body: html`${filterBar({ live: 'accounts', action: PATH, fields, button: 'Search' })}${panel({ id: 'accounts', body })}`,
  };
}

function readAccounts(context: Context, query: OperatorVisit['query']): Promise<ListPage<Account>> {
  const text = searchedText(query);
  if (text !== '') {
    return readSearchPage(PATH, query, (page) => searchAccounts(context, text, page));
  }
  const { slice } = listingOfAccounts(context, {}, {});
  return readListPage<Account>({
    keyring: context.keyring,
    scope: 'operator Accounts',
    path: PATH,
    query,
    slice,
    placeOf: ({ createdAt, sid: of }) => ({ createdAt, sid: of }),
  });
}

function rowOf(account: Account, now: number): Html {
  return tableRow(COLUMNS, [
    html`<a href="${operatorLink(`accounts/${account.sid}`)}">${isolated(account.friendlyName)}</a>${
      isSubaccount(account) ? html`<span class="sub">subaccount</span>` : ''
    }`,
    sid(account.sid, { isShort: true }),
    account.type,
    statusOf(account),
    time(account.createdAt, now),
  ]);
}

function statusOf({ status }: Account): Html | string {
  return status === 'active' ? status : chip(status === 'closed' ? 'bad' : 'warn', status);
}

const NEWEST = { direction: 'older', from: undefined, limit: 20 } as const;

async function accountView(
  context: Context,
  { now }: OperatorVisit,
  account: Account,
): Promise<View> {
  const { sid: accountSid, status } = account;
  const action = (name: string, text: string, kind?: 'danger') =>
    actionLink(`accounts/${accountSid}/${name}`, text, kind);
  const events = await listingOfEvents(context, account.ownerAccountSid).slice(NEWEST);
  const people = await listingOfPeople(context, account.ownerAccountSid).slice(NEWEST);
  return {
    title: account.friendlyName,
    heading: isolated(account.friendlyName),
    nav: operatorNav('accounts'),
    lede: breadcrumb(PATH, 'Accounts', sid(accountSid)),
    ...(status !== 'closed' && {
      actions: buttonRow(
        action('rotate-token', 'Replace the Auth Token…'),
        status === 'active' ? action('suspend', 'Suspend…') : action('activate', 'Activate…'),
        action('close', 'Close…', 'danger'),
      ),
    }),
    body: html`<div class="stack">${panel({
      isPadded: true,
      body: definitionList([
        ['Status', statusOf(account)],
        ['Type', account.type],
        ...(isSubaccount(account) ? [['Parent', parentOf(account)] as const] : []),
        ['Created', fullTime(account.createdAt, now)],
      ]),
    })}${panel({
      title: 'People',
      actions: actionLink(`users/invite?account=${account.ownerAccountSid}`, 'Invite a user…'),
      body:
        people.length === 0
          ? empty({ title: 'Nobody', text: 'Nobody can sign in for this account yet.' })
          : table({
              label: 'People',
              columns: PEOPLE_COLUMNS,
              rows: people.map((person) =>
                tableRow(PEOPLE_COLUMNS, [
                  html`<a href="${operatorLink(`users/${person.sid}`)}">${isolated(person.email)}</a>`,
                  person.role,
                  person.disabledAt === null ? 'active' : chip('warn', 'disabled'),
                ]),
              ),
            }),
    })}${panel({
      title: 'Latest changes',
      body:
        events.length === 0
          ? empty({ title: 'No change yet', text: 'Every change to this account appears here.' })
          : table({
              label: 'Latest changes',
              columns: EVENT_COLUMNS,
              rows: events.map((event) =>
                tableRow(EVENT_COLUMNS, [
                  time(event.createdAt, now),
                  whatOf(event, undefined),
                  whoOf(event),
                ]),
              ),
            }),
    })}</div>`,
  };
}

const PEOPLE_COLUMNS = [
  { head: 'Person', onPhone: 'whole' },
  { head: 'Role', onPhone: 'labelled', isTight: true },
  { head: 'Status', onPhone: 'labelled', isTight: true },
] as const;
const EVENT_COLUMNS = [
  { head: 'When', isTight: true },
  { head: 'What', onPhone: 'whole' },
  { head: 'Who', onPhone: 'labelled', isTight: true },
] as const;

function parentOf({ ownerAccountSid }: Account): Html {
  return html`<a href="${operatorLink(`accounts/${ownerAccountSid}`)}">${ownerAccountSid}</a>`;
}
