/** Pages and rare methods have no route before somebody asks: nobody can tell. */

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { describe, it } from 'node:test';
import { createLater } from '../../src/http/later.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { listenOn } from '../gateway/proxy-scene.ts';
import { send, startServer } from '../support/server.ts';
import { objectOf } from './narrow.ts';

describe('routes that are made later', () => {
  it('answers everybody who asks for them first, at once', async () => {
    const server = await startServer({ engine: 'sqlite' });
    try {
      const { accountSid } = server.developer;
      const path = `/2010-04-01/Accounts/${accountSid}.json`;
      const asked: [method: string, path: string, status: number][] = [
        ['GET', '/sign-in', 200],
        ['GET', '/sign-in', 200],
        ['HEAD', '/console', 200],
        ['GET', '/openapi.json', 200],
        ['GET', '/nowhere', 404],
        ['OPTIONS', path, 204],
        ['PUT', path, 405],
        ['GET', path, 200],
      ];
      const replies = await Promise.all(
        asked.map(([method, target]) => server.request(method, target, { auth: server.developer })),
      );
      assert.deepEqual(
        replies.map(({ status }, index) => [...(asked[index] ?? []).slice(0, 2), status]),
        asked,
      );
    } finally {
      await server.close();
    }
  });

  it('finds the API however its path is written', async () => {
    const server = await startServer({ engine: 'sqlite' });
    try {
      const path = `/2010-04-01/Accounts/${server.developer.accountSid}`;
      for (const target of [path, path.replace('/2', '/%32'), `${server.url}${path}`]) {
        const reply = await server.request('GET', target, { auth: server.developer });
        assert.equal(reply.status, 200, target);
      }
    } finally {
      await server.close();
    }
  });

  it('ends in good order while they are made', async () => {
    const server = await startServer({ engine: 'sqlite' });
    const asking = server.request('GET', '/sign-in').catch(() => undefined);
    await Promise.all([asking, server.close()]);
  });

  it('says what is wrong to everybody when they cannot be made', async (t) => {
    const lines: string[] = [];
    const logger = createLogger('info', { stream: { write: (line: string) => lines.push(line) } });
    const later = createLater(logger, () => Promise.reject(new Error('no such file')));
    const origin = `http://127.0.0.1:${await listenOn(t, createServer(later.answer))}`;
    for (let asked = 0; asked < 2; asked += 1) {
      const { status, json } = await send(origin, 'GET', '/console.json');
      assert.deepEqual([status, objectOf(json).code], [500, 20500]);
    }
    assert.match(lines.join(''), /no such file.*Routes could not be made/);
    await later.close();
  });
});
