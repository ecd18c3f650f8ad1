/**
 * What a request reads is about what its page holds, however much an account has: each query finds its
 * rows, in their order, in one index. On SQLite its plan says so; on PostgreSQL the rows are counted that
 * it looked at, with the plan that the server comes to keep.
 */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import SqliteConnection from 'better-sqlite3';
import { Kysely, PostgresDialect, SqliteDialect, WithSchemaPlugin } from 'kysely';
import pg from 'pg';
import * as accounts from '../../src/accounts/list-store.ts';
import { findAccountsByName, findAccountsBySid } from '../../src/accounts/search-store.ts';
import { findAccountsOfUser } from '../../src/accounts/store.ts';
import * as audit from '../../src/audit/store.ts';
import { forgetAddresses } from '../../src/audit/store.ts';
import * as authorizationsOfApp from '../../src/authorizations/app-list-store.ts';
import { listEndedAuthorizations } from '../../src/authorizations/ended-store.ts';
import { endAuthorizationRows } from '../../src/authorizations/ending-store.ts';
import * as authorized from '../../src/authorizations/list-store.ts';
import { BEFORE_ALL_ENDED, findPurgeable } from '../../src/authorizations/purge-store.ts';
import * as callbacksOfApp from '../../src/callbacks/app-store.ts';
import {
  type DuePosition,
  findDueCallbacks,
  findNextAttempt,
  findOwnersOfDue,
} from '../../src/callbacks/delivery-store.ts';
import { countFailed, listFailingCallbacks } from '../../src/callbacks/failing-store.ts';
import { listCallbacks, purgeCallbacks } from '../../src/callbacks/store.ts';
import * as apps from '../../src/connect-apps/store.ts';
import { findCounts, purgeCounts } from '../../src/requests/count-store.ts';
import { purgeLastUses } from '../../src/requests/last-use-store.ts';
import * as requests from '../../src/requests/list-store.ts';
import { findAccountWithRequestsAfter, purgeRequests } from '../../src/requests/purge-store.ts';
import type { RequestFilter } from '../../src/requests/request.ts';
import type { Queryable } from '../../src/storage/database.ts';
import type { Position, Slice } from '../../src/storage/keyset.ts';
import { TABLE_SCHEMA } from '../../src/storage/mark.ts';
import type { Schema } from '../../src/storage/schema.ts';
import { purgeInvitations } from '../../src/users/invitation-store.ts';
import * as people from '../../src/users/membership-store.ts';
import { purgeResets } from '../../src/users/reset-store.ts';
import { findUsersByEmailPrefix } from '../../src/users/search-store.ts';
import { purgeSessions } from '../../src/users/session-store.ts';
import { listUsers } from '../../src/users/store.ts';
import { openContext, type TestContext } from '../support/context.ts';
import { DATABASES } from '../support/databases.ts';
import {
  fill,
  insertApps,
  insertAuthorizations,
  insertMany,
  insertSubaccounts,
  sidOf,
} from '../support/fill.ts';

const MANY = 20_000;
const LIMIT = 51;
const OWNER = `AC${'1'.repeat(32)}`;
const CUSTOMER = `AC${'2'.repeat(32)}`;
/** One of the customer's. */
const SUBACCOUNT = `AC${'def'.padEnd(20, '0')}${'9'.padStart(12, '0')}`;
/** Authorized by many, and revoked by all. */
const REVOKED_APP = `CN${'f'.repeat(32)}`;
const APP = { accountSid: OWNER, connectAppSid: 'CN' };
const USER = `US${'1'.repeat(32)}`;
/** Of half the rows of each kind; no row has both. */
const COMMON_NAME = 'Some name';
const COMMON_STATUS = 'suspended';

interface Query {
  sql: string;
  parameters: readonly unknown[];
}

/** Something that reads a few of many rows, and the indexes that it needs on SQLite. */
interface Case {
  name: string;
  run(query: Queryable): Promise<unknown>;
  uses: string;
  /** Whether it sorts what it has found, because that is never much. */
  sortsFew?: boolean;
}

const SLICES: readonly Slice[] = (['older', 'newer'] as const).flatMap((direction) =>
  [undefined, { createdAt: 9000, sid: 'CN' }].map((from) => ({ direction, from, limit: LIMIT })),
);

/** Slices of a list in both directions, from its start and from its middle, and a place in it. */
function list(
  name: string,
  uses: string,
  slice: (query: Queryable, slice: Slice) => Promise<unknown>,
  findPosition?: (query: Queryable, count: number) => Promise<Position | undefined>,
): Case[] {
  const all = SLICES.map((one) => ({
    name: `${name}, ${one.direction} than ${one.from ? 'a place' : 'the start'}`,
    run: (query: Queryable) => slice(query, one),
    uses,
  }));
  if (findPosition === undefined) return all;
  const run = (query: Queryable) => findPosition(query, LIMIT);
  return [...all, { name: `${name}, a place`, run, uses: `COVERING INDEX ${uses}` }];
}

function accountList(name: string, uses: string, filter: accounts.AccountFilter): Case[] {
  return list(
    name,
    uses,
    (query, slice) => accounts.listAccounts(query, filter, slice),
    (query, count) => accounts.findPosition(query, filter, count),
  );
}

function authorizedList(name: string, uses: string, filter: authorized.AuthorizedFilter): Case[] {
  return list(
    name,
    uses,
    (query, slice) => authorized.listAuthorizedConnectApps(query, filter, slice),
    (query, count) => authorized.findPosition(query, filter, count),
  );
}

function requestList(name: string, uses: string, filter: Partial<RequestFilter>): Case[] {
  const given = { accountSid: OWNER, ...filter };
  return list(name, uses, (query, slice) => requests.listRequestRows(query, given, slice));
}

async function endSome(query: Queryable, filter: Parameters<typeof endAuthorizationRows>[1]) {
  for await (const some of endAuthorizationRows(query, filter, 1)) return some;
}

/** What is due of an owner with callbacks that wait and others that are settled. */
function dueCase(name: string, after?: DuePosition): Case {
  return {
    name,
    run: (query) => findDueCallbacks(query, MANY / 2, { accountSid: OWNER, after, limit: LIMIT }),
    uses: 'callbacks_due_by_owner',
  };
}

function auditList(name: string, uses: string, filter: Omit<audit.AuditFilter, 'accountSid'>) {
  const whole = { ...filter, accountSid: OWNER };
  return list(name, uses, (query, slice) => audit.listEvents(query, whole, slice));
}

const friendlyName = COMMON_NAME;
const status = COMMON_STATUS;
const family = { ownerAccountSid: OWNER };

const CASES: Case[] = [
  ...accountList('accounts', 'accounts_by_owner', family),
  ...accountList('accounts by name', 'accounts_by_name', { ...family, friendlyName }),
  ...accountList('accounts by status', 'accounts_by_status', { ...family, status }),
  ...accountList('accounts by both', 'accounts_by_name_and_status', {
    ...family,
    friendlyName,
    status,
  }),
  ...accountList('accounts by a name that none has', 'accounts_by_name', {
    ...family,
    friendlyName: 'nothing',
  }),
  ...list('accounts of all', 'accounts_by_age', (query, slice) =>
    accounts.listAccounts(query, {}, slice),
  ),
  ...list('one account by itself', 'sqlite_autoindex_accounts_1', (query, slice) =>
    accounts.listAccounts(query, { sid: OWNER, status }, slice),
  ),
  ...list(
    'apps',
    'connect_apps_by_age',
    (query, slice) => apps.listConnectApps(query, OWNER, slice),
    (query, count) => apps.findPosition(query, OWNER, count),
  ),
  ...list('apps whose name matches', 'connect_apps_by_(?:search|age)', (query, slice) =>
    apps.searchConnectApps(query, OWNER, 'APP', slice),
  ),
  ...list('who authorizes an app, revoked by all', 'authorizations_of_app_live', (query, slice) =>
    authorizationsOfApp.listAuthorizationsOfApp(
      query,
      { connectAppSid: REVOKED_APP, ownerSid: OWNER, isEnded: false },
      slice,
    ),
  ),
  ...list('who authorized an app earlier', 'authorizations_of_app_ended', (query, slice) =>
    authorizationsOfApp.listAuthorizationsOfApp(
      query,
      { connectAppSid: REVOKED_APP, ownerSid: OWNER, isEnded: true },
      slice,
    ),
  ),
  ...authorizedList('authorizations', 'authorizations_live', { accountSid: CUSTOMER }),
  ...authorizedList('authorizations, all revoked', 'authorizations_live', { accountSid: OWNER }),
  ...authorizedList('authorizations of a subaccount', 'authorizations_live_by_subaccount', {
    accountSid: CUSTOMER,
    subaccountSid: SUBACCOUNT,
  }),
  ...list('authorizations that ended', 'authorizations_ended_by_account', (query, slice) =>
    listEndedAuthorizations(query, OWNER, slice),
  ),
  ...list('callbacks', 'callbacks_by_age', (query, slice) => listCallbacks(query, OWNER, slice)),
  ...requestList('requests', 'requests_by_age', {}),
  ...requestList('requests of an app', 'requests_by_caller', { caller: 'CN1' }),
  ...requestList('requests since a time', 'requests_by_age', { since: 2000, until: 9000 }),
  ...requestList('refused requests', 'requests_refused', { outcome: 'refused' }),
  {
    name: 'the place of the newest request that is kept',
    run: (query) => requests.findPosition(query, { accountSid: OWNER }, LIMIT),
    uses: 'COVERING INDEX requests_by_age',
  },
  {
    name: 'what of requests is to be purged',
    run: (query) => purgeRequests(query, 1e9, 10),
    uses: 'requests_by_time',
  },
  {
    name: 'who has requests',
    run: (query) => findAccountWithRequestsAfter(query, ''),
    uses: '(?:requests_by_\\w+|sqlite_autoindex_requests_1)',
  },
  {
    name: 'how many requests came in a time',
    run: (query) =>
      findCounts(query, { accountSid: OWNER, unit: 'minute', since: 60_000, until: 1_200_000 }),
    uses: 'sqlite_autoindex_request_counts_1',
  },
  {
    name: 'what of counters is to be purged',
    run: (query) => purgeCounts(query, 'minute', 1e9, 10),
    uses: 'request_counts_by_time',
  },
  {
    name: 'what of last uses is to be purged',
    run: (query) => purgeLastUses(query, 1e9, 10),
    uses: 'last_uses_by_time',
  },
  ...list('callbacks of an app', 'callbacks_of_app', (query, slice) =>
    callbacksOfApp.listCallbacksOfApp(query, { ...APP, since: 0 }, slice),
  ),
  ...list('callbacks of an app by status', 'callbacks_of_app_by_status', (query, slice) =>
    callbacksOfApp.listCallbacksOfApp(query, { ...APP, status: 'pending', since: 0 }, slice),
  ),
  {
    name: 'how many callbacks of an app match',
    run: (query) =>
      callbacksOfApp.countCallbacksOfApp(query, { ...APP, status: 'pending', since: 0 }, LIMIT),
    uses: 'callbacks_of_app_by_status',
  },
  {
    name: "an app's callbacks that are due",
    run: (query) => callbacksOfApp.countDueOfApp(query, APP, MANY / 2, LIMIT),
    uses: 'callbacks_due_of_app',
  },
  {
    name: 'the latest test of an app',
    run: (query) => callbacksOfApp.findLatestTest(query, APP),
    uses: 'callbacks_tests',
  },
  {
    name: "the apps of an account's failed callbacks",
    run: (query) => callbacksOfApp.listAppsOfFailed(query, OWNER, 0, LIMIT),
    uses: 'callbacks_failed',
  },
  ...auditList('the trail', 'audit_events_by_age', {}),
  ...auditList('the trail of a time', 'audit_events_by_age', { since: 2000, until: 9000 }),
  ...auditList('the trail by type', 'audit_events_by_type', { eventType: 'account.created' }),
  ...auditList('the trail by actor', 'audit_events_by_actor', { actorSid: USER }),
  ...auditList('the trail of a resource', 'audit_events_by_resource', { resourceSid: OWNER }),
  {
    name: 'which addresses of the trail are to be forgotten',
    run: (query) => forgetAddresses(query, 1100, 10),
    uses: 'audit_events_with_address',
  },
  ...list(
    'people',
    'memberships_by_age',
    (query, slice) => people.listPeople(query, OWNER, slice),
    (query, count) => people.findPersonPosition(query, OWNER, count),
  ),
  {
    name: 'what of invitations is to be purged',
    run: (query) => purgeInvitations(query, 1e9, 10),
    uses: 'invitations_by_end',
  },
  {
    name: 'what of links to reset a password is to be purged',
    run: (query) => purgeResets(query, 1e9, 10),
    uses: 'password_resets_by_end',
  },
  ...list('users', 'users_by_age', (query, slice) => listUsers(query, slice)),
  {
    name: 'the accounts of a user',
    run: (query) => findAccountsOfUser(query, USER),
    uses: 'memberships_by_user',
  },
  {
    name: 'what of authorizations is to be purged',
    run: (query) => findPurgeable(query, 1e9, LIMIT, BEFORE_ALL_ENDED),
    uses: 'authorizations_ended',
  },
  {
    name: 'what of callbacks is to be purged',
    run: (query) => purgeCallbacks(query, 1100, 10),
    uses: 'callbacks_by_time',
  },
  {
    name: 'who has callbacks that are due',
    run: (query) => findOwnersOfDue(query, MANY / 2, { after: '', limit: 64 }),
    uses: 'callbacks_due_by_owner',
  },
  dueCase("an owner's callbacks that are due"),
  dueCase("an owner's callbacks that are due, behind a place", {
    nextAttemptAt: MANY / 4,
    sid: 'WH',
  }),
  {
    name: 'what of sessions is to be purged',
    run: (query) => purgeSessions(query, 1e9, 10),
    uses: 'sessions_by_end',
  },
  {
    name: 'the end of what a customer authorized, all revoked',
    run: (query) => endSome(query, { accountSid: OWNER }),
    uses: 'authorizations_live',
  },
  {
    name: 'the end of what an app may do for a subaccount',
    run: (query) => endSome(query, { subaccountSid: SUBACCOUNT }),
    uses: 'authorizations_by_subaccount',
    sortsFew: true,
  },
  {
    name: 'the end of an app, revoked by all',
    run: (query) => endSome(query, { connectAppSid: REVOKED_APP }),
    uses: 'authorizations_live_by_app',
  },
  ...[undefined, { key: COMMON_NAME.toLowerCase(), sid: SUBACCOUNT }].map(
    (after): Case => ({
      name: `all accounts by how a name begins, ${after ? 'after a place' : 'from the start'}`,
      run: (query) => findAccountsByName(query, 'SOME n', { after, limit: LIMIT }),
      uses: 'accounts_by_lower_name',
    }),
  ),
  {
    name: 'all accounts by how a SID begins',
    run: (query) => findAccountsBySid(query, 'AC0', { after: undefined, limit: LIMIT }),
    uses: 'sqlite_autoindex_accounts_1',
  },
  {
    name: 'all users by how an address begins',
    run: (query) => findUsersByEmailPrefix(query, '12', { after: undefined, limit: LIMIT }),
    uses: '(?:users_by_text|sqlite_autoindex_users_2)',
  },
  ...list('all callbacks that fail', 'callbacks_failing', (query, slice) =>
    listFailingCallbacks(query, slice),
  ),
  {
    name: 'when the next callback is due',
    run: (query) => findNextAttempt(query),
    uses: 'callbacks_due',
  },
  {
    name: 'how many callbacks were given up',
    run: (query) => countFailed(query, 10),
    uses: 'callbacks_failed',
  },
];

const HALF = "case when n % 2 = 0 then 'Some name' else 'Other ' || n end";
const FILLED = [
  insertMany('accounts', 1, {
    sid: `'${OWNER}'`,
    owner_account_sid: `'${OWNER}'`,
    friendly_name: "'Owner'",
    type: "'Full'",
    status: "'active'",
    token_digest: "''",
    token_sealed: "''",
    created_at: '1',
    updated_at: '1',
  }),
  insertSubaccounts(OWNER, MANY, {
    friendly_name: HALF,
    status: "case when n % 2 = 0 then 'active' else 'suspended' end",
  }),
  insertApps(OWNER, MANY),
  insertAuthorizations({ customer: CUSTOMER, owner: OWNER }, MANY, 'nullif(n % 100, 0)'),
  // As many that are all revoked.
  insertAuthorizations({ customer: OWNER, owner: OWNER }, MANY, '1'),
  insertMany('authorizations', MANY, {
    account_sid: sidOf('AC', 'fed'),
    connect_app_sid: `'${REVOKED_APP}'`,
    subaccount_sid: sidOf('AC', 'def'),
    app_owner_sid: `'${OWNER}'`,
    permissions: "''",
    created_at: '1',
    updated_at: '1',
    revoked_at: '1',
  }),
  insertMany('callbacks', MANY, {
    account_sid: `'${OWNER}'`,
    sid: sidOf('WH', 'abc'),
    connect_app_sid: "'CN'",
    subaccount_sid: "'AC'",
    url: "'https://app.example.com/'",
    method: "'POST'",
    receiver: "'app.example.com'",
    status: "'pending'",
    attempts_made: '0',
    next_attempt_at: 'n',
    created_at: '1000 + n',
    updated_at: '1',
  }),
  insertMany('requests', MANY, {
    account_sid: `'${OWNER}'`,
    sid: sidOf('RQ', 'abc'),
    created_at: '1000 + n',
    caller: "case when n % 2 = 0 then 'CN1' else 'account' end",
    path_account_sid: `'${OWNER}'`,
    method: "'GET'",
    route: "'/'",
    status: 'case when n % 2 = 0 then 200 else 404 end',
    duration_us: '1',
    network: "'127.0.0.0/24'",
    more: '0',
  }),
  insertMany('request_counts', MANY, {
    account_sid: `'${OWNER}'`,
    unit: "'minute'",
    begins_at: '60000 * n',
    caller: "'account'",
    answered: '1',
    refused: '0',
    failed: '0',
  }),
  insertMany('last_uses', MANY, {
    account_sid: sidOf('AC', 'abc'),
    what: "'digest'",
    used_at: '1000 + n',
  }),
  insertMany('users', MANY, {
    sid: sidOf('US', 'abc'),
    email: "n || '@example.com'",
    password_hash: "''",
    created_at: '1000 + n',
    updated_at: '1',
  }),
  insertMany('memberships', MANY, {
    account_sid: sidOf('AC', 'abc'),
    user_sid: sidOf('US', 'abc'),
  }),
  insertMany('memberships', 10, { account_sid: sidOf('AC', 'abc'), user_sid: `'${USER}'` }),
  insertMany('memberships', MANY, {
    account_sid: `'${OWNER}'`,
    user_sid: sidOf('US', 'abc'),
    created_at: '1000 + n',
  }),
  insertMany('audit_events', MANY, {
    account_sid: `'${OWNER}'`,
    sid: sidOf('AE', 'abc'),
    created_at: '1000 + n',
    event_type: "case when n % 2 = 0 then 'account.created' else 'connect-app.created' end",
    source: "'web'",
    actor_sid: `case when n % 2 = 0 then '${USER}' else '${CUSTOMER}' end`,
    changed_account_sid: `'${OWNER}'`,
    resource_sid: `case when n % 2 = 0 then '${OWNER}' else '${CUSTOMER}' end`,
    properties: "''",
    source_ip_address: "'::1'",
  }),
  insertMany('invitations', MANY, {
    account_sid: `'${OWNER}'`,
    sid: sidOf('IV', 'abc'),
    digest: "'digest ' || n",
    email: "n || '@example.com'",
    role: "'member'",
    created_at: '1000 + n',
    expires_at: 'n',
  }),
  insertMany('password_resets', MANY, {
    user_sid: sidOf('US', 'abc'),
    digest: "'digest ' || n",
    created_at: '1',
    expires_at: 'n',
  }),
  insertMany('sessions', MANY, {
    digest: "'digest ' || n",
    user_sid: `'${USER}'`,
    created_at: '1',
    expires_at: 'n',
  }),
];

/** Runs each query for real, and then asks the engine how it runs it. */
interface Watch {
  query: Queryable;
  queries: Query[];
  check(query: Query, one: Case): Promise<void>;
  close(): Promise<void>;
}

function watchSqlite(path: string): Watch {
  const connection = new SqliteConnection(path);
  const queries: Query[] = [];
  const query = new Kysely<Schema>({
    dialect: new SqliteDialect({ database: connection }),
    log: (event) => {
      queries.push(event.query);
    },
  });
  return {
    query,
    queries,
    async check({ sql, parameters }, { uses, sortsFew = false }) {
      const plan = connection
        .prepare<unknown[], { detail: string }>(`explain query plan ${sql}`)
        .all(...parameters)
        .map(({ detail }) => detail);
      const text = `${sql}\n${plan.join('\n')}`;
      // A place is the last of some that an index gave, and owners are found one by one: only those are
      // looked through.
      const ofTables = plan.filter(
        (line) => !/^SCAN (newest|owners|CONSTANT ROW)|^(SCAN|CO-ROUTINE) \(?subquery/.test(line),
      );
      assert.doesNotMatch(ofTables.join('\n'), /^SCAN/m, text);
      if (!sortsFew && !plan.some((line) => line.startsWith('SCAN'))) {
        assert.doesNotMatch(plan.join('\n'), /TEMP B-TREE/, text);
      }
      assert.match(plan.join('\n'), new RegExp(`${uses} \\(`), text);
    },
    close: () => query.destroy(),
  };
}

interface PlanNode {
  'Node Type': string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Join Filter'?: number;
  Plans?: PlanNode[];
}

/** How many rows a plan looked at. */
function visitedBy(node: PlanNode): number {
  const below = (node.Plans ?? []).reduce((sum, one) => sum + visitedBy(one), 0);
  const seen =
    node['Actual Rows'] +
    (node['Rows Removed by Filter'] ?? 0) +
    (node['Rows Removed by Join Filter'] ?? 0);
  return below + seen * node['Actual Loops'];
}

function watchPostgres(url: string): Watch {
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  const queries: Query[] = [];
  const query = new Kysely<Schema>({
    dialect: new PostgresDialect({ pool }),
    plugins: [new WithSchemaPlugin(TABLE_SCHEMA)],
    log: (event) => {
      queries.push(event.query);
    },
  });
  return {
    query,
    queries,
    async check({ sql, parameters }) {
      const client = await pool.connect();
      try {
        await client.query('begin; set local plan_cache_mode = force_generic_plan');
        await client.query(`prepare one as ${sql}`);
        const values = parameters.map((value) => client.escapeLiteral(String(value)));
        const list = values.length > 0 ? `(${values.join()})` : '';
        const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
          `explain (analyze, format json) execute one${list}`,
        );
        const plan = rows[0]?.['QUERY PLAN'][0].Plan;
        assert.ok(plan);
        const visited = visitedBy(plan);
        assert.ok(
          visited <= 10 * LIMIT,
          `${visited} rows: ${sql}\n${JSON.stringify(plan, null, 1)}`,
        );
      } finally {
        await client.query('rollback; deallocate all');
        client.release();
      }
    },
    close: () => query.destroy(),
  };
}

for (const engine of DATABASES) {
  describe(`what is read on ${engine}`, () => {
    let world: TestContext;
    let watch: Watch;
    before(async () => {
      world = await openContext(engine);
      await fill(world.databaseUrl, FILLED);
      watch =
        engine === 'sqlite'
          ? watchSqlite(world.databaseUrl.replace('sqlite:', ''))
          : watchPostgres(world.databaseUrl);
    });
    after(async () => {
      await watch?.close();
      await world?.close();
    });

    for (const one of CASES) {
      it(`is about what is wanted: ${one.name}`, async () => {
        watch.queries.length = 0;
        await one.run(watch.query);
        const [query] = watch.queries;
        assert.ok(query);
        await watch.check(query, one);
      });
    }
  });
}
