/**
 * Twilio's own OpenAPI document, made to fit a server that has one of every resource: in its paths stand the SIDs of
 * those. So every request that follows from it is one that the server must answer as the document says.
 */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createApiKey } from '../../src/api-keys/operations.ts';
import { createSidFor, propertiesOf, rowOf } from '../../src/stand-ins/making.ts';
import { findTarget } from '../../src/stand-ins/places.ts';
import { propertyName } from '../../src/stand-ins/stand-in.ts';
import { insertStandIn } from '../../src/stand-ins/store.ts';
import { arrayOf, objectOf, stringOf } from '../api/narrow.ts';
import type { TestServer } from '../support/server.ts';

type Json = Record<string, unknown>;

/** Where the command line of Twilio, which ../clients/install.sh installs, has its document. */
export const DOCUMENT =
  '../clients/cli/node_modules/@twilio/cli-core/src/services/twilio-api/twilio_api_v2010.json';
const ROOT = '/2010-04-01/Accounts';
const FORM = 'application/x-www-form-urlencoded';

/** Not a resource but the redirect to a file, on a host of another name. */
const FILE = `${ROOT}/{AccountSid}/Recordings/{ReferenceSid}/AddOnResults/{AddOnResultSid}/Payloads/{PayloadSid}/Data.json`;

/** One request of the document. */
export interface Operation {
  method: 'get' | 'post' | 'delete';
  /** As in Twilio's document. */
  template: string;
  /** With the SIDs of what the server has. */
  path: string;
  /** A form that the server accepts; empty for a GET. */
  form: Record<string, string>;
}

export interface Fitted {
  document: Json;
  operations: readonly Operation[];
}

/** What is sent for a parameter that needs a special value, or that a resource needs besides its required ones. */
const VALUES: Readonly<Record<string, string>> = {
  AreaCode: '415',
  Body: '',
  DomainName: 'example.sip.twilio.com',
  From: '+15005550006',
  IpAddress: '192.0.2.1',
  IsoCountry: 'US',
  PhoneNumber: '+15005550006',
  To: '+15558675310',
  TriggerValue: '+10',
  Twiml: '<Response/>',
};
const ALSO_SENT: Readonly<Record<string, readonly string[]>> = {
  'Calls.json': ['Twiml'],
  'Calls/{}.json': ['Twiml'],
  'IncomingPhoneNumbers.json': ['AreaCode'],
  'Messages.json': ['From', 'MediaUrl'],
  'Messages/{}.json': ['Body'],
};
/** What no POST makes, or would not stay as it is. */
const isInserted = (list: string, post: unknown) =>
  post === undefined || list === 'Calls' || list === 'OutgoingCallerIds';

/** Gives the server one of each, and reads the document for it. */
export async function fitTwilioDocument(server: TestServer): Promise<Fitted> {
  const document = objectOf(
    JSON.parse(await readFile(join(import.meta.dirname, DOCUMENT), 'utf8')),
  );
  const paths = Object.entries(objectOf(withEnums(document.paths, document.components)))
    .map(([template, item]): [string, Json] => [template, objectOf(item)])
    .filter(([template, item]) => template !== FILE && (item.get ?? item.post ?? item.delete))
    .sort(([one], [other]) => one.split('/').length - other.split('/').length);
  const sids = await sidsOf(server, paths);
  const operations: Operation[] = [];
  const fitted: Json = {};
  for (const [template, item] of paths) {
    const path = fit(template, sids);
    const methods: Json = {};
    for (const method of ['get', 'post', 'delete'] as const) {
      if (item[method] === undefined) continue;
      const operation = objectOf(item[method]);
      const form = method === 'post' ? formOf(template, operation, sids) : {};
      operations.push({ method, template, path, form });
      const isOfPath = (parameter: unknown) => objectOf(parameter).in === 'path';
      const parameters = arrayOf(operation.parameters ?? []).filter((one) => !isOfPath(one));
      const responses = withRelativeLinks(operation.responses);
      methods[method] = { ...operation, parameters, responses };
    }
    fitted[path] = methods;
  }
  const components = withRelativeLinks(document.components);
  return {
    document: { ...document, servers: [{ url: server.url }], paths: fitted, components },
    operations,
  };
}

/** Puts the values of an enum where it is referred to. */
function withEnums(description: unknown, components: unknown): unknown {
  const schemas = objectOf(objectOf(components).schemas);
  return JSON.parse(
    JSON.stringify(description, (_, value) => {
      const [, name] = /^#\/components\/schemas\/(\w+_enum_\w+)$/.exec(value?.$ref) ?? [];
      return name === undefined ? value : schemas[name];
    }),
  );
}

/** Twilio's links are relative, which is no `uri` to a validator. */
function withRelativeLinks(description: unknown): unknown {
  return JSON.parse(
    JSON.stringify(description, (name, value) =>
      name === 'format' && value === 'uri' ? undefined : value,
    ),
  );
}

/** The SID of one in each list, by the list's path. */
async function sidsOf(
  server: TestServer,
  paths: readonly [string, Json][],
): Promise<Map<string, string>> {
  const { developer: auth, connectAppSid, context } = server;
  const createKey = async () => (await createApiKey(context, auth.accountSid, {})).sid;
  const sids = new Map([
    ['', auth.accountSid],
    ['ConnectApps', connectAppSid],
    ['AuthorizedConnectApps', connectAppSid],
    ['Keys', await createKey()],
    ['SigningKeys', await createKey()],
    ['AvailablePhoneNumbers', 'US'],
  ]);
  for (const [template] of paths) {
    const [, list = '', name = ''] = /^(.*)\/\{(\w+)\}\.json$/.exec(below(template)) ?? [];
    if (list === '' || sids.has(anonymous(list))) continue;
    const path = fit(`${ROOT}/{AccountSid}/${list}.json`, sids);
    const post = objectOf(paths.find(([one]) => below(one) === `${list}.json`)?.[1]).post;
    if (isInserted(list, post)) {
      sids.set(anonymous(list), await insert(server, path));
      continue;
    }
    const form = formOf(`${ROOT}/{AccountSid}/${list}.json`, objectOf(post), sids);
    const made = await server.request('POST', path, { auth, form });
    if (made.status >= 300) throw new Error(`POST ${path}: ${made.status} ${made.text}`);
    sids.set(anonymous(list), stringOf(objectOf(made.json)[propertyName(name)]));
  }
  return sids;
}

/** Puts one into a list that nobody can create one in, and returns its SID. */
async function insert(
  { context, developer: { accountSid } }: TestServer,
  path: string,
): Promise<string> {
  const found = findTarget(path.replace(`${ROOT}/${accountSid}/`, '').replace('.json', ''));
  if (found === undefined) throw new Error(`${path} is nowhere`);
  // A POST there may answer with another shape.
  const { post: _, ...place } = found.place;
  const target = { ...found, place };
  const sid = createSidFor(context, target);
  if (sid === undefined) throw new Error(`${path} has no SIDs`);
  const now = context.clock.now();
  const row = rowOf(accountSid, target, sid, 'account', now);
  const properties = propertiesOf(accountSid, target, sid, {}, now);
  await context.database.transaction((transaction) =>
    insertStandIn(transaction, { ...row, properties, sent: {}, dueAt: null }),
  );
  return sid;
}

/** What a POST sends: its required parameters and a few more. */
function formOf(
  template: string,
  operation: Json,
  sids: ReadonlyMap<string, string>,
): Record<string, string> {
  const { content = {} } = objectOf(operation.requestBody ?? {});
  const { schema = {} } = objectOf(objectOf(content)[FORM] ?? {});
  const { properties = {}, required = [] } = objectOf(schema);
  const also = ALSO_SENT[anonymous(below(template))] ?? [];
  const names = [...arrayOf(required).map(stringOf), ...also];
  return Object.fromEntries(
    names.map((name) => [name, textFor(name, objectOf(objectOf(properties)[name]))]),
  );

  function textFor(name: string, { format, enum: values, pattern, type }: Json): string {
    const value = VALUES[name];
    if (value !== undefined) return value;
    const [, prefix] = /^\^([A-Z]{2})\[/.exec(String(pattern)) ?? [];
    if (prefix !== undefined) return sidOf(prefix);
    if (Array.isArray(values)) return stringOf(values[0]);
    if (format === 'uri' || /Url$|^Callback/.test(name)) return 'https://app.example.com/';
    return type === 'integer' ? '1' : 'Something1234';
  }

  function sidOf(prefix: string): string {
    const known = [...sids.values()].find((sid) => sid.startsWith(prefix));
    return known ?? prefix + '0'.repeat(32);
  }
}

/** The template with a SID for each parameter. */
function fit(template: string, sids: ReadonlyMap<string, string>): string {
  const segments = template.replace(/\.json$/, '').split('/');
  const fitted = segments.map((segment, index) => {
    if (!segment.startsWith('{')) return segment;
    const list = anonymous(below(segments.slice(0, index).join('/')));
    const sid = sids.get(list);
    if (sid === undefined) throw new Error(`There is none of ${list}`);
    return sid;
  });
  return `${fitted.join('/')}.json`;
}

/** What of a path comes after the account. */
function below(path: string): string {
  return path.replace(/^\/2010-04-01\/Accounts(?:\/\{AccountSid\}\/?)?/, '');
}

function anonymous(path: string): string {
  return path.replace(/\{\w+\}/g, '{}');
}
