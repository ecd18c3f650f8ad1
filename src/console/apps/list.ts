/** The list of an account's Connect Apps: searched while one types, and paged. */

import { html } from 'hono/html';
import type { ConnectApp } from '../../connect-apps/connect-app.ts';
import { searchingConnectApps } from '../../connect-apps/operations.ts';
import type { Html } from '../../pages/layout.ts';
import { isolated } from '../../pages/text.ts';
import { textOf } from '../../parameter.ts';
import type { AccountVisit, Console } from '../console.ts';
import { readListPage } from '../paging.ts';
import { empty, linkButton, panel } from '../parts/panel.ts';
import { filterBar, pager, searchField, table, tableRow } from '../parts/table.ts';
import { sid, time } from '../parts/text.ts';
import { nameOf, permissionTags } from './app-link.ts';

const COLUMNS = [
  { head: 'Name', onPhone: 'whole' },
  { head: 'SID', isTight: true },
  { head: 'Company' },
  { head: 'Permissions', isTight: true },
  { head: 'Created', isTight: true, isNumber: true },
] as const;
const PART = 'apps';

/** Adds /console/AC…/apps. */
export function addAppListPage(console: Console): void {
  const { context } = console;
  console.page('apps', async (visit) => {
    const { account, link, query } = visit;
    const text = (textOf(query, 'q') ?? '').trim().slice(0, 200);
    const page = await readListPage({
      ...searchingConnectApps(context, account.sid, text),
      keyring: context.keyring,
      path: link('apps'),
      query,
      placeOf: (app) => app,
    });
    const isNew = page.items.length === 0 && text === '' && page.newer === undefined;
    const search = filterBar({
      live: PART,
      action: link('apps'),
      fields: searchField({ label: 'Search by name or SID', value: text }),
      button: 'Search',
    });
    const body = table({
      label: 'Connect Apps',
      columns: COLUMNS,
      rows: page.items.map((app) => rowOf(visit, app)),
      pager: pager({ ...page, swap: PART }),
    });
    return {
      title: 'Connect Apps',
      section: 'apps',
      ...(!isNew && { actions: linkButton({ href: link('apps/new'), text: 'Create an app' }) }),
      body: isNew
        ? panel({ body: noApp(visit) })
        : html`${search}${panel({ id: PART, body: page.items.length === 0 ? noMatch(visit, text) : body })}`,
    };
  });
}

function rowOf({ link, now }: AccountVisit, app: ConnectApp): Html {
  return tableRow(COLUMNS, [
    html`<a href="${link(`apps/${app.sid}`)}">${isolated(nameOf(app))}</a>`,
    sid(app.sid, { isShort: true }),
    app.companyName === null ? '' : isolated(app.companyName),
    permissionTags(app.permissions),
    time(app.createdAt, now),
  ]);
}

function noApp({ link }: AccountVisit): Html {
  return empty({
    title: 'No Connect App yet',
    text: 'A Connect App lets other accounts authorize you to act for them.',
    actions: linkButton({ href: link('apps/new'), text: 'Create an app' }),
  });
}

function noMatch({ link }: AccountVisit, text: string): Html {
  return empty({
    title: 'Nothing matches',
    text: html`No app has “${isolated(text)}” in its name or SID.`,
    actions: linkButton({ href: link('apps'), text: 'Clear the search', kind: 'second' }),
  });
}
