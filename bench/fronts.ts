/** nginx and Envoy as the benchmark needs them: with a recipe of deploy/gateways/, or as a plain proxy. */

import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../test/support/free-port.ts';
import { type Subject, startProgram } from './subject.ts';

const RECIPES = join(import.meta.dirname, '../deploy/gateways');
const NGINX = '/usr/sbin/nginx';
const ENVOY = join(import.meta.dirname, '../test/gateways/.venv/bin/envoy');

/** Whom a gateway asks, and where it sends what passes. */
export interface Places {
  platform: number;
  /** The port of gateways; undefined: nobody is asked. */
  decider: number | undefined;
}

export type StartFront = (folder: string, places: Places) => Promise<Subject>;

/** Those that this machine has. */
export const FRONTS: readonly (readonly [name: string, start: StartFront])[] = [
  ['nginx', startNginx] as const,
  ['Envoy', startEnvoy] as const,
].filter(([name]) => existsSync(name === 'nginx' ? NGINX : ENVOY));

async function startNginx(folder: string, { platform, decider }: Places): Promise<Subject> {
  const port = await freePort();
  await mkdir(folder);
  const plain = `upstream platform { server 127.0.0.1:3000; keepalive 32; }
server { listen 127.0.0.1:8080; location / { proxy_pass http://platform; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host; } }`;
  const recipe =
    decider === undefined ? plain : await readFile(join(RECIPES, 'nginx.conf'), 'utf8');
  await writeFile(join(folder, 'nginx.conf'), withPorts(recipe, { port, platform, decider }));
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const paths = temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ');
  await writeFile(
    join(folder, 'main.conf'),
    `pid ${folder}/pid; error_log stderr; daemon off; worker_processes 1; events {}
http { access_log off; keepalive_requests 100000000; ${paths} include nginx.conf; }`,
  );
  return startProgram([NGINX, '-p', folder, '-c', join(folder, 'main.conf')], port);
}

async function startEnvoy(folder: string, { platform, decider }: Places): Promise<Subject> {
  const port = await freePort();
  await mkdir(folder);
  const recipe = await readFile(join(RECIPES, 'envoy.yaml'), 'utf8');
  const authz = / {18}- name: envoy\.filters\.http\.ext_authz\n[\s\S]*?(?= {18}- name: tidy)/;
  const perRoute = /\n {26}envoy\.filters\.http\.ext_authz:\n.*\n.*disabled: true(?=\n)/;
  const plain = recipe.replace(authz, '').replace(perRoute, '');
  const chosen = decider === undefined ? plain : recipe;
  await writeFile(join(folder, 'envoy.yaml'), withPorts(chosen, { port, platform, decider }));
  const options = ['--use-dynamic-base-id', '-l', 'error', '--concurrency', '1'];
  return startProgram([ENVOY, '-c', join(folder, 'envoy.yaml'), ...options], port);
}

function withPorts(recipe: string, { port, platform, decider }: Places & { port: number }): string {
  return recipe
    .replaceAll(/(127\.0\.0\.1:|port_value: )8080/g, `$1${port}`)
    .replaceAll(/(127\.0\.0\.1:|port_value: )3000/g, `$1${platform}`)
    .replaceAll(/(127\.0\.0\.1:|port_value: )2011/g, `$1${decider ?? 9}`);
}
