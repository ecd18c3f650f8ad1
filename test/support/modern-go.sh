#!/usr/bin/env bash
# Prints the Go that builds tools of others: the machine's or, where that is older than 1.21 and cannot bring a newer one
# by itself, one from the module proxy, which has it all the same.
set -eu
if go version | grep -Eq 'go1\.(2[1-9]|[3-9][0-9])'; then
  command -v go
  exit
fi
module="golang.org/toolchain@v0.0.1-go1.26.0.$(go env GOOS)-$(go env GOARCH)"
folder=$(cd / && go mod download -json "$module" | sed -n 's/.*"Dir": "\(.*\)",/\1/p')
chmod -R u+x "$folder/bin" "$folder/pkg/tool"
echo "$folder/bin/go"
