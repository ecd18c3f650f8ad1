/** The settings of the group. Why each is as it is: docs/operating.md, "A group with failover". */

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

/** Patroni's configuration of one server; JSON, which YAML holds. */
export function nodeConfiguration(
  node: Node & { data: string },
  nodes: readonly Node[],
  place: { folder: string; programs: string },
): string {
  const host = '127.0.0.1';
  return JSON.stringify({
    scope: 'connect-apps',
    name: node.name,
    restapi: {
      listen: `${host}:${node.ports.rest}`,
      connect_address: `${host}:${node.ports.rest}`,
    },
    // The API of etcd's version 2: with version 3, Patroni 3.0 lets a primary that was paused take
    // the lead back from its successor.
    etcd: { hosts: nodes.map(({ ports }) => `${host}:${ports.etcd}`) },
    bootstrap: {
      dcs: {
        ttl: 20,
        loop_wait: 2,
        retry_timeout: 5,
        maximum_lag_on_failover: 1_048_576,
        // A server that crashed is replaced, not waited for.
        primary_start_timeout: 0,
        master_start_timeout: 0,
        check_timeline: true,
        synchronous_mode: false,
        postgresql: {
          use_pg_rewind: true,
          use_slots: true,
          parameters: {
            wal_level: 'replica',
            hot_standby: 'on',
            wal_log_hints: 'on',
            max_wal_senders: 10,
            max_replication_slots: 10,
            max_connections: 100,
            wal_keep_size: '256MB',
            // A commit is acknowledged when a second server has it.
            synchronous_standby_names: `ANY 1 (${nodes.map(({ name }) => name).join()})`,
          },
        },
      },
      initdb: [{ encoding: 'UTF8' }, 'data-checksums'],
      pg_hba: [
        `host replication replicator ${host}/32 scram-sha-256`,
        `host all all ${host}/32 scram-sha-256`,
      ],
    },
    postgresql: {
      listen: `${host}:${node.ports.sql}`,
      connect_address: `${host}:${node.ports.sql}`,
      data_dir: node.data,
      bin_dir: place.programs,
      pgpass: `${place.folder}/pgpass-${node.name}`,
      authentication: {
        superuser: { username: 'postgres', password: 'secret' },
        replication: { username: 'replicator', password: 'secret' },
        rewind: { username: 'rewinder', password: 'secret' },
      },
      parameters: { unix_socket_directories: place.folder },
    },
    watchdog: { mode: 'off' },
  });
}

/** haproxy leads to the server that says that it is the primary, and cuts connections to any other. */
export function proxyConfiguration(port: number, nodes: readonly Node[]): string {
  const servers = nodes.map(
    ({ name, ports }) => `  server ${name} 127.0.0.1:${ports.sql} check port ${ports.rest}`,
  );
  return `defaults
  mode tcp
  timeout connect 1s
  timeout client 1h
  timeout server 1h
  timeout check 1s
listen primary
  bind 127.0.0.1:${port}
  option httpchk OPTIONS /primary
  http-check expect status 200
  default-server inter 500ms fastinter 200ms fall 2 rise 1 on-marked-down shutdown-sessions
${servers.join('\n')}
`;
}
