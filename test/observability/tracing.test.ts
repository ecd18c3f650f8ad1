/** Traces, as an SDK that is set up by the guide sends them to a real receiver of OTLP over HTTP. */

import assert from 'node:assert/strict';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { authorizeConnectApp, revokeAuthorization } from '../../src/authorizations/operations.ts';
import { present } from '../api/narrow.ts';
import { connectAppPath } from '../api/paths.ts';
import { openContext, type TestContext } from '../support/context.ts';
import { DATABASES } from '../support/databases.ts';
import { blockOf } from '../support/guide.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { type ServeProcess, startServe } from '../support/serve.ts';
import type { Credentials } from '../support/server.ts';
import { until } from '../support/until.ts';

const SERVER = 2;
const CLIENT = 3;
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const TRACEPARENT = `00-${TRACE}-b7ad6b7169203331-01`;

interface SentSpan {
  name: string;
  kind: number;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  status: { code?: number };
  attributes: { key: string; value: { stringValue?: string; intValue?: number } }[];
}

for (const engine of DATABASES) {
  describe(`the traces of a server on ${engine}`, () => {
    let world: TestContext;
    let folder: string;
    let collector: Receiver;
    let called: Receiver;
    let server: ServeProcess;
    let owner: Credentials;
    let path: string;
    before(async () => {
      world = await openContext(engine);
      owner = await world.createAccount();
      path = connectAppPath(owner.accountSid, await world.createApp(owner.accountSid, {}));
      collector = await startReceiver((_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
      called = await startReceiver();
      folder = await mkdtemp(join(tmpdir(), 'connect-apps-tracing-'));
      await symlink(join(import.meta.dirname, '../../node_modules'), join(folder, 'node_modules'));
      await writeFile(join(folder, 'tracing.mjs'), blockOf('js tracing.mjs', 'observability.md'));
      server = await start({ OTEL_BSP_SCHEDULE_DELAY: '100', TRUST_PROXY: '127.0.0.2' });
    });
    after(async () => {
      await server?.stop();
      await collector?.close();
      await called?.close();
      await world?.close();
      await rm(folder, { recursive: true, force: true });
    });

    const start = (settings: Record<string, string>) =>
      startServe(world.databaseUrl, {
        ...settingsOfGuide(folder),
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        ...settings,
      });

    function sentSpans(): SentSpan[] {
      return collector.received
        .filter(({ path }) => path === '/v1/traces')
        .flatMap(({ body }) => JSON.parse(body).resourceSpans)
        .flatMap(({ scopeSpans }) => scopeSpans)
        .flatMap(({ spans }) => spans);
    }
    const attributesOf = ({ attributes }: SentSpan) =>
      Object.fromEntries(
        attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue]),
      );
    /** The span that matches, and its children. */
    async function traceOf(matches: (span: SentSpan) => boolean) {
      let span: SentSpan | undefined;
      await until('the span has arrived', () => {
        span = sentSpans().find(matches);
        return span !== undefined;
      });
      assert.ok(span);
      const { spanId } = span;
      return { span, children: sentSpans().filter((one) => one.parentSpanId === spanId) };
    }

    it('have a span for a request, and in it one for what it reads', async () => {
      const reply = await server.request('GET', `${path}?Secret=1`, { auth: owner });
      const id = reply.headers['twilio-request-id'];
      const { span, children } = await traceOf(
        (one) => attributesOf(one)['connect_apps.request.id'] === id,
      );
      const route = '/2010-04-01/Accounts/:AccountSid/ConnectApps/:Sid';
      assert.equal(span.name, `GET ${route}`);
      assert.equal(span.kind, SERVER);
      assert.equal(span.parentSpanId ?? '', '');
      assert.deepEqual(attributesOf(span), {
        'http.request.method': 'GET',
        'http.route': route,
        'url.scheme': 'http',
        'connect_apps.request.id': id,
        'http.response.status_code': 200,
      });
      assert.deepEqual(
        children.map((one) => [one.name, one.kind, attributesOf(one)['db.system.name']]),
        [['look', CLIENT, engine === 'sqlite' ? 'sqlite' : 'postgresql']],
      );
      await until('its line has the ids', () => {
        const line = server
          .logs()
          .split('\n')
          .find((one) => one.includes(String(id)));
        if (line === undefined) return false;
        const { trace_id, span_id, trace_flags } = JSON.parse(line);
        assert.deepEqual([trace_id, span_id, trace_flags], [span.traceId, span.spanId, '01']);
        return true;
      });
      const sent = collector.received.map(({ body }) => body).join();
      for (const secret of ['Secret', owner.authToken, owner.accountSid]) {
        assert.ok(!sent.includes(secret), `${secret} was sent`);
      }
    });

    it('have what a request with a body writes in its span', async () => {
      const form = { Description: 'Written' };
      const reply = await server.request('POST', path, { auth: owner, form });
      assert.equal(reply.status, 200);
      const id = reply.headers['twilio-request-id'];
      const { children } = await traceOf(
        (one) => attributesOf(one)['connect_apps.request.id'] === id,
      );
      assert.deepEqual(children.map((one) => one.name).sort(), ['look', 'transaction']);
    });

    it('mark what failed, and not what was refused', async () => {
      const reply = await server.request('GET', path.replace('CN', 'CM'), { auth: owner });
      const id = reply.headers['twilio-request-id'];
      const { span } = await traceOf((one) => attributesOf(one)['connect_apps.request.id'] === id);
      assert.equal(attributesOf(span)['http.response.status_code'], reply.status);
      assert.equal(span.status.code ?? 0, 0);
    });

    it('continue the trace of a trusted proxy, and of nobody else', async () => {
      const headers = { traceparent: TRACEPARENT };
      const stranger = await server.request('GET', path, { auth: owner, headers });
      const { hostname, port } = new URL(server.url);
      const trusted = await fromAddress('127.0.0.2', { hostname, port, path, headers });
      const ids = await Promise.all(
        [stranger.headers['twilio-request-id'], trusted].map(async (id) => {
          const { span } = await traceOf(
            (one) => attributesOf(one)['connect_apps.request.id'] === id,
          );
          return span.traceId;
        }),
      );
      assert.notEqual(ids[0], TRACE);
      assert.equal(ids[1], TRACE);
    });

    it('are sent to the last span when the server stops, of workers, too', async () => {
      for (const workers of ['1', '2']) {
        const settings = { WORKERS: workers, OTEL_BSP_SCHEDULE_DELAY: '600000' };
        const other = await start(settings);
        const reply = await other.request('GET', path, { auth: owner });
        assert.equal(await other.stop(), 0);
        const id = reply.headers['twilio-request-id'];
        const ids = sentSpans().map((one) => attributesOf(one)['connect_apps.request.id']);
        assert.ok(ids.includes(id), `of ${workers} process(es)`);
      }
    });

    it('begin with a callback, which names its span to the receiver and nothing else', async () => {
      const connectAppSid = await world.createApp(owner.accountSid, {
        deauthorizeCallbackUrl: called.url,
      });
      const { accountSid } = await world.createAccount();
      await authorizeConnectApp(world.context, { accountSid, connectAppSid });
      await revokeAuthorization(world.context, { accountSid, connectAppSid });
      await until('it was called', () => called.received.length === 1);
      const { headers } = present(called.received[0]);
      const [, traceId, spanId] = /^00-(\w{32})-(\w{16})-01$/.exec(headers.traceparent ?? '') ?? [];
      assert.deepEqual([headers.tracestate, headers.baggage], [undefined, undefined]);
      const { span: root, children } = await traceOf(
        (one) => one.traceId === traceId && one.name === 'deliver callback',
      );
      assert.equal(root.parentSpanId ?? '', '');
      const sent = children.find((one) => one.spanId === spanId);
      assert.ok(sent);
      assert.equal(sent.kind, CLIENT);
      assert.deepEqual(attributesOf(sent), {
        'http.request.method': 'POST',
        'http.response.status_code': 204,
      });
      assert.ok(children.some((one) => one.name === 'transaction'));
      await until('its line has the id', () =>
        new RegExp(`"trace_id":"${traceId}".*"A callback was delivered"`).test(server.logs()),
      );
    });
  });
}

/** Resolves with the ID of a request that comes from another address of this machine. */
function fromAddress(
  localAddress: string,
  options: { hostname: string; port: string; path: string; headers: Record<string, string> },
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ ...options, localAddress, agent: false }, (response) => {
      response.resume();
      resolve(String(response.headers['twilio-request-id']));
    });
    request.on('error', reject).end();
  });
}

/** The variables that the guide exports. */
function settingsOfGuide(folder: string): Record<string, string> {
  const block = blockOf('sh tracing', 'observability.md').replaceAll('$PWD', folder);
  return Object.fromEntries(
    [...block.matchAll(/\b([A-Z_]+)=("[^"]*"|\S+)/g)].map(([, name = '', value = '']) => [
      name,
      value.replaceAll('"', ''),
    ]),
  );
}
