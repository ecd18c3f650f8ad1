/** The running server as Schemathesis sees it, by Twilio's own OpenAPI document: every resource, with wild requests. */

import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  askWithSchemathesis,
  createScratch,
  findObstacle,
  SCHEMATHESIS,
  startFullServer,
} from './tools.ts';
import { DOCUMENT, fitTwilioDocument } from './twilio.ts';

// What Twilio's document describes is what succeeds; its errors it leaves out.
const CHECKS = 'not_a_server_error,response_schema_conformance,content_type_conformance';
// It would end what all the others need.
const DESTRUCTIVE = '^(Delete|UpdateAccount$)';

describe("a server that Schemathesis asks by Twilio's document", {
  skip: findObstacle(SCHEMATHESIS, DOCUMENT),
}, () => {
  it('never fails, and answers as Twilio describes it', async (context) => {
    const server = await startFullServer('sqlite');
    context.after(() => server.close());
    const scratch = await createScratch();
    context.after(() => rm(scratch, { recursive: true, force: true }));
    const { document } = await fitTwilioDocument(server);
    const file = join(scratch, 'twilio.json');
    await writeFile(file, JSON.stringify(document));
    const { code, output } = await askWithSchemathesis(server, scratch, file, [
      ...['--phases', 'fuzzing'],
      ...['--checks', CHECKS],
      ...['--exclude-operation-id-regex', DESTRUCTIVE],
    ]);
    assert.equal(code, 0, output);
    assert.match(output, /Tested: 163\n/);
  });
});
