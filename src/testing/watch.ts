/** Shows a person all that a server is asked and sends, while it does both as before. */

import type { AppParts } from '../server/app.ts';
import { describeAnswer, describeRequest } from './described.ts';
import type { Printer } from './print.ts';

/** The parts of a server that the printer tells of. */
export function watchWith(printer: Printer): Pick<AppParts, 'addHooks' | 'wrapClient'> {
  const attempts = new Map<string, number>();
  return {
    addHooks(server) {
      server.addHook('onResponse', (request, reply, done) => {
        const asked = describeRequest(request, Date.now());
        printer.answered({ ...asked, ...describeAnswer(request, reply) });
        done();
      });
    },
    wrapClient: (client) => ({
      ...client,
      async send(request) {
        const outcome = await client.send(request);
        const callback = request.headers['i-twilio-idempotency-token'];
        const attempt = callback === undefined ? undefined : (attempts.get(callback) ?? 0) + 1;
        if (callback !== undefined && attempt !== undefined) attempts.set(callback, attempt);
        printer.sent(request, outcome, { now: Date.now(), attempt });
        return outcome;
      },
    }),
  };
}
