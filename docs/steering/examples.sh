#!/usr/bin/env bash
# docs/steering/examples.sh CONTINUO SAMPLE: the pictures of docs/steering.md, with the program CONTINUO and the sample collection as MIDI files
# in the folder SAMPLE (build/release/data/sample).
set -euo pipefail
continuo=$(realpath "$1") sample=$(realpath "$2")
cd "$(dirname "${BASH_SOURCE[0]}")"
example() {  # NAME WORDS...: to NAME.png
  local name=$1
  shift
  "$continuo" "$@" -o "$name.png"
}
example gap infill "$sample/petzold-minuet-g-major.mid" --bars 9-12 --particles 64
example harm accompany "$sample/kesh-jig.mid" --instruments "acoustic grand piano" --bars 1-16 --particles 64
example chart compose --key "D minor" --metre 3/4 --instruments violin,cello --every-bar --bars 16 \
  --chords "Dm | Gm | A7 | Dm | Bb | Gm6 | A7 | Dm" --cadence tonic --particles 64 --seed 2
example acc accompany "$sample/swallowtail-jig.mid" --instruments cello,viola --ranges "cello=C2:D4,viola=C3:E5" --key "E minor" --bars 1-16 \
  --particles 64
example vary vary "$sample/petzold-minuet-g-major.mid" --bars 9-16 --keep rhythm --amount 0.3 --particles 64
example orch accompany "$sample/beethoven-ode-to-joy.mid" --instruments "flute,french horn,contrabass" \
  --ranges "flute=C5:C7,french horn=C3:C5,contrabass=E1:C3" --key "G major" --bars 1-16 --particles 64
example poor accompany "$sample/kesh-jig.mid" --instruments "acoustic guitar (nylon)" --bars 1-16 --particles 64
