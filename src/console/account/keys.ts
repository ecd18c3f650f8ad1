/** The API keys of an account. Their secrets are stored nowhere, and so are on no page. */

import { html } from 'hono/html';
import type { ApiKey } from '../../api-keys/api-key.ts';
import { isolated, visibleOr } from '../../pages/text.ts';
import type { AccountVisit, View } from '../console.ts';
import type { ListPage } from '../paging.ts';
import { codeSample } from '../parts/lists.ts';
import { empty, panel } from '../parts/panel.ts';
import { pager, table, tableRow } from '../parts/table.ts';
import { sid, time } from '../parts/text.ts';
import { accountTabs } from './tabs.ts';

const COLUMNS = [
  { head: 'Name', onPhone: 'whole' },
  { head: 'SID', isTight: true },
  { head: 'Type', onPhone: 'labelled', isTight: true },
  { head: 'Created', onPhone: 'labelled', isTight: true },
] as const;

/** The list, and how a key is made. */
export function keysView(visit: AccountVisit, page: ListPage<ApiKey>): View {
  const { account, now } = visit;
  const { items, newer, older } = page;
  const part = 'keys';
  return {
    title: 'API keys',
    section: 'account',
    tabs: accountTabs(visit, 'keys'),
    body: html`<div class="stack">${panel({
      id: part,
      body:
        items.length === 0
          ? empty({
              title: 'No API key yet',
              text: 'An API key is a credential for one program. You can delete it without changing the auth token of the others.',
            })
          : table({
              label: 'API keys',
              columns: COLUMNS,
              rows: items.map((key) =>
                tableRow(COLUMNS, [
                  isolated(visibleOr(key.friendlyName, key.sid)),
                  sid(key.sid, { isShort: true }),
                  key.type,
                  time(key.createdAt, now),
                ]),
              ),
              pager: pager({ newer, older, swap: part }),
            }),
    })}${panel({
      title: 'Make a key',
      isPadded: true,
      body: html`<p>A key is made over the API or on the command line. Its secret is shown once.</p>${codeSample(
        {
          id: 'make-key',
          what: 'the command that makes a key',
          code: `npx connect-apps keys create --account-sid ${account.sid} --friendly-name "One program"`,
        },
      )}`,
    })}</div>`,
  };
}
