/** Who authorized an app: now, or earlier; also as CSV. */

import { Readable } from 'node:stream';
import { html } from 'hono/html';
import { listingOfAppAuthorizations } from '../../authorizations/app-operations.ts';
import type { Authorization } from '../../authorizations/authorization.ts';
import { getConnectApp } from '../../connect-apps/operations.ts';
import type { Context } from '../../context.ts';
import { pathParameter } from '../../http/request.ts';
import type { Html } from '../../pages/layout.ts';
import { textOf } from '../../parameter.ts';
import { lastUsed } from '../../requests/operations.ts';
import type { Position } from '../../storage/keyset.ts';
import type { AccountVisit, Console } from '../console.ts';
import { readListPage } from '../paging.ts';
import { filterChoice } from '../parts/field.ts';
import { empty, linkButton, panel } from '../parts/panel.ts';
import { filterBar, pager, table, tableRow } from '../parts/table.ts';
import { copyButton, sid, time } from '../parts/text.ts';
import { appHead, permissionTags } from './app-link.ts';

const COLUMNS = [
  { head: 'Customer', onPhone: 'whole' },
  { head: 'Subaccount', onPhone: 'labelled' },
  { head: 'Granted', onPhone: 'labelled', isTight: true },
  { head: 'Since', onPhone: 'labelled', isTight: true },
  { head: 'Last request', onPhone: 'labelled', isTight: true },
] as const;
const ENDED_COLUMNS = [...COLUMNS, { head: 'Ended', onPhone: 'labelled', isTight: true }] as const;
const PART = 'authorizations';
const STATES = [
  { value: '', text: 'Active' },
  { value: 'ended', text: 'Ended' },
];

/** Adds /console/AC…/apps/CN…/authorizations, and the same as a file. */
export function addAuthorizationPages(console: Console): void {
  const { context, pages } = console;
  const appOf = ({ account, request }: AccountVisit) =>
    getConnectApp(context, account.sid, pathParameter(request, 'Sid'));
  const isEndedOf = ({ query }: AccountVisit) => textOf(query, 'state') === 'ended';

  console.page('apps/:Sid/authorizations', async (visit) => {
    const { account, link, query, request } = visit;
    const app = await appOf(visit);
    const isEnded = isEndedOf(visit);
    const path = link(`apps/${app.sid}/authorizations`);
    const page = await readListPage({
      ...listingOfAppAuthorizations(context, account.sid, app.sid, { isEnded }),
      keyring: context.keyring,
      path,
      query,
    });
    const columns = isEnded ? ENDED_COLUMNS : COLUMNS;
    const uses = await Promise.all(page.items.map((one) => lastUsed(context, one)));
    const rows = page.items.map((one, index) =>
      tableRow(columns, cellsOf(visit, one, uses[index])),
    );
    const list = table({
      label: 'Authorizations',
      columns,
      rows,
      pager: pager({ ...page, swap: PART }),
    });
    const consent = `${pages.originOf(request)}/authorize/${app.sid}`;
    const none = isEnded ? noneEnded(path) : nobody(visit, app.sid, consent);
    return {
      ...appHead(visit, app, '/authorizations'),
      body: html`${filterBar({
        live: PART,
        action: path,
        fields: filterChoice({
          name: 'state',
          label: 'State',
          value: isEnded ? 'ended' : '',
          choices: STATES,
        }),
      })}${panel({
        id: PART,
        body: html`${rows.length === 0 ? none : list}${rows.length === 0 ? '' : exportLink(path, isEnded)}`,
      })}`,
    };
  });

  console.page('apps/:Sid/authorizations.csv', async (visit) => {
    const app = await appOf(visit);
    const isEnded = isEndedOf(visit);
    visit.reply.headers({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="authorizations-${app.sid}.csv"`,
    });
    return visit.reply.send(Readable.from(linesOf(context, visit.account.sid, app.sid, isEnded)));
  });
}

/** All of a list, some at a time: nobody waits for the whole, and it is never in memory. */
async function* linesOf(
  context: Context,
  ownerSid: string,
  connectAppSid: string,
  isEnded: boolean,
): AsyncGenerator<string> {
  const { slice, placeOf } = listingOfAppAuthorizations(context, ownerSid, connectAppSid, {
    isEnded,
  });
  yield 'account_sid,subaccount_sid,permissions,created_at,revoked_at\r\n';
  let from: Position | undefined;
  for (;;) {
    const some = await slice({ direction: 'older', from, limit: 1000 });
    const [last] = some.slice(-1);
    if (last === undefined) return;
    yield some.map(lineOf).join('');
    from = placeOf(last);
  }
}

/** SIDs, names of permissions and times: nothing that would need quotes. */
function lineOf(one: Authorization): string {
  const times = [one.createdAt, one.revokedAt].map((at) =>
    at === null ? '' : new Date(at).toISOString(),
  );
  return `${[one.accountSid, one.subaccountSid, one.permissions.join(' '), ...times].join(',')}\r\n`;
}

function cellsOf(
  { now }: AccountVisit,
  one: Authorization,
  usedAt: number | undefined,
): (Html | string)[] {
  return [
    sid(one.accountSid, { isShort: one.revokedAt !== null }),
    sid(one.subaccountSid, { isShort: true }),
    permissionTags(one.permissions),
    time(one.createdAt, now),
    usedAt === undefined ? html`<span class="quiet">none</span>` : time(usedAt, now),
    one.revokedAt === null ? '' : time(one.revokedAt, now),
  ];
}

function exportLink(path: string, isEnded: boolean): Html {
  return html`<div class="pager"><a href="${path}.csv${isEnded ? '?state=ended' : ''}">Export as CSV</a></div>`;
}

function nobody({ link }: AccountVisit, connectAppSid: string, consent: string): Html {
  return empty({
    title: 'Nobody has authorized it yet',
    text: html`Send someone this link, or play the customer yourself. <code>${consent}</code>`,
    actions: html`${copyButton({ value: consent, what: 'the link', isAction: true })}${linkButton({ href: link(`apps/${connectAppSid}/try`), text: 'Try the flow', kind: 'second' })}`,
  });
}

function noneEnded(path: string): Html {
  return empty({
    title: 'Nothing matches',
    text: 'No authorization of this app has ended in the last 30 days.',
    actions: linkButton({ href: path, text: 'Show active ones', kind: 'second' }),
  });
}
