/** A full disk: writes answer 503, reads go on, nothing is lost, and it heals by itself. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import SqliteConnection from 'better-sqlite3';
import { startServer, type TestServer } from '../support/server.ts';

const folder = mkdtempSync(join(tmpdir(), 'connect-apps-full-'));
const obstacle = mountSmallDisk();

it('answers 503 while the disk is full, and heals when there is room', {
  skip: obstacle,
}, async (context) => {
  let server: TestServer | undefined;
  context.after(async () => {
    await server?.close();
    execFileSync('umount', ['--lazy', folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  const ballast = join(folder, 'ballast');
  writeFileSync(ballast, Buffer.alloc(4 * 1024 * 1024));
  server = await startServer({
    engine: 'sqlite',
    settings: { DATABASE_URL: `sqlite:${join(folder, 'test.db')}` },
  });
  const auth = server.developer;
  const sids = await server.createApps(auth.accountSid, 300);
  const pathOf = (sid: string) => `/2010-04-01/Accounts/${auth.accountSid}/ConnectApps/${sid}.json`;
  const text = 'x'.repeat(60_000);

  const stored: string[] = [];
  let refusal: Awaited<ReturnType<typeof server.request>> | undefined;
  let refused = '';
  for (const sid of sids) {
    const form = { Description: text };
    const reply = await server.request('POST', pathOf(sid), { auth, form, isPatient: false });
    if (reply.status === 200) stored.push(sid);
    else {
      refusal = reply;
      refused = sid;
      break;
    }
  }
  assert.equal(refusal?.status, 503, refusal?.text ?? 'the disk never filled');
  assert.equal(refusal.headers['retry-after'], '1');
  assert.match(refusal.text, /"code":20503/);

  for (const sid of stored) {
    const reply = await server.request('GET', pathOf(sid), { auth });
    assert.equal(reply.status, 200);
    assert.ok(reply.text.includes(text), 'an acknowledged write is there');
  }
  rmSync(ballast);
  const form = { Description: 'room again' };
  const healed = await server.request('POST', pathOf(refused), { auth, form });
  assert.equal(healed.status, 200, healed.text);

  const database = new SqliteConnection(join(folder, 'test.db'), { readonly: true });
  assert.equal(database.pragma('integrity_check', { simple: true }), 'ok');
  database.close();
});

function mountSmallDisk(): string | false {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', folder], { stdio: 'pipe' });
    return false;
  } catch (error) {
    if (process.env.CI === 'true' && process.getuid?.() === 0) throw error;
    rmSync(folder, { recursive: true, force: true });
    return 'a small disk cannot be mounted here: it needs root and mount';
  }
}
