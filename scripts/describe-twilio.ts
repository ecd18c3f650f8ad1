/**
 * Makes src/stand-ins/description.ts from Twilio's own OpenAPI document, which the npm package
 * `@twilio/cli-core` contains: facts alone, no text. Run it when Twilio publishes a newer one:
 *
 *   node scripts/describe-twilio.ts node_modules/…/twilio_api_v2010.json > src/stand-ins/description.ts
 */

import { readFileSync } from 'node:fs';
import { argv, stdout } from 'node:process';
import type { Description, Kind, Place, Shape } from '../src/stand-ins/description-shape.ts';

const ACCOUNT = '/2010-04-01/Accounts/{AccountSid}';
const SHAPES = '#/components/schemas/';
/** Real resources of this server. */
const OURS = /^\/(?:ConnectApps|AuthorizedConnectApps|Keys|SigningKeys)(?:\/|$)/;

type Json = Readonly<Record<string, unknown>>;

/** Makes the description of an OpenAPI document. */
export function describe(document: unknown): Description {
  const schemas = at(document, 'components', 'schemas');
  const shapes: Record<string, Shape> = {};

  function resolve(schema: Json): Json {
    const { $ref } = schema;
    return typeof $ref === 'string' ? resolve(at(schemas, $ref.replace(SHAPES, ''))) : schema;
  }

  function kindOf(given: unknown): Kind {
    const schema = resolve(objectOf(given));
    const end = schema.nullable === true ? '?' : '';
    const { type, format, pattern } = schema;
    if (Array.isArray(schema.enum)) return `enum:${schema.enum.join('|')}${end}`;
    const [, prefixes] = /^\^(?:\()?([A-Z]{2}(?:\|[A-Z]{2})*)/.exec(String(pattern ?? '')) ?? [];
    if (prefixes !== undefined) return `sid:${prefixes}${end}`;
    switch (format) {
      case 'date-time-rfc-2822':
        return `rfc2822${end}`;
      case 'date-time':
        return `time${end}`;
      case 'date':
        return `day${end}`;
      case 'uri-map':
        return `uris${end}`;
      case 'phone-number-capabilities':
        return `capabilities${end}`;
      case 'uri':
        return `uri${end}`;
      default:
        return `${typeof type === 'string' ? type : 'object'}${end}`;
    }
  }

  function shapeOf(schema: Json): string {
    const name = String(schema.$ref).replace(`${SHAPES}api.v2010.account.`, '');
    const properties = Object.entries(at(resolve(schema), 'properties')).map(
      ([property, value]): [string, Kind] => [property, kindOf(value)],
    );
    shapes[name] = Object.fromEntries(properties.sort(([a], [b]) => (a < b ? -1 : 1)));
    return name;
  }

  const places = Object.entries(at(document, 'paths')).flatMap(([path, operations]): Place[] => {
    const below = path.replace(ACCOUNT, '').replace(/\.json$/, '');
    if (!path.startsWith(`${ACCOUNT}/`) || OURS.test(below)) return [];
    const { get, post, delete: remove } = objectOf(operations);
    const place = { path: below, shape: '' };
    if (get !== undefined) {
      const { schema } = answerOf(get);
      const list = Object.entries(objectOf(schema?.properties)).find(
        ([, value]) => objectOf(value).type === 'array',
      );
      if (list === undefined) {
        if (schema === undefined) return [];
        Object.assign(place, { shape: shapeOf(schema), fetch: true });
      } else {
        const [items, value] = list;
        const filters = parametersOf(get).filter(
          (name) => !['PageSize', 'Page', 'PageToken'].includes(name),
        );
        Object.assign(place, {
          shape: shapeOf(objectOf(objectOf(value).items)),
          list: { items, filters },
        });
      }
    }
    if (post !== undefined) {
      const { status, schema } = answerOf(post);
      const form = objectOf(
        at(post, 'requestBody', 'content', 'application/x-www-form-urlencoded', 'schema'),
      );
      const parameters = Object.entries(objectOf(form.properties)).map(
        ([name, value]): [string, Kind] => [name, kindOf(value)],
      );
      const shape = schema === undefined ? '' : shapeOf(schema);
      if (place.shape === '') place.shape = shape;
      Object.assign(place, {
        post: {
          status,
          ...(shape !== place.shape && { shape }),
          parameters: Object.fromEntries(parameters),
          required: Array.isArray(form.required) ? form.required.map(String) : [],
        },
      });
    }
    if (remove !== undefined) Object.assign(place, { delete: true });
    return get === undefined && post === undefined && remove === undefined ? [] : [place];
  });
  return { shapes, places };
}

/** The status and the schema of an operation's success. */
function answerOf(operation: unknown): { status: number; schema: Json | undefined } {
  for (const [status, response] of Object.entries(at(operation, 'responses'))) {
    const schema = at(response, 'content', 'application/json', 'schema');
    if (status.startsWith('2') && Object.keys(schema).length > 0) {
      return { status: Number(status), schema };
    }
  }
  return { status: 200, schema: undefined };
}

function parametersOf(operation: unknown): string[] {
  const { parameters } = objectOf(operation);
  return Array.isArray(parameters)
    ? parameters
        .filter((one) => objectOf(one).in === 'query')
        .map((one) => String(objectOf(one).name))
    : [];
}

function at(value: unknown, ...names: string[]): Json {
  return names.reduce((found, name) => objectOf(found[name]), objectOf(value));
}

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** The file that holds a description, one entry a line. */
export function fileOf({ shapes, places }: Description): string {
  const lines = (entries: readonly string[]) => entries.map((entry) => `    ${entry},\n`).join('');
  return `/** Made by scripts/describe-twilio.ts: change that instead. */

import type { Description } from './description-shape.ts';

export const DESCRIPTION: Description = {
  shapes: {
${lines(Object.entries(shapes).map(([name, shape]) => `${JSON.stringify(name)}: ${JSON.stringify(shape)}`))}  },
  places: [
${lines(places.map((place) => JSON.stringify(place)))}  ],
};
`;
}

if (import.meta.main) {
  const [, , file = ''] = argv;
  stdout.write(fileOf(describe(JSON.parse(readFileSync(file, 'utf8')))));
}
