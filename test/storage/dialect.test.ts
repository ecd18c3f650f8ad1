/** The SQL stays inside what the databases that speak PostgreSQL's language share. */

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

const SOURCE = join(import.meta.dirname, '../../src');
const FORBIDDEN =
  /\b(serial|bigserial|nextval|listen\s+\w+;|notify\s+\w|pg_advisory\w*|truncate\s+table|savepoint|create\s+trigger|plpgsql|jsonb)\b|\boffset\s*\(|\bcount\(\*\)|\.offset\(|countAll\(/i;

/** The tables whose rows are found by something else than an account, and by what. */
const GLOBAL_KEYS: Record<string, string> = {
  accounts: 'sid',
  users: 'sid',
  sessions: 'digest',
};

/** What looks for rows of many accounts, on purpose. */
const ACROSS_ACCOUNTS = [
  // By an id that alone is known: of an app on a consent link, a callback, a subaccount of a request.
  'findOwner',
  'findCallbackOwner',
  'selectGrant',
  // By time: what is due, what is old.
  'findDueCallbacks',
  'purgeAuthorizations',
  'purgeCallbacks',
];

const files = globSync('**/*.ts', { cwd: SOURCE }).map((path) => ({
  path,
  text: readFileSync(join(SOURCE, path), 'utf8'),
}));

describe('the dialect', () => {
  it('has no sequences, no LISTEN, no advisory locks, no OFFSET, no COUNT(*), no triggers', () => {
    const inSql = files.filter(({ path }) => /(store|storage\/.*)\.ts$/.test(path));
    assert.ok(inSql.length > 8);
    for (const { path, text } of inSql) {
      const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
      assert.doesNotMatch(code, FORBIDDEN, path);
    }
  });

  it('begins every key of a table with the account, but for those that are named here', () => {
    const migrations = files.filter(({ path }) => path.startsWith('storage/migrations/'));
    const statements = migrations.flatMap(({ text }) => text.split('await db.schema'));
    for (const statement of statements) {
      const [, table] = /\.createTable\('(\w+)'\)/.exec(statement) ?? [];
      if (table === undefined) continue;
      const [, key] = /addPrimaryKeyConstraint\('\w+', \['(\w+)'/.exec(statement) ?? [];
      const [, single] = /addColumn\('(\w+)'[^\n]*primaryKey\(\)/.exec(statement) ?? [];
      assert.equal(key ?? single, GLOBAL_KEYS[table] ?? 'account_sid', table);
    }
  });

  it('names the account in every query of its rows, but for those that are named here', () => {
    const ofAccount =
      /^(selectFrom|updateTable|deleteFrom)\('(connect_apps|authorizations|callbacks|callback_attempts)\b/;
    const without = new Set<string>();
    for (const { path, text } of files.filter((one) => one.path.endsWith('store.ts'))) {
      for (const block of text.split(/\n(?=(?:export )?(?:const|(?:async )?function) )/)) {
        const [, name = path] = /(?:const|function) (\w+)/.exec(block) ?? [];
        for (const statement of block.split(/(?=selectFrom\(|updateTable\(|deleteFrom\()/)) {
          const isAcross = !/\.where\('([a-z]+\.)?account_sid', '='/.test(statement);
          if (ofAccount.test(statement) && isAcross) without.add(name);
        }
      }
    }
    assert.deepEqual([...without].sort(), ACROSS_ACCOUNTS.toSorted());
  });
});
