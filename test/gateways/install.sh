#!/usr/bin/env bash
# Installs the gateways that Debian does not have, or not of a version in use, into a folder that git ignores.
set -eu
cd "$(dirname "$0")"
python3 -m venv .venv
.venv/bin/pip install --quiet --requirement requirements.txt
