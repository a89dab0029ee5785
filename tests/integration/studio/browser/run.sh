#!/usr/bin/env bash
# run.sh CONTINUO FOLDER [--pictures FOLDER]: the studio in a real browser. Needs node and chromium, and npm the first time;
# skips (77) where they are missing. FOLDER keeps what npm installs.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
continuo=$1 folder=$2
shift 2
chromium=$(command -v chromium || command -v chromium-browser || true)
if ! command -v node >/dev/null || [ -z "$chromium" ]; then
  echo "skipped: there is no node or no chromium here (Debian: apt-get install nodejs npm chromium)"
  exit 77
fi
if [ "$(node -p 'process.versions.node.split(".")[0]')" -lt 20 ]; then
  echo "skipped: node $(node --version) is older than 20, which playwright-core needs"
  exit 77
fi
mkdir -p "$folder"
cp "$here"/package.json "$here"/package-lock.json "$here"/*.mjs "$folder"
if [ ! -d "$folder/node_modules/playwright-core" ] && ! (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund >npm.log 2>&1); then
  echo "skipped: npm cannot install playwright-core and axe-core here ($folder/npm.log says why)"
  exit 77
fi
exec node "$folder/browser_test.mjs" "$continuo" "$chromium" "$@"
