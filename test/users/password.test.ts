import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PASSWORD_COST, TEST_PASSWORD_COST } from '../../src/password-cost.ts';
import { Problem } from '../../src/problem.ts';
import {
  checkNewPassword,
  hashPassword as hashAt,
  isNoPassword,
  noPassword,
  verifyPassword as verifyAt,
} from '../../src/users/password.ts';

const COST = TEST_PASSWORD_COST;
const ASKER = { name: 'test', isKnown: false };

const hashPassword = (password: string, cost = COST) => hashAt(password, cost);
const verifyPassword = (password: string, stored: string | undefined, cost = COST) =>
  verifyAt(password, stored, { cost, asker: ASKER });

function isProblem(name: string): (error: unknown) => boolean {
  return (error) => error instanceof Problem && error.problem === name;
}

describe('a stored password', () => {
  it('tells its parameters, and is another text each time', async () => {
    const [one, other] = await Promise.all([
      hashPassword('correct horse', PASSWORD_COST),
      hashPassword('correct horse', PASSWORD_COST),
    ]);
    assert.match(one, /^\$scrypt\$ln=15,r=8,p=3\$[\w+/]{22}\$[\w+/]{43}$/);
    assert.notEqual(one, other);
  });

  it('is matched by the same password only', async () => {
    const stored = await hashPassword('correct horse battery');
    assert.equal(await verifyPassword('correct horse battery', stored), true);
    assert.equal(await verifyPassword('correct horse batterY', stored), false);
    assert.equal(await verifyPassword('', stored), false);
  });

  it('is matched by the same text in another Unicode form', async () => {
    const stored = await hashPassword('pässwörd ﬁne 12');
    assert.equal(await verifyPassword('pa\u0308sswo\u0308rd fine 12', stored), true);
  });

  it('is read with the parameters that it was made with', async () => {
    // RFC 7914, section 12: the second vector, with N = 1024, r = 8, p = 16.
    const hash =
      '/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWIurzDZLiKjiG/xCSedmDDaxyevuUqD7m2DYMvfoswGQA';
    const stored = `$scrypt$ln=10,r=8,p=16$TmFDbA$${hash}`;
    assert.equal(await verifyPassword('password', stored), true);
    assert.equal(await verifyPassword('Password', stored), false);
  });

  it('that does not exist is matched by nothing, and costs the same work', async () => {
    const stored = await hashPassword('correct horse battery', PASSWORD_COST);
    const timeOf = async (password: string | undefined) => {
      const startedAt = performance.now();
      assert.equal(await verifyPassword('a wrong password', password, PASSWORD_COST), false);
      return performance.now() - startedAt;
    };
    const known: number[] = [];
    const unknown: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      known.push(await timeOf(stored));
      unknown.push(await timeOf(undefined));
    }
    const ratio = Math.min(...unknown) / Math.min(...known);
    assert.ok(ratio > 0.5 && ratio < 2, `an unknown user took ${ratio} of the time of a known one`);
  });
});

describe('no password', () => {
  it('is matched by none, and told from one, whatever it cost when it was stored', async () => {
    const stored = noPassword(COST);
    for (const password of ['', 'A'.repeat(22)]) {
      assert.equal(await verifyPassword(password, stored), false);
    }
    for (const cost of [COST, PASSWORD_COST]) assert.ok(isNoPassword(noPassword(cost)));
    assert.ok(!isNoPassword(await hashPassword('correct horse battery')));
  });
});

describe('a new password', () => {
  it('has at least 12 characters, counted as code points', () => {
    checkNewPassword('twelve chars');
    checkNewPassword('🔑'.repeat(12));
    assert.throws(() => checkNewPassword('eleven char'), isProblem('parameter_invalid'));
    assert.throws(() => checkNewPassword('🔑'.repeat(11)), isProblem('parameter_invalid'));
  });

  it('has at most 1024 bytes', () => {
    checkNewPassword('a'.repeat(1_024));
    assert.throws(() => checkNewPassword('a'.repeat(1_025)), isProblem('parameter_invalid'));
    assert.throws(() => checkNewPassword('ä'.repeat(513)), isProblem('parameter_invalid'));
  });

  it('is Unicode text, and is not repeated in the refusal', () => {
    const password = 'half a character \ud800';
    assert.throws(
      () => checkNewPassword(password),
      (error) => isProblem('parameter_invalid')(error) && !String(error).includes('half'),
    );
  });
});
