/**
 * The settings of the group: the blocks of docs/postgresql.md, "A group with failover", with the places
 * of this machine in them. Why each is as it is stands there.
 */

import assert from 'node:assert/strict';
import { blockOf } from '../support/guide.ts';

export interface Ports {
  sql: number;
  rest: number;
  etcd: number;
  peer: number;
}

interface Node {
  name: string;
  ports: Ports;
}

const HOST = '127.0.0.1';

/** Patroni's configuration of one server. */
export function nodeConfiguration(
  node: Node & { data: string },
  nodes: readonly Node[],
  place: { folder: string; programs: string },
): string {
  return fill(blockOf('yaml patroni', 'postgresql.md'), [
    ['name: n1\n', `name: ${node.name}\n`],
    ['10.0.0.11:8008', `${HOST}:${node.ports.rest}`],
    ['10.0.0.11:5432', `${HOST}:${node.ports.sql}`],
    ...nodes.map(({ ports }, index) => [`10.0.0.1${index + 1}:2379`, `${HOST}:${ports.etcd}`]),
    ['10.0.0.0/24', `${HOST}/32`],
    ['/var/lib/postgresql/connect-apps', node.data],
    ['/usr/lib/postgresql/15/bin', place.programs],
    ['/var/lib/postgresql/patroni.pgpass', `${place.folder}/pgpass-${node.name}`],
    ['/var/run/postgresql', place.folder],
    ['PASSWORD', 'secret'],
    // It would restart the machine that runs the test.
    ['mode: automatic', "mode: 'off'"],
  ]);
}

/** haproxy leads to the server that says that it is the primary, and cuts connections to any other. */
export function proxyConfiguration(port: number, nodes: readonly Node[]): string {
  return fill(blockOf('haproxy database', 'postgresql.md'), [
    ['127.0.0.1:5000', `127.0.0.1:${port}`],
    ...nodes.map(({ ports }, index) => [
      `10.0.0.1${index + 1}:5432 check port 8008`,
      `${HOST}:${ports.sql} check port ${ports.rest}`,
    ]),
  ]);
}

/** Puts values into their places, all of which must be there; no address of the guide may be left. */
function fill(block: string, values: readonly (readonly string[])[]): string {
  let filled = block;
  for (const [place = '', value = ''] of values) {
    assert.ok(filled.includes(place), `the guide has ${place}`);
    filled = filled.replaceAll(place, value);
  }
  assert.doesNotMatch(filled, /10\.0\.0\./);
  return filled;
}
