/** Nothing is global: a hundred servers come and go in one process, and leave it as it was. */

import assert from 'node:assert/strict';
import { readdirSync, readlinkSync } from 'node:fs';
import { platform } from 'node:os';
import { it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { start, type TestServer } from '../../src/testing.ts';
import { send } from '../support/server.ts';
import { until } from '../support/until.ts';

const COUNT = 100;

/** How many listeners `process` has for each event. */
function listeners(): Record<string, number> {
  const names = process.eventNames().map(String).sort();
  return Object.fromEntries(names.map((name) => [name, process.listenerCount(name)]));
}

function resources(): string[] {
  return process.getActiveResourcesInfo().sort();
}

/** What each open file is, without the numbers that are never the same. */
function openFiles(): string[] {
  if (platform() !== 'linux') return [];
  const targets = readdirSync('/proc/self/fd').flatMap((file) => {
    try {
      return [readlinkSync(`/proc/self/fd/${file}`).replace(/\[\d+\]/, '')];
    } catch {
      // The folder itself, which is closed by now.
      return [];
    }
  });
  return targets.sort();
}

async function askOnce({ url, developer }: TestServer): Promise<void> {
  const path = `/2010-04-01/Accounts/${developer.accountSid}/ConnectApps.json`;
  const reply = await send(url, 'GET', path, { auth: developer });
  assert.equal(reply.status, 200);
  assert.equal((reply.json as { connect_apps: unknown[] }).connect_apps.length, 1);
}

it(`${COUNT} servers in one process answer, close, and leave nothing`, async (t) => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => warnings.push(warning);
  process.on('warning', onWarning);
  t.after(() => process.off('warning', onWarning));

  // The first one loads what is loaded once, such as the thread that resolves names.
  const first = await start();
  await askOnce(first);
  await first.close();
  await setTimeout(100);
  const before = { listeners: listeners(), resources: resources(), files: openFiles() };

  const servers = await Promise.all(Array.from({ length: COUNT }, () => start()));
  assert.equal(new Set(servers.map(({ url }) => url)).size, COUNT);
  await Promise.all(servers.map(askOnce));
  await Promise.all(servers.map((server) => server.close()));

  await until('the last connections are gone', () => resources().length <= before.resources.length);
  assert.deepEqual({ listeners: listeners(), resources: resources(), files: openFiles() }, before);
  assert.deepEqual(warnings, []);
});
