#!/usr/bin/env bash
# Makes the images of PostgreSQL and Caddy that deploy/compose names, out of what this machine has: others.sh BASE.
# The one of PostgreSQL takes as much of the official one's environment as deploy/compose uses.
set -euo pipefail
base=$1
here=$(dirname "$0")
named() { sed -n "s/^    image: \(.*\/$1:.*\)/\1/p" "$here/../../deploy/compose/production.yaml"; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

installed=$(echo /usr/lib/postgresql/*/bin | tr ' ' '\n' | sort -V | tail -1)
version=$(basename "$(dirname "$installed")")
mkdir -p "$work/postgres/usr/lib/postgresql" "$work/postgres/usr/share/postgresql" "$work/postgres/usr/local/bin"
cp -a "/usr/lib/postgresql/$version" "$work/postgres/usr/lib/postgresql/"
cp -a "/usr/share/postgresql/$version" "$work/postgres/usr/share/postgresql/"
# All that PostgreSQL loads; without what compiles queries, which is large and can be absent.
rm -rf "$work/postgres/usr/lib/postgresql/$version/lib/"{bitcode,llvmjit*}
ldd "$installed"/{postgres,initdb,pg_isready} "/usr/lib/postgresql/$version/lib/"{plpgsql,libpqwalreceiver,dict_snowball}.so |
  sed -n 's/.* => \(\/[^ ]*\) .*/\1/p' | sort -u |
  while read -r library; do
    # /lib is a link to /usr/lib.
    install -D "$library" "$work/postgres/usr/${library#/usr}"
  done
for program in "$installed"/*; do
  ln -s "../../lib/postgresql/$version/bin/$(basename "$program")" "$work/postgres/usr/local/bin/"
done
install -m 0755 "$here/postgres-entrypoint.sh" "$work/postgres/usr/local/bin/entrypoint"

install -D -m 0755 "$here/../gateways/.venv/bin/caddy" "$work/caddy/usr/local/bin/caddy"

commit() {
  local container
  container=$(buildah from "$base")
  buildah copy --quiet "$container" "$1" / >/dev/null
  buildah config "${@:3}" "$container"
  buildah commit --quiet "$container" "$2" >/dev/null
  buildah rm "$container" >/dev/null
}
commit "$work/postgres" "$(named postgres)" --entrypoint '["entrypoint"]' --cmd postgres
commit "$work/caddy" "$(named caddy)" --env XDG_DATA_HOME=/data --entrypoint '[]' \
  --cmd 'caddy run --config /etc/caddy/Caddyfile --adapter caddyfile'
