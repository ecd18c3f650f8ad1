#!/usr/bin/env bash
# Installs what languages.test.ts runs, into folders that git ignores, besides what test/clients/install.sh brings. A
# language that is missing is named and left out.
set -eu
cd "$(dirname "$0")"

has() {
  command -v "$1" >/dev/null || { echo "left out, there is no $1"; return 1; }
}

if has python3; then
  python3 -m venv .venv
  .venv/bin/pip install --quiet --requirement requirements.txt
fi
if has mvn; then
  maven=(mvn --batch-mode --quiet)
  "${maven[@]}" --file ../../clients/java/pom.xml -DskipTests package \
    dependency:copy-dependencies -DincludeScope=compile -DoutputDirectory="$PWD/target/lib"
  "${maven[@]}" dependency:copy -DoutputDirectory=target/lib \
    -Dartifact=org.junit.platform:junit-platform-console-standalone:1.14.4
fi
