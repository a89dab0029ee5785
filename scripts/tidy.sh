#!/usr/bin/env bash
# scripts/tidy.sh [FILE...]: clang-tidy over what does not include libtorch, by the compile commands of build/release. Takes many minutes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
[ $# -gt 0 ] || set -- $(grep -rLE 'torch/torch.h|continuo/(nets|training)/' src apps --include='*.cc' | grep -vE '^src/(nets|training)/' | sort)
printf '%s\n' "$@" | xargs -P "$(nproc)" -n 1 clang-tidy --quiet --extra-arg=-Wno-unknown-warning-option -p build/release
