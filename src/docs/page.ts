/** The page of /docs: the OpenAPI description as HTML, without script. */

import { html } from 'hono/html';
import { ICON_PATH } from '../pages/art.ts';
import { type Brand, brandLinks, brandMark, brandStyle } from '../pages/brand.ts';
import { STYLE_SHEET_PATH } from '../pages/style.ts';
import { isObject, type Json, type JsonObject, objectAt } from './json.ts';
import { JSON_EXTENSION } from './operations.ts';
import { titleOf } from './viewer.ts';

const METHODS = ['get', 'post', 'delete'];

/** The page that shows a description: its operations in JSON. */
export function documentationPage(description: JsonObject, brand: Brand) {
  const operations = Object.entries(objectAt(description, 'paths'))
    .filter(([path]) => path.endsWith(JSON_EXTENSION))
    .flatMap(([path, item]) =>
      METHODS.filter((method) => isObject(objectAt(item)[method])).map((method) => ({
        path,
        method: method.toUpperCase(),
        operation: objectAt(item, method),
        inPath: objectAt(item).parameters,
      })),
    );
  const { follow, rowOf, propertiesOf } = createReader(description);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${titleOf(brand)}</title>
<link rel="icon" href="${ICON_PATH}">
<link rel="stylesheet" href="${STYLE_SHEET_PATH}">
${brandStyle(brand)}
</head>
<body>
<main class="wide">
<p class="brand">${brandMark(brand)}</p>
<h1>connect-apps API</h1>
${textAt(objectAt(description, 'info'), 'description')
  .split('\n\n')
  .map((paragraph) => html`<p>${withCode(paragraph)}</p>`)}
<p>OpenAPI description: <a href="/openapi.json">/openapi.json</a>.</p>
${operations.map(({ path, method, operation, inPath }) => {
  const form = objectAt(operation, 'requestBody', 'content', 'application/x-www-form-urlencoded');
  const parameters = [...listOf(inPath), ...listOf(operation.parameters)].map((parameter) =>
    rowOf(textAt(parameter, 'name'), {
      ...follow(parameter.schema),
      description: textAt(parameter, 'description'),
    }),
  );
  const answers = Object.entries(objectAt(operation, 'responses'));
  const [, answer] = answers[0] ?? [];
  return html`<section>
<h2><span class="method">${method}</span> <code>${path}</code></h2>
<p>${textAt(operation, 'summary')}. ${withCode(textAt(operation, 'description'))}</p>
${table('Parameters', [...parameters, ...propertiesOf(form.schema)])}
${table('Answer', propertiesOf(objectAt(answer, 'content', 'application/json').schema))}
${table(
  'Statuses',
  answers.map(([status, response]) => ({
    name: status,
    type: '',
    description: textAt(follow(response), 'description'),
  })),
  'Status',
)}
</section>`;
})}
${brandLinks(brand)}
</main>
</body>
</html>`;
}

interface Row {
  name: string;
  type: string;
  description: string;
}

function table(title: string, rows: readonly Row[], first = 'Name') {
  if (rows.length === 0) return '';
  const hasTypes = rows.some(({ type }) => type !== '');
  return html`<table>
<caption>${title}</caption>
<thead><tr><th scope="col">${first}</th>${hasTypes ? html`<th scope="col">Type</th>` : ''}<th scope="col">Meaning</th></tr></thead>
<tbody>${rows.map(
    (row) =>
      html`<tr><th scope="row"><code>${row.name}</code></th>${hasTypes ? html`<td>${row.type}</td>` : ''}<td>${withCode(row.description)}</td></tr>`,
  )}</tbody>
</table>`;
}

/** What reads parts of a description that may be references. */
function createReader(description: JsonObject) {
  function follow(value: Json | undefined): JsonObject {
    const object = objectAt(value);
    const { $ref } = object;
    return typeof $ref === 'string' ? objectAt(description, ...$ref.slice(2).split('/')) : object;
  }
  function typeOf(schema: JsonObject): string {
    if (Array.isArray(schema.enum)) {
      return schema.enum.filter((one) => one !== null).join(' or ');
    }
    if (schema.type !== 'array') return textAt(schema, 'type');
    return `array of ${nameOf(schema.items) ?? typeOf(follow(schema.items))}`;
  }
  function rowOf(name: string, value: Json | undefined): Row {
    const schema = follow(value);
    return { name, type: typeOf(schema), description: textAt(schema, 'description') };
  }
  function propertiesOf(value: Json | undefined): Row[] {
    const properties = objectAt(follow(value), 'properties');
    return Object.entries(properties).map(([name, property]) => rowOf(name, property));
  }
  return { follow, rowOf, propertiesOf };
}

/** The name of the shape that a reference leads to. */
function nameOf(value: Json | undefined): string | undefined {
  return textAt(objectAt(value), '$ref').split('/').at(-1) || undefined;
}

/** Text with `code` in it, as HTML. */
function withCode(markdown: string) {
  return markdown
    .split('`')
    .map((part, index) => (index % 2 === 0 ? part : html`<code>${part}</code>`));
}

function textAt(object: JsonObject, name: string): string {
  const found = object[name];
  return typeof found === 'string' ? found : '';
}

function listOf(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.map((one: Json) => objectAt(one)) : [];
}
