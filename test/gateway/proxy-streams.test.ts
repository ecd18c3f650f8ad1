/** How the proxy mode streams: nothing is rewritten, held in memory, cut without a sign, or sent twice. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createNetServer, type Socket } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { basicOf } from '../gateways/raw.ts';
import { until } from '../support/until.ts';
import { bodyOf, echo, echoOf, startProxy } from './proxy-scene.ts';

const MIB = 1024 * 1024;

describe('what the proxy mode streams', () => {
  it('holds neither direction in memory, and ends each side with the other', async (t) => {
    let written = 0;
    let received = 0;
    const gone: string[] = [];
    const { world, root, open } = await startProxy(t, 'sqlite', (request, response) => {
      response.once('close', () => response.writableFinished || gone.push(request.url ?? ''));
      if (request.url?.endsWith('/up.json')) {
        request.once('readable', () => request.on('data', (chunk) => (received += chunk.length)));
      } else if (request.url?.endsWith('/down.json')) writeForever(response);
    });
    const auth = basicOf(world.server.customer);

    function writeForever(response: ServerResponse): void {
      const chunk = Buffer.alloc(MIB);
      const write = () => {
        while (!response.destroyed && response.write(chunk)) written += MIB;
      };
      response.on('drain', () => {
        written += MIB;
        write();
      });
      write();
    }

    const down = await open();
    down.pause();
    down.write(headOf(`GET ${root}/down.json`, auth));
    await until('the platform is held back', async () => {
      const before = written;
      await new Promise((resolve) => setTimeout(resolve, 300));
      return written > 0 && written === before;
    });
    assert.ok(
      written < 32 * MIB,
      `${written} bytes left the platform for a client that reads none`,
    );
    down.resume();
    await until('it goes on', () => written > 100 * MIB);
    down.destroy();
    await until('its request has ended', () => gone.includes(`${root}/down.json`));

    const up = await open();
    up.write(headOf(`POST ${root}/up.json`, auth, 'Content-Length: 100000000'));
    up.write(Buffer.alloc(MIB));
    await until('the body arrives while it is sent', () => received === MIB);
    up.destroy();
    await until('the platform sees the end', () => gone.includes(`${root}/up.json`));

    const poll = await open();
    poll.write(headOf(`GET ${root}/poll.json`, auth));
    await until('the request waits', () => world.server.logs().includes(' /Accounts/{Sid}/*'));
    poll.destroy();
    await until('nobody waits for its answer', () => gone.includes(`${root}/poll.json`));
  });

  it('changes no byte of a body, whole or in parts, whatever its size', async (t) => {
    const { world, root } = await startProxy(t, 'sqlite', async (request, response) => {
      const body = await buffer(request);
      if (request.url?.endsWith('/whole.json')) {
        response.end(body);
        return;
      }
      response.write(body.subarray(0, 3));
      setImmediate(() => response.end(body.subarray(3)));
    });
    const { accountSid, authToken } = world.server.customer;
    const authorization = `Basic ${btoa(`${accountSid}:${authToken}`)}`;
    for (const size of [1, 300, 8 * 1024, 8 * 1024 + 1, MIB]) {
      const sent = Buffer.from(Array.from({ length: size }, (_, at) => at % 256));
      for (const path of ['/whole.json', '/parts.json']) {
        for (const body of [sent, new Blob([sent]).stream()]) {
          const reply = await fetch(`${world.server.url}${root}${path}`, {
            ...{ method: 'POST', body, headers: { authorization } },
            duplex: 'half',
          });
          assert.equal(reply.status, 200);
          const got = Buffer.from(await reply.arrayBuffer());
          assert.ok(got.equals(sent), `${size} bytes, ${path}`);
        }
      }
    }
  });

  it('cuts the answer of a platform that dies, so that it never looks whole', async (t) => {
    const { world, root, open } = await startProxy(t, 'sqlite', (request, response) => {
      if (request.url?.endsWith('/length.json')) response.setHeader('Content-Length', '1000');
      response.write('half');
      setTimeout(() => response.destroy(), 50);
    });
    for (const path of ['/length.json', '/chunked.json']) {
      const socket = await open();
      let answer = '';
      socket.on('data', (chunk) => (answer += chunk));
      socket.on('error', () => {});
      socket.write(headOf(`GET ${root}${path}`, basicOf(world.server.customer)));
      await until('the connection has ended', () => socket.closed);
      assert.match(answer, /^HTTP\/1\.1 200 [\s\S]*half/);
      assert.doesNotMatch(answer, /\r\n0\r\n/);
    }
  });

  it('passes on each kind of answer: HEAD, 204, 304, 103, trailers, an error before the body has come', async (t) => {
    const kinds: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
      head: (_, response) => response.writeHead(200, { 'Content-Length': '5' }).end(),
      empty: (_, response) => response.writeHead(204).end(),
      unchanged: (_, response) => {
        // As some servers do, with the length of what they do not send.
        response.writeHead(304, { 'Content-Length': '5', ETag: '"a"' }).end();
      },
      early: (_, response) => {
        response.writeEarlyHints({ link: '</style.css>; rel=preload' });
        response.end('late');
      },
      trailers: (_, response) => {
        response.writeHead(200, { Trailer: 'X-Sum' });
        response.write('sum');
        response.addTrailers({ 'X-Sum': '3' });
        response.end();
      },
      large: (_, response) => response.writeHead(413, 'Too Much').end('no'),
    };
    const { world, root, raw, open } = await startProxy(t, 'sqlite', (request, response) => {
      const [, kind = ''] = /\/(\w+)\.json$/.exec(request.url ?? '') ?? [];
      kinds[kind]?.(request, response);
    });
    const auth = basicOf(world.server.customer);
    const get = (kind: string) => raw([`GET ${root}/${kind}.json HTTP/1.1`, auth]);
    const head = await raw([`HEAD ${root}/head.json HTTP/1.1`, auth]);
    assert.match(head, /^HTTP\/1\.1 200 OK\r\n[\s\S]*Content-Length: 5\r\n[\s\S]*\r\n\r\n$/);
    assert.match(await get('empty'), /^HTTP\/1\.1 204 [\s\S]*\r\n\r\n$/);
    assert.match(await get('unchanged'), /^HTTP\/1\.1 304 [\s\S]*ETag: "a"[\s\S]*\r\n\r\n$/);
    assert.match(await get('early'), /^HTTP\/1\.1 103 [\s\S]*style\.css[\s\S]*\r\nHTTP\/1\.1 200 /);
    assert.match(await get('trailers'), /\r\n0\r\nX-Sum: 3\r\n\r\n$/i);
    // Its client goes on sending, and its connection stays usable.
    const socket = await open();
    socket.write(headOf(`POST ${root}/large.json`, auth, `Content-Length: ${4 * MIB}`));
    socket.write(Buffer.alloc(4 * MIB));
    socket.write(headOf(`GET ${root}/empty.json`, auth, 'Connection: close'));
    const answers = await text(socket);
    assert.match(answers, /^HTTP\/1\.1 413 Too Much\r\n[\s\S]*HTTP\/1\.1 204 /);
  });

  it('lets a client send the body that it holds back only once the request may pass', async (t) => {
    const { world, root, open } = await startProxy(t, 'sqlite', echo);
    const wanted = [`Content-Length: 5`, 'Expect: 100-continue', 'Connection: close'];
    const allowed = await open();
    allowed.write(headOf(`POST ${root}/Calls.json`, basicOf(world.server.customer), ...wanted));
    const [first] = await once(allowed, 'data');
    assert.match(String(first), /^HTTP\/1\.1 100 Continue\r\n\r\n$/);
    allowed.write('a=b&c');
    assert.equal(echoOf(await text(allowed)).body, 'a=b&c');

    const { app } = await world.authorize(['get-all']);
    const refused = await open();
    refused.write(headOf(`POST ${root}/Calls.json`, basicOf(app), ...wanted.slice(0, 2)));
    const answer = await text(refused);
    assert.match(answer, /^HTTP\/1\.1 403 [\s\S]*Connection: close/);
  });

  it('sends a request once, whatever becomes of it', async (t) => {
    let requests = 0;
    // Keeps each connection open for one request, and drops the next one that comes on it.
    const platform = createNetServer((socket: Socket) => {
      let isFirst = true;
      socket.on('data', () => {
        requests += 1;
        if (!isFirst) return socket.destroy();
        isFirst = false;
        return socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      });
      socket.on('error', () => {});
    });
    const { world, root, raw } = await startProxy(t, 'sqlite', platform);
    const post = () =>
      raw([
        `POST ${root}/Calls.json HTTP/1.1`,
        basicOf(world.server.customer),
        'Content-Length: 0',
      ]);
    assert.equal(bodyOf(await post()), 'ok');
    const failed = await post();
    assert.match(failed, /^HTTP\/1\.1 502 /);
    assert.match(bodyOf(failed), /"code":20502,.*"status":502/);
    assert.equal(requests, 2);
  });

  it('says that a platform is away, and keeps the order of requests on a connection', async (t) => {
    const silent = createNetServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
    const away = await startProxy(t, 'sqlite', silent);
    const auth = basicOf(away.world.server.customer);
    const answer = await away.raw(
      [`POST ${away.root}/x HTTP/1.1`, auth, 'Content-Length: 3'],
      'a=b',
    );
    assert.match(answer, /^HTTP\/1\.1 502 [\s\S]*<Code>20502<\/Code>/);

    const { world, root, open } = await startProxy(t, 'sqlite', (request, response) => {
      setTimeout(() => response.end(request.url), request.url?.endsWith('1') ? 100 : 0);
    });
    const customer = basicOf(world.server.customer);
    const socket = await open();
    for (const [path, end] of [
      ['1', 'keep-alive'],
      ['2', 'close'],
    ]) {
      socket.write(headOf(`GET ${root}/${path}`, customer, `Connection: ${end}`));
    }
    assert.match(await text(socket), /\/1HTTP[\s\S]*\/2$/);
  });
});

function headOf(line: string, ...lines: string[]): string {
  return `${[`${line} HTTP/1.1`, 'Host: api.example.com', ...lines].join('\r\n')}\r\n\r\n`;
}
