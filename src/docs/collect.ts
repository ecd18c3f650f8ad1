/** The routes that the OpenAPI description tells of. */

import type { FastifyInstance, RouteOptions } from 'fastify';

/** Returns the list of all routes that are added to the server after this call; it grows with them. */
export function collectRoutes(server: FastifyInstance): readonly RouteOptions[] {
  const routes: RouteOptions[] = [];
  server.addHook('onRoute', (route) => {
    routes.push(route);
  });
  return routes;
}
