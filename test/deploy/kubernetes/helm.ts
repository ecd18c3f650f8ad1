/** helm, and what the chart renders: each object decoded strictly by the types of Kubernetes itself (main.go). */

import { execFile, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { obstacleWithout } from '../../support/obstacle.ts';

const run = promisify(execFile);
const TARGET = join(import.meta.dirname, 'target');
const ROOT = join(import.meta.dirname, '../../..');
const LIMITS = { maxBuffer: 16 * 1024 * 1024, timeout: 300_000 };
export const CHART = 'deploy/helm/connect-apps';
/** The oldest version of Kubernetes that the chart names. */
const VERSION = '1.27.0';

/** Why these tests are skipped here, for node:test; in CI they are not, they fail. */
export const HELM_OBSTACLE = obstacleWithout(
  join(TARGET, 'helm'),
  'bash test/deploy/kubernetes/install.sh',
);

export interface Container {
  name: string;
  image: string;
  args: string[];
  env: { name: string; value?: string; valueFrom?: object }[];
  ports?: { name: string; containerPort: number }[];
  securityContext: object;
  startupProbe?: object;
  livenessProbe?: object;
  readinessProbe?: object;
}

export interface PodSpec {
  containers: Container[];
  initContainers?: Container[];
  enableServiceLinks: boolean;
  automountServiceAccountToken: boolean;
  terminationGracePeriodSeconds?: number;
  securityContext: object;
  volumes: { name: string; persistentVolumeClaim?: { claimName: string } }[];
}

/** As much of an object as the tests look at. */
export interface KubernetesObject {
  kind: string;
  metadata: {
    name: string;
    labels: Record<string, string>;
    annotations?: Record<string, string>;
  };
  stringData?: Record<string, string>;
  spec: {
    replicas?: number;
    selector?: unknown;
    ports?: { name: string; port: number; targetPort: string }[];
    template?: { metadata: { labels: Record<string, string> }; spec: PodSpec };
    egress?: { to?: { ipBlock?: { cidr: string } }[] }[];
  };
}

/** Runs `lint` or `template` in the checkout. */
export async function helm(...words: string[]): Promise<string> {
  const all = [...words, '--kube-version', VERSION];
  const { stdout } = await run(join(TARGET, 'helm'), all, { cwd: ROOT, ...LIMITS });
  return stdout;
}

/** The words that give helm `values`: JSON is YAML, too. */
export function wordsOf(values: object): string[] {
  return Object.entries(values).flatMap(([name, value]) => [
    '--set-json',
    `${name}=${JSON.stringify(value)}`,
  ]);
}

/** What the chart renders with `values`, as the release `connect-apps`. */
export async function render(values: object): Promise<KubernetesObject[]> {
  return decode(await helm('template', 'connect-apps', CHART, ...wordsOf(values)));
}

/** Reads objects in YAML; raises what is wrong with the first that Kubernetes would not take as it stands. */
export function decode(yaml: string): KubernetesObject[] {
  const options = { input: yaml, encoding: 'utf8', stdio: 'pipe', ...LIMITS } as const;
  return JSON.parse(execFileSync(join(TARGET, 'kubernetes'), options));
}

/** The pods that objects make, each with the labels that select it. */
export function podsOf(
  objects: readonly KubernetesObject[],
): { labels: Record<string, string>; spec: PodSpec }[] {
  return objects.flatMap(({ spec: { template } }) =>
    template ? [{ labels: template.metadata.labels, spec: template.spec }] : [],
  );
}
