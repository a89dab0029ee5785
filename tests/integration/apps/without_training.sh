#!/usr/bin/env bash
# without_training.sh CMAKE SOURCE BUILD WRITE_MODEL: the program builds without libtorch, does not link it, and still composes.
set -euo pipefail
cmake=$1 source=$2 build=$3 write_model=$4

"$cmake" -S "$source" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCONTINUO_WERROR=ON -DCONTINUO_WITH_TRAINING=OFF -DCONTINUO_BUILD_TESTS=OFF \
  -DCMAKE_DISABLE_FIND_PACKAGE_Torch=ON >"$build.log" 2>&1 || { cat "$build.log"; exit 1; }
"$cmake" --build "$build" --target continuo >"$build.log" 2>&1 || { tail -n 40 "$build.log"; exit 1; }
continuo=$build/apps/continuo/continuo

if ldd "$continuo" | grep -E 'libtorch|libc10'; then
  echo "the program without training links libtorch"
  exit 1
fi
if "$continuo" train . >"$build.out" 2>&1; then
  echo "a program without training claims to train"
  exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$write_model" "$work/model.safetensors"
"$continuo" compose --model "$work/model.safetensors" --symbols 400 --go-on -o "$work/new.mid" -o "$work/new.wav"
"$continuo" inspect "$work/new.mid" | grep notes
[ "$(head -c 4 "$work/new.wav")" = RIFF ]
echo "composes without libtorch"
