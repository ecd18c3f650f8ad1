/**
 * A container engine for tests, with a store of its own that ends with the test: podman under the name of docker,
 * so that the commands of docs/containers.md run as they stand there. The Dockerfile's two bases are made here of
 * Debian's packages: no test needs a registry of images.
 */

import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '../support/until.ts';

const ROOT = join(import.meta.dirname, '../..');
const run = promisify(execFile);

/** What Debian has of Docker's commands. */
const DOCKER = `#!/bin/sh
if [ "$1" = compose ]; then
  shift
  exec podman-compose "$@"
fi
exec podman "$@"
`;
const PODMAN = '/usr/bin/podman';
const PROGRAMS = ['podman', 'podman-compose', 'buildah', 'runc', 'debootstrap'];
const LACK =
  process.getuid?.() !== 0
    ? 'Images are built here by root only.'
    : PROGRAMS.every((name) =>
          ['/usr/bin', '/usr/sbin'].some((place) => existsSync(join(place, name))),
        )
      ? undefined
      : `No image can be built here: apt-get install ${PROGRAMS.join(' ')}`;

/** Why tests of images are skipped here, for node:test; in CI they are not, they fail. */
export const IMAGE_OBSTACLE =
  LACK !== undefined && process.env.CI !== 'true' ? `SKIPPED: ${LACK}` : undefined;

export interface Engine {
  /** Runs lines of a shell in the checkout, and returns what they print. */
  shell(lines: string): Promise<string>;
  /** Serves Docker's API for programs that speak it, and returns its address. */
  serveApi(): Promise<string>;
  /** Ends every container and removes all that was made. */
  close(): void;
}

/** Starts with the two bases in its store, and nothing else. */
export async function createEngine(): Promise<Engine> {
  const folder = mkdtempSync(join(tmpdir(), 'connect-apps-images-'));
  const programs = join(folder, 'bin');
  mkdirSync(programs);
  writeFileSync(join(programs, 'docker'), DOCKER, { mode: 0o755 });
  const storage = join(folder, 'storage.conf');
  writeFileSync(
    storage,
    `[storage]\ndriver = "overlay"\ngraphroot = "${folder}/graph"\nrunroot = "${folder}/run"\n`,
  );
  const env = {
    ...process.env,
    PATH: `${programs}:/usr/sbin:${process.env.PATH}`,
    CONTAINERS_CONF: join(import.meta.dirname, 'containers.conf'),
    CONTAINERS_STORAGE_CONF: storage,
    BUILDAH_ISOLATION: 'chroot',
    BUILDAH_FORMAT: 'docker',
  };
  const options = { cwd: ROOT, env, maxBuffer: 64 * 1024 * 1024 };
  await run(
    'bash',
    [join(import.meta.dirname, 'bases.sh'), baseOf('BUILD'), baseOf('RUN')],
    options,
  );
  let api: ChildProcess | undefined;
  return {
    async shell(lines) {
      const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', lines], options);
      return stdout.trim();
    },
    async serveApi() {
      const socket = join(folder, 'podman.sock');
      const words = ['system', 'service', '--time', '0', `unix://${socket}`];
      api = spawn(PODMAN, words, { env, stdio: 'ignore' });
      await until('its API is served', () => existsSync(socket));
      return `unix://${socket}`;
    },
    close() {
      api?.kill();
      execFileSync(PODMAN, ['rm', '--all', '--force', '--time', '0'], { env, stdio: 'ignore' });
      execFileSync(PODMAN, ['volume', 'rm', '--all', '--force'], { env, stdio: 'ignore' });
      execFileSync(PODMAN, ['rmi', '--all', '--force'], { env, stdio: 'ignore' });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The name of a base, as the Dockerfile has it. */
function baseOf(name: string): string {
  const [, image] =
    new RegExp(`^ARG ${name}=(.+)$`, 'm').exec(readFileSync(join(ROOT, 'Dockerfile'), 'utf8')) ??
    [];
  if (image === undefined) throw new Error(`The Dockerfile has no base ${name}.`);
  return image;
}
