/**
 * The OpenAPI description: what the routes declare, and everything that is the same for all of them. It knows
 * which resources there are, and none of their shapes.
 */

import { errorResponses, HEADERS, SHARED_SCHEMAS } from './components.ts';
import { type JsonObject, objectAt, toJson } from './json.ts';
import { completeOperations } from './operations.ts';
import { withSamples } from './samples/samples.ts';
import { nameShapes } from './shapes.ts';

const TAGS = [
  { name: 'Account', description: 'Accounts and their subaccounts.' },
  { name: 'AuthorizedConnectApp', description: 'The Connect Apps that an account authorized.' },
  { name: 'ConnectApp', description: 'The Connect Apps that an account owns.' },
  { name: 'Key', description: 'The API keys of an account.' },
  { name: 'SigningKey', description: 'The same keys, under the name that older clients use.' },
  { name: 'XML', description: 'The same resources in XML.' },
  { name: 'CSV', description: 'The same resources in CSV.' },
];

/** Everything of the description that stands outside its paths. */
export function describeApi(publicUrl: string | undefined): JsonObject {
  return {
    openapi: '3.0.3',
    info: {
      title: 'connect-apps',
      version: '2010-04-01',
      description: [
        "Twilio Connect Apps, compatible with Twilio's 2010-04-01 API.",
        'Authenticate with HTTP Basic: the Account SID as the user name, its Auth Token as the password.',
        'Only the extension of the path selects the format: `.json` for JSON, `.xml` or none for XML, `.csv` for CSV. The `Accept` header is ignored. `/openapi.json` lists the XML and CSV operations under separate tags.',
        'Send the parameters of a POST as a form. To send several values for a parameter, repeat its name.',
        'Lists are paged. To get the next page, request the path in `next_page_uri`; on the last page it is null.',
      ].join('\n\n'),
      contact: { name: 'connect-apps' },
      license: { name: 'Apache 2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0.html' },
    },
    servers: [
      ...(publicUrl === undefined ? [] : [{ url: publicUrl, description: 'The public address.' }]),
      { url: '/', description: 'The server that returned this description.' },
    ],
    tags: TAGS,
    security: [{ accountSid_authToken: [] }],
  };
}

/** Makes the whole description of what was generated from the routes; its samples ask the server at `origin`. */
export function completeDescription(
  generated: object,
  { publicUrl, origin }: { publicUrl: string | undefined; origin: string },
): JsonObject {
  const shapes = new Map<string, JsonObject>();
  const { paths, components } = objectAt(toJson(generated));
  const namedPaths = objectAt(nameShapes(objectAt(paths), shapes));
  const schemas = { ...SHARED_SCHEMAS, ...Object.fromEntries(shapes) };
  return {
    ...describeApi(publicUrl),
    paths: withSamples(completeOperations(namedPaths, shapes), schemas, origin),
    components: {
      securitySchemes: objectAt(components, 'securitySchemes'),
      headers: HEADERS,
      responses: errorResponses(),
      schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))),
    },
  };
}
