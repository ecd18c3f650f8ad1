#!/usr/bin/env bash
# Installs what checks the files that others read, into folders that git ignores.
set -eu
cd "$(dirname "$0")"
python3 -m venv .venv
.venv/bin/pip install --quiet --requirement requirements.txt
go=$(bash ../support/modern-go.sh)
GOBIN=$PWD/target "$go" install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
