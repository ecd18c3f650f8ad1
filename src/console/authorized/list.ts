/** The list of what is authorized now, and what is no longer. */

import { html } from 'hono/html';
import type {
  AuthorizedConnectApp,
  EndedAuthorization,
} from '../../authorizations/authorization.ts';
import { PERMISSION_MEANINGS, type Permission } from '../../connect-apps/permissions.ts';
import type { Html } from '../../pages/layout.ts';
import { isolated, plainText, visibleOr } from '../../pages/text.ts';
import type { AccountVisit, View } from '../console.ts';
import type { ListPage } from '../paging.ts';
import { breadcrumb } from '../parts/page-head.ts';
import { empty, panel } from '../parts/panel.ts';
import { pager, table, tableRow } from '../parts/table.ts';
import { time } from '../parts/text.ts';

const COLUMNS = [
  { head: 'App', onPhone: 'whole' },
  { head: 'It may', onPhone: 'whole' },
  { head: 'Since', onPhone: 'labelled', isTight: true },
  { head: 'Last used', onPhone: 'labelled', isTight: true },
  { head: 'Access', isTight: true },
] as const;

const ENDED_COLUMNS = [
  { head: 'App', onPhone: 'whole' },
  { head: 'Since', onPhone: 'labelled', isTight: true },
  { head: 'Ended', onPhone: 'labelled', isTight: true },
] as const;

/** The apps that can act for the account, and the latest that no longer can. */
export function authorizedView(
  visit: AccountVisit,
  lists: {
    authorized: ListPage<AuthorizedConnectApp>;
    earlier: readonly EndedAuthorization[];
    hasMoreEarlier: boolean;
    /** By the SID of the app. */
    lastUsedAt: ReadonlyMap<string, number>;
  },
): View {
  const { authorized, earlier, hasMoreEarlier, lastUsedAt } = lists;
  const { newer, older } = authorized;
  const rows = authorized.items.map((item) => rowOf(visit, item, lastUsedAt.get(item.sid)));
  const part = 'authorized';
  return {
    title: 'Authorized apps',
    section: 'authorized',
    lede: 'Apps that can act for this account, until you remove their access.',
    body: html`<div class="stack">${panel({
      id: part,
      body:
        rows.length === 0
          ? empty({
              title: 'No app can act for you',
              text: 'Apps that you allow appear here, and you can remove their access here.',
            })
          : table({
              label: 'Authorized apps',
              columns: COLUMNS,
              rows,
              pager: pager({ newer, older, swap: part }),
            }),
    })}${earlier.length === 0 ? '' : earlierPanel(visit, earlier, hasMoreEarlier)}</div>`,
  };
}

/** All that can no longer act for the account. */
export function earlierView(visit: AccountVisit, page: ListPage<EndedAuthorization>): View {
  const { items, newer, older } = page;
  const part = 'earlier';
  return {
    title: 'Earlier apps',
    section: 'authorized',
    lede: breadcrumb(
      visit.link('authorized'),
      'Authorized apps',
      html`Apps whose access has ended`,
    ),
    body: panel({
      id: part,
      body:
        items.length === 0
          ? empty({ title: 'Nothing has ended', text: 'Apps whose access has ended appear here.' })
          : table({
              label: 'Earlier apps',
              columns: ENDED_COLUMNS,
              rows: items.map((item) => endedRowOf(visit, item)),
              pager: pager({ newer, older, swap: part }),
            }),
    }),
  };
}

function earlierPanel(
  visit: AccountVisit,
  earlier: readonly EndedAuthorization[],
  hasMore: boolean,
): Html {
  return panel({
    title: 'Earlier apps',
    ...(hasMore && {
      actions: html`<a href="${visit.link('authorized/earlier')}">All that ended</a>`,
    }),
    body: table({
      label: 'Earlier apps',
      columns: ENDED_COLUMNS,
      rows: earlier.map((item) => endedRowOf(visit, item)),
    }),
  });
}

function rowOf(
  { link, now }: AccountVisit,
  app: AuthorizedConnectApp,
  lastUsedAt: number | undefined,
): Html {
  const path = link(`authorized/${app.sid}`);
  const name = visibleOr(app.connectAppFriendlyName, app.sid);
  return tableRow(COLUMNS, [
    nameOf(path, app.sid, app.connectAppFriendlyName, app.connectAppCompanyName),
    titlesOf(app.permissions),
    time(app.createdAt, now),
    lastUsedAt === undefined
      ? html`<span class="quiet">not in 90 days</span>`
      : time(lastUsedAt, now),
    html`<a href="${path}/remove" data-dialog aria-label="Remove access of ${plainText(name)}…">Remove access…</a>`,
  ]);
}

function endedRowOf({ link, now }: AccountVisit, app: EndedAuthorization): Html {
  const { connectAppSid, connectAppFriendlyName, connectAppCompanyName } = app;
  const path = link(`authorized/${connectAppSid}`);
  return tableRow(ENDED_COLUMNS, [
    nameOf(path, connectAppSid, connectAppFriendlyName, connectAppCompanyName),
    time(app.createdAt, now),
    time(app.revokedAt, now),
  ]);
}

function nameOf(path: string, sid: string, name: string | null, company: string | null): Html {
  const by = company === null ? '' : html`<span class="sub">by ${isolated(company)}</span>`;
  return html`<a href="${path}">${isolated(visibleOr(name, sid))}</a>${by}`;
}

/** The permissions in the words of the consent page. */
function titlesOf(permissions: readonly Permission[]): Html | string {
  if (permissions.length === 0) return 'Nothing: it only knows that you connected';
  return html`${permissions.map((one) => html`<div>${PERMISSION_MEANINGS[one].title}</div>`)}`;
}
