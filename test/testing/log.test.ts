/** `--log all`: what came, what was decided and what went out, for a person who watches. */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { DEMO_APP_SID, DEMO_CUSTOMER, DEMO_DEVELOPER } from '../../src/demo/data.ts';
import { createPrinter } from '../../src/testing/print.ts';
import { ended, originOf, runCommand, startCommand } from '../support/cli.ts';
import { send } from '../support/server.ts';
import { until } from '../support/until.ts';

it('dev --log all prints callers, reasons and callbacks with their attempts', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'connect-apps-log-all-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const dev = startCommand(folder, ['dev', '--port', '0', '--log', 'all']);
  let printed = '';
  dev.stdout?.on('data', (text) => {
    printed += text;
  });
  const origin = await originOf(dev);
  const { accountSid } = DEMO_CUSTOMER;
  const path = `/2010-04-01/Accounts/${accountSid}.json`;
  await send(origin, 'GET', path, { auth: DEMO_DEVELOPER });
  await send(origin, 'GET', path, { auth: DEMO_CUSTOMER });
  const asked = new RegExp(
    `^[\\d:]{8} <- GET ${path} by ${DEMO_DEVELOPER.accountSid}  40[134] \\d{5} The account ${accountSid} in the path`,
    'm',
  );
  const answered = new RegExp(`^[\\d:]{8} <- GET ${path} by ${accountSid}  200$`, 'm');
  await until('both are printed', () => asked.test(printed) && answered.test(printed));
  assert.doesNotMatch(printed, / ms$/m, 'each request has one line');

  const sids = ['--account-sid', accountSid, '--connect-app-sid', DEMO_APP_SID];
  for (const act of ['create', 'revoke']) {
    const { exitCode, stderr } = await runCommand(folder, ['authorizations', act, ...sids]);
    assert.equal(exitCode, 0, stderr);
  }
  const sent =
    /^[\d:]{8} -> POST http:\/\/127\.0\.0\.1:\d+\/demo\/deauthorized attempt 1 {2}2\d\d$/m;
  await until('the callback is printed', () => sent.test(printed));
  dev.kill('SIGTERM');
  await ended(dev);
});

it('the lines are coloured on a terminal, and show no query', () => {
  let printed = '';
  const write = (text: string) => {
    printed += text;
  };
  const request = { method: 'GET', url: 'https://a.example/x?state=secret', headers: {} } as const;
  const outcome = { answered: true, status: 500, body: '', durationMs: 1 } as const;
  const when = { now: 0, attempt: 2 };
  createPrinter('all', { write }).sent(request, outcome, when);
  assert.equal(printed, '00:00:00 -> GET https://a.example/x attempt 2  500\n');
  createPrinter('refused', { write }).sent(request, outcome, when);
  assert.equal(printed.split('\n').length, 2);
  createPrinter('all', { write, isTTY: true, hasColors: () => true }).sent(request, outcome, when);
  assert.ok(printed.includes('\u001b[31m500\u001b[39m'), printed);
});
