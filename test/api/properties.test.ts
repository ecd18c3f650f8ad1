/** The tables of properties, and what cannot be derived from them. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ACCOUNT_PROPERTIES,
  ACCOUNT_PROPERTY_NAMES,
  type AccountForm,
  type AccountPropertyName,
  parseAccountProperties,
  propertiesOf,
} from '../../src/accounts/account.ts';
import {
  accountFilters,
  accountFormat,
  createAccountForm,
  updateAccountForm,
} from '../../src/accounts/format.ts';
import { createAccount, getAccount, updateAccount } from '../../src/accounts/operations.ts';
import {
  type ConnectAppProperties,
  PROPERTIES,
  PROPERTY_NAMES,
  parseConnectAppChanges,
} from '../../src/connect-apps/connect-app.ts';
import { connectAppFormat } from '../../src/connect-apps/format.ts';
import { getConnectApp } from '../../src/connect-apps/operations.ts';
import { openContext } from '../support/context.ts';
import { DATABASES } from '../support/databases.ts';

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

describe('the table of properties of a Connect App', () => {
  it('names parameter, column and property alike', () => {
    for (const name of PROPERTY_NAMES) {
      const { parameter, column } = PROPERTIES[name];
      assert.equal(column, snakeCase(name));
      assert.equal(`_${column}`, snakeCase(parameter));
    }
  });

  it('has every member of the JSON in XML, too', () => {
    const { schema, xmlOrder } = connectAppFormat;
    assert.deepEqual(xmlOrder.toSorted(), Object.keys(schema.properties));
  });

  for (const engine of DATABASES) {
    it(`is kept whole by ${engine}`, async (context) => {
      const world = await openContext(engine);
      context.after(() => world.close());
      const sample = (name: keyof ConnectAppProperties): string => {
        const { values } = PROPERTIES[name].rule;
        if (values.type !== 'string') return values.choices[0] ?? '';
        return values.format === 'uri' ? `https://example.com/${name}` : `A ${name}`;
      };
      const properties = parseConnectAppChanges(
        Object.fromEntries(
          PROPERTY_NAMES.map((name) => [PROPERTIES[name].parameter, sample(name)]),
        ),
      );
      assert.deepEqual(Object.keys(properties), PROPERTY_NAMES);
      const { accountSid } = await world.createAccount();
      const sid = await world.createApp(accountSid, properties);
      const { createdAt, ...app } = await getConnectApp(world.context, accountSid, sid);
      assert.ok(createdAt > 0);
      assert.deepEqual(app, { ...properties, sid, accountSid });
    });
  }
});

describe('the table of properties of an account', () => {
  it('names parameter, column and property alike', () => {
    for (const name of ACCOUNT_PROPERTY_NAMES) {
      const { parameter, column } = ACCOUNT_PROPERTIES[name];
      assert.equal(column, snakeCase(name));
      assert.equal(`_${column}`, snakeCase(parameter));
    }
  });

  it('has every member of the JSON in XML, too', () => {
    const { schema, xmlOrder } = accountFormat;
    assert.deepEqual(xmlOrder.toSorted(), Object.keys(schema.properties));
  });

  it('is what forms and filters have, and nothing else', () => {
    const parametersOf = (form: AccountForm) =>
      propertiesOf(form).map((name) => ACCOUNT_PROPERTIES[name].parameter);
    assert.deepEqual(Object.keys(createAccountForm.properties), parametersOf('create'));
    assert.deepEqual(Object.keys(updateAccountForm.properties), parametersOf('update'));
    assert.deepEqual(Object.keys(accountFilters), parametersOf('filter'));
  });

  for (const engine of DATABASES) {
    it(`is kept whole by ${engine}`, async (context) => {
      const world = await openContext(engine);
      context.after(() => world.close());
      const last = (name: AccountPropertyName): string => {
        const { values } = ACCOUNT_PROPERTIES[name].rule;
        return values.type === 'string' ? `A ${name}` : (values.choices.at(-1) ?? '');
      };
      const all = Object.fromEntries(
        ACCOUNT_PROPERTY_NAMES.map((name) => [ACCOUNT_PROPERTIES[name].parameter, last(name)]),
      );
      const { sid } = await createAccount(world.context, parseAccountProperties('flag', all));
      await updateAccount(world.context, sid, all);
      const account = await getAccount(world.context, sid);
      for (const name of ACCOUNT_PROPERTY_NAMES) assert.equal(account[name], last(name), name);
    });
  }
});
