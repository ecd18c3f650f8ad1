/** The audit trail of an account: filters in the URL, and the same as CSV. */

import { Readable } from 'node:stream';
import { html } from 'hono/html';
import { isSubaccount } from '../../accounts/account.ts';
import { type AuditEvent, EVENT_TYPES } from '../../audit/audit.ts';
import { AUDIT_COLUMNS, auditEventToWire } from '../../audit/format.ts';
import { listingOfEvents, parseAuditFilters } from '../../audit/operations.ts';
import type { Context } from '../../context.ts';
import { writeCsv } from '../../http/formats/csv.ts';
import type { Html } from '../../pages/layout.ts';
import { plainText } from '../../pages/text.ts';
import { type Parameters, textOf } from '../../parameter.ts';
import { Problem } from '../../problem.ts';
import { listingOfPeople } from '../../users/people.ts';
import type { AccountVisit, Console, View } from '../console.ts';
import type { OverviewPart } from '../overview/parts.ts';
import { readListPage } from '../paging.ts';
import { filterChoice, type Option } from '../parts/field.ts';
import { empty, linkButton, notice, panel } from '../parts/panel.ts';
import { filterBar, pager, table, tableRow } from '../parts/table.ts';
import { time } from '../parts/text.ts';
import { toParent } from '../people/shared.ts';
import { EVENT_TEXTS, SOURCE_TEXTS, whatOf, whoOf } from './text.ts';

const COLUMNS = [
  { head: 'When', isTight: true },
  { head: 'What', onPhone: 'whole' },
  { head: 'Who', onPhone: 'labelled', isTight: true },
  { head: 'From', isTight: true },
] as const;

const FIELDS = ['EventType', 'Who', 'ResourceSid', 'StartDate', 'EndDate'] as const;

/** Adds /console/AC…/audit and audit.csv. */
export function addAuditPages(console: Console): void {
  const { context } = console;
  console.page('audit', async (visit) => toParent(visit, 'audit') ?? auditView(context, visit));

  console.page('audit.csv', async (visit) => {
    const { account, query, reply } = visit;
    const listing = listingOfEvents(context, account.sid, filtersOf(query));
    reply.header('content-disposition', `attachment; filename="audit-${account.sid}.csv"`);
    return reply.type('text/csv; charset=utf-8').send(Readable.from(csvOf(listing.slice)));
  });
}

/** The newest events of an account, for its overview. */
export function latestEvents(context: Context): OverviewPart {
  return async ({ account, now, link }) => {
    if (isSubaccount(account)) return undefined;
    const { slice } = listingOfEvents(context, account.sid);
    const events = await slice({ direction: 'older', from: undefined, limit: 5 });
    if (events.length === 0) return undefined;
    return panel({
      title: 'Latest changes',
      isDense: true,
      actions: html`<a href="${link('audit')}">All changes</a>`,
      body: tableOf('Latest changes', events, { now, link }),
    });
  };
}

async function auditView(context: Context, visit: AccountVisit): Promise<View> {
  const { account, now, query, link } = visit;
  const path = link('audit');
  const read = readFilters(query);
  const { scope, slice } = listingOfEvents(context, account.sid, read.filters);
  const { items, newer, older } = await readListPage<AuditEvent>({
    keyring: context.keyring,
    scope,
    path,
    query,
    slice,
    placeOf: ({ createdAt, sid }) => ({ createdAt, sid }),
  });
  const isFiltered = FIELDS.some((name) => textOf(query, name));
  const body =
    items.length > 0
      ? html`${tableOf('Audit trail', items, { now, link })}${pager({ newer, older, swap: 'events' }) ?? ''}`
      : isFiltered
        ? empty({
            title: 'Nothing matches',
            text: 'No change matches these filters.',
            actions: linkButton({ href: path, text: 'Clear filters', kind: 'second' }),
          })
        : empty({ title: 'No change yet', text: 'Every change to this account appears here.' });
  return {
    title: 'Audit trail',
    section: 'audit',
    lede: 'Every change to this account and its subaccounts: who, what, when and from where. Nobody can remove an entry.',
    actions: linkButton({ href: csvLink(visit), text: 'Export CSV', kind: 'second' }),
    body: html`${filterBar({ live: 'events', action: path, fields: await filterFields(context, visit) })}${
      read.fault === undefined ? '' : notice('bad', read.fault)
    }${panel({ id: 'events', body })}`,
  };
}

function tableOf(
  label: string,
  events: readonly AuditEvent[],
  { now, link }: Pick<AccountVisit, 'now' | 'link'>,
): Html {
  const rows = events.map((event) =>
    tableRow(COLUMNS, [
      time(event.createdAt, now),
      whatOf(event, link('audit')),
      whoOf(event),
      event.sourceIpAddress ?? '',
    ]),
  );
  return table({ label, columns: COLUMNS, rows });
}

/** People who are chosen from; a longer list is filtered by the URL. */
const MOST_PEOPLE = 100;

async function filterFields(context: Context, { account, query }: AccountVisit): Promise<Html> {
  const people = await listingOfPeople(context, account.sid).slice({
    direction: 'older',
    from: undefined,
    limit: MOST_PEOPLE,
  });
  const who = textOf(query, 'Who') ?? '';
  const choices: Option[] = [
    { value: '', text: 'Anybody' },
    ...people.map(({ sid, email }) => ({ value: sid, text: plainText(email) })),
    ...Object.entries(SOURCE_TEXTS).map(([value, text]) => ({ value, text })),
  ];
  if (!choices.some(({ value }) => value === who)) choices.push({ value: who, text: who });
  const day = (name: string, label: string) => {
    const [value = ''] = /^\d{4}-\d{2}-\d{2}$/.exec(textOf(query, name) ?? '') ?? [];
    return html`<label>${label} <input type="date" name="${name}" value="${value}"></label>`;
  };
  const resource = textOf(query, 'ResourceSid') ?? '';
  return html`${filterChoice({
    name: 'EventType',
    label: 'What',
    value: textOf(query, 'EventType'),
    choices: [
      { value: '', text: 'Any change' },
      ...EVENT_TYPES.map((value) => ({ value, text: EVENT_TEXTS[value] })),
    ],
  })}${filterChoice({ name: 'Who', label: 'Who', value: who, choices })}<input type="search" name="ResourceSid" value="${resource}" placeholder="SID" aria-label="SID of what was changed" autocomplete="off" maxlength="34">${day('StartDate', 'From')}${day('EndDate', 'to')}`;
}

/** A filter that is no filter is said, and shows everything. */
function readFilters(query: Parameters) {
  try {
    return { filters: filtersOf(query), fault: undefined };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { filters: {}, fault: error.detail ?? error.message };
  }
}

function filtersOf(query: Parameters) {
  const who = textOf(query, 'Who') || undefined;
  const isSource = who !== undefined && who in SOURCE_TEXTS;
  const { EventType, ResourceSid, StartDate, EndDate } = query;
  return parseAuditFilters({
    EventType,
    ResourceSid,
    StartDate,
    EndDate,
    ...(isSource ? { Source: who } : { ActorSid: who }),
  });
}

function csvLink({ link, query }: AccountVisit): string {
  const given = new URLSearchParams();
  for (const name of FIELDS) {
    const value = textOf(query, name);
    if (value) given.append(name, value);
  }
  const search = given.toString();
  return link('audit.csv') + (search && `?${search}`);
}

const SLICE = 1000;

/** The header once, then a slice at a time: a trail may be long. */
async function* csvOf(slice: ReturnType<typeof listingOfEvents>['slice']): AsyncGenerator<string> {
  let from: AuditEvent | undefined;
  for (;;) {
    const events = await slice({ direction: 'older', from, limit: SLICE });
    const text = writeCsv(AUDIT_COLUMNS, events.map(auditEventToWire));
    yield from === undefined ? text : text.replace(/^.*\r\n/, '');
    from = events.at(-1);
    if (from === undefined || events.length < SLICE) return;
  }
}
