#!/usr/bin/env bash
# Makes the two bases of the Dockerfile out of Debian's packages and npm's Node.js, for machines that reach no
# registry of images: bases.sh NAME-OF-BUILD NAME-OF-RUN, in the store that the environment names.
set -euo pipefail
build=$1 run=$2
node=$(npx node -p 'process.execPath')
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# With a shell and npm, to build in.
debootstrap --variant=minbase --include=ca-certificates bookworm "$work/build" >"$work/log" 2>&1 || {
  cat "$work/log" >&2
  exit 1
}
install -D "$node" "$work/build/usr/local/bin/node"
npm pack --silent --pack-destination "$work" npm@11 >/dev/null
mkdir -p "$work/build/usr/local/lib/npm"
tar -xzf "$work"/npm-*.tgz -C "$work/build/usr/local/lib/npm" --strip-components=1
# The authorities that this machine trusts, which may include that of a proxy before the registries.
cp -L /etc/ssl/certs/ca-certificates.crt "$work/build/etc/ssl/certs/"
ln -s ../lib/npm/bin/npm-cli.js "$work/build/usr/local/bin/npm"
ln -s ../lib/npm/bin/npx-cli.js "$work/build/usr/local/bin/npx"

# What is left when everything but Node.js and what it loads is taken away: no shell, no package manager.
mkdir -p "$work/debs" "$work/run"
for name in base-files libc6 libgcc-s1 libstdc++6 netbase tzdata; do
  (cd "$work/debs" && apt-get download -o APT::Sandbox::User=root "$name" >/dev/null)
done
for deb in "$work"/debs/*.deb; do dpkg-deb -x "$deb" "$work/run"; done
install -D "$node" "$work/run/nodejs/bin/node"
mkdir -p "$work/run/etc/ssl/certs"
cp -L /etc/ssl/certs/ca-certificates.crt "$work/run/etc/ssl/certs/"
echo 'nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin' >"$work/run/etc/passwd"
echo 'nonroot:x:65532:' >"$work/run/etc/group"
install -d -m 0700 -o 65532 -g 65532 "$work/run/home/nonroot"

commit() {
  local container
  container=$(buildah from scratch)
  buildah copy --quiet "$container" "$1" / >/dev/null
  buildah config --env NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt "$container"
  buildah commit --quiet "$container" "$2" >/dev/null
  buildah rm "$container" >/dev/null
}
commit "$work/build" "$build"
commit "$work/run" "$run"
