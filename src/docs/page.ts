/** The page of /docs: the OpenAPI description as HTML, without script. */

import { html } from 'hono/html';

type Member = Readonly<Record<string, unknown>>;

/** The page that shows an OpenAPI description. */
export function documentationPage(description: object) {
  const operations = entries(member(description, 'paths')).flatMap(([path, item]) =>
    entries(item).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>connect-apps API</title>
<link rel="stylesheet" href="/docs/style.css">
</head>
<body>
<main>
<h1>connect-apps API</h1>
<p>${text(member(description, 'info'), 'description')} Sign in with HTTP Basic: Account SID and Auth Token.
Leave <code>.json</code> off, or use <code>.xml</code> or <code>.csv</code>, for the other forms.
The same as data: <a href="/openapi.json">/openapi.json</a>.</p>
${operations.map(
  ({ path, method, operation }) => html`<section>
<h2><span class="method">${method}</span> <code>${path}</code></h2>
<p>${text(operation, 'summary')}</p>
${parameterTable('Parameters', parametersOf(operation))}
${parameterTable('Answer', answerOf(operation))}
</section>`,
)}
</main>
</body>
</html>`;
}

interface Row {
  name: string;
  type: string;
  description: string;
}

function parameterTable(title: string, rows: readonly Row[]) {
  if (rows.length === 0) return '';
  return html`<table>
<caption>${title}</caption>
<thead><tr><th scope="col">Name</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead>
<tbody>${rows.map(
    (row) =>
      html`<tr><th scope="row"><code>${row.name}</code></th><td>${row.type}</td><td>${row.description}</td></tr>`,
  )}</tbody>
</table>`;
}

function parametersOf(operation: unknown): Row[] {
  const given = member(operation, 'parameters');
  const inUrl = Array.isArray(given)
    ? given.map((one: unknown) =>
        rowOf(text(one, 'name'), {
          ...member(one, 'schema'),
          description: text(one, 'description'),
        }),
      )
    : [];
  const form = member(operation, 'requestBody', 'content', 'application/x-www-form-urlencoded');
  return [...inUrl, ...propertiesOf(member(form, 'schema'))];
}

function answerOf(operation: unknown): Row[] {
  const [, answer] = entries(member(operation, 'responses'))[0] ?? [];
  return propertiesOf(member(answer, 'content', 'application/json', 'schema'));
}

function propertiesOf(schema: unknown): Row[] {
  return entries(member(schema, 'properties')).map(([name, property]) => rowOf(name, property));
}

function rowOf(name: string, schema: unknown): Row {
  const choices = member(schema, 'enum');
  const type = Array.isArray(choices)
    ? choices.filter((one) => one !== null).join(' or ')
    : text(schema, 'type');
  return { name, type, description: text(schema, 'description') };
}

function member(value: unknown, ...names: string[]): object | undefined {
  let current: unknown = value;
  for (const name of names) current = isMember(current) ? current[name] : undefined;
  return typeof current === 'object' && current !== null ? current : undefined;
}

function text(value: unknown, name: string): string {
  const found = isMember(value) ? value[name] : undefined;
  return typeof found === 'string' ? found : '';
}

function entries(value: unknown): [string, unknown][] {
  return isMember(value) ? Object.entries(value) : [];
}

function isMember(value: unknown): value is Member {
  return typeof value === 'object' && value !== null;
}

export const STYLE_SHEET = `:root { color-scheme: light dark; --ink: light-dark(#1b1f24, #e6e9ed); --paper: light-dark(#ffffff, #14171b); --line: light-dark(#d5dae0, #363c44); --accent: light-dark(#0b5cad, #7ab8ff); }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
h2 { margin-top: 3rem; font-size: 1.1rem; overflow-wrap: anywhere; }
.method { color: var(--accent); }
a { color: var(--accent); }
table { width: 100%; border-collapse: collapse; margin: 1rem 0; }
caption { text-align: left; font-weight: 600; padding-bottom: .25rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); font-weight: 400; }
thead th { font-weight: 600; }
code { overflow-wrap: anywhere; }
@media (max-width: 40rem) {
  thead { display: none; }
  tr { display: block; padding: .35rem 0; border-bottom: 1px solid var(--line); }
  th, td { display: block; padding: 0; border: 0; }
}
`;
