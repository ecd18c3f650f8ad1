import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, get, request } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { makeSelfSigned } from './self-signed.ts';
import {
  createEchoServer,
  hasProgram,
  listen,
  run,
  startEchoServer,
  startProxy,
  temporaryFolder,
} from './support.ts';

/** Asks the proxy at `proxyUrl` for a tunnel, byte by byte, and returns its status line and the socket. */
async function openTunnel(t: TestContext, proxyUrl: string, target: string) {
  const socket = connect({ port: Number(new URL(proxyUrl).port), host: '127.0.0.1' });
  t.after(() => socket.destroy());
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`);
  const [answer] = await once(socket, 'data');
  return { answer: String(answer), socket };
}

/** A TLS connection to `host` through the proxy, trusting its authority alone. */
async function openTls(
  t: TestContext,
  proxy: { url: string; authority: string },
  host: string,
  ALPNProtocols?: string[],
): Promise<TLSSocket> {
  const { socket } = await openTunnel(t, proxy.url, `${host}:443`);
  const servername = host.replace(/\.$/, '');
  const options = { socket, servername, ca: proxy.authority };
  const inside = connectTls(ALPNProtocols ? { ...options, ALPNProtocols } : options);
  await once(inside, 'secureConnect');
  return inside;
}

/** Sends bytes and reads to the end of the connection. */
async function exchange(socket: TLSSocket, bytes: string): Promise<string> {
  socket.write(bytes);
  return text(socket);
}

const GET = (host: string) =>
  `GET /a?b=%20c HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;

for (const host of [
  'api.twilio.com',
  'API.Twilio.COM',
  'api.twilio.com.',
  'api.ie1.twilio.com',
  'api.dublin.ie1.twilio.com',
  'www.twilio.com',
]) {
  test(`a request to https://${host} reaches the server as it was sent`, async (t) => {
    const proxy = await startProxy(t);
    const answer = await exchange(await openTls(t, proxy, host), GET(host));
    assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/);
    assert.ok(answer.includes(`"url":"/a?b=%20c"`), answer);
    assert.ok(answer.includes(`"host":"${host}"`), answer);
  });
}

test('a tunnel is granted in the very words that every client understands', async (t) => {
  const proxy = await startProxy(t);
  const { answer } = await openTunnel(t, proxy.url, 'api.twilio.com:443');
  assert.equal(answer, 'HTTP/1.1 200 Connection established\r\n\r\n');
});

test('several requests share a connection, and HTTP/1.1 is all that is spoken', async (t) => {
  const proxy = await startProxy(t);
  const inside = await openTls(t, proxy, 'api.twilio.com', ['h2', 'http/1.1']);
  assert.equal(inside.alpnProtocol, 'http/1.1');
  const first = GET('api.twilio.com').replace('Connection: close\r\n', '');
  const answers = await exchange(inside, first + GET('api.twilio.com'));
  assert.equal(answers.match(/HTTP\/1\.1 200 OK/g)?.length, 2);
});

test('the certificate of a host names that host, and lives no longer than clients accept', async (t) => {
  const proxy = await startProxy(t);
  const inside = await openTls(t, proxy, 'api.ie1.twilio.com');
  const certificate = inside.getPeerX509Certificate();
  assert.equal(certificate?.subjectAltName, 'DNS:api.ie1.twilio.com');
  const days = (Date.parse(certificate?.validTo ?? '') - Date.now()) / 86_400_000;
  assert.ok(days > 30 && days < 398, `${days} days`);
});

for (const host of [
  'verify.twilio.com',
  'twilio.com',
  'video.twilio.com',
  'a.b.c.api.twilio.com',
]) {
  test(`a request to https://${host} is answered 502 as one of Twilio's errors`, async (t) => {
    const proxy = await startProxy(t);
    const answer = await exchange(await openTls(t, proxy, host), GET(host));
    assert.match(answer, /^HTTP\/1\.1 502 Bad Gateway\r\n/);
    const error = JSON.parse(answer.slice(answer.indexOf('{')));
    assert.deepEqual(Object.keys(error), ['code', 'message', 'more_info', 'status']);
    assert.equal(error.status, 502);
    assert.ok(error.message.includes(`only api.twilio.com and www.twilio.com, not ${host}`));
  });
}

test('a server that went away is a 502 that says so, until it is back', async (t) => {
  const gone = createServer();
  const port = await listen(t, gone);
  gone.close();
  await once(gone, 'close');
  const proxy = await startProxy(t, { serverUrl: `http://127.0.0.1:${port}` });
  const ask = async () =>
    exchange(await openTls(t, proxy, 'api.twilio.com'), GET('api.twilio.com'));
  assert.match(await ask(), /^HTTP\/1\.1 502 .*does not answer\. Is it still running\?/s);
  const back = createEchoServer().listen(port, '127.0.0.1');
  t.after(() => back.close());
  await once(back, 'listening');
  assert.match(await ask(), /^HTTP\/1\.1 200 /);
});

test('a server that is itself https is spoken to in https', async (t) => {
  const { key, cert } = makeSelfSigned('localhost');
  const server = createHttpsServer({ key, cert }, (_request, response) => response.end('secret'));
  const port = await listen(t, server);
  const proxy = await startProxy(t, { serverUrl: `https://localhost:${port}` });
  const inside = await openTls(t, proxy, 'api.twilio.com');
  // Its certificate is not one that we trust: that is the server's failure, not a way around TLS.
  assert.match(await exchange(inside, GET('api.twilio.com')), /^HTTP\/1\.1 502 /);
});

test('TLS to any other host passes through untouched', async (t) => {
  const { key, cert, fingerprint } = makeSelfSigned('localhost');
  const other = createHttpsServer({ key, cert }, (_request, response) => response.end('its own'));
  const port = await listen(t, other);
  const proxy = await startProxy(t);
  const { answer, socket } = await openTunnel(t, proxy.url, `localhost:${port}`);
  assert.equal(answer, 'HTTP/1.1 200 Connection established\r\n\r\n');
  const inside = connectTls({ socket, servername: 'localhost', rejectUnauthorized: false });
  await once(inside, 'secureConnect');
  assert.equal(inside.getPeerX509Certificate()?.fingerprint256, fingerprint);
  assert.match(await exchange(inside, GET('localhost')), /its own/);
});

test('an unreachable host is refused with the reason in the status line', async (t) => {
  const closed = createServer();
  const port = await listen(t, closed);
  closed.close();
  await once(closed, 'close');
  const proxy = await startProxy(t);
  const { answer } = await openTunnel(t, proxy.url, `127.0.0.1:${port}`);
  assert.match(answer, /^HTTP\/1\.1 502 127\.0\.0\.1 is unreachable: connect ECONNREFUSED/);
});

test('a CONNECT that names no host and port is a bad request', async (t) => {
  const proxy = await startProxy(t);
  const { answer } = await openTunnel(t, proxy.url, 'a b:443');
  assert.match(answer, /^HTTP\/1\.1 400 /);
});

/** Sends a request for an absolute address to the proxy, as clients do for plain http. */
async function requestPlainly(
  proxyUrl: string,
  address: string,
  options: { body?: string; headers?: Record<string, string> } = {},
) {
  const { host } = new URL(address);
  const outgoing = request(proxyUrl, {
    path: address,
    method: options.body === undefined ? 'GET' : 'POST',
    headers: { host, 'proxy-authorization': 'Basic c2VjcmV0', ...options.headers },
  });
  outgoing.end(options.body);
  const [response] = await once(outgoing, 'response');
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

test('a plain http request to the API reaches the server, without what was meant for the proxy', async (t) => {
  const proxy = await startProxy(t);
  const headers = { 'x-one': '1', 'transfer-encoding': 'chunked' };
  const options = { body: 'FriendlyName=é', headers };
  const { status, body } = await requestPlainly(proxy.url, 'http://api.twilio.com/a?b=c', options);
  const seen = JSON.parse(body);
  assert.equal(status, 200);
  assert.deepEqual([seen.method, seen.url, seen.body], ['POST', '/a?b=c', 'FriendlyName=é']);
  assert.equal(seen.headers.host, 'api.twilio.com');
  assert.equal(seen.headers['x-one'], '1');
  assert.equal(seen.headers['proxy-authorization'], undefined);
});

test('a plain http request to another host of Twilio is refused, one to any other host passes', async (t) => {
  const proxy = await startProxy(t);
  const refused = await requestPlainly(proxy.url, 'http://verify.twilio.com/v2');
  assert.equal(refused.status, 502);
  assert.match(JSON.parse(refused.body).message, /not verify\.twilio\.com/);
  const other = await startEchoServer(t);
  const passed = await requestPlainly(proxy.url, `${other}/x`);
  assert.equal(JSON.parse(passed.body).headers.host, new URL(other).host);
});

test('plain http through a tunnel to port 80 reaches the server too', async (t) => {
  const proxy = await startProxy(t);
  const { socket } = await openTunnel(t, proxy.url, 'api.twilio.com:80');
  socket.write(GET('api.twilio.com'));
  assert.match(await text(socket), /^HTTP\/1\.1 200 OK.*"host":"api\.twilio\.com"/s);
});

test('a request for the proxy itself is told what it is', async (t) => {
  const proxy = await startProxy(t);
  const [response] = await once(get(proxy.url), 'response');
  assert.equal(response.statusCode, 502);
  assert.match(await text(response), /This is the exec proxy\. The server is at http:/);
});

test('another proxy that the environment named is the way to other hosts, and to them only', async (t) => {
  const asked: string[] = [];
  const elsewhere = await startEchoServer(t);
  const upstreamServer = createServer((incoming, response) => {
    asked.push(`${incoming.method} ${incoming.url} ${incoming.headers['proxy-authorization']}`);
    response.end('from upstream');
  });
  upstreamServer.on('connect', (incoming, socket) => {
    asked.push(`CONNECT ${incoming.url} ${incoming.headers['proxy-authorization']}`);
    const other = connect(Number(new URL(elsewhere).port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(other).pipe(socket);
    });
    t.after(() => other.destroy());
  });
  const port = await listen(t, upstreamServer);
  const proxy = await startProxy(t, { upstream: new URL(`http://user:p%40ss@127.0.0.1:${port}`) });

  const credentials = `Basic ${Buffer.from('user:p@ss').toString('base64')}`;
  const plain = await requestPlainly(proxy.url, 'http://example.com/x');
  assert.equal(plain.body, 'from upstream');
  const { socket } = await openTunnel(t, proxy.url, 'example.com:8443');
  socket.write(GET('example.com'));
  assert.match(await text(socket), /"host":"example\.com"/);
  await exchange(await openTls(t, proxy, 'api.twilio.com'), GET('api.twilio.com'));
  assert.deepEqual(asked, [
    `GET http://example.com/x ${credentials}`,
    `CONNECT example.com:8443 ${credentials}`,
  ]);
});

test('another proxy whose credentials are no escapes is asked with them as they are', async (t) => {
  let asked = '';
  const upstream = createServer((incoming, response) => {
    asked = String(incoming.headers['proxy-authorization']);
    response.end();
  });
  const port = await listen(t, upstream);
  const proxy = await startProxy(t, { upstream: new URL(`http://us%er:p%40ss@127.0.0.1:${port}`) });
  await requestPlainly(proxy.url, 'http://example.com/x');
  assert.equal(asked, `Basic ${Buffer.from('us%er:p@ss').toString('base64')}`);
});

test('a client that refuses the certificate is reported once', async (t) => {
  if (!(await hasProgram('curl'))) return t.skip('this machine has no curl');
  const proxy = await startProxy(t);
  const trustOfAnother = join(temporaryFolder(t), 'other.pem');
  writeFileSync(trustOfAnother, makeSelfSigned('localhost').cert);
  const parameters = ['-sS', '--proxy', proxy.url, '--cacert', trustOfAnother];
  for (const _attempt of [1, 2]) {
    const { code } = await run('curl', [...parameters, 'https://api.twilio.com/']);
    assert.equal(code, 60);
  }
  proxy.settle();
  assert.equal(proxy.notices.length, 1);
  assert.match(proxy.notices.join(), /rejected exec's certificate for api\.twilio\.com/);
});

test('a client that breaks off in the middle harms nobody else', async (t) => {
  const proxy = await startProxy(t);
  const tunnel = await openTunnel(t, proxy.url, 'api.twilio.com:443');
  tunnel.socket.resetAndDestroy();
  const inside = await openTls(t, proxy, 'api.twilio.com');
  inside.write('POST /a HTTP/1.1\r\nHost: api.twilio.com\r\nContent-Length: 100\r\n\r\nhalf');
  inside.destroy();
  const answer = await exchange(await openTls(t, proxy, 'api.twilio.com'), GET('api.twilio.com'));
  assert.match(answer, /^HTTP\/1\.1 200 /);
});

test('a long answer arrives whole, although the server ends the connection behind it', async (t) => {
  const long = 'x'.repeat(8 * 1024 * 1024);
  const server = createServer((_request, response) => response.end(long));
  const proxy = await startProxy(t, { serverUrl: `http://127.0.0.1:${await listen(t, server)}` });
  const inside = await openTls(t, proxy, 'api.twilio.com');
  assert.ok((await exchange(inside, GET('api.twilio.com'))).endsWith(long));
});

test('closing the proxy ends the connections that are open', async (t) => {
  const proxy = await startProxy(t);
  const inside = await openTls(t, proxy, 'api.twilio.com');
  const ended = once(inside, 'close');
  await proxy.close();
  await ended;
});
