#!/usr/bin/env python3
"""Tells composers apart by intervals and rhythms, and asks whose composed pieces seem to be.

    scripts/composer_classifier.py PARTS.csv FOLDER --composed chopin=FOLDER bach=FOLDER ...

PARTS.csv is what `continuo corpus FOLDER --report PARTS.csv` writes. A multinomial logistic regression over n-grams of
the outer voices' intervals, of the chords' intervals and of note lengths learns from the training part, is checked on
the test part, and judges the MIDI files of the folders after --composed. It reads no tempo, loudness, instrument or
absolute pitch, for these tell rather where a file comes from. Needs Debian's python3-sklearn.
"""
import argparse
import collections
import csv
import pathlib
import random

from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline


def events_of(track):
    """(tick, status, first data byte, second) of the channel messages of a track chunk; broken rests are left out."""
    at = tick = status = 0

    def number():
        nonlocal at
        value = 0
        while True:
            byte = track[at]
            at += 1
            value = value << 7 | byte & 127
            if byte < 128:
                return value

    try:
        while at < len(track):
            tick += number()
            if track[at] >= 128:
                status = track[at]
                at += 1
            if status == 0xFF:
                at += 1
            if status >= 0xF0:
                length = number()
                at += length
                continue
            size = 1 if status >> 4 in (0xC, 0xD) else 2
            yield tick, status, track[at], track[at + size - 1]
            at += size
    except IndexError:
        return


def notes_of(path, seconds):
    """(onset, duration, pitch) in 12ths of a quarter, to 2 * seconds quarters; drums are left out."""
    data = pathlib.Path(path).read_bytes()
    ppq, at, notes = int.from_bytes(data[12:14], "big"), 14, []
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "big")
        sounding = {}
        for tick, status, pitch, velocity in events_of(data[at + 8 : at + 8 + size]):
            if tick > 2 * seconds * ppq:
                break
            if status >> 4 not in (8, 9) or status & 15 == 9:
                continue
            key = (status & 15, pitch)
            if key in sounding:
                onset = sounding.pop(key)
                notes.append((round(onset * 12 / ppq), round((tick - onset) * 12 / ppq), pitch))
            if status >> 4 == 9 and velocity > 0:
                sounding[key] = tick
        at += 8 + size
    return sorted(notes)


def features_of(path, seconds):
    groups = collections.defaultdict(list)
    for onset, length, pitch in notes_of(path, seconds):
        groups[onset].append((pitch, length))
    counts, onsets = collections.Counter(), sorted(groups)
    top = [max(groups[onset]) for onset in onsets]
    low = [min(groups[onset]) for onset in onsets]
    steps = [min(b - a, 96) for a, b in zip(onsets, onsets[1:])]
    for name, voice in (("top", top), ("low", low)):
        moves = [max(-13, min(13, b[0] - a[0])) for a, b in zip(voice, voice[1:])]
        for size in (1, 2, 3):
            for i in range(len(moves) - size + 1):
                counts[name, *moves[i : i + size]] += 1
        for i in range(len(moves)):
            counts[name, "with", moves[i], steps[i]] += 1
    for size in (1, 2, 3):
        for i in range(len(steps) - size + 1):
            counts["steps", *steps[i : i + size]] += 1
    for onset in onsets:
        counts["register", *sorted({pitch // 6 for pitch, _ in groups[onset]})] += 1
        counts["notes", min(len(groups[onset]), 12)] += 1
        chord = sorted({pitch for pitch, _ in groups[onset]})
        counts["chord", *(pitch - chord[0] for pitch in chord[1:])] += 1
        for _, length in groups[onset]:
            counts["length", min(length, 96)] += 1
    return {" ".join(map(str, name)): count for name, count in counts.items()}


def read(paths, seconds):
    return [features_of(path, seconds) for path in paths]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--composers", nargs="+", default=["Bach", "Chopin", "Mozart", "Beethoven", "Schubert", "Haydn"])
    parser.add_argument("--most", type=int, default=150, help="training pieces of each composer")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--composed", nargs="+", default=[], metavar="COMPOSER=FOLDER")
    options = parser.parse_args()

    pieces = collections.defaultdict(list)
    with open(options.parts, newline="") as file:
        for row in csv.DictReader(file):
            if row["label"] in options.composers and row["part"]:
                pieces[row["part"], row["label"]].append(options.folder / row["path"])
    paths, labels = [], []
    for composer in options.composers:
        drawn = sorted(pieces["train", composer])
        random.Random(1).shuffle(drawn)
        paths += drawn[: options.most]
        labels += [composer] * len(drawn[: options.most])
    model = make_pipeline(
        DictVectorizer(), TfidfTransformer(sublinear_tf=True),
        LogisticRegression(C=30, max_iter=500, class_weight="balanced"))
    model.fit(read(paths, options.seconds), labels)

    print("learned from", ", ".join(f"{composer} {labels.count(composer)}" for composer in options.composers))
    right = total = 0
    for composer in options.composers:
        # Pieces of the validation part are as unknown to it as those of the test part.
        held_out = sorted(pieces["test", composer] + pieces["validation", composer])
        if not held_out:
            continue
        taken = collections.Counter(model.predict(read(held_out, options.seconds)))
        right += taken[composer]
        total += len(held_out)
        print(f"real {composer:10} {taken[composer]:4} of {len(held_out):4} = {taken[composer] / len(held_out):.2f}   {dict(taken)}")
    print(f"real, all {right} of {total} = {right / total:.3f}")
    for item in options.composed:
        composer, folder = item.split("=", 1)
        made = sorted(pathlib.Path(folder).glob("*.mid"))
        taken = collections.Counter(model.predict(read(made, options.seconds)))
        print(f"composed {composer:10} {taken[composer]:4} of {len(made):4} = {taken[composer] / max(1, len(made)):.2f}   {dict(taken)}   {folder}")


if __name__ == "__main__":
    main()
