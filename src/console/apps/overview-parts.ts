/** What the overview of an account says of its Connect Apps. */

import { html } from 'hono/html';
import { searchingConnectApps } from '../../connect-apps/operations.ts';
import type { Context } from '../../context.ts';
import { isolated } from '../../pages/text.ts';
import type { AccountVisit } from '../console.ts';
import type { Need, OverviewPart } from '../overview/parts.ts';
import { panel } from '../parts/panel.ts';
import { table, tableRow } from '../parts/table.ts';
import { counted, sid, time } from '../parts/text.ts';
import { nameOf } from './app-link.ts';

const LATEST = 5;
const COLUMNS = [
  { head: 'Name', onPhone: 'whole' },
  { head: 'SID', isTight: true },
  { head: 'Created', isTight: true, isNumber: true },
] as const;

/** The newest apps. */
export function latestApps(context: Context): OverviewPart {
  return async ({ account, link, now }) => {
    const apps = await newest(context, account.sid);
    if (apps.length === 0) return undefined;
    const rows = apps.map((app) =>
      tableRow(COLUMNS, [
        html`<a href="${link(`apps/${app.sid}`)}">${isolated(nameOf(app))}</a>`,
        sid(app.sid, { isShort: true }),
        time(app.createdAt, now),
      ]),
    );
    return panel({
      title: 'Newest Connect Apps',
      isDense: true,
      actions: html`<a href="${link('apps')}">All apps</a>`,
      body: table({ label: 'Newest Connect Apps', columns: COLUMNS, rows }),
    });
  };
}

/** Whether nobody can be asked yet for one of the newest apps. */
export function needsOfApps(context: Context) {
  return async ({ account, link }: AccountVisit): Promise<Need[]> => {
    const apps = await newest(context, account.sid);
    const lacking = apps.filter((app) => app.authorizeRedirectUrl === null);
    const [first] = lacking;
    if (first === undefined) return [];
    const others = lacking.length - 1;
    const who = html`${isolated(nameOf(first))}${others === 0 ? ' has' : ` and ${counted(others, 'other app')} have`}`;
    return [
      {
        tone: 'warn',
        text: html`${who} no Authorize URL, so nobody can authorize ${others === 0 ? 'it' : 'them'}.`,
        href: link(others === 0 ? `apps/${first.sid}/edit` : 'apps'),
        action: others === 0 ? 'Set it' : 'See the apps',
      },
    ];
  };
}

function newest(context: Context, accountSid: string) {
  const { slice } = searchingConnectApps(context, accountSid, '');
  return slice({ direction: 'older', from: undefined, limit: LATEST });
}
