#!/usr/bin/env bash
# scripts/tidy.sh BUILD [FILE...]: clang-tidy over what does not include libtorch, by the compile commands of the build folder BUILD.
# A file that passed is not read again until it or something that it includes changes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=$(cd "${1:?the build folder is missing}" && pwd)
shift
[ $# -gt 0 ] || set -- $(grep -rLE 'torch/torch.h|continuo/(nets|training)/' src apps --include='*.cc' | grep -vE '^src/(nets|training)/' | sort)
passed=$build/tidy
mkdir -p "$passed"
if [ ! -f "$passed/.clang-tidy" ] || ! cmp -s .clang-tidy "$passed/.clang-tidy"; then
  find "$passed" -type f -delete
  cp .clang-tidy "$passed/.clang-tidy"
fi

# Objects and the files that each was made from, as ninja knows them: "object: #deps ...", then a file a line.
changed=$(ninja -C "$build" -t deps | PASSED=$passed ROOT=$PWD BUILD=$build python3 scripts/tidy_changed.py "$@")
[ -n "$changed" ] || exit 0
export build passed
xargs -P "$(nproc)" -I{} bash -c '
  clang-tidy --quiet --extra-arg=-Wno-unknown-warning-option -p "$build" "$1" 2> >(grep -vE "^[0-9]+ warnings? (generated|treated)" >&2) || exit 1
  mkdir -p "$passed/$(dirname "$1")" && touch "$passed/$1"' _ {} <<<"$changed"
