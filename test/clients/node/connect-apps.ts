/** ConnectApps: fetched, listed, changed and deleted. */

import assert from 'node:assert/strict';
import {
  app,
  apps,
  CONNECT_APP_SID,
  check,
  refused,
  sids,
  TEXT,
  TWILIO_ACCOUNT_SID,
} from './check.ts';

/** Fetching and listing, with the pages of lists. */
export async function listApps(): Promise<void> {
  const all = sids(await apps.list()) ?? [];

  await check('fetches an app', async () => {
    const { sid, accountSid, uri } = await app.fetch();
    assert.deepEqual([sid, accountSid], [CONNECT_APP_SID, TWILIO_ACCOUNT_SID]);
    assert.equal(uri, `/2010-04-01/Accounts/${accountSid}/ConnectApps/${sid}.json`);
  });

  await check('lists without a limit', () => {
    assert.equal(new Set(all).size, 7);
    assert.ok(all.includes(CONNECT_APP_SID));
  });

  await check('lists up to a limit', async () => {
    assert.deepEqual(sids(await apps.list({ limit: 2 })), all.slice(0, 2));
  });

  await check('lists up to a limit over 1000', async () => {
    assert.deepEqual(sids(await apps.list({ limit: 2000 })), all);
  });

  await check('lists with a page size', async () => {
    assert.deepEqual(sids(await apps.list({ pageSize: 3 })), all);
    assert.deepEqual(sids(await apps.list({ limit: 5, pageSize: 3 })), all.slice(0, 5));
  });

  await check('iterates lazily over three pages', async () => {
    const seen: string[] = [];
    await new Promise<void>((resolve, reject) => {
      apps.each({
        pageSize: 3,
        callback: ({ sid }) => seen.push(sid),
        done: (error?: Error) => (error ? reject(error) : resolve()),
      });
    });
    assert.deepEqual(seen, all);
  });

  await check('turns to the next page and back', async () => {
    const first = await apps.page({ pageSize: 3 });
    assert.equal(first.previousPageUrl, undefined);
    const second = await first.nextPage();
    assert.deepEqual(sids(second?.instances), all.slice(3, 6));
    const third = await second?.nextPage();
    assert.deepEqual(sids(third?.instances), all.slice(6));
    assert.equal(third?.nextPageUrl, undefined);
    const back = await second?.previousPage();
    assert.deepEqual(sids(back?.instances), all.slice(0, 3));
  });

  await check('opens a page by its link', async () => {
    const first = await apps.page({ pageSize: 3 });
    const second = await apps.getPage(first.nextPageUrl ?? '');
    assert.deepEqual(sids(second.instances), all.slice(3, 6));
  });
}

/** Each property, alone and all together. */
export async function updateApp(): Promise<void> {
  const changes = {
    AuthorizeRedirectUrl: { authorizeRedirectUrl: 'https://app.example.com/back?a=1&b=%20' },
    CompanyName: { companyName: 'Example & Sons' },
    DeauthorizeCallbackMethod: { deauthorizeCallbackMethod: 'POST' },
    DeauthorizeCallbackUrl: { deauthorizeCallbackUrl: 'https://app.example.com/bye' },
    Description: { description: 'What it does' },
    FriendlyName: { friendlyName: '🎉'.repeat(64) },
    HomepageUrl: { homepageUrl: 'https://app.example.com/' },
    Permissions: { permissions: ['get-all' as const] },
  };
  for (const [name, change] of Object.entries(changes)) {
    await check(`updates ${name}`, async () => {
      const updated = (await app.update(change)).toJSON();
      assert.deepEqual({ ...updated, ...change }, updated);
      assert.deepEqual((await app.fetch()).toJSON(), updated);
    });
  }

  await check('updates all properties at once', async () => {
    await app.update({ description: 'Another', permissions: ['post-all'] });
    const all = Object.assign({}, ...Object.values(changes));
    const updated = (await app.update(all)).toJSON();
    assert.deepEqual({ ...updated, ...all }, updated);
  });

  await check('puts permissions in their order', async () => {
    const ordered = ['get-all' as const, 'post-all' as const];
    for (const permissions of [ordered.toReversed(), ordered]) {
      assert.deepEqual((await app.update({ permissions })).permissions, ordered);
    }
  });

  await check('clears a text', async () => {
    const { description, companyName } = await app.update({ description: '' });
    assert.deepEqual([description, companyName], [null, 'Example & Sons']);
  });

  await check('clears a URL', async () => {
    assert.equal((await app.update({ homepageUrl: '' })).homepageUrl, null);
  });

  await check('keeps every character', async () => {
    assert.equal((await app.update({ description: TEXT })).description, TEXT);
    assert.equal((await app.fetch()).description, TEXT);
  });
}

/** The end of CONNECT_APP_SID. */
export async function deleteApp(): Promise<void> {
  await check('deletes an app', async () => {
    assert.equal(await app.remove(), true);
    await refused(404, 20404, 'was not found', () => app.fetch());
  });
}
