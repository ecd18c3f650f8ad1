/** The Helm chart: what it renders for every switch, and what it refuses. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { SETTING_NAMES } from '../../../src/server/config.ts';
import { SECRET_NAMES } from '../../../src/server/setting-files.ts';
import { CHART, decode, HELM_OBSTACLE, helm, podsOf, render, wordsOf } from './helm.ts';

const ROOT = join(import.meta.dirname, '../../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

const POSTGRES = { database: 'postgres', replicas: 3 };
/** Every switch of the chart, and the kinds that it renders, in helm's order. */
const SWITCHES: [what: string, values: object, kinds: string[]][] = [
  ['by default', {}, ['PersistentVolumeClaim', 'Service', 'StatefulSet']],
  ['with a claim of yours', { persistence: { existingClaim: 'mine' } }, ['Service', 'StatefulSet']],
  [
    'with a class of volumes',
    { persistence: { storageClass: 'fast', size: '20Gi' } },
    ['PersistentVolumeClaim', 'Service', 'StatefulSet'],
  ],
  ['with PostgreSQL', POSTGRES, ['PodDisruptionBudget', 'Service', 'Deployment', 'Job']],
  [
    'without a budget',
    { ...POSTGRES, podDisruptionBudget: { enabled: false } },
    ['Service', 'Deployment', 'Job'],
  ],
  [
    'with a budget in percent',
    { ...POSTGRES, podDisruptionBudget: { maxUnavailable: '50%' } },
    ['PodDisruptionBudget', 'Service', 'Deployment', 'Job'],
  ],
  [
    'with an autoscaler',
    { ...POSTGRES, autoscaling: { enabled: true } },
    ['PodDisruptionBudget', 'Service', 'Deployment', 'HorizontalPodAutoscaler', 'Job'],
  ],
  [
    'with an Ingress',
    {
      ingress: { enabled: true, className: 'nginx', tlsSecretName: 'tls', annotations: { a: 'b' } },
    },
    ['PersistentVolumeClaim', 'Service', 'StatefulSet', 'Ingress'],
  ],
  [
    'with a route of the Gateway API',
    { httpRoute: { enabled: true, parentRefs: [{ name: 'web' }], hostnames: ['a.example.com'] } },
    ['PersistentVolumeClaim', 'Service', 'StatefulSet', 'HTTPRoute'],
  ],
  [
    'with the port of gateways',
    { gateway: { enabled: true } },
    ['PersistentVolumeClaim', 'Service', 'Service', 'StatefulSet'],
  ],
  [
    'with metrics for the Prometheus Operator',
    { metrics: { enabled: true, serviceMonitor: { enabled: true, labels: { release: 'p' } } } },
    ['PersistentVolumeClaim', 'Service', 'Service', 'StatefulSet', 'ServiceMonitor'],
  ],
  [
    'with a network policy, and everything',
    {
      ...POSTGRES,
      networkPolicy: {
        enabled: true,
        clients: [{ podSelector: {} }],
        database: { port: 6432, peers: [{ podSelector: { matchLabels: { app: 'postgres' } } }] },
        egress: [{ to: [{ ipBlock: { cidr: '10.1.0.0/16' } }] }],
      },
      settings: { CALLBACK_ALLOWED_NETWORKS: '10.2.0.0/16, 10.3.0.1' },
      gateway: { enabled: true },
      metrics: { enabled: true },
      service: { type: 'LoadBalancer', annotations: { a: 'b' } },
      imagePullSecrets: [{ name: 'registry' }],
      podAnnotations: { a: 'b' },
      serviceAccountName: 'connect-apps',
      nodeSelector: { 'kubernetes.io/arch': 'amd64' },
      tolerations: [{ key: 'a', operator: 'Exists' }],
      affinity: { nodeAffinity: {} },
      extraVolumes: [{ name: 'rules', configMap: { name: 'rules' } }],
      extraVolumeMounts: [{ name: 'rules', mountPath: '/rules', readOnly: true }],
    },
    ['NetworkPolicy', 'PodDisruptionBudget', 'Service', 'Service', 'Service', 'Deployment', 'Job'],
  ],
];

describe('deploy/helm', { skip: HELM_OBSTACLE }, () => {
  for (const [what, values, kinds] of SWITCHES) {
    it(`renders objects that Kubernetes takes, ${what}`, async () => {
      await helm('lint', '--strict', CHART, ...wordsOf(values));
      const objects = await render(values);
      assert.deepEqual(
        objects.map(({ kind }) => kind),
        kinds,
      );
    });

    it(`runs every pod with no right that it does not need, ${what}`, async () => {
      for (const { spec } of podsOf(await render(values))) {
        assert.deepEqual(spec.securityContext, {
          runAsNonRoot: true,
          runAsUser: 65532,
          runAsGroup: 65532,
          fsGroup: 65532,
          fsGroupChangePolicy: 'OnRootMismatch',
          seccompProfile: { type: 'RuntimeDefault' },
        });
        assert.equal(spec.automountServiceAccountToken, false);
        assert.equal(spec.enableServiceLinks, false);
        for (const { securityContext } of [...spec.containers, ...(spec.initContainers ?? [])]) {
          assert.deepEqual(securityContext, {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          });
        }
      }
    });
  }

  it('is decoded strictly: a field that Kubernetes does not have is refused', () => {
    const job = 'apiVersion: batch/v1\nkind: Job\nspec: { backofLimit: 1 }\n';
    assert.throws(() => decode(job), /unknown field "spec\.backofLimit"/);
  });

  it('sends each service to the ports of the servers, and to no other pod', async () => {
    const [, values] = SWITCHES.at(-1) ?? [];
    const objects = await render(values ?? {});
    const [server, job] = podsOf(objects);
    const ports = Object.fromEntries(
      (server?.spec.containers[0]?.ports ?? []).map((one) => [one.name, one.containerPort]),
    );
    assert.deepEqual(ports, { http: 2010, gateway: 2011, metrics: 9464 });
    const services = objects.filter(({ kind }) => kind === 'Service');
    assert.deepEqual(
      services.map(({ metadata, spec }) => [metadata.name, spec.ports?.[0]?.targetPort]),
      [
        ['connect-apps', 'http'],
        ['connect-apps-gateway', 'gateway'],
        ['connect-apps-metrics', 'metrics'],
      ],
    );
    for (const { spec } of services) assert.deepEqual(spec.selector, server?.labels);
    assert.notDeepEqual(job?.labels, server?.labels);
  });

  it('migrates SQLite in the only pod, and PostgreSQL in a job before the servers change', async () => {
    const [pod] = podsOf(await render({}));
    assert.deepEqual(
      [...(pod?.spec.initContainers ?? []), ...(pod?.spec.containers ?? [])].map((one) => one.args),
      [['migrate'], ['serve']],
    );
    const job = (await render(POSTGRES)).find(({ kind }) => kind === 'Job');
    assert.equal(job?.metadata.annotations?.['helm.sh/hook'], 'pre-install,pre-upgrade');
  });

  it('leaves a server more time to stop than it takes', async () => {
    for (const [drainSeconds, grace] of [
      [5, 30],
      [60, 85],
    ]) {
      const [pod] = podsOf(await render({ drainSeconds }));
      assert.equal(pod?.spec.terminationGracePeriodSeconds, grace);
    }
  });

  it('passes settings on as they are', async () => {
    const settings = {
      RATE_LIMIT_PER_SECOND: 1_000_000,
      PASSWORD_SIGN_IN: false,
      BRAND_NAME: 'A "brand" & more: 007',
      WORKERS: '2',
    };
    const [pod] = podsOf(await render({ settings }));
    const env = new Map(pod?.spec.containers[0]?.env.map(({ name, value }) => [name, value]));
    for (const [name, value] of Object.entries(settings)) {
      assert.equal(env.get(`CONNECT_APPS_${name}`), String(value));
    }
  });

  it('lets callbacks go to the private networks that the settings allow, and to no others', async () => {
    const [, values] = SWITCHES.at(-1) ?? [];
    const policy = (await render(values ?? {})).find(({ kind }) => kind === 'NetworkPolicy');
    const blocks = policy?.spec.egress
      ?.flatMap(({ to }) => to ?? [])
      .map((one) => one.ipBlock?.cidr);
    assert.deepEqual(
      blocks?.filter((cidr) => cidr !== undefined),
      ['0.0.0.0/0', '::/0', '10.2.0.0/16', '10.3.0.1/32', '10.1.0.0/16'],
    );
  });

  it('refuses what cannot work, and says why', async () => {
    const refusals: [values: object, message: RegExp][] = [
      [{ replicas: 2 }, /replicas is 2, but SQLite has one server\./],
      [{ autoscaling: { enabled: true } }, /autoscaling\.enabled is true, but SQLite/],
      [{ metrics: { serviceMonitor: { enabled: true } } }, /but metrics\.enabled is false/],
      [{ httpRoute: { enabled: true } }, /httpRoute\.parentRefs is empty\. Name the Gateway/],
      [{ database: 'mysql' }, /at '\/database': value must be one of 'sqlite', 'postgres'/],
      [{ replicaCount: 3 }, /additional properties 'replicaCount' not allowed/],
      [
        { settings: { SECRET_KEY: 'x' } },
        /at '\/settings': additional properties 'SECRET_KEY' not/,
      ],
      [{ settings: { PUBLIC_URL: ['x'] } }, /at '\/settings\/PUBLIC_URL': got array, want/],
      [{ persistence: { size: '1 GB' } }, /at '\/persistence\/size': '1 GB' does not match/],
      [{ service: { port: 70_000 } }, /at '\/service\/port': maximum: got 70,000, want 65,535/],
    ];
    for (const [values, message] of refusals) {
      await assert.rejects(helm('template', 'connect-apps', CHART, ...wordsOf(values)), message);
    }
  });

  it('names its objects after the release, in as many characters as Kubernetes takes', async () => {
    const release = 'a'.repeat(53);
    const objects = decode(
      await helm(
        'template',
        release,
        CHART,
        ...wordsOf({ ...POSTGRES, metrics: { enabled: true } }),
      ),
    );
    for (const { metadata } of objects) assert.ok(metadata.name.length <= 63, metadata.name);
  });
});

describe('the documents of the chart', () => {
  it('have the version of the package', () => {
    const { version } = JSON.parse(read('package.json'));
    const chart = read(`${CHART}/Chart.yaml`);
    assert.match(chart, new RegExp(`^version: ${version}$`, 'm'));
    assert.match(chart, new RegExp(`^appVersion: ${version}$`, 'm'));
  });

  it('know every setting that is not a secret, and that the chart does not set itself', () => {
    const own = [
      'PORT',
      'DATA_DIR',
      'DRAIN_SECONDS',
      'METRICS_PORT',
      'GATEWAY_PORT',
      'GATEWAY_HOST',
    ];
    const others: string[] = [...SECRET_NAMES, ...own, 'URL'];
    const schema = JSON.parse(read(`${CHART}/values.schema.json`));
    assert.deepEqual(
      Object.keys(schema.properties.settings.properties).toSorted(),
      SETTING_NAMES.filter((name) => !others.includes(name)).toSorted(),
    );
  });

  it('describe every value', () => {
    const values = [...read(`${CHART}/values.yaml`).matchAll(/^(\w+):/gm)].map(([, name]) => name);
    const rows = [...read(`${CHART}/README.md`).matchAll(/^\| `(\w+)[`.]/gm)].map(
      ([, name]) => name,
    );
    assert.deepEqual([...new Set(rows)], values);
  });
});
