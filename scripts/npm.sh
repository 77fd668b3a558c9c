#!/bin/sh
# npm for the tests, with the Node of .venv. Without arguments (`make test`) it installs package-lock.json into
# node_modules, and never fails: where npm can't be reached, the tests that need it are skipped, and say so.
set -eu
cd "$(dirname "$0")/.."
say() { printf '%s\n' "among: $*" >&2; }

node=$(.venv/bin/python -m tests.js.node) || { say "no Node for this machine: tests of JavaScript are skipped"; exit 0; }
npm=$(dirname "$node")/../lib/node_modules/npm/bin/npm-cli.js
[ -f "$npm" ] || npm=$(command -v npm) || { say "no npm: tests that need its packages are skipped"; exit 0; }
PATH=$(dirname "$node"):$PATH; export PATH

[ $# = 0 ] || exec "$node" "$npm" "$@"

say "Installing the locked npm packages, for tests alone, into node_modules"
if "$node" "$npm" ci --silent --fetch-retries 1 --fetch-timeout 20000 >&2; then
    touch node_modules/.ready
else
    say "npm cannot be reached: tests that need its packages are skipped"
fi
