/**
 * The site of the demo app, played by the development server: so that consent, an authorized request, a revocation
 * and its callback all end well without the internet. `serve` has none of it.
 */

import type { FastifyReply, FastifyRequest } from 'fastify';
import { findVisibleAccount } from '../accounts/operations.ts';
import { listingOfAuthorizedConnectApps } from '../authorizations/operations.ts';
import type { Context } from '../context.ts';
import { formOf, queryOf } from '../http/request.ts';
import type { Logger } from '../observability/logger.ts';
import type { Pages } from '../pages/pages.ts';
import { type Parameters, textOf } from '../parameter.ts';
import { parseSid } from '../sid.ts';
import { isGenuine } from './callbacks.ts';
import { DEMO_APP_PATHS } from './data.ts';
import {
  type Arrival,
  connectedPage,
  DEMO_LOGO,
  deauthorizedPage,
  type NextSteps,
} from './page.ts';

const KEPT_ARRIVALS = 20;
const CALLBACK_FIELDS = ['AccountSid', 'ConnectAppSid'];

/** Adds the logo, the page that consent leads back to, and the callback. */
export function addDemoAppRoutes(pages: Pages, context: Context, logger: Logger): void {
  const { server } = pages;
  const schema = { hide: true };
  /** The latest first. */
  const arrivals: Arrival[] = [];

  server.get(DEMO_APP_PATHS.logoUrl, { schema }, async (_, reply) =>
    reply.header('content-type', 'image/svg+xml').send(DEMO_LOGO),
  );

  server.get(DEMO_APP_PATHS.authorizeRedirectUrl, { schema }, async (request, reply) => {
    const query = queryOf(request);
    const pairs = Object.keys(query).map((name) => [name, textOf(query, name) ?? ''] as const);
    return pages.send(reply, connectedPage(pairs, await nextStepsOf(request, query)));
  });

  server.get(DEMO_APP_PATHS.deauthorizeCallbackUrl, { schema }, async (request, reply) => {
    const { 'x-twilio-signature': signature } = request.headers;
    if (signature === undefined) return pages.send(reply, deauthorizedPage(arrivals));
    return receive(reply, 'GET', String(signature), queryOf(request));
  });

  server.post(DEMO_APP_PATHS.deauthorizeCallbackUrl, { schema }, async (request, reply) => {
    const signature = String(request.headers['x-twilio-signature'] ?? '');
    return receive(reply, 'POST', signature, formOf(request, CALLBACK_FIELDS));
  });

  async function receive(
    reply: FastifyReply,
    method: 'GET' | 'POST',
    signature: string,
    parameters: Parameters,
  ): Promise<FastifyReply> {
    const accountSid = parseSid('AC', textOf(parameters, 'AccountSid') ?? '');
    const connectAppSid = textOf(parameters, 'ConnectAppSid') ?? '';
    const isRight =
      accountSid !== undefined &&
      (await isGenuine(context, { method, accountSid, connectAppSid, signature }));
    arrivals.unshift({
      at: context.clock.now(),
      accountSid: accountSid ?? 'none',
      isGenuine: isRight,
    });
    arrivals.splice(KEPT_ARRIVALS);
    logger.info(
      { accountSid },
      isRight
        ? 'The demo app received a deauthorization'
        : 'The demo app rejected a callback with an invalid signature',
    );
    return reply.code(isRight ? 204 : 403).send();
  }

  async function nextStepsOf(
    request: FastifyRequest,
    query: Parameters,
  ): Promise<NextSteps | undefined> {
    const subaccount = await findVisibleAccount(context, textOf(query, 'AccountSid') ?? '');
    if (!subaccount || subaccount.ownerAccountSid === subaccount.sid) return undefined;
    const authorized = listingOfAuthorizedConnectApps(context, subaccount);
    const [app] = await authorized.slice({ direction: 'older', from: undefined, limit: 1 });
    if (app === undefined) return undefined;
    return {
      origin: `${request.protocol}://${request.host}`,
      customerSid: subaccount.ownerAccountSid,
      subaccountSid: subaccount.sid,
      connectAppSid: app.connectAppSid,
    };
  }
}
