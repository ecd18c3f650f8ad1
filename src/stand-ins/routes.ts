/** The URLs of every resource that stands in for one of Twilio's: who, what, one call, one form. */

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '../context.ts';
import type { Api } from '../http/api.ts';
import { readPage } from '../http/paging.ts';
import { sendItem, sendList } from '../http/representation.ts';
import { formOf, pathParameter, queryOf } from '../http/request.ts';
import { Problem } from '../problem.ts';
import { formatOf } from './format.ts';
import {
  createStandIn,
  deleteStandIn,
  getStandIn,
  listingOfStandIns,
  updateStandIn,
} from './operations.ts';
import { findTarget, type Target } from './places.ts';

/** Says that a stand-in answers, and for which resource. */
const HEADER = 'connect-apps-stand-in';

/** Adds everything below an account that no other route has. */
export function addStandInRoutes(
  api: Api,
  context: Context,
  { strictPageSize }: { strictPageSize: boolean },
): void {
  const schema = { hide: true };

  api.route('/Accounts/:AccountSid/*', {
    GET: {
      right: 'read',
      schema,
      handler: async (request, reply) => {
        const found = await api.list(request, async (reading, { account }) => {
          const target = targetOf(request, reply);
          const { list, fetch, shape } = target.place;
          if (list === undefined && !fetch) throw new Problem('method_not_allowed');
          if (list === undefined) {
            const properties = await getStandIn(reading, account, target);
            return { format: formatOf(shape, ''), item: { properties } };
          }
          const parameters = queryOf(request);
          const page = await readPage(
            await listingOfStandIns(reading, account, target, parameters),
            parameters,
            { keyring: context.keyring, strictPageSize },
          );
          return { format: formatOf(shape, list.items), page };
        });
        return 'page' in found
          ? sendList(request, reply, found.format, found.page)
          : sendItem(request, reply, found.format, found.item);
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
  });
}

/** What the path names; raises `resource_unknown` for what Twilio's description does not have. */
function targetOf(request: FastifyRequest, reply: FastifyReply): Target {
  const target = findTarget(pathParameter(request, '*'));
  if (target === undefined) {
    throw new Problem(
      'resource_unknown',
      "Twilio's 2010-04-01 API has no such resource. Other products, such as Verify and Conversations, have hosts of their own, which this server does not stand in for.",
    );
  }
  const { list, fetch, post, delete: canDelete } = target.place;
  const methods = [
    ...(list || fetch ? ['GET', 'HEAD'] : []),
    ...(post ? ['POST'] : []),
    ...(canDelete ? ['DELETE'] : []),
    'OPTIONS',
  ];
  reply.headers({ [HEADER]: target.type, allow: methods.join(', ') });
  return target;
}
