/** Any text that is taken comes back code point for code point, through each of the representations. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { XMLParser } from 'fast-xml-parser';
import { objectOf } from '../api/narrow.ts';
import { parseCsv } from '../api/parse-csv.ts';
import { connectAppPath } from '../api/paths.ts';
import { DATABASES } from '../support/databases.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { linesUpTo, textUpTo } from './text.ts';

const xml = new XMLParser({
  parseTagValue: false,
  trimValues: false,
  ignoreDeclaration: true,
  htmlEntities: true,
});

for (const engine of DATABASES) {
  describe(`texts on ${engine}`, () => {
    let server: TestServer;

    before(async () => {
      server = await startServer({ engine });
    });
    after(() => server.close());

    it('come back as they were sent', async () => {
      const auth = server.developer;
      const pathWith = (extension: string) =>
        connectAppPath(auth.accountSid, server.connectAppSid, extension);

      const check = fc.asyncProperty(textUpTo(64), linesUpTo(300), async (name, description) => {
        const form = { FriendlyName: name, Description: description };
        const posted = await server.request('POST', pathWith('.json'), { auth, form });
        assert.equal(posted.status, 200, posted.text);
        const [json, xmlReply, csv] = await Promise.all(
          ['.json', '.xml', '.csv'].map((extension) =>
            server.request('GET', pathWith(extension), { auth }),
          ),
        );
        const app = objectOf(json?.json);
        assert.deepEqual([app.friendly_name, app.description], [name, description]);

        const root = objectOf(objectOf(xml.parse(xmlReply?.text ?? '')).TwilioResponse);
        const element = objectOf(root.ConnectApp);
        assert.deepEqual([element.FriendlyName, element.Description], [name, description]);

        const [, row = []] = parseCsv(csv?.text ?? '');
        assert.deepEqual(
          [plainCell(row[6]), plainCell(row[5])],
          [name, description].map(plainCell),
        );
      });
      await fc.assert(check, { numRuns: 300, endOnFailure: true });
    });
  });
}

/** A cell without the apostrophe that keeps a spreadsheet from running it. */
function plainCell(cell = ''): string {
  return cell.replace(/^'/, '');
}
