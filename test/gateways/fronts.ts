/** What can stand before a platform: each recipe of deploy/gateways/ with its program, and our own proxy mode. */

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

export interface Program {
  name: string;
  /** What this machine lacks, if anything. */
  obstacle: string | undefined;
  /** The files of the recipe; each is copied with the ports of the test. */
  files: readonly string[];
  /** What the test adds around the recipe. */
  around?: (folder: string) => Record<string, string>;
  /** How it is started; absent: our server is the gateway. */
  command?: (folder: string) => string[];
  /** Refuses with our 503 whatever goes wrong with us; Traefik has only its own pages. */
  hasOwnPages?: boolean;
  /** Waits for us without a limit of its own. */
  waits?: boolean;
  /** Takes a header that overrides the method away, where the others let us refuse. */
  stripsOverrides?: boolean;
  /** Speaks HTTP/1 alone, unless it has TLS. */
  lacksHttp2?: boolean;
}

const NGINX_FILE = '/usr/sbin/nginx';
const HAPROXY = '/usr/sbin/haproxy';
const wheel = (name: string) => join(import.meta.dirname, '.venv/bin', name);
const lacking = (file: string, remedy: string) =>
  existsSync(file) ? undefined : `There is no ${file}: ${remedy}`;
const INSTALL = 'bash test/gateways/install.sh';

export const NGINX: Program = {
  name: 'nginx',
  obstacle: lacking(NGINX_FILE, 'apt-get install nginx-light'),
  files: ['nginx.conf'],
  around: (folder) => ({
    'main.conf': `pid ${folder}/pid; error_log stderr; daemon off; worker_processes 1; events {}
http { access_log off; client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p; fastcgi_temp_path ${folder}/f;
uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s; include nginx.conf; }`,
  }),
  command: (folder) => [NGINX_FILE, '-p', folder, '-c', join(folder, 'main.conf')],
  stripsOverrides: true,
  lacksHttp2: true,
};

const RECIPES: readonly Program[] = [
  NGINX,
  {
    name: 'HAProxy',
    obstacle: lacking(HAPROXY, 'apt-get install haproxy'),
    files: ['haproxy.cfg', 'haproxy.lua'],
    command: () => [HAPROXY, '-db', '-f', 'haproxy.cfg'],
  },
  {
    name: 'Caddy',
    obstacle: lacking(wheel('caddy'), INSTALL),
    files: ['Caddyfile'],
    command: () => [wheel('caddy'), 'run', '--config', 'Caddyfile'],
  },
  {
    name: 'Traefik',
    obstacle: lacking(wheel('traefik'), INSTALL),
    files: ['traefik.yaml', 'traefik-routes.yaml'],
    command: () => [wheel('traefik'), '--configfile=traefik.yaml'],
    hasOwnPages: true,
    waits: true,
  },
  {
    name: 'Envoy',
    obstacle: lacking(wheel('envoy'), INSTALL),
    files: ['envoy.yaml'],
    command: () => [wheel('envoy'), '-c', 'envoy.yaml', '--use-dynamic-base-id', '-l', 'error'],
  },
];

const PROXY_MODE: Program = {
  name: 'the proxy mode',
  obstacle: undefined,
  files: [],
  lacksHttp2: true,
};

/** All that this machine has. */
export const INSTALLED = [...RECIPES, PROXY_MODE].filter(({ obstacle }) => obstacle === undefined);

/** Describes something for each; one that is lacking is skipped, and in CI fails. */
export function describeEach(what: string, describeOne: (program: Program) => void): void {
  describeRecipes(what, describeOne);
  describe(`${what} ${PROXY_MODE.name}`, () => describeOne(PROXY_MODE));
}

/** The same without the proxy mode, which asks nobody. */
export function describeRecipes(what: string, describeOne: (program: Program) => void): void {
  for (const program of RECIPES) {
    const { name, obstacle } = program;
    if (obstacle !== undefined && process.env.CI === 'true') {
      it(`${name} is installed`, () => assert.fail(obstacle));
      continue;
    }
    describe(`${what} ${name}`, { skip: obstacle }, () => describeOne(program));
  }
}
