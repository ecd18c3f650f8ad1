/** ConnectApp -> its wire form, and the form that changes it, from the table of properties. */

import { type ObjectSchema, type Schema, Type } from '../http/json-schema.ts';
import type { Format } from '../http/representation.ts';
import {
  choice,
  namedObject,
  nullableChoice,
  nullableText,
  nullableUrl,
  parameterSchema,
  sidText,
} from '../http/schemas.ts';
import type { Values } from '../property.ts';
import type { WireItem, WireValue } from '../wire.ts';
import {
  type ConnectApp,
  EXAMPLE_PROPERTIES,
  INITIAL_PROPERTIES,
  PROPERTIES,
  PROPERTY_NAMES,
} from './connect-app.ts';
import { PERMISSIONS } from './permissions.ts';

/** One permission; the lists of the API hold these. */
export const permissionSchema = choice(
  PERMISSIONS,
  'What a Connect App may do: `get-all` reads all account data, `post-all` charges the account for usage.',
  'Permission',
);

/** The properties that the REST resource has. */
const SHOWN = PROPERTY_NAMES.filter((name) => PROPERTIES[name].shown.rest).map((name) => ({
  name,
  ...PROPERTIES[name],
}));

/** The form that changes them. */
export const connectAppForm = namedObject(
  'UpdateConnectAppForm',
  Type.Partial(
    inOrder(SHOWN.map(({ parameter, rule }) => [parameter, parameterSchemaOf(rule.values)])),
  ),
  { FriendlyName: 'Pet Shop Reminders', Permissions: ['get-all', 'post-all'] },
);

const members = inOrder([
  ['account_sid', sidText('AC', 'The account that owns the Connect App.')],
  ['sid', sidText('CN', 'The SID of the Connect App.')],
  ['uri', Type.String({ description: 'The path of this resource.' })],
  ...SHOWN.map(({ column, rule }): Member => [column, answerSchemaOf(rule.values)]),
]);

const EMPTY: Readonly<Record<string, null>> = Object.fromEntries(
  Object.keys(members.properties).map((name) => [name, null]),
);

const example = toWire({
  ...INITIAL_PROPERTIES,
  ...EXAMPLE_PROPERTIES,
  sid: 'CNb989fdd207b04d16aee578018ef5fd93',
  accountSid: 'AC00000000000000000000000000000001',
  createdAt: 0,
});

/** How a Connect App looks on the wire. */
export const connectAppFormat: Format<ConnectApp> = {
  schema: namedObject('ConnectApp', members, example),
  element: 'ConnectApp',
  listElement: 'ConnectApps',
  listName: 'connect_apps',
  xmlOrder: ['sid', 'account_sid', ...SHOWN.map(({ column }) => column), 'uri'],
  toWire,
};

function toWire(app: ConnectApp): WireItem {
  // Each in its place in the order of the JSON; what follows only fills them.
  const wire: Record<string, WireValue> = { ...EMPTY };
  wire.account_sid = app.accountSid;
  wire.sid = app.sid;
  wire.uri = `/2010-04-01/Accounts/${app.accountSid}/ConnectApps/${app.sid}.json`;
  for (const { name, column } of SHOWN) wire[column] = app[name];
  return wire;
}

type Member = readonly [name: string, schema: Schema];

/** An object whose members are in the order of the alphabet, as in Twilio's JSON. */
function inOrder(members: readonly Member[]): ObjectSchema {
  return Type.Object(Object.fromEntries(members.toSorted(([a], [b]) => (a < b ? -1 : 1))));
}

function parameterSchemaOf(values: Values): Schema {
  switch (values.type) {
    case 'string':
      return parameterSchema(values);
    case 'choice':
      return choice(values.choices, values.description);
    case 'permissions':
      return Type.Array(permissionSchema, {
        description: `${values.description} Repeated or comma-separated; empty for none.`,
      });
  }
}

function answerSchemaOf(values: Values): Schema {
  const { description } = values;
  switch (values.type) {
    case 'string':
      return values.format === 'uri' ? nullableUrl(description) : nullableText(description);
    case 'choice':
      return nullableChoice(values.choices, description);
    case 'permissions':
      return Type.Array(permissionSchema, { description });
  }
}
