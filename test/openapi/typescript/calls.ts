/** Uses the types that were generated from /openapi.json; arguments: URL, Account SID, Auth Token, app. */

import assert from 'node:assert/strict';
import createClient from 'openapi-fetch';
import type { components, paths } from './description.d.ts';

type ConnectApp = components['schemas']['ConnectApp'];

const [baseUrl = '', AccountSid = '', authToken = '', Sid = ''] = process.argv.slice(2);
const client = createClient<paths>({
  baseUrl,
  headers: { authorization: `Basic ${btoa(`${AccountSid}:${authToken}`)}` },
});
const ONE = '/2010-04-01/Accounts/{AccountSid}/ConnectApps/{Sid}.json';
const path = { AccountSid, Sid };

function ok(what: string): void {
  process.stdout.write(`ok ${what}\n`);
}

/** A form that repeats the name of what has several values. */
function formOf(fields: object = {}): URLSearchParams {
  const pairs = Object.entries(fields).flatMap(([name, value]) =>
    [value].flat().map((one: unknown): [string, string] => [name, String(one)]),
  );
  return new URLSearchParams(pairs);
}

const fetched = await client.GET(ONE, { params: { path } });
assert.equal(fetched.data?.sid, Sid);
ok('fetches');

const apps: ConnectApp[] = [];
let pages = 0;
let token: string | undefined;
do {
  const query = { PageSize: 2, ...(token !== undefined && { PageToken: token }) };
  const list = '/2010-04-01/Accounts/{AccountSid}/ConnectApps.json';
  const { data } = await client.GET(list, { params: { path: { AccountSid }, query } });
  assert.ok(data);
  apps.push(...data.connect_apps);
  const next = data.next_page_uri;
  token = (next && new URL(next, baseUrl).searchParams.get('PageToken')) || undefined;
  pages += 1;
} while (token !== undefined);
assert.deepEqual([pages, apps.length], [2, 3]);
ok('lists in two pages');

const updated = await client.POST(ONE, {
  params: { path },
  body: { FriendlyName: 'Generated', Permissions: ['get-all', 'post-all'] },
  bodySerializer: formOf,
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
});
assert.equal(updated.data?.friendly_name, 'Generated');
assert.deepEqual(updated.data.permissions, ['get-all', 'post-all']);
ok('updates');

const missing = await client.GET(ONE, {
  params: { path: { AccountSid, Sid: `CN${'0'.repeat(32)}` } },
});
assert.equal(missing.response.status, 404);
assert.equal(missing.error?.code, 20404);
ok('reads an error');

const xml = await client.GET('/2010-04-01/Accounts/{AccountSid}/ConnectApps/{Sid}.xml', {
  params: { path },
  parseAs: 'text',
});
assert.match(xml.data ?? '', /<ConnectApp>/);
ok('reads XML');

const csv = await client.GET('/2010-04-01/Accounts/{AccountSid}/ConnectApps.csv', {
  params: { path: { AccountSid } },
  parseAs: 'text',
});
assert.match(csv.data ?? '', /^account_sid,/);
ok('reads CSV');
