/**
 * A rival: what one would write in an hour with the same libraries, on the same database. It proves the
 * credentials, fetches the app with a query builder and answers through a schema: no log, no metrics, no
 * limits, no request id, no other representation.
 */

import SqliteConnection from 'better-sqlite3';
import Fastify from 'fastify';
import { Kysely, SqliteDialect } from 'kysely';
import { connectAppFormat } from '../../src/connect-apps/format.ts';
import { parseAuthorization } from '../../src/http/credentials.ts';
import { createKeyring } from '../../src/keys/keyring.ts';
import { readSettings } from '../../src/server/config.ts';
import type { Schema } from '../../src/storage/schema.ts';
import { announce } from '../child.ts';

const { DATABASE_URL, SECRET_KEY } = readSettings().settings;
const keyring = createKeyring(SECRET_KEY ?? '');
const database = new SqliteConnection((DATABASE_URL ?? '').replace('sqlite:', ''));
const query = new Kysely<Schema>({ dialect: new SqliteDialect({ database }) });

const server = Fastify();
server.get<{ Params: { account: string; app: string } }>(
  '/2010-04-01/Accounts/:account/ConnectApps/:app.json',
  { schema: { response: { 200: connectAppFormat.schema } } },
  async (request, reply) => {
    const credentials = parseAuthorization(request.headers.authorization);
    const account = await query
      .selectFrom('accounts')
      .selectAll()
      .where('sid', '=', request.params.account)
      .executeTakeFirst();
    if (
      account?.sid !== credentials?.username ||
      !keyring.matches(credentials?.password ?? '', [account?.token_digest])
    ) {
      return reply.code(401).send();
    }
    const app = await query
      .selectFrom('connect_apps')
      .selectAll()
      .where('account_sid', '=', request.params.account)
      .where('sid', '=', request.params.app)
      .executeTakeFirst();
    if (app === undefined) return reply.code(404).send();
    const uri = `/2010-04-01/Accounts/${app.account_sid}/ConnectApps/${app.sid}.json`;
    return { ...app, permissions: app.permissions ? app.permissions.split(',') : [], uri };
  },
);
announce(Number(new URL(await server.listen({ host: '127.0.0.1', port: 0 })).port));
