/** The page for people who watch a test server: journal, inbox, clock and faults of a world. */

import { html } from 'hono/html';
import { createBrand } from '../pages/brand.ts';
import { cardPage, type Html } from '../pages/layout.ts';
import { STYLE_SHEET_PATH } from '../pages/style.ts';
import { isolated } from '../pages/text.ts';
import { parseBrand } from '../server/brand-settings.ts';
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
<p>Enter the key of the line that <code>connect-apps test-server</code> printed.</p>
${isWrong ? html`<p role="alert">This is not the key.</p>` : ''}
<form method="post" action="/_test"><label for="key">Key</label>
<input id="key" name="key" type="password" autocomplete="off" required autofocus>
<div class="buttons"><button>Continue</button></div></form>`,
  })(BRAND);
}

/** What happened in a world, the latest first. */
export function worldPage(world: OpenWorld, worlds: readonly OpenWorld[]): Html {
  const { id, clock, inbox, requests, faults } = world;
  const asked = requests.all().slice(-SHOWN).reverse();
  const came = inbox.all().slice(-SHOWN).reverse();
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>World ${id}</title>
<link rel="stylesheet" href="${STYLE_SHEET_PATH}">
</head>
<body>
<main class="wide">
<h1>World <code>${id}</code></h1>
<p>${worlds.map((one) => (one === world ? '' : html`<a href="/_test?world=${one.id}">${one.id}</a> `))}</p>
<div class="card"><h2>Clock</h2>
<p><time>${clock.now().toISOString()}</time></p>
${form(
  id,
  html`<label for="by">Let time pass</label> <input id="by" name="advance" value="5m" required>
<div class="buttons"><button>Advance</button></div>`,
)}
${form(id, html`<div class="buttons"><button class="second" name="reset" value="seed">Reset this world</button></div>`)}</div>
<div class="card"><h2>Requests</h2>
${table(
  ['Time', 'Request', 'Status', 'Why'],
  asked.map((one) => [
    one.at.slice(11, 19),
    html`<code>${one.method} ${isolated(one.path)}</code>`,
    String(one.status ?? 'dropped'),
    one.reason ?? '',
  ]),
)}</div>
<div class="card"><h2>Inbox</h2>
${table(
  ['Time', 'AccountSid', 'Attempt', 'Signature', 'Answer'],
  came.map((one) => [
    one.at.slice(11, 19),
    html`<code>${isolated(one.params.AccountSid ?? '')}</code>`,
    String(one.attempt),
    one.signatureIsValid ? 'valid' : 'wrong',
    String(one.status ?? 'none'),
  ]),
)}</div>
<div class="card"><h2>Faults</h2>
${table(
  ['Requests', 'Fail with'],
  faults
    .list()
    .map(({ match, how }) => [
      html`<code>${isolated(JSON.stringify(match))}</code>`,
      html`<code>${isolated(JSON.stringify(how))}</code>`,
    ]),
)}</div>
</main>
</body>
</html>`;
}

function form(id: string, fields: Html): Html {
  return html`<form method="post" action="/_test"><input type="hidden" name="world" value="${id}">${fields}</form>`;
}

function table(heads: readonly string[], rows: readonly (readonly (Html | string)[])[]): Html {
  if (rows.length === 0) return html`<p class="quiet">None.</p>`;
  return html`<table><thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows.map((cells) => html`<tr>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table>`;
}
