#!/usr/bin/env bash
# Every check and every test, one line before each step; stops at the first that fails.
#
#     build/check.sh [lint|all]
#
# The order is from quick to slow. pytest comes last, so that its summary is the last line.
set -euo pipefail
cd "$(dirname "$0")/.."

bin=.venv/bin
export PYTHONSAFEPATH=1 # the repository root must not be importable: `import js` would find a folder

step() {
  local title=$1
  shift
  printf '==> %s\n' "$title"
  "$@" || { printf 'check: failed: %s\n' "$title" >&2; exit 1; }
}

lint() {
  step "ruff check: Python style and mistakes" "$bin/ruff" check .
  step "ruff format: Python layout" "$bin/ruff" format --check .
  step "mypy --strict: Python types" "$bin/mypy"
  step "tsc --strict: TypeScript types" npm run --silent types
  step "eslint: TypeScript style and mistakes" npm run --silent lint
  step "protocol: the generated TypeScript is up to date" "$bin/python" build/generate_protocol.py --check
  step "openapi: the generated document and reference are up to date" \
    env PYTHONSAFEPATH= "$bin/python" build/generate_openapi.py --check  # its helpers lie beside it
}

lint
if [[ ${1:-all} == all ]]; then
  step "vitest: TypeScript tests" npm run --silent test
  step "pytest: Python, layers, Pyodide and browser tests" "$bin/pytest"
fi
