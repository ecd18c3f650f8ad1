/** The running server as Prism sees it, between a client and the server, by Twilio's own OpenAPI document. */

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { DESCRIPTION } from '../../src/stand-ins/description.ts';
import { arrayOf, objectOf } from '../api/narrow.ts';
import { ended } from '../support/cli.ts';
import { freePort } from '../support/free-port.ts';
import { send, type TestServer } from '../support/server.ts';
import { createScratch, FOLDER, findObstacle, startFullServer } from './tools.ts';
import { DOCUMENT, type Fitted, fitTwilioDocument, type Operation } from './twilio.ts';

const PRISM = 'node_modules/@stoplight/prism-cli/dist/index.js';

describe('a server behind Prism', { skip: findObstacle(PRISM, DOCUMENT) }, () => {
  let server: TestServer;
  let prism: ChildProcess;
  let scratch: string;
  let fitted: Fitted;
  let origin: string;
  before(async () => {
    server = await startFullServer('sqlite');
    scratch = await createScratch();
    fitted = await fitTwilioDocument(server);
    const file = join(scratch, 'twilio.json');
    await writeFile(file, JSON.stringify(fitted.document));
    const port = await freePort();
    origin = `http://127.0.0.1:${port}`;
    const words = ['proxy', '--port', String(port), file, server.url];
    prism = spawn(process.execPath, [join(FOLDER, PRISM), ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    await listening(prism);
  });
  after(async () => {
    prism?.kill();
    if (prism) await ended(prism);
    await server?.close();
    await rm(scratch, { recursive: true, force: true });
  });

  it('answers every request as Twilio describes it', async () => {
    const faults: string[] = [];
    for (const operation of inOrder(fitted.operations)) {
      const { method, path, form, template } = operation;
      const reply = await send(origin, method.toUpperCase(), path, {
        auth: server.developer,
        ...(method === 'post' && { form }),
      });
      const violations = arrayOf(JSON.parse(reply.headers['sl-violations'] ?? '[]'))
        .map(objectOf)
        .filter(({ location }) => arrayOf(location)[0] === 'response');
      if (reply.status >= 300 || violations.length > 0) {
        faults.push(
          `${method} ${template}: ${reply.status} ${JSON.stringify(violations)} ${reply.text.slice(0, 300)}`,
        );
      }
    }
    assert.deepEqual(faults, []);
  });

  it('is asked for every resource that it stands in for', () => {
    const asked = new Set(fitted.operations.map(({ template }) => template));
    const path = (place: string) => `/2010-04-01/Accounts/{AccountSid}${place}.json`;
    const missing = DESCRIPTION.places.filter((place) => !asked.has(path(place.path)));
    assert.deepEqual(missing, []);
  });
});

/** What reads first, what ends something last, and that from the inside out. */
function inOrder(operations: readonly Operation[]): Operation[] {
  const of = (wanted: string) => operations.filter(({ method }) => method === wanted);
  return [...of('get'), ...of('post'), ...of('delete').toReversed()];
}

/** Waits until Prism says that it listens. */
async function listening(child: ChildProcess): Promise<void> {
  let said = '';
  await new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes('Prism is listening')) resolve();
      });
    }
    child.once('exit', () => reject(new Error(said)));
  });
}
