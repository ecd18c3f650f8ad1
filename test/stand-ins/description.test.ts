/** The description is what Twilio's own OpenAPI document says: of the file that its command line carries. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { describe as describeTwilio } from '../../scripts/describe-twilio.ts';
import { DESCRIPTION } from '../../src/stand-ins/description.ts';

// test/clients/install.sh brings it, in CI too.
const DOCUMENT = join(
  import.meta.dirname,
  '../clients/cli/node_modules/@twilio/cli-core/src/services/twilio-api/twilio_api_v2010.json',
);

it("the description is that of Twilio's document: run scripts/describe-twilio.ts if it is not", {
  skip: existsSync(DOCUMENT) ? false : 'test/clients/install.sh has not installed the command line',
}, () => {
  assert.deepEqual(describeTwilio(JSON.parse(readFileSync(DOCUMENT, 'utf8'))), DESCRIPTION);
});
