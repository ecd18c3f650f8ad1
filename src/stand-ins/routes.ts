/** The URLs of every resource that stands in for one of Twilio's: who, what, one call, one form. */

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '../context.ts';
import type { Api } from '../http/api.ts';
import { readPage } from '../http/paging.ts';
import { sendItem, sendList } from '../http/representation.ts';
import { formOf, pathParameter, queryOf } from '../http/request.ts';
import { markStandIn } from '../http/stand-in-mark.ts';
import { Problem } from '../problem.ts';
import { reasonOf } from '../reason.ts';
import { formatOf } from './format.ts';
import { listingOfStandIns } from './listing.ts';
import { createStandIn, deleteStandIn, getStandIn, updateStandIn } from './operations.ts';
import { findTarget, type Target } from './places.ts';

/** Adds everything below an account that no other route has. */
export function addStandInRoutes(
  api: Api,
  context: Context,
  { strictPageSize }: { strictPageSize: boolean },
): void {
  const schema = { hide: true };

  api.route(
    '/Accounts/:AccountSid/*',
    {
      GET: {
        right: 'read',
        schema,
        handler: async (request, reply) => {
          const { place } = findTarget(pathParameter(request, '*')) ?? {};
          if (place?.fetch) {
            const properties = await api.fetch(request, async (reading, sid) =>
              getStandIn(reading, { sid }, targetOf(request, reply)),
            );
            return sendItem(request, reply, formatOf(place.shape, ''), { properties });
          }
          const found = await api.list(request, async (reading, { account }) => {
            const target = targetOf(request, reply);
            const { list, shape } = target.place;
            if (list === undefined) throw new Problem('method_not_allowed');
            const parameters = queryOf(request);
            const listing = await listingOfStandIns(reading, account, target, parameters);
            const options = { keyring: context.keyring, strictPageSize };
            return {
              format: formatOf(shape, list.items),
              page: await readPage(listing, parameters, options),
            };
          });
          return sendList(request, reply, found.format, found.page);
        },
      },
      POST: {
        right: 'act',
        schema,
        handler: async (request, reply) => {
          const target = targetOf(request, reply);
          const { post, shape } = target.place;
          if (post === undefined) throw new Problem('method_not_allowed');
          const form = formOf(request, Object.keys(post.parameters));
          const write = target.sid === undefined ? createStandIn : updateStandIn;
          const properties = await api.change(request, (acting, accountSid) =>
            write(acting, accountSid, target, form),
          );
          const format = formatOf(post.shape ?? shape, '');
          return sendItem(request, reply.code(post.status), format, { properties });
        },
      },
      DELETE: {
        right: 'act',
        schema,
        handler: async (request, reply) => {
          const target = targetOf(request, reply);
          await api.change(request, (acting, accountSid) =>
            deleteStandIn(acting, accountSid, target),
          );
          return reply.code(204).send();
        },
      },
    },
    (request) => findTarget(pathParameter(request, '*'))?.place.list !== undefined,
  );
}

/** What the path names; raises `resource_unknown` for what Twilio's description does not have. */
function targetOf(request: FastifyRequest, reply: FastifyReply): Target {
  const target = findTarget(pathParameter(request, '*'));
  if (target === undefined) {
    throw new Problem(
      'resource_unknown',
      "Twilio's 2010-04-01 API has no such resource. Other products, such as Verify and Conversations, have hosts of their own, which this server does not stand in for.",
      { reason: reasonOf('route_unknown') },
    );
  }
  const { list, fetch, post, delete: canDelete } = target.place;
  const methods = [
    ...(list || fetch ? ['GET', 'HEAD'] : []),
    ...(post ? ['POST'] : []),
    ...(canDelete ? ['DELETE'] : []),
    'OPTIONS',
  ];
  reply.header('allow', methods.join(', '));
  const pattern = target.place.path.replace(/\{(\w+)\}/g, ':$1');
  markStandIn(request, reply, { type: target.type, pattern, sid: target.sid });
  return target;
}
