#!/usr/bin/env bash
# scripts/tidy.sh BUILD [FILE...]: clang-tidy over what does not include libtorch, by the compile commands of the build folder BUILD.
# A file that passed is not read again until it or something that it includes changes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=$(cd "${1:?the build folder is missing}" && pwd)
shift
# From version 21 on it does not match its checks in the headers of the system, which takes half of the time.
clang_tidy=$(command -v clang-tidy-22 || command -v clang-tidy-21 || command -v clang-tidy)
export clang_tidy
[ $# -gt 0 ] || set -- $(grep -rLE 'torch/torch.h|continuo/(nets|training)/' src apps --include='*.cc' | grep -vE '^src/(nets|training)/' | sort)
passed=$build/tidy
mkdir -p "$passed"
if [ ! -f "$passed/.clang-tidy" ] || ! cmp -s .clang-tidy "$passed/.clang-tidy"; then
  find "$passed" -type f -delete
  cp .clang-tidy "$passed/.clang-tidy"
fi

# read_job "FILE<tab>SOURCE<tab>...": reads FILE, and notes that its SOURCEs passed.
read_job() {
  local job source
  IFS=$'\t' read -ra job <<<"$1"
  "$clang_tidy" --quiet --extra-arg=-Wno-unknown-warning-option --extra-arg=-Wno-deprecated-declarations -p "$passed" "${job[0]}" 2> >(grep -vE "^[0-9]+ warnings? (generated|treated)" >&2) || return 1
  for source in "${job[@]:1}"; do
    mkdir -p "$(dirname "$passed/$source")" && touch "$passed/$source"
  done
}
export -f read_job

jobs=$(ninja -C "$build" -t deps | PASSED=$passed ROOT=$PWD BUILD=$build python3 scripts/tidy_jobs.py "$@")
[ -n "$jobs" ] || exit 0
export passed
xargs -P "$(nproc)" -d '\n' -n 1 bash -c 'read_job "$1"' _ <<<"$jobs"
