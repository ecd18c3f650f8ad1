/**
 * What every conformance program of this folder must print `ok` for, by name. A program that stops
 * half-way, or leaves a check out, is thereby seen.
 */

/** What a program does with numbers, messages and calls, and as whom. */
const DEEDS = [
  'buys a phone number',
  'configures a phone number',
  'sends a message',
  'lists messages',
  'makes a call',
  'reads usage',
  'releases a phone number',
] as const;
const ACTORS = ['as an account', 'as an app with post-all', 'with an API key'] as const;

/** The checks against a server that allows DELETE. */
export const CHECKS = [
  'fetches an app',
  'lists without a limit',
  'lists up to a limit',
  'lists up to a limit over 1000',
  'lists with a page size',
  'iterates lazily over three pages',
  'turns to the next page and back',
  'opens a page by its link',
  'updates AuthorizeRedirectUrl',
  'updates CompanyName',
  'updates DeauthorizeCallbackMethod',
  'updates DeauthorizeCallbackUrl',
  'updates Description',
  'updates FriendlyName',
  'updates HomepageUrl',
  'updates Permissions',
  'updates all properties at once',
  'puts permissions in their order',
  'clears a text',
  'clears a URL',
  'keeps every character',
  'refuses a wrong token',
  'refuses a wrong token on a list',
  'refuses an unknown account',
  'does not find an unknown app',
  'does not find a malformed SID',
  "does not find another account's apps",
  'refuses an empty friendly name',
  'refuses a long friendly name',
  'refuses a URL that is not one',
  'refuses a method other than GET and POST',
  'refuses an unknown permission',
  'refuses a page size of 0',
  'refuses a page token that it did not give',
  'refuses a request that is too large',
  'tests the certificate',
  'fetches the account',
  'creates a subaccount',
  'lists accounts',
  'lists accounts by name',
  'renames a subaccount',
  "opens a subaccount's path with its parent's token",
  'refuses a suspended account',
  'refuses a closed account',
  'is told of a failure of the server',
  'lists authorized apps',
  'fetches an authorized app',
  'does not find an app that was not authorized',
  "reads its customer's account as an authorized app",
  'is refused without get-all',
  'is refused after a deauthorization',
  'validates a real POST callback',
  'validates a real GET callback',
  'validates a POST callback',
  'validates a GET callback',
  "validates Twilio's documented request",
  'rejects a forged callback',
  ...ACTORS.flatMap((actor) => DEEDS.map((deed) => `${deed} ${actor}` as const)),
  'reads messages as an app with get-all',
  'does not act as an app with get-all',
  'refuses an API key for accounts',
  'refuses a deleted API key',
  'deletes an app',
] as const;

/** The checks against a server with no DELETE, STRICT_PAGE_SIZE and a rate limit. */
export const STRICT_CHECKS = [
  'refuses to delete an app',
  'refuses a page size over 1000',
  'refuses too many requests',
] as const;

/** The checks against a server that has lost its database. */
export const AWAY_CHECKS = ['is told that the database is away'] as const;

/** The checks against a platform behind gateways, of each gateway. */
export const GATEWAY_CHECKS = [
  'lists what was granted',
  'creates what was granted',
  'deletes what was granted',
  'reads its own resources',
  'refuses a wrong token',
  'refuses a list',
  'refuses a suspended account',
  'refuses what was not granted',
  'refuses a revoked app',
  'does not find another account',
  'refuses a method',
] as const;

/** The check of a gateway that does not reach us. */
export const GATEWAY_DOWN_CHECKS = ['is told that connect-apps is away'] as const;

export type Check = (
  | typeof CHECKS
  | typeof STRICT_CHECKS
  | typeof AWAY_CHECKS
  | typeof GATEWAY_CHECKS
  | typeof GATEWAY_DOWN_CHECKS
)[number];
