/** What the server itself publishes: tables of routes are compared with it. */

import type { TestServer } from '../support/server.ts';
import { objectOf } from './narrow.ts';

/** Every method and path of the API in /openapi.json, sorted; the same in XML and CSV is left out. */
export async function publishedRoutes(server: TestServer): Promise<string[]> {
  const reply = await server.request('GET', '/openapi.json');
  return Object.entries(objectOf(objectOf(reply.json).paths))
    .filter(([path]) => path.startsWith('/2010-04-01/') && path.endsWith('.json'))
    .flatMap(([path, operations]) =>
      Object.keys(objectOf(operations))
        .filter((method) => ['get', 'post', 'put', 'patch', 'delete'].includes(method))
        .map((method) => `${method.toUpperCase()} ${withSameNames(path)}`),
    )
    .sort();
}

/** A path template whose parameters have no names: documents choose them freely. */
export function withSameNames(template: string): string {
  return template.replaceAll(/\{\w+\}/g, '{}');
}
