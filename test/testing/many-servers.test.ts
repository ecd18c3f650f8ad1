/** Nothing is global: a hundred servers come and go in one process, and leave it as it was. */

import assert from 'node:assert/strict';
import { createHook } from 'node:async_hooks';
import { readdirSync, readlinkSync } from 'node:fs';
import { platform } from 'node:os';
import { it } from 'node:test';
import { start, type World } from '../../src/testing.ts';
import { send } from '../support/server.ts';
import { until } from '../support/until.ts';

const COUNT = 100;

/** How many listeners `process` has for each event. */
function listeners(): Record<string, number> {
  const names = process.eventNames().map(String).sort();
  return Object.fromEntries(names.map((name) => [name, process.listenerCount(name)]));
}

/** Counts timers that will fire: `getActiveResourcesInfo` leaves out those that keep no process alive. */
function countTimers(): { count(): number; stop(): void } {
  const timers = new Set<number>();
  const hook = createHook({
    init: (id, type) => type === 'Timeout' && timers.add(id),
    destroy: (id) => timers.delete(id),
  }).enable();
  return { count: () => timers.size, stop: () => hook.disable() };
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

/** What `after` has more of than `before`. */
function added(after: readonly string[], before: readonly string[]): string[] {
  const left = [...before];
  return after.filter((name) => {
    const index = left.indexOf(name);
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
}

async function askOnce({ url, developer }: World): Promise<void> {
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

  const timers = countTimers();
  t.after(() => timers.stop());

  const before = { listeners: listeners(), resources: resources() };
  // The first one loads what is loaded once: native code, and the threads that serve files.
  const first = await start();
  await askOnce(first);
  await first.close();
  await until('its timers are gone', () => timers.count() <= 1);
  const files = openFiles();

  const servers = await Promise.all(Array.from({ length: COUNT }, () => start()));
  assert.equal(new Set(servers.map(({ url }) => url)).size, COUNT);
  await Promise.all(servers.map(askOnce));
  await Promise.all(servers.map((server) => server.close()));

  // The one timer that may be left is that of `until` itself. Sockets close a moment after their server.
  await until('all timers are gone', () => timers.count() <= 1);
  await until('all sockets are gone', () => resources().length <= before.resources.length);
  assert.deepEqual({ listeners: listeners(), resources: resources() }, before);
  assert.deepEqual(added(openFiles(), files), []);
  assert.deepEqual(warnings, []);
});

it('tells nothing of the process, which is not its own', async () => {
  await using server = await start();
  const metrics = await send(server.url, 'GET', '/metrics');
  assert.match(metrics.text, /^connect_apps_/m);
  assert.doesNotMatch(metrics.text, /^(process|nodejs)_/m);
});
