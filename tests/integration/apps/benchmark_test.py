#!/usr/bin/env python3
"""The benchmark of polyphonic frames from one command: files and folders, both heads, the same result again."""
import argparse
import csv
import json
import math
import random
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

CONTINUO = SAMPLE = None
SMALL = ["--set", "network.residual_channels=8", "--set", "network.skip_channels=8", "--set", "network.head_channels=8", "--set", "network.dilations=[1,2,4]",
         "--set", "network.stacks=1", "--set", "training.batch=4", "--set", "training.chunk=32"]


def run(*arguments):
    return subprocess.run([CONTINUO, "benchmark", "poly-music", *map(str, arguments)], capture_output=True, text=True, timeout=300, check=False)


def piece(seed, frames):
    chance = random.Random(seed)
    return [sorted(chance.sample(range(50, 80), chance.randrange(4))) for _ in range(frames)]


class Benchmark(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = Path(self.temporary.name)
        self.parts = {"train": [piece(i, 20 + i) for i in range(6)], "valid": [piece(10, 12), piece(11, 1)], "test": [piece(20, 15), piece(21, 1), piece(22, 9)]}
        self.file = self.folder / "JSB_like.json"
        self.file.write_text(json.dumps(self.parts))

    def tearDown(self):
        self.temporary.cleanup()

    def rows(self, output):
        with open(self.folder / output / "benchmark.csv", newline="") as file:
            return list(csv.DictReader(file))

    def benchmark(self, output, *arguments, data=None):
        result = run(data or self.file, *SMALL, "--cache", self.folder / "cache", "-o", self.folder / output, *arguments)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def test_rows_stand_beside_the_published_ones_and_repeat(self):
        printed = self.benchmark("a", "--steps", 30, "--runs", 2)
        for words in ("TCN", "8.10", "RNN-NADE", "5.19", "wavenet", "+-", "mixture"):
            self.assertIn(words, printed)
        rows = self.rows("a")
        self.assertEqual([row["seed"] for row in rows], ["1", "2"])
        for row in rows:
            self.assertEqual(int(row["test_frames"]), sum(len(one) - 1 for one in self.parts["test"]))
            self.assertTrue(0 < float(row["test_nats_per_frame"]) < 88 * math.log(2))
        self.assertNotEqual(rows[0]["test_nats_per_frame"], rows[1]["test_nats_per_frame"])
        self.benchmark("b", "--steps", 30, "--runs", 1, "--seed", 2)
        self.assertEqual(self.rows("b")[0]["test_nats_per_frame"], rows[1]["test_nats_per_frame"])
        self.composes("a")

    def test_independent_keys(self):
        printed = self.benchmark("keys", "--head", "keys", "--steps", 30, "--runs", 1)
        self.assertIn("keys", printed)
        self.assertNotIn("mixture", printed)
        self.assertLess(float(self.rows("keys")[0]["test_nats_per_frame"]), 88 * math.log(2))
        self.composes("keys")

    def composes(self, output):
        """Its networks compose, alone and together, to the same notes."""
        model = self.folder / output / "seed-1" / "best.safetensors"
        for count, name in ((1, "one"), (2, "two")):
            command = [CONTINUO, "compose", "--model", model, "--bars", 2, "--go-on", "--count", count, "-o", self.folder / f"{output}-{name}.mid"]
            result = subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=300)
            self.assertEqual(result.returncode, 0, result.stderr)
        one = (self.folder / f"{output}-one.mid").read_bytes()
        self.assertIn(b"MTrk", one)
        self.assertEqual((self.folder / f"{output}-two-1.mid").read_bytes(), one)
        self.assertNotEqual((self.folder / f"{output}-two-2.mid").read_bytes(), one)

    def test_a_folder_of_midi(self):
        for head in ("chain", "keys"):
            printed = self.benchmark(f"midi-{head}", "--head", head, "--steps", 5, "--runs", 1, data=SAMPLE)
            self.assertNotIn("TCN", printed)
            row = self.rows(f"midi-{head}")[0]
            self.assertGreater(int(row["test_frames"]), 100)
            model = self.folder / f"midi-{head}" / "seed-1" / "best.safetensors"
            command = [CONTINUO, "evaluate", "--model", model, SAMPLE, "--part", "test", "--cache", self.folder / "cache", "-o", self.folder / "pieces.csv"]
            result = subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=300)
            self.assertEqual(result.returncode, 0, result.stderr)
            with open(self.folder / "pieces.csv", newline="") as file:
                pieces = list(csv.DictReader(file))
            frames = sum(int(piece["symbols"]) for piece in pieces)
            self.assertEqual(frames, int(row["test_frames"]))
            self.assertAlmostEqual(sum(float(piece["nats"]) for piece in pieces) / frames, float(row["test_nats_per_frame"]), delta=1e-4)

    def test_what_cannot_be_says_so(self):
        bad = self.folder / "bad.json"
        bad.write_text('{"train": [[[60]]], "valid": [[[60], [200]]], "test": []}')
        result = run(bad, "-o", self.folder / "bad", "--cache", self.folder / "cache")
        self.assertEqual(result.returncode, 1)
        self.assertIn("frame 1 of valid/0 holds 200", result.stderr)
        self.assertNotEqual(run(self.folder / "none.json").returncode, 0)
        result = run(self.file, "--set", "representation.name=remi", "-o", self.folder / "remi")
        self.assertIn("frames", result.stderr)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--continuo", required=True)
    parser.add_argument("--sample", required=True)
    known, rest = parser.parse_known_args()
    CONTINUO, SAMPLE = known.continuo, known.sample
    unittest.main(argv=[sys.argv[0], *rest])
