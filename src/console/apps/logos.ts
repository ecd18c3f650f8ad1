/** Uploaded logos: from our own origin, as nothing but an image. */

import { getLogo } from '../../connect-apps/logo-operations.ts';
import { pathParameter } from '../../http/request.ts';
import type { Console } from '../console.ts';

const HEADERS = {
  'cache-control': 'public, max-age=31536000, immutable',
  'content-security-policy': "default-src 'none'; sandbox",
  'content-disposition': 'inline',
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
};

/** Adds /logos/CN…/….png: everybody may see it, as the consent page shows it to everybody. */
export function addLogoRoute({ pages, context }: Console): void {
  pages.server.get(
    '/logos/:ConnectAppSid/:Name',
    { schema: { hide: true } },
    async (request, reply) => {
      const { type, bytes } = await getLogo(
        context,
        pathParameter(request, 'ConnectAppSid'),
        pathParameter(request, 'Name'),
      );
      return reply.headers({ ...HEADERS, 'content-type': type }).send(bytes);
    },
  );
}
