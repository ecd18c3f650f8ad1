/**
 * The extension of a path chooses the representation: none or .xml is XML, .json and .csv as they
 * say (behaviour of Twilio's API). Routes are written without it, so it is taken off before routing.
 */

export type Extension = 'json' | 'xml' | 'csv';

/** What every path of the API begins with. */
export const API_ROOT = '/2010-04-01/';
const SUFFIX = /\.(json|xml|csv)\/?$/;

/** The path of a request target, as sent, without its query. */
export function pathOf(target: string): string {
  const query = target.indexOf('?');
  return query === -1 ? target : target.slice(0, query);
}

/** The representation that a request target asks for. */
export function extensionOf(target: string): Extension {
  const path = pathOf(target);
  if (path.endsWith('.json') || path.endsWith('.json/')) return 'json';
  return path.endsWith('.csv') || path.endsWith('.csv/') ? 'csv' : 'xml';
}

/** The target without extension and trailing slash, for the router; other paths are unchanged. */
export function toRoute(target: string): string {
  if (!target.startsWith(API_ROOT)) return target;
  const path = pathOf(target);
  return path.replace(SUFFIX, '').replace(/\/$/, '') + target.slice(path.length);
}
