/**
 * While apps come and go between two pages, a client that walks a list sees each app that was there
 * from its first to its last page exactly once, in order, and no app twice.
 */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { readPage } from '../api/page.ts';
import { connectAppPath, connectAppsPath } from '../api/paths.ts';
import { DATABASES } from '../support/databases.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** What happens between two pages: so many apps are added, and those at these places deleted. */
const interlude = fc.record({
  added: fc.nat({ max: 3 }),
  deleted: fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), {
    maxLength: 2,
  }),
});

for (const engine of DATABASES) {
  describe(`walking a list that changes on ${engine}`, () => {
    let server: TestServer;

    before(async () => {
      server = await startServer({ engine, settings: { ALLOW_CONNECT_APP_DELETE: 'true' } });
    });
    after(() => server.close());

    it('shows what stayed once and in order, and nothing twice', async () => {
      const check = fc.asyncProperty(
        fc.nat({ max: 12 }),
        fc.integer({ min: 1, max: 5 }),
        fc.array(interlude, { maxLength: 8 }),
        async (initial, pageSize, interludes) => {
          const auth = await server.createAccount({});
          const atFirst = await server.createApps(auth.accountSid, initial);
          const alive = new Set(atFirst);
          const seen: string[] = [];
          let turns = 0;
          let next: string | null = `${connectAppsPath(auth.accountSid)}?PageSize=${pageSize}`;
          while (next !== null) {
            const page = readPage(await server.request('GET', next, { auth }), 'connect_apps');
            assert.ok(page.sids.length <= pageSize);
            seen.push(...page.sids);
            next = page.next;
            const { added = 0, deleted = [] } = interludes[turns++] ?? {};
            for (const sid of await server.createApps(auth.accountSid, added)) alive.add(sid);
            for (const place of deleted) {
              const sid = [...alive][Math.floor(place * alive.size)];
              if (sid === undefined) continue;
              alive.delete(sid);
              const path = connectAppPath(auth.accountSid, sid);
              assert.equal((await server.request('DELETE', path, { auth })).status, 204);
            }
          }
          assert.equal(new Set(seen).size, seen.length, 'nothing twice');
          const stayed = atFirst.filter((sid) => alive.has(sid)).toReversed();
          assert.deepEqual(
            seen.filter((sid) => stayed.includes(sid)),
            stayed,
          );
        },
      );
      await fc.assert(check, { numRuns: 60, endOnFailure: true });
    });

    it('shows the same on the way back as on the way there', async () => {
      const auth = await server.createAccount({});
      await server.createApps(auth.accountSid, 23);
      const check = fc.asyncProperty(fc.integer({ min: 1, max: 30 }), async (pageSize) => {
        const there: string[][] = [];
        const back: string[][] = [];
        let link: string | null = `${connectAppsPath(auth.accountSid)}?PageSize=${pageSize}`;
        let last = link;
        while (link !== null) {
          last = link;
          const page = readPage(await server.request('GET', link, { auth }), 'connect_apps');
          there.push(page.sids);
          link = page.next;
        }
        link = last;
        while (link !== null) {
          const page = readPage(await server.request('GET', link, { auth }), 'connect_apps');
          back.unshift(page.sids);
          link = page.previous;
        }
        assert.deepEqual(back, there);
      });
      await fc.assert(check, { numRuns: 30, endOnFailure: true });
    });
  });
}
