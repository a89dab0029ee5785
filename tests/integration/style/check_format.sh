#!/usr/bin/env bash
# check_format.sh CLANG_FORMAT: every source file is formatted.
set -euo pipefail

sources() {
  find include src apps tests bench fuzz -name '*.h' -o -name '*.cc' | sort
}

if [ ! -x "${1:-}" ]; then
  echo "skipped: no clang-format here"
  exit 77
fi
sources | xargs "$1" --style=file --dry-run -Werror
echo "$(sources | wc -l) files are formatted"
