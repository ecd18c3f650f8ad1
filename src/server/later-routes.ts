/** Everything but the API and the health checks: pages, the admin API, and the documentation of the API. */

import type { FastifyInstance, RouteOptions } from 'fastify';
import { followWith } from '../admin/follow.ts';
import { type AdminOptions, addAdminRoutes } from '../admin/routes.ts';
import { addConsentRoutes } from '../consent/routes.ts';
import { addConsoleRoutes, type ConsoleParts } from '../console/routes.ts';
import type { Context } from '../context.ts';
import { DEMO_DEVELOPER, DEMO_PEOPLE } from '../demo/data.ts';
import { addDemoAppRoutes } from '../demo/routes.ts';
import { addDocumentationRoutes } from '../docs/routes.ts';
import type { Logger } from '../observability/logger.ts';
import type { Provider } from '../oidc/provider.ts';
import { addProviderRoutes } from '../oidc/routes.ts';
import type { Brand } from '../pages/brand.ts';
import { addPages, type SignInWays } from '../pages/pages.ts';
import { addSessionRoutes } from '../users/routes.ts';
import { createSignInLimits } from '../users/sign-in-limits.ts';
import type { Config } from './config.ts';

export interface LaterParts extends Omit<ConsoleParts, 'limits'> {
  /** Where the API is, and its routes. */
  api: FastifyInstance;
  routes: readonly RouteOptions[];
  logger: Logger;
  brand: Brand;
  signIn: SignInWays;
  provider: Provider | undefined;
  denials: AdminOptions['denials'];
  /** The origin of the server, as browsers see it. */
  origin: () => string;
  servesDemoApp: boolean;
}

/** Adds the routes that most tests, and many processes, are never asked for. */
export async function addLaterRoutes(
  server: FastifyInstance,
  context: Context,
  { publicUrl, adminKey }: Pick<Config, 'publicUrl' | 'adminKey'>,
  parts: LaterParts,
): Promise<void> {
  const { api, routes, logger, brand, signIn, provider, client, servesDemoApp } = parts;
  const demoPeople = servesDemoApp && signIn.hasPasswords ? DEMO_PEOPLE : [];
  await addPages(
    server,
    { keyring: context.keyring, logger, publicUrl, brand, signIn, demoPeople },
    (pages) => {
      const limits = createSignInLimits(context.clock);
      addSessionRoutes(pages, context, limits);
      if (provider) addProviderRoutes(pages, context, { provider, logger });
      addConsentRoutes(pages, context);
      addConsoleRoutes(pages, context, { ...parts, limits });
      if (servesDemoApp) addDemoAppRoutes(pages, context, logger);
    },
  );
  if (adminKey !== undefined) {
    await addAdminRoutes(server, context, {
      key: adminKey,
      origin: parts.origin,
      follow: followWith(client),
      hasPasswords: signIn.hasPasswords,
      denials: parts.denials,
    });
  }
  const credentials = servesDemoApp ? DEMO_DEVELOPER : undefined;
  addDocumentationRoutes(server, { api, routes, publicUrl, brand, credentials });
}
