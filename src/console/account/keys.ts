/** The list of API keys. Their secrets are stored nowhere, and so are on no page. */

import { html } from 'hono/html';
import type { ApiKey } from '../../api-keys/api-key.ts';
import { isolated } from '../../pages/text.ts';
import type { AccountVisit, View } from '../console.ts';
import type { ListPage } from '../paging.ts';
import { empty, linkButton, panel } from '../parts/panel.ts';
import { pager, table, tableRow } from '../parts/table.ts';
import { lastUse, sid, time } from '../parts/text.ts';
import { nameOf } from './key.ts';
import { accountTabs } from './tabs.ts';

const COLUMNS = [
  { head: 'Name', onPhone: 'whole' },
  { head: 'SID', isTight: true },
  { head: 'Type', onPhone: 'labelled', isTight: true },
  { head: 'Use', onPhone: 'labelled', isTight: true },
  { head: 'Created', onPhone: 'labelled', isTight: true },
] as const;

/** The list; `usedAt` says when each was last used, by its SID. */
export function keysView(
  visit: AccountVisit,
  page: ListPage<ApiKey>,
  usedAt: ReadonlyMap<string, number>,
): View {
  const { link, now, role } = visit;
  const { items, newer, older } = page;
  const create =
    role === 'owner'
      ? linkButton({ href: link('account/keys/new'), text: 'Create an API key' })
      : undefined;
  const part = 'keys';
  return {
    title: 'API keys',
    section: 'account',
    tabs: accountTabs(visit, 'keys'),
    ...(create && items.length > 0 && { actions: create }),
    body: panel({
      id: part,
      body:
        items.length === 0
          ? empty({
              title: 'No API key yet',
              text: 'An API key is a credential for one program. You can delete it without replacing the Auth Token that other programs use.',
              ...(create && { actions: create }),
            })
          : table({
              label: 'API keys',
              columns: COLUMNS,
              rows: items.map((key) =>
                tableRow(COLUMNS, [
                  html`<a href="${link(`account/keys/${key.sid}`)}">${isolated(nameOf(key))}</a>`,
                  sid(key.sid, { isShort: true }),
                  key.type,
                  lastUse(usedAt.get(key.sid), now),
                  time(key.createdAt, now),
                ]),
              ),
              pager: pager({ newer, older, swap: part }),
            }),
    }),
  };
}
