/** A server that is killed loses no stand-in, no status and no callback about one: the next goes on with them. */

import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { DEMO_DEVELOPER } from '../../src/demo/data.ts';
import { ended, originOf, startCommand } from '../support/cli.ts';
import { startReceiver } from '../support/receiver.ts';
import { send } from '../support/server.ts';
import { until } from '../support/until.ts';

const MESSAGES = 20;

it('messages are delivered, and each status is told, although the server is killed again and again', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'connect-apps-kill-'));
  const receiver = await startReceiver();
  let child: ChildProcess | undefined;
  t.after(async () => {
    child?.kill('SIGKILL');
    await receiver.close();
    await rm(folder, { recursive: true, force: true });
  });
  const start = async () => {
    child = startCommand(folder, ['dev'], { PORT: '0', DATA_DIR: join(folder, 'data') });
    return originOf(child);
  };
  const kill = async () => {
    child?.kill('SIGKILL');
    if (child) await ended(child);
  };
  const messages = `/2010-04-01/Accounts/${DEMO_DEVELOPER.accountSid}/Messages.json`;
  const sids = new Set<string>();

  for (let round = 0; round < 4; round += 1) {
    const url = await start();
    for (let count = 0; count < MESSAGES / 4; count += 1) {
      const reply = await send(url, 'POST', messages, {
        auth: DEMO_DEVELOPER,
        form: {
          From: '+15005550006',
          To: `+141555501${10 + sids.size}`,
          Body: 'Hello',
          StatusCallback: `${receiver.url}/status`,
        },
      });
      assert.equal(reply.status, 201, reply.text);
      sids.add(String(Object(reply.json).sid));
    }
    // In the middle of what follows: each round a little later.
    await new Promise((resolve) => setTimeout(resolve, round * 200));
    await kill();
  }

  await start();
  const told = (status: string) => {
    const forms = receiver.received.map(({ body }) => new URLSearchParams(body));
    const those = forms.filter((form) => form.get('MessageStatus') === status);
    return new Set(those.map((form) => form.get('MessageSid')));
  };
  assert.equal(sids.size, MESSAGES);
  for (const status of ['sent', 'delivered']) {
    await until(`${status} is told of every message`, () => told(status).size === MESSAGES);
    assert.deepEqual(told(status), sids);
  }
});
