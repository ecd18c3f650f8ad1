/** Uploading a logo, and showing it. No HTTP. */

import { recorder } from '../audit/record.ts';
import type { Context } from '../context.ts';
import { parameterProblem } from '../parameter.ts';
import { Problem } from '../problem.ts';
import { parseSid } from '../sid.ts';
import { type ConnectApp, PROPERTIES } from './connect-app.ts';
import { type Logo, logoPath, readLogo } from './logo.ts';
import { findLogo, putLogo } from './logo-store.ts';
import { findConnectApp, updateConnectAppRow } from './store.ts';

/** Reads an uploaded file; raises `parameter_invalid` for one that is no logo. */
export async function parseLogo(file: Buffer, field: string): Promise<Logo> {
  const logo = await readLogo(file);
  if (typeof logo === 'string') throw parameterProblem(field, logo);
  return logo;
}

/**
 * Makes a logo that of an app: its LogoUrl leads to it, on the origin that browsers see. Raises `not_found` when the
 * account has no such app.
 */
export async function setLogo(
  context: Context,
  key: { accountSid: string; sid: string },
  logo: Logo,
  origin: string,
): Promise<ConnectApp> {
  const now = context.clock.now();
  const logoUrl = origin + logoPath(key.sid, logo);
  const { accountSid, sid } = key;
  const record = recorder(context);
  return context.database.transaction(async (transaction) => {
    const found = await findConnectApp(transaction, { accountSid, sid });
    if (found === undefined) throw new Problem('not_found');
    await putLogo(transaction, {
      account_sid: accountSid,
      connect_app_sid: sid,
      digest: logo.digest,
      type: logo.type,
      base64: logo.bytes.toString('base64'),
      created_at: now,
    });
    const app = await updateConnectAppRow(transaction, { accountSid, sid }, { logoUrl }, now);
    if (app === undefined) throw new Problem('not_found');
    if (app.logoUrl !== found.logoUrl) {
      const properties = [PROPERTIES.logoUrl.column];
      const eventType = 'connect-app.updated';
      await record(transaction, { eventType, accountSid, resourceSid: sid, properties });
    }
    return app;
  });
}

/** The logo at a path of `logoPath`; raises `not_found` when there is none, or no longer. */
export async function getLogo(
  context: Context,
  connectAppSid: string,
  name: string,
): Promise<Logo> {
  const sid = parseSid('CN', connectAppSid);
  const [digest = ''] = name.split('.', 1);
  const row = sid && (await findLogo(context.database.query, sid, digest));
  if (!row || logoPath(row.connect_app_sid, row) !== `/logos/${sid}/${name}`) {
    throw new Problem('not_found');
  }
  return { type: row.type, digest, bytes: Buffer.from(row.base64, 'base64') };
}
