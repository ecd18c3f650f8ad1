/** The commands and manifests of docs/kubernetes.md, with `helm template` in place of a cluster. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { SECRET_NAMES } from '../../../src/server/setting-files.ts';
import { blockOf } from '../../support/guide.ts';
import { decode, HELM_OBSTACLE, helm, type KubernetesObject, podsOf } from './helm.ts';

const PAGE = 'kubernetes.md';
const CHANGE = /^helm upgrade --install /;

describe('docs/kubernetes.md', { skip: HELM_OBSTACLE }, () => {
  for (const [name, keys] of [
    ['secret', ['SECRET_KEY']],
    ['secret-postgres', ['DATABASE_URL', 'SECRET_KEY']],
  ] as const) {
    it(`has a Secret with settings that the chart takes: ${name}`, () => {
      const [secret] = decode(blockOf(`yaml ${name}`, PAGE));
      assert.deepEqual([secret?.kind, secret?.metadata.name], ['Secret', 'connect-apps']);
      assert.deepEqual(
        Object.keys(secret?.stringData ?? {}),
        keys.map((key) => `CONNECT_APPS_${key}`),
      );
      assert.ok(keys.every((key) => SECRET_NAMES.includes(key)));
    });
  }

  it('installs one server with SQLite', async () => {
    const objects = await installed(blockOf('sh install', PAGE));
    assert.deepEqual(kindsOf(objects), ['PersistentVolumeClaim', 'Service', 'StatefulSet']);
    const [pod] = podsOf(objects);
    assert.match(pod?.spec.containers[0]?.image ?? '', /^registry\.example\.com\/connect-apps:\d/);
  });

  it('installs several servers with PostgreSQL', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'connect-apps-values-'));
    const values = join(folder, 'values.yaml');
    writeFileSync(values, blockOf('yaml values', PAGE));
    const command = blockOf('sh install-postgres', PAGE).replace('values.yaml', values);
    const objects = await installed(command);
    assert.deepEqual(kindsOf(objects), [
      'NetworkPolicy',
      'PodDisruptionBudget',
      'Service',
      'Service',
      'Deployment',
      'Ingress',
      'ServiceMonitor',
      'Job',
    ]);
    rmSync(folder, { recursive: true });
  });
});

/** What a command of the page would install. */
async function installed(command: string): Promise<KubernetesObject[]> {
  assert.match(command, CHANGE);
  // A shell reads the words, as it would those of a person.
  const words = execFileSync('bash', ['-c', `printf '%s\\n' ${command.replace(CHANGE, '')}`], {
    encoding: 'utf8',
  });
  return decode(await helm('template', ...words.trim().split('\n')));
}

function kindsOf(objects: readonly KubernetesObject[]): string[] {
  return objects.map(({ kind }) => kind);
}
