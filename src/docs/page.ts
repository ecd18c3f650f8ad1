/** The page of /docs: the OpenAPI description as HTML, without script. */

import { html } from 'hono/html';
import { ICON_PATH } from '../pages/art.ts';
import { STYLE_SHEET_PATH } from '../pages/style.ts';

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
<link rel="icon" href="${ICON_PATH}">
<link rel="stylesheet" href="${STYLE_SHEET_PATH}">
</head>
<body>
<main class="wide">
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
