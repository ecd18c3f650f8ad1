/** The act on decisions for gateways: what a server remembers of the requests that it refused. */

import { Problem } from '../../problem.ts';
import type { Act } from '../act.ts';
import { textOf } from '../input.ts';

const text = (description: string) => ({ type: 'string', description });

export const listDecisions: Act = {
  name: 'listDecisions',
  method: 'GET',
  path: '/decisions',
  summary:
    "List the latest requests to a platform that were refused, at most 1,000 of each app: those that the server's process remembers that answers.",
  needs: { resource: 'requests', right: 'read' },
  input: {
    connect_app_sid: text('Only those of this app.'),
    request: text('Only the one with this request ID.'),
  },
  async run({ denials }, input) {
    if (denials === undefined) {
      throw new Problem(
        'setting_invalid',
        'No database has the refusals: a running server remembers them. Name it with --url.',
      );
    }
    const filter = { app: textOf(input, 'connect_app_sid'), request: textOf(input, 'request') };
    return { items: denials.find(filter), next_page_token: null };
  },
};

export const DECISION_ACTS = [listDecisions];
