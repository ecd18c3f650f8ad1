/**
 * Connect Apps: the type, and the one table of its properties. Forms, columns, answers, flags, help
 * and what consent signs as shown all derive from it; ARCHITECTURE.md walks through adding one.
 */

import { CALLBACK_METHODS } from '../callbacks/callback.ts';
import { calledUrl } from '../http-url.ts';
import type { Parameters } from '../parameter.ts';
import { choice, friendlyName, initialOf, namesOf, type Property, text, url } from '../property.ts';
import { permissions } from './permissions.ts';

/** The properties that an owner may set, in the order of Twilio's XML. */
const TABLE = {
  friendlyName: {
    parameter: 'FriendlyName',
    column: 'friendly_name',
    rule: friendlyName('The name of the Connect App, 1 to 64 characters.', {
      minLength: 1,
      maxLength: 64,
    }),
    shown: { rest: true, consent: true },
  },
  description: {
    parameter: 'Description',
    column: 'description',
    rule: text('What the Connect App does.', { format: 'multiline' }),
    shown: { rest: true, consent: true },
  },
  companyName: {
    parameter: 'CompanyName',
    column: 'company_name',
    rule: text('The company behind the Connect App.'),
    shown: { rest: true, consent: true },
  },
  homepageUrl: {
    parameter: 'HomepageUrl',
    column: 'homepage_url',
    rule: url('Where customers learn more about the Connect App.'),
    shown: { rest: true, consent: true },
  },
  authorizeRedirectUrl: {
    parameter: 'AuthorizeRedirectUrl',
    column: 'authorize_redirect_url',
    rule: url('Where the customer is sent after clicking Allow or Deny.'),
    shown: { rest: true, consent: true },
  },
  deauthorizeCallbackUrl: {
    parameter: 'DeauthorizeCallbackUrl',
    column: 'deauthorize_callback_url',
    rule: url('The URL that is called when a customer deauthorizes the Connect App.', asCalled),
    shown: { rest: true, consent: false },
  },
  deauthorizeCallbackMethod: {
    parameter: 'DeauthorizeCallbackMethod',
    column: 'deauthorize_callback_method',
    rule: choice('The HTTP method used to call the deauthorize callback URL.', CALLBACK_METHODS),
    shown: { rest: true, consent: false },
  },
  permissions: {
    parameter: 'Permissions',
    column: 'permissions',
    rule: permissions('The permissions that the Connect App asks for.'),
    shown: { rest: true, consent: true },
  },
  logoUrl: {
    parameter: 'LogoUrl',
    column: 'logo_url',
    rule: url('The logo on the consent page.'),
    shown: { rest: false, consent: true },
  },
  termsOfServiceUrl: {
    parameter: 'TermsOfServiceUrl',
    column: 'terms_of_service_url',
    rule: url('The terms of service that the consent page links to.'),
    shown: { rest: false, consent: true },
  },
} as const satisfies Record<string, Property>;

type Table = typeof TABLE;
export type PropertyName = keyof Table;

export type ConnectAppProperties = {
  -readonly [Name in PropertyName]: Table[Name]['rule']['initial'];
};

export interface ConnectApp extends ConnectAppProperties {
  sid: string;
  accountSid: string;
  createdAt: number;
}

export const PROPERTY_NAMES = namesOf(TABLE);

/** What an app has where nothing was said. */
export const INITIAL_PROPERTIES: Readonly<ConnectAppProperties> = initialOf(TABLE);

/** What the app of the demo data, and of every example in the documentation, has. */
export const EXAMPLE_PROPERTIES: Partial<ConnectAppProperties> = {
  authorizeRedirectUrl: 'http://example.com/redirect',
  companyName: 'Twilio',
  deauthorizeCallbackMethod: 'GET',
  deauthorizeCallbackUrl: 'http://example.com/deauth',
  friendlyName: 'Connect app for deletion',
  homepageUrl: 'http://example.com/home',
};

export type PropertyColumns = {
  [Name in PropertyName as Table[Name]['column']]: ReturnType<Table[Name]['rule']['toColumn']>;
};

/** The table, typed so that the value, column and rule of a name in a variable belong together. */
export const PROPERTIES: {
  [Name in PropertyName]: Property<
    ConnectAppProperties[Name],
    Table[Name]['column'],
    PropertyColumns[Table[Name]['column']]
  >;
} = TABLE;

/**
 * Reads the parameters of an update. A missing parameter changes nothing; an empty one clears its property;
 * Permissions may be repeated or comma-separated. Unknown parameters are ignored.
 */
export function parseConnectAppChanges(parameters: Parameters): Partial<ConnectAppProperties> {
  const changes: Partial<ConnectAppProperties> = {};
  for (const name of PROPERTY_NAMES) parseChange(changes, name, parameters);
  return changes;
}

function parseChange<Name extends PropertyName>(
  changes: Partial<ConnectAppProperties>,
  name: Name,
  parameters: Parameters,
): void {
  const { parameter, rule } = PROPERTIES[name];
  const value = rule.parse(parameters, parameter);
  if (value !== undefined) changes[name] = value;
}

/**
 * A URL as it is called: what a program validates signatures with may come from here. Only a path that
 * was left out stays out, as in Twilio's own example.
 */
function asCalled(valid: string): string {
  const called = calledUrl(valid);
  return called === `${valid}/` ? valid : called;
}
