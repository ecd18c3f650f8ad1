#!/usr/bin/env bash
# Installs what the tests of this folder hold /openapi.json against: linters, generators, a fuzzer. Each
# comes from its own registry into a folder that git ignores. A tool that is missing is named and left out.

set -u
cd "$(dirname "$0")" || exit 1

failed=0

# bring NAME TOOL COMMAND: runs COMMAND when TOOL is there.
bring() {
  local name=$1 tool=$2 command=$3 log
  if ! command -v "$tool" >/dev/null; then
    echo "$name: left out, there is no $tool"
    return
  fi
  log=$(mktemp)
  if eval "$command" >"$log" 2>&1; then
    echo "$name: installed"
  else
    failed=1
    echo "$name: FAILED"
    cat "$log"
  fi
  rm -f "$log"
}

GENERATOR=org.openapitools:openapi-generator-cli:7.25.0

bring 'Redocly, Spectral, openapi-typescript' npm 'npm ci --ignore-scripts --no-audit --no-fund'
bring 'openapi-generator' mvn "mvn --batch-mode --quiet --file java/pom.xml dependency:copy-dependencies -DoutputDirectory=target/lib &&
  mvn --batch-mode --quiet dependency:copy -Dartifact=$GENERATOR -DoutputDirectory=java/target -Dmdep.stripVersion"
bring 'Schemathesis' python3 'python3 -m venv .venv && .venv/bin/pip install --quiet --requirement requirements.txt'

exit $failed
