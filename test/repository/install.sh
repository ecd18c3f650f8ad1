#!/usr/bin/env bash
# Installs what checks the workflows, into a folder that git ignores. It needs a Go that can fetch a newer one.
set -eu
cd "$(dirname "$0")"
mkdir -p target
if [ -z "$(go env GOTOOLCHAIN)" ]; then
  echo "actionlint: left out, $(go version) is older than 1.21" | tee target/left-out.txt
else
  GOBIN=$PWD/target go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
fi
