/** One script of requests on both engines: the answers are equal, byte for byte, but for times and ids. */

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { authorizeConnectApp, revokeAuthorization } from '../../src/authorizations/operations.ts';
import { addConnectApp } from '../../src/connect-apps/operations.ts';
import type { Settings } from '../../src/server/config.ts';
import type { Engine } from '../../src/storage/database.ts';
import { objectOf, stringOf } from '../api/narrow.ts';
import { POSTGRES_OBSTACLE } from '../support/databases.ts';
import { openCluster } from '../support/postgres.ts';
import { startServer } from '../support/server.ts';

const TEXTS = [
  'plain',
  'ünï©ødé 👩🏽‍🚀',
  'שלום',
  `"q" <b>&amp;</b> 'x'`,
  'a,b;c\\d',
  ' spaces ',
  '=1+1',
];

async function play(engine: Engine, settings: Settings = {}): Promise<string[]> {
  const server = await startServer({
    engine,
    settings: { ALLOW_CONNECT_APP_DELETE: 'true', ...settings },
  });
  const { context, developer, customer } = server;
  const answers: string[] = [];
  const ask = async (method: string, path: string, form?: Record<string, string>) => {
    const reply = await server.request(method, `/2010-04-01/${path}`, {
      auth: developer,
      ...(form && { form }),
    });
    const text = reply.text
      .replace(/\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} \+0000/g, 'DATE')
      .replace(/PageToken=[\w%.-]+/g, 'PageToken=TOKEN')
      .replace(/AC(?!0{30})[0-9a-f]{32}/g, 'ACxxx');
    answers.push(
      `${method} ${path.replace(/PageToken=[\w%.-]+/, 'PageToken=TOKEN')} ${reply.status} ${reply.headers['content-type']}\n${text}`,
    );
  };
  const own = `Accounts/${developer.accountSid}`;
  const sids = TEXTS.map((_, index) => `CN${index.toString(16).padStart(32, 'a')}`);
  for (const [index, text] of TEXTS.entries()) {
    await addConnectApp(context, developer.accountSid, sids[index] ?? '', {
      friendlyName: text,
      companyName: text,
      description: text,
      authorizeRedirectUrl: 'https://app.example.com/',
      permissions: index % 2 === 0 ? ['get-all'] : ['get-all', 'post-all'],
    });
  }
  for (const extension of ['.json', '', '.csv']) {
    await ask('GET', `${own}/ConnectApps${extension}`);
    await ask('GET', `${own}/ConnectApps${extension}?PageSize=3&Page=1`);
    await ask('GET', `${own}/ConnectApps/${sids[1]}${extension}`);
    await ask('GET', `Accounts${extension}`);
    await ask('GET', `${own}/ConnectApps/CN1${extension}`);
  }
  await ask('POST', `${own}/ConnectApps/${sids[2]}.json`, { Description: TEXTS.join('|') });
  await ask('POST', `${own}/ConnectApps/${sids[2]}.json`, { Description: '', Permissions: '' });
  await ask('POST', `${own}/ConnectApps/${sids[2]}.json`, { HomepageUrl: 'nonsense' });
  await ask('DELETE', `${own}/ConnectApps/${sids[3]}.json`);
  await ask('GET', `${own}/ConnectApps/${sids[3]}.json`);
  await ask('POST', 'Accounts.json', { FriendlyName: TEXTS[1] ?? '' });
  await ask('GET', `Accounts.json?FriendlyName=${encodeURIComponent(TEXTS[1] ?? '')}`);
  for (const connectAppSid of sids.slice(0, 2)) {
    await authorizeConnectApp(context, { accountSid: developer.accountSid, connectAppSid });
  }
  await ask('GET', `${own}/AuthorizedConnectApps.json`);
  await revokeAuthorization(context, {
    accountSid: developer.accountSid,
    connectAppSid: sids[0] ?? '',
  });
  await ask('GET', `${own}/AuthorizedConnectApps`);
  await ask('GET', `Accounts/${customer.accountSid}/ConnectApps.json`);
  await ask('GET', `${own}/ConnectApps.json?PageSize=0`);
  await ask('GET', `${own}/ConnectApps.json?PageToken=PTnonsense`);
  await ask('PUT', `${own}/ConnectApps.json`);
  await ask('POST', 'Accounts.json', { FriendlyName: 'x'.repeat(65) });
  let next: string | null = `Accounts/${developer.accountSid}/ConnectApps.json?PageSize=3`;
  while (next !== null) {
    await ask('GET', next);
    const reply = await server.request('GET', `/2010-04-01/${next}`, { auth: developer });
    const uri = objectOf(reply.json).next_page_uri;
    next = uri === null ? null : stringOf(uri).replace('/2010-04-01/', '');
  }
  await server.close();
  return answers;
}

function withoutTokens(answers: readonly string[]): string[] {
  return answers.map((text) =>
    text
      .replace(/"auth_token":"[0-9a-f]{32}"/g, '')
      .replace(/<AuthToken>[0-9a-f]+/g, '')
      .replace(/\r\n[0-9a-f]{32},/g, '\r\n,'),
  );
}

describe('the same bytes as from SQLite', { skip: POSTGRES_OBSTACLE }, () => {
  let expected: string[];
  before(async () => {
    expected = withoutTokens(await play('sqlite'));
    assert.ok(expected.length > 20);
  });

  it('come from PostgreSQL', async () => {
    assert.deepEqual(withoutTokens(await play('postgres')), expected);
  });

  it('come from a PostgreSQL whose texts are in the order of a language', async () => {
    const cluster = await openCluster();
    const DATABASE_URL = await cluster.createDatabase(
      "template template0 encoding 'UTF8' locale_provider icu icu_locale 'cs-CZ-u-ks-level1'",
    );
    assert.deepEqual(withoutTokens(await play('postgres', { DATABASE_URL })), expected);
  });
});
