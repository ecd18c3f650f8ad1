#!/usr/bin/env bash
# Builds the program that decodes the dashboard, into a folder that git ignores.
set -eu
cd "$(dirname "$0")"
go=$(bash ../../support/modern-go.sh)
CGO_ENABLED=0 "$go" build -buildvcs=false -ldflags='-s -w' -o target/ .
