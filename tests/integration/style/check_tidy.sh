#!/usr/bin/env bash
# check_tidy.sh CLANG_TIDY BUILD: clang-tidy finds nothing in what changed since it last passed.
set -euo pipefail
if [ ! -x "${1:-}" ] || [ ! -f "$2/build.ninja" ]; then
  echo "skipped: no clang-tidy here, or not built by ninja"
  exit 77
fi
exec scripts/tidy.sh "$2"
