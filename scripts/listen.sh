#!/usr/bin/env bash
# scripts/listen.sh [FOLDER]: makes the pieces and pictures of docs/listen anew, seeds 1 to 8, unpicked, into FOLDER (otherwise docs/listen).
# The words about them in docs/listen/README.md are written by hand. CONTINUO=PROGRAM is the program to take (otherwise the one that was built).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder=${1:-docs/listen}
program=${CONTINUO:-}
for build in engine release debug; do
  [ -n "$program" ] || [ ! -x "build/$build/apps/continuo/continuo" ] || program=build/$build/apps/continuo/continuo
done
if [ -z "$program" ]; then
  echo "continuo is not built: cmake --preset engine && cmake --build --preset engine --target continuo" >&2
  exit 1
fi
mkdir -p "$folder"
for seed in 1 2 3 4 5 6 7 8; do
  "$program" compose --seed "$seed" --seconds 60 -o "$folder/seed-$seed.mid" -o "$folder/seed-$seed.png"
done
