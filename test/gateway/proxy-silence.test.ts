/** What becomes of a request in the proxy mode when the platform or the client says nothing for long. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { createUpstream } from '../../src/gateway/proxy/upstream.ts';
import type { Problem } from '../../src/problem.ts';
import { until } from '../support/until.ts';
import { listenOn } from './proxy-scene.ts';

const SILENCE_MS = 500;
const MIB = 1024 * 1024;

/** A server that passes everything on to a platform, and what it answered for it. */
async function start(
  t: TestContext,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
) {
  const problems: string[] = [];
  const port = await listenOn(t, createServer(answer));
  const upstream = createUpstream(new URL(`http://127.0.0.1:${port}`), SILENCE_MS);
  t.after(() => upstream.close());
  const server = createServer((request, response) => {
    const headers = ['Host', 'platform'];
    const fail = ({ problem }: Problem) => {
      problems.push(problem);
      response.writeHead(500).end();
    };
    upstream.pass({ request, response, headers, requestId: 'RQ1', fail });
  });
  const socket = connect(await listenOn(t, server), '127.0.0.1');
  t.after(() => socket.destroy());
  socket.on('error', () => {});
  await once(socket, 'connect');
  return { socket, problems };
}

describe('silence in the proxy mode', () => {
  it('of a platform that begins no answer is named, and so is that of a client', async (t) => {
    const slow = await start(t, () => {});
    slow.socket.write('GET /x HTTP/1.1\r\nHost: a\r\n\r\n');
    await until('the platform is given up', () => slow.problems.includes('upstream_slow'));

    const lazy = await start(t, (request) => request.resume());
    lazy.socket.write('POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf');
    await until('the client is given up', () => lazy.problems.includes('request_too_slow'));
  });

  it('of a platform that reads no body is its own', async (t) => {
    const { socket, problems } = await start(t, () => {});
    socket.write(`POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: ${64 * MIB}\r\n\r\n`);
    socket.write(Buffer.alloc(32 * MIB));
    await until('the platform is given up', () => problems.length > 0);
    assert.deepEqual(problems, ['upstream_slow']);
  });

  it('between parts of an answer is no fault, but a client must go on reading', async (t) => {
    const poll = await start(t, (_, response) => {
      response.write('first ');
      setTimeout(() => response.end('last'), 4 * SILENCE_MS);
    });
    let got = '';
    poll.socket.on('data', (chunk) => {
      got += chunk;
    });
    poll.socket.write('GET /x HTTP/1.1\r\nHost: a\r\n\r\n');
    await until('the answer is whole', () => got.endsWith('\r\n0\r\n\r\n'));
    assert.match(got, /first [\s\S]*last/);

    let hasEnded = false;
    const still = await start(t, (_, response) => {
      response.once('close', () => {
        hasEnded = true;
      });
      response.end(Buffer.alloc(64 * MIB));
    });
    still.socket.pause();
    still.socket.write('GET /x HTTP/1.1\r\nHost: a\r\n\r\n');
    await until('nobody waits for the client', () => hasEnded);
  });
});
