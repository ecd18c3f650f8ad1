/**
 * Pages of the console over long lists, as a browser asks for them: signed in, over HTTP, on one connection, one after
 * the other; the next page of each list follows the link that the page has.
 */

import SqliteConnection from 'better-sqlite3';
import { createAccount } from '../../src/accounts/operations.ts';
import { createConfig } from '../../src/server/config.ts';
import { createContext } from '../../src/server/context.ts';
import { migrate } from '../../src/storage/migrate.ts';
import { createUser } from '../../src/users/operations.ts';
import {
  insertAccounts,
  insertApps,
  insertAuthorizations,
  insertMany,
  sidOf,
} from '../../test/support/fill.ts';
import { startSession } from '../../test/support/session.ts';
import { SECRET_KEY } from '../data.ts';
import { type Size, sqliteIn } from '../size.ts';
import { type Subject, startFloor } from '../subject.ts';
import { figure, quantile, type Table } from '../table.ts';

const APPS = 10_000;
const AUTHORIZATIONS = 100_000;
const LOOKS = 200;
const APP = `CN${'abc'.padEnd(20, '0')}000000000001`;

/** Measures every list of an owner, a customer and an operator, and its searches. */
export async function measureConsole(size: Size): Promise<Table[]> {
  const url = sqliteIn(size.folder, 'console');
  const { owner, customer, cookie } = await fill(url, size.requests);
  const server = await startFloor('recording', { DATABASE_URL: url, SECRET_KEY });
  const lists: readonly (readonly [what: string, path: string])[] = [
    // Does nothing: how much of the rest is the machine's, which may be busy.
    ['floor: /healthz', '../healthz'],
    ['Connect Apps', `${owner}/apps`],
    ['Connect Apps, searched by name', `${owner}/apps?q=app+99`],
    ['Connect Apps, nothing found', `${owner}/apps?q=nothing`],
    ['an app', `${owner}/apps/${APP}`],
    ['authorizations of an app', `${owner}/apps/${APP}/authorizations`],
    ['authorizations of an app, ended', `${owner}/apps/${APP}/authorizations?state=ended`],
    ['callbacks of an app', `${owner}/apps/${APP}/callbacks`],
    ['callbacks of an app, failed', `${owner}/apps/${APP}/callbacks?state=failed`],
    ['requests', `${owner}/requests`],
    ['requests, refused', `${owner}/requests?status=refused`],
    ['requests, by code', `${owner}/requests?code=20404`],
    ['requests, nothing found', `${owner}/requests?code=20006`],
    ['overview', `${owner}/overview`],
    ['audit trail', `${owner}/audit`],
    ['authorized apps', `${customer}/authorized`],
    ['authorized apps, ended', `${customer}/authorized/earlier`],
    ['subaccounts', `${customer}/account/subaccounts`],
    ['operator: accounts', 'operator/accounts'],
    ['operator: accounts, searched', 'operator/accounts?q=some+name'],
    ['operator: accounts, nothing found', 'operator/accounts?q=nothing'],
    ['operator: failing callbacks', 'operator/callbacks'],
    ['operator: server', 'operator/server'],
    ['floor: /healthz, again', '../healthz'],
  ];
  const rows = [];
  for (const [what, path] of lists) rows.push([what, ...(await look(server, path, cookie))]);
  await server.stop();
  return [
    {
      title: 'Pages of the console',
      columns: ['page', 'pages seen', 'p50 ms', 'p99 ms'],
      rows,
      note: `${figure(APPS)} apps of one owner; ${figure(AUTHORIZATIONS)} authorizations of one app by as many customers, half of them ended, each with its callback; ${figure(APPS)} apps that one customer authorized; ${figure(AUTHORIZATIONS)} changes in the owner's audit trail; ${figure(size.requests)} requests of 100 accounts. ${LOOKS} looks at each list, from its first page on.`,
    },
  ];
}

async function look(
  { port }: Subject,
  path: string,
  cookie: string,
): Promise<[number, string, string]> {
  const { pathname, search } = new URL(path, 'http://localhost/console/');
  const first = pathname + search;
  let next = first;
  const seen = new Set<string>();
  const times: number[] = [];
  for (let index = 0; index < LOOKS; index += 1) {
    seen.add(next);
    const begun = performance.now();
    const reply = await fetch(`http://127.0.0.1:${port}${next}`, {
      headers: { cookie },
      redirect: 'manual',
    });
    const text = await reply.text();
    times.push(performance.now() - begun);
    if (reply.status !== 200) throw new Error(`${next}: ${reply.status}`);
    const [, older] = /href="([^"]+)" data-swap="[^"]+">Older/.exec(text) ?? [];
    next = older?.replaceAll('&amp;', '&') ?? first;
  }
  return [seen.size, figure(quantile(times, 0.5)), figure(quantile(times, 0.99))];
}

/** Fills the database, and signs one person in who belongs to the owner and the customer, and is an operator. */
async function fill(
  url: string,
  requests: number,
): Promise<{ owner: string; customer: string; cookie: string }> {
  const config = createConfig({ DATABASE_URL: url, SECRET_KEY }, 'production');
  const context = createContext(config, { secretKey: SECRET_KEY });
  await migrate(context.database);
  const { sid: owner } = await createAccount(context, { friendlyName: 'Owner' });
  const { sid: customer } = await createAccount(context, { friendlyName: 'Customer' });
  const user = await createUser(context, {
    email: 'person@example.com',
    password: 'correct horse battery',
    accountSids: [owner, customer],
    isOperator: true,
  });
  const secret = await startSession(context, user.sid);
  await context.database.close();

  const now = Date.now();
  const connection = new SqliteConnection(url.replace('sqlite:', ''));
  connection.pragma('synchronous = off');
  // Lately: what ended long ago would be purged meanwhile.
  const endedAt = `case when n % 2 = 1 then ${now} - n else null end`;
  for (const statement of [
    insertApps(owner, APPS),
    ...['cba', 'fed'].map((word) =>
      insertAccounts(AUTHORIZATIONS, {
        sid: sidOf('AC', word),
        owner_account_sid: sidOf('AC', 'cba'),
        friendly_name: "'Some name ' || n",
      }),
    ),
    insertMany('authorizations', AUTHORIZATIONS, {
      account_sid: sidOf('AC', 'cba'),
      connect_app_sid: `'${APP}'`,
      subaccount_sid: sidOf('AC', 'fed'),
      app_owner_sid: `'${owner}'`,
      permissions: "'get-all'",
      created_at: `${now} - n`,
      updated_at: `${now} - n`,
      revoked_at: endedAt,
    }),
    insertAuthorizations({ customer, owner }, APPS, endedAt),
    insertMany('callbacks', AUTHORIZATIONS / 2, {
      account_sid: `'${owner}'`,
      sid: sidOf('CB', 'abc'),
      connect_app_sid: `'${APP}'`,
      subaccount_sid: sidOf('AC', 'fed'),
      url: "'https://example.com/deauthorize'",
      method: "'POST'",
      receiver: "'example.com:443'",
      status: "case when n % 10 = 0 then 'failed' else 'delivered' end",
      attempts_made: '1',
      created_at: `${now} - n`,
      updated_at: `${now} - n`,
    }),
    insertMany('audit_events', AUTHORIZATIONS, {
      account_sid: `'${owner}'`,
      sid: sidOf('AE', 'abc'),
      created_at: `${now} - n`,
      event_type: "'connect-app.updated'",
      source: "'api'",
      actor_sid: `'${owner}'`,
      changed_account_sid: `'${owner}'`,
      resource_sid: `'${APP}'`,
      properties: "'Description'",
    }),
    insertMany('requests', requests, {
      account_sid: `case when n % 100 = 0 then '${owner}' else ${sidOf('AC', 'cba').replace('+ n', '+ n % 100')} end`,
      sid: sidOf('RQ', 'abc'),
      created_at: `${now} - n`,
      caller: `case when n % 300 = 0 then '${APP}' else 'account' end`,
      path_account_sid: `'${owner}'`,
      method: "'GET'",
      route: "'/2010-04-01/Accounts/:AccountSid'",
      status: 'case when n % 400 = 0 then 404 else 200 end',
      code: 'case when n % 400 = 0 then 20404 else null end',
      duration_us: '900',
      network: "'127.0.0.0/24'",
      more: '0',
    }),
  ]) {
    connection.exec(statement);
  }
  connection.exec('analyze');
  connection.pragma('wal_checkpoint(truncate)');
  connection.close();
  return { owner, customer, cookie: `connect_apps_session=${secret}` };
}
