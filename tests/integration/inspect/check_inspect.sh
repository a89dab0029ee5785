#!/usr/bin/env bash
# check_inspect.sh CONTINUO SOURCE    what `continuo inspect` says of a MIDI file, of models and of files that are neither
set -euo pipefail
continuo=$1
source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

# expect TEXT COMMAND...: the command succeeds and prints TEXT.
expect() {
  local text=$1 output
  shift
  if ! output=$("$@" 2>&1) || ! grep -qF -- "$text" <<<"$output"; then
    printf 'expected "%s" of: %s\n%s\n\n' "$text" "$*" "$output"
    failures=$((failures + 1))
  fi
}

# refuse TEXT COMMAND...: the command fails and prints TEXT.
refuse() {
  local text=$1 output
  shift
  if output=$("$@" 2>&1) || ! grep -qF -- "$text" <<<"$output"; then
    printf 'expected a refusal with "%s" of: %s\n%s\n\n' "$text" "$*" "$output"
    failures=$((failures + 1))
  fi
}

# Format 0, 96 ticks a quarter: 3/4, D major, 100 quarters a minute, a name with an escape character, program 40; D4 for
# a quarter, then F#4 with A4 for two; no End of Track.
{
  printf 'MThd\x00\x00\x00\x06\x00\x00\x00\x01\x00\x60'
  printf 'MTrk\x00\x00\x00\x43'
  printf '\x00\xff\x58\x04\x03\x02\x18\x08'
  printf '\x00\xff\x59\x02\x02\x00'
  printf '\x00\xff\x51\x03\x09\x27\xc0'
  printf '\x00\xff\x03\x05\xc3\x9cb\x1bg'
  printf '\x00\xc0\x28'
  printf '\x00\x90\x3e\x40\x60\x80\x3e\x40'
  printf '\x00\x90\x42\x40\x00\x90\x45\x40'
  printf '\x81\x40\x80\x42\x40\x00\x80\x45\x40'
} > "$work/waltz.mid"

expect 'format 0, 96 ticks per quarter note' "$continuo" inspect "$work/waltz.mid"
expect 'length  0:02, 1 bar, 3 notes on 1 track' "$continuo" inspect "$work/waltz.mid"
expect 'tempo   100 quarters a minute' "$continuo" inspect "$work/waltz.mid"
expect 'metre   3/4' "$continuo" inspect "$work/waltz.mid"
expect 'key     D major' "$continuo" inspect "$work/waltz.mid"
expect '41 Violin' "$continuo" inspect "$work/waltz.mid"
expect 'D4 to A4' "$continuo" inspect "$work/waltz.mid"
expect 'Üb g' "$continuo" inspect "$work/waltz.mid"
expect 'End of Track' "$continuo" inspect "$work/waltz.mid"

expect 'bar 1  Bar_None TimeSig_3/4 Position_0 Tempo_100.91 Program_40 Pitch_62' "$continuo" inspect "$work/waltz.mid" --representation remi
expect 'Velocity_63 Duration_1.0.12 Position_12 Pitch_66 Duration_2.0.12' "$continuo" inspect "$work/waltz.mid" --representation remi
expect 'Pitch_69 Duration_2.0.12 End' "$continuo" inspect "$work/waltz.mid" --representation remi
expect 'Position_24' "$continuo" inspect "$work/waltz.mid" --representation remi --set positions=24
expect 'and 1 more line (' "$continuo" inspect "$work/waltz.mid" --representation remi --limit 1
expect '0.60 s  TimeShift_600ms NoteOff_62 NoteOn_66 NoteOn_69' "$continuo" inspect "$work/waltz.mid" --representation events
expect 'Start D4 6.9 End' "$continuo" inspect "$work/waltz.mid" --representation notes
expect 'lost: 3 of 3 notes come back, 0:02 of 0:02' "$continuo" inspect "$work/waltz.mid" --representation remi
expect 'receptive field' "$continuo" inspect "$source/tests/golden/engine/wavenet.safetensors"
expect 'match model     of passages of 8 symbols or more' "$continuo" inspect "$source/models/default.safetensors"
expect 'everything since the beginning' "$continuo" inspect "$source/tests/golden/engine/lstm.safetensors"
expect 'Examples:' "$continuo" inspect --help

"$continuo" render "$work/waltz.mid" "$work/waltz.wav" > /dev/null 2>&1
expect '2 channels, 44,100 Hz' "$continuo" inspect "$work/waltz.wav"
expect 'spectral centroid' "$continuo" inspect "$work/waltz.wav"

printf 'fLaC not really' > "$work/sound.flac"
printf 'words' > "$work/words.txt"
printf 'words words' > "$work/broken.safetensors"
refuse 'sound.flac' "$continuo" inspect "$work/sound.flac"
refuse 'not a Standard MIDI File' "$continuo" inspect "$work/words.txt"
refuse 'broken.safetensors' "$continuo" inspect "$work/broken.safetensors"
refuse 'cannot open' "$continuo" inspect "$work/absent.mid"
refuse 'Representations are remi, events, notes, frames, mulaw, spectrum.' "$continuo" inspect "$work/waltz.mid" --representation remy
refuse 'a multiple of 4' "$continuo" inspect "$work/waltz.mid" --representation remi --set positions=13
refuse 'names no representation' "$continuo" inspect "$work/waltz.mid" --model "$source/tests/golden/engine/wavenet.safetensors"
refuse 'Give either --model' "$continuo" inspect "$work/waltz.mid" --representation remi --model x.safetensors

if [ "$failures" -gt 0 ]; then
  echo "$failures failed"
  exit 1
fi
echo "inspect says what it should"
