#!/usr/bin/env python3
"""`measure` and `compare` on the sample collection, held against figures worked out here from the files alone."""
import argparse
import csv
import math
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "data"))
import midi_reader  # noqa: E402

CONTINUO = WRITE_MODEL = SAMPLE = None


def run(*arguments, **options):
    return subprocess.run([CONTINUO, *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False, **options)


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Measures(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = Path(self.temporary.name)

    def tearDown(self):
        self.temporary.cleanup()

    def succeed(self, *arguments):
        result = run(*arguments, cwd=self.folder)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result

    def refused(self, *arguments, says):
        result = run(*arguments, cwd=self.folder)
        self.assertNotIn(result.returncode, (0, -signal.SIGSEGV, -signal.SIGABRT), result.stderr)
        for part in [says] if isinstance(says, str) else says:
            self.assertIn(part, result.stderr + result.stdout)

    def test_measure_agrees_with_the_files(self):
        said = self.succeed("measure", SAMPLE, "--csv", "pieces.csv").stdout
        rows = rows_of(self.folder / "pieces.csv")
        files = sorted(SAMPLE.glob("*.mid"))
        self.assertGreater(len(files), 20)
        self.assertEqual([row["piece"] for row in rows], [path.name for path in files])
        self.assertIn(f"{len(files)} pieces", said)
        for row, path in zip(rows, files):
            midi = midi_reader.read_midi(path.read_bytes())
            notes = [note for track in midi.tracks for note in track]
            pitches = [pitch for _, _, pitch in notes]
            ends = max(end for _, end, _ in notes)
            shares = [count / len(pitches) for count in Counter(pitches).values()]
            scale = max(sum((pitch - root) % 12 in (0, 2, 4, 5, 7, 9, 11) for pitch in pitches) for root in range(12))
            expected = {"notes": len(notes), "pitch_range": max(pitches) - min(pitches), "n_pitches_used": len(set(pitches)),
                        "n_pitch_classes_used": len({pitch % 12 for pitch in pitches}), "seconds": ends / midi.ppq * midi.tempo / 1e6,
                        "pitch_entropy": -sum(share * math.log2(share) for share in shares), "scale_consistency": scale / len(pitches)}
            for name, value in expected.items():
                self.assertAlmostEqual(float(row[name]), value, delta=1e-5 * max(1, abs(value)), msg=f"{path.name}: {name}")
        means = {line.split()[0]: line.split() for line in said.splitlines() if line.startswith("  pitch_range")}
        self.assertAlmostEqual(float(means["pitch_range"][2]), sum(float(row["pitch_range"]) for row in rows) / len(rows), delta=0.01)

    def test_measure_says_what_is_broken_and_goes_on(self):
        (self.folder / "music").mkdir()
        shutil.copy(SAMPLE / "amazing-grace.mid", self.folder / "music" / "a, \"grace\".mid")
        (self.folder / "music" / "broken.mid").write_bytes(b"MThd, but no more")
        (self.folder / "alone.mid").write_bytes(b"")
        result = self.succeed("measure", "music", "alone.mid", SAMPLE / "amazing-grace.mid", "music/a, \"grace\".mid", "--csv", "out.csv")
        self.assertIn("Left out: 2 files", result.stderr)
        self.assertIn("broken.mid: ", result.stderr)
        self.assertIn("alone.mid: ", result.stderr)
        rows = rows_of(self.folder / "out.csv")
        self.assertEqual([row["piece"] for row in rows], ["music/a, \"grace\".mid", str(SAMPLE / "amazing-grace.mid")])
        self.assertEqual(list(rows[0].values())[1:], list(rows[1].values())[1:])
        self.refused("measure", "alone.mid", says="no piece")
        self.refused("measure", "nowhere", says="nowhere")
        self.refused("measure", SAMPLE, "--resolution", -1, says="resolution")

    def test_measure_is_the_same_on_every_number_of_threads(self):
        for threads in (1, 3):
            self.succeed("measure", SAMPLE, "--max-pieces", 9, "--seed", 4, "--threads", threads, "--csv", f"{threads}.csv")
        self.assertEqual((self.folder / "1.csv").read_bytes(), (self.folder / "3.csv").read_bytes())
        self.assertEqual(len(rows_of(self.folder / "1.csv")), 9)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--continuo", required=True)
    parser.add_argument("--write-model", required=True)
    parser.add_argument("--sample", required=True, type=Path)
    known, rest = parser.parse_known_args()
    CONTINUO, WRITE_MODEL, SAMPLE = known.continuo, known.write_model, known.sample
    unittest.main(argv=[sys.argv[0], *rest])
