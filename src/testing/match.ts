/** Whether a request is the one that is meant, and if not, why. */

import type { Logged, RequestFilter } from './types.ts';

type Seen = Pick<Logged, 'method' | 'path' | 'route' | 'account' | 'caller'> &
  Partial<Pick<Logged, 'status'>>;

/** Says for each thing that is asked for and is otherwise what it is; nothing when all is as asked. */
export function differences(request: Seen, filter: RequestFilter): string[] {
  const found: string[] = [];
  const compare = (name: string, is: unknown, wanted: unknown, isRight = is === wanted) => {
    if (wanted !== undefined && !isRight) found.push(`${name} is ${is}, not ${wanted}`);
  };
  const { method, path, route, status, account } = filter;
  compare('method', request.method, method?.toUpperCase());
  compare('path', request.path, path, path !== undefined && isLike(request.path, path));
  compare('route', request.route, route);
  compare('status', request.status, status);
  const isItsAccount = account === request.account || account === request.caller;
  compare('account', request.account ?? request.caller, account, isItsAccount);
  return found;
}

export function matches(request: Seen, filter: RequestFilter): boolean {
  return differences(request, filter).length === 0;
}

/** Those that match, or nearly do: the nearest first, at most `limit`. */
export function nearest(requests: readonly Logged[], filter: RequestFilter, limit = 3): Logged[] {
  const ranked = requests.map((request) => ({
    request,
    count: differences(request, filter).length,
  }));
  return ranked
    .sort((one, other) => one.count - other.count)
    .slice(0, limit)
    .map(({ request }) => request);
}

function isLike(path: string, pattern: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(path);
}
