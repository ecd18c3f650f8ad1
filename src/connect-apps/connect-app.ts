/** Connect Apps: the type, its rules and its operations. No HTTP, no SQL text. */

import { calledUrl } from '../http-url.ts';
import {
  checkChoice,
  checkFriendlyName,
  checkText,
  type Parameters,
  type TextRule,
  textOf,
  urlRule,
} from '../parameter.ts';
import { type Permission, parsePermissions } from './permissions.ts';

export const CALLBACK_METHODS = ['GET', 'POST'] as const;

export type CallbackMethod = (typeof CALLBACK_METHODS)[number];

/** The properties that an owner may set. */
export interface ConnectAppProperties {
  friendlyName: string | null;
  description: string | null;
  companyName: string | null;
  homepageUrl: string | null;
  authorizeRedirectUrl: string | null;
  deauthorizeCallbackUrl: string | null;
  deauthorizeCallbackMethod: CallbackMethod | null;
  permissions: Permission[];
  /** Shown on the consent page; the REST resource has no such property. */
  logoUrl: string | null;
  /** Shown on the consent page; the REST resource has no such property. */
  termsOfServiceUrl: string | null;
}

export interface ConnectApp extends ConnectAppProperties {
  sid: string;
  accountSid: string;
  createdAt: number;
}

type TextProperty = Exclude<
  keyof ConnectAppProperties,
  'deauthorizeCallbackMethod' | 'friendlyName' | 'permissions'
>;

export const FRIENDLY_NAME_RULE: TextRule = {
  type: 'string',
  minLength: 1,
  maxLength: 64,
  description: 'The name of the Connect App, 1 to 64 characters.',
};

/** The parameters that are texts, which property each sets, and its rule. */
export const TEXT_PARAMETERS = {
  AuthorizeRedirectUrl: {
    property: 'authorizeRedirectUrl',
    rule: urlRule('Where the customer is sent after clicking Allow or Deny.'),
  },
  CompanyName: {
    property: 'companyName',
    rule: { type: 'string', description: 'The company behind the Connect App.' },
  },
  DeauthorizeCallbackUrl: {
    property: 'deauthorizeCallbackUrl',
    rule: urlRule('The URL that is called when a customer deauthorizes the Connect App.'),
  },
  Description: {
    property: 'description',
    rule: { type: 'string', format: 'multiline', description: 'What the Connect App does.' },
  },
  HomepageUrl: {
    property: 'homepageUrl',
    rule: urlRule('Where customers learn more about the Connect App.'),
  },
  LogoUrl: { property: 'logoUrl', rule: urlRule('The logo on the consent page.') },
  TermsOfServiceUrl: {
    property: 'termsOfServiceUrl',
    rule: urlRule('The terms of service that the consent page links to.'),
  },
} as const satisfies Record<string, { property: TextProperty; rule: TextRule }>;

/**
 * Reads the parameters of an update. A missing parameter changes nothing; an empty one clears its property;
 * Permissions may be repeated or comma-separated. Unknown parameters are ignored.
 */
export function parseConnectAppChanges(parameters: Parameters): Partial<ConnectAppProperties> {
  const changes: Partial<ConnectAppProperties> = {};

  const friendlyName = textOf(parameters, 'FriendlyName');
  if (friendlyName !== undefined) {
    changes.friendlyName = checkFriendlyName(FRIENDLY_NAME_RULE, friendlyName);
  }
  for (const [name, { property, rule }] of Object.entries(TEXT_PARAMETERS)) {
    const text = textOf(parameters, name);
    if (text !== undefined) changes[property] = text === '' ? null : checkText(name, rule, text);
  }
  const { deauthorizeCallbackUrl } = changes;
  if (deauthorizeCallbackUrl) changes.deauthorizeCallbackUrl = shownUrl(deauthorizeCallbackUrl);
  const method = textOf(parameters, 'DeauthorizeCallbackMethod');
  if (method !== undefined) {
    changes.deauthorizeCallbackMethod =
      method === '' ? null : checkChoice('DeauthorizeCallbackMethod', CALLBACK_METHODS, method);
  }
  if (parameters.Permissions !== undefined) {
    changes.permissions = parsePermissions(parameters.Permissions);
  }
  return changes;
}

/**
 * A URL as it is called: what a program validates signatures with may come from here. Only a path that
 * was left out stays out, as in Twilio's own example.
 */
function shownUrl(text: string): string {
  const called = calledUrl(text);
  return called === `${text}/` ? text : called;
}
