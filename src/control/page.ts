/** The page for people who watch a test server: journal, inbox, clock and faults of a world, in the console's look. */

import { html } from 'hono/html';
import { CONSOLE_STYLE_PATH } from '../console/assets.ts';
import { field } from '../console/parts/field.ts';
import { pageHead } from '../console/parts/page-head.ts';
import { buttonRow, empty, notice, panel } from '../console/parts/panel.ts';
import { type Column, table, tableRow } from '../console/parts/table.ts';
import { chip, counted, exactTime } from '../console/parts/text.ts';
import { statusText } from '../console/requests/row.ts';
import { ICON_PATH } from '../pages/art.ts';
import { brandMark, createBrand } from '../pages/brand.ts';
import { cardPage, type Html } from '../pages/layout.ts';
import { STYLE_SHEET_PATH } from '../pages/style.ts';
import { isolated } from '../pages/text.ts';
import { parseBrand } from '../server/brand-settings.ts';
import type { Callback, Logged } from '../testing/types.ts';
import type { OpenWorld } from '../testing/world.ts';

/** The newest that are shown of each. */
const SHOWN = 50;
const BRAND = createBrand(
  parseBrand({ name: '', logoUrl: '', logoFile: '', colour: '', links: '' }),
);

/** Asks for the key. */
export function keyPage(isWrong: boolean): Html {
  return cardPage({
    title: 'Test server',
    card: html`<h1>Test server</h1>
${isWrong ? html`<p class="notice" role="alert">This is not the key.</p>` : ''}
<p>Enter the key that <code>connect-apps test-server</code> printed.</p>
<form method="post" action="/_test"><label for="key">Key</label>
<input id="key" name="key" type="password" autocomplete="off" required autofocus>
<div class="buttons"><button>Continue</button></div></form>`,
  })(BRAND);
}

/** What happened in a world, the latest first; `wrong` says what could not be done. */
export function worldPage(world: OpenWorld, worlds: readonly OpenWorld[], wrong?: string): Html {
  const { id } = world;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>World ${id} · Test server</title>
<link rel="icon" href="${ICON_PATH}">
<link rel="stylesheet" href="${STYLE_SHEET_PATH}">
<link rel="stylesheet" href="${CONSOLE_STYLE_PATH}">
</head>
<body class="console">
<a class="skip" href="#main">Skip to content</a>
<header class="top">
<a class="mark" href="/_test" aria-label="${BRAND.name}">${brandMark(BRAND)}</a>
<details class="menu"><summary><span class="visually-hidden">World: </span><span>${id}</span></summary><div class="sheet">${worlds.map(
    (one) =>
      html`<a href="/_test?world=${one.id}"${one === world ? html` aria-current="true"` : ''}>${one.id}<span class="sub"><code>${one.developer.accountSid}</code></span></a>`,
  )}</div></details>
<div class="grow"></div>
<a class="button second" href="/_test?world=${id}">Refresh</a>
</header>
<div class="shell">
<nav class="nav" aria-label="This world"><ul>${['Requests', 'Inbox', 'Clock', 'Faults'].map(
    (name) => html`<li><a href="#${name.toLowerCase()}">${name}</a></li>`,
  )}</ul></nav>
<main id="main">${pageHead({
    title: html`World <code>${id}</code>`,
    lede: html`It is ${exactTime(world.clock.now().getTime())}.`,
    actions: form(id, html`<button class="second" name="reset" value="seed">Reset</button>`),
  })}${wrong === undefined ? '' : notice('bad', wrong)}<div class="stack">
${requestsPanel(world.requests.all())}${inboxPanel(world.inbox.all())}${clockPanel(id)}${faultsPanel(world)}
</div></main>
</div>
</body>
</html>`;
}

const REQUEST_COLUMNS: readonly Column[] = [
  { head: 'Time', isTight: true },
  { head: 'Status', isTight: true },
  { head: 'Request', onPhone: 'whole' },
  { head: 'Who', onPhone: 'whole', isTight: true },
];

function requestsPanel(all: readonly Logged[]): Html {
  // Such as those of this page, which the first world answers.
  const asked = all.filter(({ path }) => !path.startsWith('/assets/'));
  const rows = asked
    .slice(-SHOWN)
    .reverse()
    .map(({ at, status, method, path, reason, code, caller }) =>
      tableRow(REQUEST_COLUMNS, [
        clockText(at),
        status === null ? chip('bad', 'dropped') : statusText(status),
        html`<span class="verb">${method}</span> <code>${isolated(path)}</code>${
          reason === null ? '' : html`<span class="why">${code} ${isolated(reason)}</span>`
        }`,
        caller === null
          ? html`<span class="quiet">nobody</span>`
          : html`<code>${isolated(caller)}</code>`,
      ]),
    );
  const none = {
    title: 'No request yet',
    text: 'Requests appear here, each with why it was refused.',
  };
  return section('Requests', asked.length, REQUEST_COLUMNS, rows, none);
}

const INBOX_COLUMNS: readonly Column[] = [
  { head: 'Time', isTight: true },
  { head: 'Answer', isTight: true },
  { head: 'Subaccount', onPhone: 'whole' },
  { head: 'Attempt', isNumber: true, onPhone: 'labelled' },
  { head: 'Signature', isTight: true, onPhone: 'labelled' },
];

function inboxPanel(all: readonly Callback[]): Html {
  const rows = all
    .slice(-SHOWN)
    .reverse()
    .map(({ at, status, params, attempt, signatureIsValid }) =>
      tableRow(INBOX_COLUMNS, [
        clockText(at),
        status === null ? chip('bad', 'none') : statusText(status),
        html`<code>${isolated(params.AccountSid ?? '')}</code>`,
        String(attempt),
        signatureIsValid ? 'valid' : chip('bad', 'wrong'),
      ]),
    );
  const text = 'Callbacks to the URL of the inbox appear here.';
  return section('Inbox', all.length, INBOX_COLUMNS, rows, { title: 'No callback yet', text });
}

function clockPanel(id: string): Html {
  const hint = 'Such as 90s, 5m, 2h or 3d. Everything that becomes due happens first.';
  const by = field({
    name: 'advance',
    label: 'Let time pass',
    value: '5m',
    hint,
    isRequired: true,
  });
  return panel({
    id: 'clock',
    title: 'Clock',
    isPadded: true,
    body: form(id, html`${by}${buttonRow(html`<button class="second">Advance</button>`)}`),
  });
}

const FAULT_COLUMNS: readonly Column[] = [
  { head: 'Requests', onPhone: 'whole' },
  { head: 'Fail with', onPhone: 'whole' },
  { head: 'End', isTight: true },
];

function faultsPanel({ id, faults }: OpenWorld): Html {
  const rows = faults
    .list()
    .map(({ id: number, match, how }) =>
      tableRow(FAULT_COLUMNS, [
        html`<code>${isolated(JSON.stringify(match))}</code>`,
        html`<code>${isolated(JSON.stringify(how))}</code>`,
        form(
          id,
          html`<button class="small" name="end" value="${number}" aria-label="End fault ${number}">End</button>`,
        ),
      ]),
    );
  const add = form(
    id,
    html`${field({ name: 'path', label: 'Path', value: '*', hint: '* stands for any text.', isRequired: true })}${field(
      { name: 'status', label: 'Status', value: '500', isRequired: true },
    )}${field({ name: 'times', label: 'Times', value: '1', isRequired: true })}${buttonRow(
      html`<button class="second">Let requests fail</button>`,
    )}`,
  );
  return panel({
    id: 'faults',
    title: 'Faults',
    body: html`${
      rows.length === 0 ? '' : table({ label: 'Faults', columns: FAULT_COLUMNS, rows })
    }<div class="pad">${add}</div>`,
  });
}

function section(
  title: string,
  total: number,
  columns: readonly Column[],
  rows: readonly Html[],
  none: { title: string; text: string },
): Html {
  const count =
    total > rows.length
      ? `the latest ${rows.length} of ${total}`
      : counted(total, title === 'Inbox' ? 'callback' : 'request');
  return panel({
    id: title.toLowerCase(),
    title,
    actions: html`<span class="quiet">${count}</span>`,
    isDense: true,
    body: rows.length === 0 ? empty(none) : table({ label: title, columns, rows }),
  });
}

function form(id: string, fields: Html): Html {
  return html`<form method="post" action="/_test"><input type="hidden" name="world" value="${id}">${fields}</form>`;
}

/** The time of day of the world's clock. */
function clockText(at: string): Html {
  return html`<time datetime="${at}" title="${at}">${at.slice(11, 19)}</time>`;
}
