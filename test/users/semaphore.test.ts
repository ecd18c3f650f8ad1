import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Problem } from '../../src/problem.ts';
import { type Asker, createSemaphore } from '../../src/users/semaphore.ts';

const stranger = (name: string): Asker => ({ name, isKnown: false });
const friend = (name: string): Asker => ({ name, isKnown: true });

function isOverloaded(error: unknown): boolean {
  return error instanceof Problem && error.problem === 'overloaded';
}

/** A semaphore whose first turn is taken: work that is asked for runs, in turn, once it is given back. */
async function record(waiting: number, askers: readonly Asker[]) {
  const semaphore = createSemaphore({ atOnce: 1, waiting });
  const { promise, resolve } = Promise.withResolvers<void>();
  const first = semaphore.take(() => promise, stranger('first'));
  const order: string[] = [];
  const results = askers.map((asker) =>
    semaphore.take(async () => {
      order.push(asker.name);
      await new Promise(setImmediate);
    }, asker),
  );
  const settled = Promise.allSettled(results);
  resolve();
  await first;
  const refused = (await settled).flatMap(({ status }, index) =>
    status === 'rejected' ? [index] : [],
  );
  return { order, refused };
}

describe('the semaphore', () => {
  it('let so much work run at once, in the order in which it came', async () => {
    const semaphore = createSemaphore({ atOnce: 2, waiting: 10 });
    const begun: number[] = [];
    let running = 0;
    let mostAtOnce = 0;
    const work = (id: number) => async () => {
      begun.push(id);
      running += 1;
      mostAtOnce = Math.max(mostAtOnce, running);
      await new Promise(setImmediate);
      running -= 1;
      return id;
    };
    const asker = stranger('one');
    const results = await Promise.all(
      [0, 1, 2, 3, 4, 5].map((id) => semaphore.take(work(id), asker)),
    );
    assert.deepEqual(results, [0, 1, 2, 3, 4, 5]);
    assert.deepEqual(begun, [0, 1, 2, 3, 4, 5]);
    assert.equal(mostAtOnce, 2);
  });

  it('refuse as overloaded what is too much to wait, and go on after a failure', async () => {
    const semaphore = createSemaphore({ atOnce: 1, waiting: 1 });
    const asker = stranger('one');
    const { promise, reject } = Promise.withResolvers<never>();
    const failing = semaphore.take(() => promise, asker);
    const waiting = semaphore.take(async () => 'done', asker);
    await assert.rejects(
      semaphore.take(async () => 'never', asker),
      isOverloaded,
    );
    reject(new Error('failed'));
    await assert.rejects(failing, /failed/);
    assert.equal(await waiting, 'done');
    assert.equal(await semaphore.take(async () => 'again', asker), 'again');
  });

  it('go round between those who ask, however often each does', async () => {
    const { order } = await record(10, ['a', 'a', 'a', 'a', 'b', 'c'].map(stranger));
    assert.deepEqual(order, ['a', 'b', 'c', 'a', 'a', 'a']);
  });

  it('take a place of the greediest for somebody who has none', async () => {
    const askers = ['a', 'a', 'a', 'b', 'c'].map(stranger);
    const { order, refused } = await record(4, askers);
    assert.deepEqual(refused, [2], 'the last that the greediest sent');
    assert.deepEqual(order, ['a', 'b', 'c', 'a']);
  });

  it('give every second turn to those who are known, and keep places for them', async () => {
    const askers = [...['a', 'b', 'c', 'd', 'e'].map(stranger), friend('known'), friend('known')];
    const { order, refused } = await record(4, askers);
    assert.deepEqual(refused, [4]);
    assert.deepEqual(order, ['known', 'a', 'known', 'b', 'c', 'd']);
  });

  it('are not wasted on those who have gone, nor places to wait', async () => {
    let isGone = false;
    const semaphore = createSemaphore({ atOnce: 1, waiting: 2 });
    const { promise, resolve } = Promise.withResolvers<void>();
    const first = semaphore.take(() => promise, stranger('first'));
    let wasDone = false;
    const leave = (name: string) =>
      assert.rejects(
        semaphore.take(
          async () => {
            wasDone = true;
          },
          { ...stranger(name), isGone: () => isGone },
        ),
        isOverloaded,
      );
    const leaving = [leave('one'), leave('other')];
    isGone = true;
    const last = semaphore.take(async () => 'done', stranger('last'));
    leaving.push(leave('third'));
    resolve();
    await first;
    await Promise.all(leaving);
    assert.equal(await last, 'done');
    assert.equal(wasDone, false);
  });
});
