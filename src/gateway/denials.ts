/** The latest refusals of this process, in memory: for "why was it refused?". Nothing is written for a decision. */

import { explainReason, nameOfReason, type Reason } from '../reason.ts';

export interface Denial {
  time: string;
  requestId: string;
  account: string | undefined;
  caller: string | undefined;
  app: string | undefined;
  reason: Reason;
  status: number;
  code: number;
  method: string;
  route: string;
}

export interface Denials {
  add(denial: Denial): void;
  /** The denials with this request ID or of this app, or all; the latest first, with their reasons explained. */
  find(filter: {
    request?: string | undefined;
    app?: string | undefined;
  }): Readonly<Record<string, unknown>>[];
}

const MAX_OF_APP = 1000;
/** Requests whose app is not known share one row of places, so that they push out no app's. */
const MAX_APPS = 50;

/** Creates the memory. */
export function createDenials(): Denials {
  const byApp = new Map<string, Denial[]>();
  return {
    add(denial) {
      const app = denial.app ?? '';
      const known = byApp.get(app) ?? [];
      // The app that was refused last is the last to go.
      byApp.delete(app);
      byApp.set(app, known);
      known.push(denial);
      if (known.length > MAX_OF_APP) known.shift();
      const [oldest] = byApp.keys();
      if (byApp.size > MAX_APPS && oldest !== undefined) byApp.delete(oldest);
    },
    find({ request, app }) {
      const among = app === undefined ? [...byApp.values()].flat() : (byApp.get(app) ?? []);
      const found = among.filter(({ requestId }) => request === undefined || requestId === request);
      return found
        .toSorted((one, other) => (one.time < other.time ? 1 : -1))
        .slice(0, MAX_OF_APP)
        .map(toWire);
    },
  };
}

function toWire({
  requestId,
  account,
  caller,
  app,
  reason,
  ...denial
}: Denial): Readonly<Record<string, unknown>> {
  return {
    request: requestId,
    decision: 'deny',
    ...denial,
    account_sid: account ?? null,
    caller_sid: caller ?? null,
    connect_app_sid: app ?? null,
    reason: nameOfReason(reason),
    explanation: explainReason(reason) ?? null,
  };
}
