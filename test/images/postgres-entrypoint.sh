#!/bin/sh
# Creates the cluster, once, for POSTGRES_USER with the password in POSTGRES_PASSWORD_FILE; then serves it.
set -eu
data=/var/lib/postgresql/data
id postgres >/dev/null 2>&1 || useradd --system --home-dir /var/lib/postgresql postgres
install -d -o postgres -m 0700 "$data"
install -d -o postgres /var/run/postgresql
as() { setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; }
if [ ! -e "$data/PG_VERSION" ]; then
  # As the official image does: the file is root's.
  install -o postgres -m 0400 "$POSTGRES_PASSWORD_FILE" /tmp/password
  as initdb --pgdata="$data" --username="$POSTGRES_USER" --pwfile=/tmp/password --auth=scram-sha-256 \
    --encoding=UTF8 --locale=C.UTF-8 >/dev/null
  echo 'host all all all scram-sha-256' >>"$data/pg_hba.conf"
  echo "create database $POSTGRES_USER" |
    as postgres --single -D "$data" postgres >/dev/null
fi
exec setpriv --reuid=postgres --regid=postgres --clear-groups "$@" -D "$data" -c listen_addresses='*'
