/**
 * The floor on PostgreSQL: the account and its app in one round trip, through nothing but the driver,
 * in a bare node:http server. It proves no credentials.
 */

import { createServer } from 'node:http';
import pg from 'pg';
import { readSettings } from '../../src/server/config.ts';
import { announce } from '../child.ts';

const pool = new pg.Pool({ connectionString: readSettings().settings.DATABASE_URL, max: 10 });
const text = `select app.*, account.token_digest, account.secondary_token_digest, account.status
  from connect_apps.accounts as account join connect_apps.connect_apps as app on app.account_sid = account.sid
  where account.sid = $1 and app.sid = $2`;

const server = createServer(async (request, response) => {
  const [, accountSid = '', sid = ''] =
    /(AC\w+)\/ConnectApps\/(CN\w+)/.exec(request.url ?? '') ?? [];
  const { rows } = await pool.query({ name: 'look-ups', text, values: [accountSid, sid] });
  const body = Buffer.from(JSON.stringify(rows[0] ?? null));
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
  response.end(body);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address) announce(address.port);
});
