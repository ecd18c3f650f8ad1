/** The shapes of /openapi.json: each has one name, and no answer or form has one written in place. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { arrayOf, objectOf, present } from '../api/narrow.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { type Description, readDescription, resolve } from './description.ts';

const SHAPES = [
  'Account',
  'AccountList',
  'AccountStatus',
  'AccountSubresourceUris',
  'AccountType',
  'ApiKeyForm',
  'AuthorizedConnectApp',
  'AuthorizedConnectAppList',
  'ConnectApp',
  'ConnectAppList',
  'CreateAccountForm',
  'CsvTable',
  'Error',
  'Key',
  'KeyList',
  'NewKey',
  'NewSigningKey',
  'Permission',
  'SigningKey',
  'SigningKeyList',
  'UpdateAccountForm',
  'UpdateConnectAppForm',
  'XmlDocument',
  'XmlError',
];

/** Every value under one of these names, wherever it is. */
function valuesNamed(value: unknown, name: string): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => [
    ...(key === name ? [member] : []),
    ...valuesNamed(member, name),
  ]);
}

describe('the shapes of /openapi.json', () => {
  let server: TestServer;
  let description: Description;
  before(async () => {
    server = await startServer({
      engine: 'sqlite',
      settings: { ALLOW_CONNECT_APP_DELETE: 'true' },
    });
    description = await readDescription(server);
  });
  after(() => server.close());

  it('have these names', () => {
    assert.deepEqual(description.shapes, SHAPES);
  });

  it('stand under components alone: an answer or form only refers to one', () => {
    const { paths, components } = description.document;
    const contents = [
      ...valuesNamed(paths, 'content'),
      ...valuesNamed(objectOf(components).responses, 'content'),
    ];
    assert.ok(contents.length > 20);
    for (const content of contents) {
      for (const [type, media] of Object.entries(objectOf(content))) {
        assert.deepEqual(Object.keys(objectOf(objectOf(media).schema)), ['$ref'], type);
      }
    }
    const written = ['properties', 'items'].flatMap((name) => valuesNamed(paths, name));
    assert.deepEqual(written, []);
  });

  it('are flat: an object in an object, or a choice in a list, has a name of its own', () => {
    for (const [name, schema] of Object.entries(
      objectOf(objectOf(description.document.components).schemas),
    )) {
      for (const property of Object.values(objectOf(objectOf(schema).properties ?? {}))) {
        const { type, items } = objectOf(property);
        assert.notEqual(type, 'object', name);
        if (type === 'array') assert.deepEqual(Object.keys(objectOf(items)), ['$ref'], name);
      }
    }
  });

  it('are all referred to, and every reference leads somewhere', () => {
    const references = valuesNamed(description.document, '$ref');
    const used = new Set(references);
    for (const name of description.shapes)
      assert.ok(used.has(`#/components/schemas/${name}`), name);
    for (const $ref of used) resolve(description.document, { $ref });
  });

  it('have examples that obey them', () => {
    const { schemas, responses } = objectOf(description.document.components);
    let count = 0;
    for (const [name, schema] of Object.entries(objectOf(schemas))) {
      const { example } = objectOf(schema);
      if (example === undefined) continue;
      description.checkShape(name, example);
      count += 1;
    }
    for (const examples of valuesNamed(responses, 'examples')) {
      for (const example of Object.values(objectOf(examples))) {
        description.checkShape('Error', objectOf(example).value);
        count += 1;
      }
    }
    assert.ok(count > 20);
  });

  it("has as the example of a Connect App what the demo data's answers", async () => {
    const { developer, connectAppSid } = server;
    const list = `/2010-04-01/Accounts/${developer.accountSid}/ConnectApps`;
    const example = (name: string) =>
      objectOf(resolve(description.document, { $ref: `#/components/schemas/${name}` }).example);
    const app = await server.request('GET', `${list}/${connectAppSid}.json`, {
      auth: developer,
    });
    assert.deepEqual(app.json, example('ConnectApp'));
    const all = await server.request('GET', `${list}.json`, { auth: developer });
    assert.deepEqual(all.json, example('ConnectAppList'));
    const account = `/2010-04-01/Accounts/${developer.accountSid}.json`;
    const fetched = objectOf((await server.request('GET', account, { auth: developer })).json);
    const { date_created, date_updated } = example('Account');
    assert.deepEqual({ ...fetched, date_created, date_updated }, example('Account'));
  });

  it('requires no parameter but those of the path', () => {
    for (const parameters of valuesNamed(description.document.paths, 'parameters')) {
      for (const parameter of arrayOf(parameters)) {
        const { name, in: place, required } = objectOf(parameter);
        assert.equal(required, place === 'path', String(name));
      }
    }
    const forms = description.operations.flatMap(({ form }) => form ?? []);
    assert.equal(new Set(forms).size, 4);
    for (const $ref of new Set(forms)) {
      assert.equal(resolve(description.document, { $ref }).required, undefined);
    }
  });

  it('say that a form repeats the name of an array', () => {
    const encodings = valuesNamed(description.document.paths, 'encoding');
    assert.equal(encodings.length, 6, 'in JSON, XML and CSV, as each type of form');
    for (const encoding of encodings) {
      assert.deepEqual(encoding, { Permissions: { style: 'form', explode: true } });
    }
  });

  it("names operations as Twilio's own description does", () => {
    const inJson = description.operations.filter(({ path }) => path.endsWith('.json'));
    assert.deepEqual(inJson.map(({ id }) => id).sort(), [
      'CreateAccount',
      'CreateNewKey',
      'CreateNewSigningKey',
      'DeleteConnectApp',
      'DeleteKey',
      'DeleteSigningKey',
      'FetchAccount',
      'FetchAuthorizedConnectApp',
      'FetchConnectApp',
      'FetchKey',
      'FetchSigningKey',
      'ListAccount',
      'ListAuthorizedConnectApp',
      'ListConnectApp',
      'ListKey',
      'ListSigningKey',
      'UpdateAccount',
      'UpdateConnectApp',
      'UpdateKey',
      'UpdateSigningKey',
    ]);
    const ids = description.operations.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    assert.ok(present(ids.find((id) => id === 'ListConnectAppAsCsv')));
  });
});
