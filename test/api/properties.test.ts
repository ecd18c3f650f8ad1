/** The table of properties, and what cannot be derived from it. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
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
