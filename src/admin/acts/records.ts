/** The acts on what was done: deauthorization callbacks, the record of requests, the audit trail. */

import { isSubaccount } from '../../accounts/account.ts';
import type { AuditEvent } from '../../audit/audit.ts';
import { auditEventToWire } from '../../audit/format.ts';
import { AUDIT_FILTERS, listingOfEvents, parseAuditFilters } from '../../audit/operations.ts';
import { type Attempt, CALLBACK_STATUSES, type Callback } from '../../callbacks/callback.ts';
import {
  getCallback,
  listingOfAllCallbacks,
  listingOfCallbacks,
  retryCallback,
} from '../../callbacks/operations.ts';
import { getConnectApp } from '../../connect-apps/operations.ts';
import { choice } from '../../http/schemas.ts';
import { Problem } from '../../problem.ts';
import { explainReason } from '../../reason.ts';
import { getRequest, listRequests } from '../../requests/operations.ts';
import { type ApiRequest, OUTCOMES } from '../../requests/request.ts';
import { parseSid } from '../../sid.ts';
import { type Act, listAct, lookUp, type Visit } from '../act.ts';
import { choiceOf, requiredText, textOf, type Wire } from '../input.ts';
import { accountOf } from './accounts.ts';

const text = (description: string) => ({ type: 'string', description });
const time = (milliseconds: number) => new Date(milliseconds).toISOString();
const owner = text('The account that owns the app.');

function wireOf(callback: Callback): Wire {
  return {
    sid: callback.sid,
    account_sid: callback.accountSid,
    connect_app_sid: callback.connectAppSid,
    subaccount_sid: callback.subaccountSid,
    method: callback.method,
    url: callback.url,
    kind: callback.kind,
    status: callback.status,
    attempts_made: callback.attemptsMade,
    next_attempt_at: callback.nextAttemptAt && time(callback.nextAttemptAt),
    date_created: time(callback.createdAt),
  };
}

function wireOfAttempts({ attempts, ...callback }: Callback & { attempts: Attempt[] }): Wire {
  return {
    ...wireOf(callback),
    attempts: attempts.map((attempt) => ({
      number: attempt.number,
      started_at: time(attempt.startedAt),
      duration_ms: attempt.durationMs,
      status: attempt.status,
      failure: attempt.failure,
      answer: attempt.answer,
    })),
  };
}

export const listWebhooks = listAct({
  name: 'listWebhooks',
  path: '/accounts/{account_sid}/webhooks',
  summary: "List the callbacks of an account's Connect Apps.",
  needs: { resource: 'webhooks', right: 'read' },
  input: {
    connect_app_sid: text('Only those of this app.'),
    status: choice(CALLBACK_STATUSES, 'Only those in this state; with connect_app_sid.'),
  },
  async list(visit, input) {
    const { context } = visit;
    const { sid: accountSid } = await accountOf(visit, input);
    const status = choiceOf(input, 'status', CALLBACK_STATUSES);
    const appSid = textOf(input, 'connect_app_sid');
    if (appSid === undefined && status !== undefined) {
      throw new Problem('parameter_invalid', 'Name the app with connect_app_sid, too.');
    }
    if (appSid === undefined) {
      return { ...listingOfAllCallbacks(context, accountSid), toWire: wireOf };
    }
    const { sid } = await lookUp(`Connect App ${appSid} of account ${accountSid}`, () =>
      getConnectApp(context, accountSid, appSid),
    );
    const app = { accountSid, connectAppSid: sid };
    const listing = listingOfCallbacks(context.database.query, app, { status, since: 0 });
    return { ...listing, toWire: wireOf };
  },
});

/** The SID of the callback that an input names, of this account if one is named. */
async function callbackOf(visit: Visit, input: Wire): Promise<string> {
  const sid = requiredText(input, 'sid');
  const account = input.account_sid === undefined ? undefined : await accountOf(visit, input);
  return lookUp(`callback ${sid}${account ? ` of account ${account.sid}` : ''}`, async () => {
    const callback = await getCallback(visit.context, sid);
    if (account && callback.accountSid !== account.sid) throw new Problem('not_found');
    return callback.sid;
  });
}

export const showWebhook: Act = {
  name: 'fetchWebhook',
  method: 'GET',
  path: '/webhooks/{sid}',
  summary: 'Show a callback and its delivery attempts.',
  needs: { resource: 'webhooks', right: 'read' },
  input: { account_sid: owner },
  run: async (visit, input) =>
    wireOfAttempts(await getCallback(visit.context, await callbackOf(visit, input))),
};

export const retryWebhook: Act = {
  name: 'retryWebhook',
  method: 'POST',
  path: '/webhooks/{sid}/retry',
  summary: 'Send a callback again immediately, even if it was delivered.',
  needs: { resource: 'webhooks', right: 'write' },
  input: { account_sid: owner },
  run: async (visit, input) =>
    wireOfAttempts(await retryCallback(visit.context, await callbackOf(visit, input))),
};

function wireOfRequest(request: ApiRequest): Wire {
  return {
    sid: request.sid,
    account_sid: request.accountSid,
    path_account_sid: request.pathAccountSid,
    caller: request.caller,
    method: request.method,
    route: request.route,
    status: request.status,
    code: request.code,
    problem: request.problem,
    reason: request.reason && (explainReason(request.reason) ?? request.reason),
    resource_sid: request.resourceSid,
    network: request.network,
    user_agent: request.userAgent,
    duration_us: request.durationUs,
    more: request.more,
    date_created: time(request.createdAt),
  };
}

/** A subaccount has no record of its own: its requests are in its parent's. */
async function recordOf(visit: Visit, input: Wire) {
  const account = await accountOf(visit, input);
  return isSubaccount(account)
    ? { accountSid: account.ownerAccountSid, pathAccountSid: account.sid }
    : { accountSid: account.sid };
}

export const listRequestsAct = listAct({
  name: 'listRequests',
  path: '/accounts/{account_sid}/requests',
  summary: 'List the API requests of an account, with the reason for which each was refused.',
  needs: { resource: 'requests', right: 'read' },
  input: { outcome: choice(OUTCOMES, 'Only these.') },
  async list(visit, input) {
    const outcome = choiceOf(input, 'outcome', OUTCOMES);
    const filter = { ...(await recordOf(visit, input)), outcome };
    return {
      scope: `Requests ${JSON.stringify(filter)}`,
      slice: (slice) => listRequests(visit.context, filter, slice),
      toWire: wireOfRequest,
    };
  },
});

export const showRequest: Act = {
  name: 'fetchRequest',
  method: 'GET',
  path: '/accounts/{account_sid}/requests/{sid}',
  summary: 'Show an API request, and why it was refused.',
  needs: { resource: 'requests', right: 'read' },
  input: {},
  async run(visit, input) {
    const { accountSid, pathAccountSid } = {
      pathAccountSid: undefined,
      ...(await recordOf(visit, input)),
    };
    const sid = requiredText(input, 'sid');
    return lookUp(`request ${sid} of account ${accountSid}`, async () => {
      const key = { accountSid, sid: parseSid('RQ', sid) ?? '' };
      const request = await getRequest(visit.context, key);
      if (pathAccountSid !== undefined && request.pathAccountSid !== pathAccountSid) {
        throw new Problem('not_found');
      }
      return wireOfRequest(request);
    });
  },
};

/** The names of the filters, as JSON has them. */
const FILTERS = AUDIT_FILTERS.map((parameter) => ({
  parameter,
  name: parameter.replace(/(?<!^)[A-Z]/g, '_$&').toLowerCase(),
}));

export const listAuditEvents = listAct({
  name: 'listAuditEvents',
  path: '/accounts/{account_sid}/audit-events',
  summary: 'List the changes of an account and its subaccounts, or of an admin key; newest first.',
  needs: { resource: 'audit', right: 'read' },
  input: Object.fromEntries(FILTERS.map(({ name, parameter }) => [name, text(`${parameter}.`)])),
  async list(visit, input) {
    const adminKey = parseSid('AK', requiredText(input, 'account_sid'));
    const account = adminKey === undefined ? await accountOf(visit, input) : undefined;
    const parameters = FILTERS.map(({ name, parameter }) => [parameter, textOf(input, name)]);
    const filters = parseAuditFilters(Object.fromEntries(parameters));
    // A subaccount has no trail of its own: what was changed in it stands in its parent's.
    const trail = adminKey ?? account?.ownerAccountSid ?? '';
    const changedAccountSid = account && isSubaccount(account) ? account.sid : undefined;
    const listing = listingOfEvents(visit.context, trail, { ...filters, changedAccountSid });
    return { ...listing, toWire: (event: AuditEvent) => auditEventToWire(event) };
  },
});

export const RECORD_ACTS: readonly Act[] = [
  listWebhooks,
  showWebhook,
  retryWebhook,
  listRequestsAct,
  showRequest,
  listAuditEvents,
];
