/**
 * The shapes of Twilio's JSON bodies, written by hand: exactly these members, each of this form. One
 * member more makes some of the official clients fail, so a member too many is a failure here too.
 */

import assert from 'node:assert/strict';
import { arrayOf, objectOf } from './narrow.ts';

/** Fails, naming `where`, unless `value` has the shape. */
export type Shape = (value: unknown, where: string) => void;

function matching(pattern: RegExp): Shape {
  return (value, where) => {
    assert.ok(typeof value === 'string' && pattern.test(value), `${where}: ${String(value)}`);
  };
}

function nullable(shape: Shape): Shape {
  return (value, where) => {
    if (value !== null) shape(value, where);
  };
}

function oneOf(...choices: string[]): Shape {
  return (value, where) => {
    assert.ok(
      choices.some((choice) => choice === value),
      `${where}: ${String(value)}`,
    );
  };
}

function listOf(shape: Shape): Shape {
  return (value, where) => {
    for (const [index, item] of arrayOf(value).entries()) shape(item, `${where}[${index}]`);
  };
}

function objectWith(members: Record<string, Shape>): Shape {
  return (value, where) => {
    const object = objectOf(value);
    assert.deepEqual(Object.keys(object), Object.keys(members).sort(), `members of ${where}`);
    for (const [name, shape] of Object.entries(members)) shape(object[name], `${where}.${name}`);
  };
}

function wholeNumber(value: unknown, where: string): void {
  assert.ok(Number.isInteger(value) && Number(value) >= 0, `${where}: ${String(value)}`);
}

function text(value: unknown, where: string): void {
  assert.equal(typeof value, 'string', `${where}: ${String(value)}`);
}

function mapOfPaths(value: unknown, where: string): void {
  for (const [name, path] of Object.entries(objectOf(value))) jsonPath(path, `${where}.${name}`);
}

const httpUrl = matching(/^https?:\/\//);
const accountSid = matching(/^AC[0-9a-f]{32}$/);
const authToken = matching(/^[0-9a-f]{32}$/);
const jsonPath = matching(/^\/2010-04-01\/[\w/]+\.json$/);
const pagePath = matching(/^\/2010-04-01\/[\w/]+\.json\?(.*&)?PageSize=\d+/);
/** RFC 2822, always in GMT, as in `Thu, 30 Jul 2015 20:00:00 +0000`. */
const date = matching(
  /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} \+0000$/,
);

/** A Connect App. */
export const connectAppShape = objectWith({
  account_sid: accountSid,
  authorize_redirect_url: nullable(httpUrl),
  company_name: nullable(text),
  deauthorize_callback_method: nullable(oneOf('GET', 'POST')),
  deauthorize_callback_url: nullable(httpUrl),
  description: nullable(text),
  friendly_name: nullable(text),
  homepage_url: nullable(httpUrl),
  permissions: listOf(oneOf('get-all', 'post-all')),
  sid: matching(/^CN[0-9a-f]{32}$/),
  uri: jsonPath,
});

/** A Connect App that a customer authorized. */
export const authorizedConnectAppShape = objectWith({
  account_sid: accountSid,
  connect_app_company_name: nullable(text),
  connect_app_description: nullable(text),
  connect_app_friendly_name: nullable(text),
  connect_app_homepage_url: nullable(httpUrl),
  connect_app_sid: matching(/^CN[0-9a-f]{32}$/),
  permissions: listOf(oneOf('get-all', 'post-all')),
  uri: jsonPath,
});

/** An account. */
export const accountShape = objectWith({
  auth_token: authToken,
  date_created: date,
  date_updated: date,
  friendly_name: text,
  owner_account_sid: accountSid,
  sid: accountSid,
  status: oneOf('active', 'suspended', 'closed'),
  subresource_uris: mapOfPaths,
  type: oneOf('Trial', 'Full'),
  uri: jsonPath,
});

/** A page of a list whose items are under `name`. */
export function pageShape(name: string, item: Shape): Shape {
  return objectWith({
    [name]: listOf(item),
    end: wholeNumber,
    first_page_uri: pagePath,
    next_page_uri: nullable(pagePath),
    page: wholeNumber,
    page_size: wholeNumber,
    previous_page_uri: nullable(pagePath),
    start: wholeNumber,
    uri: pagePath,
  });
}

const errorMembers = {
  code: wholeNumber,
  message: text,
  more_info: matching(/^https:\/\/www\.twilio\.com\/docs\/errors\/\d{5}$/),
  status: wholeNumber,
};

/** An error whose message says all. */
export const errorShape = objectWith(errorMembers);

/** An error with one more sentence about its cause. */
export const errorWithDetailShape = objectWith({ ...errorMembers, detail: text });
