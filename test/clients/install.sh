#!/usr/bin/env bash
# Installs the clients that the tests of this folder and of ../exec run, and what the examples need, each
# from its registry, into folders that git ignores. A language that is missing is named and left out. So is a client that its
# registry does not serve, which its test then says; any other failure ends this with an error.

set -u
cd "$(dirname "$0")" || exit 1

NOT_SERVED='E404|ETARGET|No matching distribution|404 Not Found|410 Gone|Could not find artifact|Could not find gem|Could not find package|NU110[12]'
failed=0

# bring FOLDER TOOL COMMAND: runs COMMAND in FOLDER when TOOL is there.
bring() {
  local folder=$1 tool=$2 command=$3 log
  if ! command -v "$tool" >/dev/null; then
    echo "$folder: left out, there is no $tool"
    return
  fi
  log=$(mktemp)
  rm -f "$folder/target/not-served.txt"
  if (cd "$folder" && eval "$command") >"$log" 2>&1; then
    echo "$folder: installed"
  elif grep -Eq "$NOT_SERVED" "$log"; then
    mkdir -p "$folder/target"
    echo "its registry does not serve it: $(grep -Em1 "$NOT_SERVED" "$log")" |
      tee "$folder/target/not-served.txt" | sed "s/^/$folder: left out, /"
  else
    failed=1
    echo "$folder: FAILED"
    cat "$log"
  fi
  rm -f "$log"
}

bring cli npm 'npm ci --ignore-scripts --no-audit --no-fund'
bring ../exec/nodes npm 'npm ci --ignore-scripts --no-audit --no-fund'
bring python python3 'python3 -m venv .venv && .venv/bin/pip install --quiet --requirement requirements.txt'
bring social-auth python3 'python3 -m venv .venv && .venv/bin/pip install --quiet --requirement requirements.txt'
bring ../../examples/express npm 'npm ci --ignore-scripts --no-audit --no-fund'
bring ../../examples/flask python3 'python3 -m venv .venv && .venv/bin/pip install --quiet --requirement requirements.txt'
bring go go 'go mod download && go build -buildvcs=false -o target/ ./...'
bring java mvn 'mvn --batch-mode --quiet dependency:copy-dependencies -DoutputDirectory=target/lib'
bring ruby bundle 'bundle install --quiet'
bring php composer 'composer install --quiet --no-interaction'
bring csharp dotnet 'for program in fetch list conformance; do dotnet build --nologo "$program" || exit 1; done'

exit $failed
