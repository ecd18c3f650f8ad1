/** The pod that the Helm chart makes for SQLite, run by podman on a volume as Kubernetes mounts one. */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { podsOf, render } from '../deploy/kubernetes/helm.ts';
import type { Engine } from './engine.ts';

/** It migrates, serves, and leaves its data in a folder of its own in the volume. */
export async function tryPod({ shell }: Engine): Promise<void> {
  const image = { repository: 'localhost/connect-apps', tag: 'latest', pullPolicy: 'Never' };
  const [pod] = podsOf(await render({ image }));
  assert.ok(pod);
  // podman asks probes with curl, which the image does not have, takes ports of this machine, and starts what
  // must run once again and again.
  const containers = pod.spec.containers.map(
    ({ startupProbe: _s, livenessProbe: _l, readinessProbe: _r, ports: _p, ...rest }) => rest,
  );
  const spec = { ...pod.spec, containers, restartPolicy: 'Never' };
  const folder = mkdtempSync(join(tmpdir(), 'connect-apps-pod-'));
  const write = (name: string, content: object) =>
    writeFileSync(join(folder, name), JSON.stringify(content));
  write('pod.yaml', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'connect-apps' }, spec });
  write('secret', { CONNECT_APPS_SECRET_KEY: btoa('k'.repeat(40)) });
  try {
    const mode = await shell(`docker secret create connect-apps ${folder}/secret >&2
# podman gives a new volume to the first who uses it.
docker run --rm --volume connect-apps:/data connect-apps --version >&2
volume=$(docker volume inspect --format '{{.Mountpoint}}' connect-apps)
mkdir "$volume/lost+found"
chown 0:65532 "$volume"
chmod 2775 "$volume"
docker kube play ${folder}/pod.yaml >&2
timeout 120 bash -c 'until docker exec connect-apps-server /nodejs/bin/node /app/bin/connect-apps.js health; do sleep 0.2; done' >&2
stat --format '%a %u' "$volume" "$volume/connect-apps" "$volume/connect-apps/connect-apps.db"`);
    assert.equal(mode, '2775 0\n2700 65532\n600 65532');
    assert.equal(
      await shell(
        "docker inspect --format '{{.HostConfig.ReadonlyRootfs}} {{.Config.User}}' connect-apps-server",
      ),
      'true 65532:65532',
    );
  } finally {
    await shell(`docker pod rm --force --time 0 connect-apps >&2
docker secret rm connect-apps
docker volume rm --force connect-apps`);
    rmSync(folder, { recursive: true });
  }
}
