/** What is kept of many requests between two writes: caps, what is counted beyond, and who cannot hide whom. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRequestBuffer, type RequestKind } from '../../src/requests/buffer.ts';

const details = () => ({
  sid: 'RQ',
  createdAt: 1,
  pathAccountSid: 'AC',
  code: null,
  problem: null,
  durationUs: 1,
  network: '127.0.0.0/24',
  userAgent: null,
  resourceSid: null,
});
const kind = (more: Partial<RequestKind>): RequestKind => ({
  accountSid: 'AC1',
  caller: 'account',
  method: 'GET',
  route: '/a',
  status: 200,
  reason: null,
  ...more,
});

function pushed(...kinds: readonly (readonly [count: number, kind: RequestKind])[]) {
  const buffer = createRequestBuffer();
  for (const [count, one] of kinds) {
    for (let index = 0; index < count; index += 1) buffer.push(one, 61_000, details);
  }
  const batch = buffer.take();
  assert.ok(batch);
  return { buffer, ...batch };
}

describe('the buffer of requests', () => {
  it('keeps the first of a kind, and counts the others in the last of them', () => {
    const { requests, counters } = pushed([1204 + 10, kind({})]);
    assert.equal(requests.length, 10);
    assert.deepEqual(
      requests.map(({ more }) => more),
      [...Array(9).fill(0), 1204],
    );
    const [counter] = counters;
    assert.equal(counter?.answered, 1214);
    assert.equal(counter?.beginsAt, 60_000);
  });

  it('never lets answered requests hide refused ones', () => {
    const kinds = Array.from({ length: 60 }, (_, index) => [20, kind({ route: `/${index}` })]);
    const { requests } = pushed(
      ...kinds.map(([count, one]) => [Number(count), one as RequestKind] as const),
      [1, kind({ status: 403, reason: 'authorization_ended' })],
    );
    assert.equal(requests.length, 50);
    assert.equal(requests[0]?.status, 403);
    // Of each kind one, before a second of any.
    assert.equal(new Set(requests.map(({ route }) => route)).size, 50);
  });

  it('gives requests without right credentials few rows, whatever they are', () => {
    const nobody = { caller: 'nobody', isClaimed: true, status: 401 };
    const { requests } = pushed(
      ...Array.from(
        { length: 60 },
        (_, index) => [9, kind({ ...nobody, route: `/${index}` })] as const,
      ),
      [1, kind({})],
    );
    assert.equal(requests.filter(({ caller }) => caller === 'nobody').length, 5);
    assert.equal(requests.filter(({ caller }) => caller === 'account').length, 1);
  });

  it('is bounded, however many accounts are named', () => {
    const claims = Array.from(
      { length: 20_000 },
      (_, index) =>
        [
          1,
          kind({ accountSid: `AC${index}`, isClaimed: true, caller: 'nobody', status: 401 }),
        ] as const,
    );
    const claimed = pushed(...claims);
    assert.ok(claimed.requests.length <= 50);
    assert.ok(claimed.counters.length <= 50);

    const many = Array.from(
      { length: 30_000 },
      (_, index) => [1, kind({ accountSid: `AC${index}` })] as const,
    );
    const { requests, counters, lost, buffer } = pushed(...many);
    assert.equal(requests.length, 100);
    assert.equal(counters.length, Math.ceil(20_000 / 30));
    assert.equal(lost, 10_000);
    // What waits is written later, and nothing twice.
    const accounts = new Set(counters.map(({ accountSid }) => accountSid));
    for (let batch = buffer.take(); batch !== undefined; batch = buffer.take()) {
      assert.equal(batch.requests.length, 0);
      for (const { accountSid, answered } of batch.counters) {
        assert.equal(answered, 1);
        assert.ok(!accounts.has(accountSid));
        accounts.add(accountSid);
      }
    }
    assert.equal(accounts.size, 20_000);
  });

  it('has nothing to write when nothing came', () => {
    assert.equal(createRequestBuffer().take(), undefined);
  });
});
