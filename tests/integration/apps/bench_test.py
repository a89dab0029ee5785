#!/usr/bin/env python3
"""continuo bench: that its figures fit each other and that it says what it did; how fast a machine is decides nothing here."""
import argparse
import csv
import math
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

CONTINUO = WRITE_MODEL = None


def run(*arguments, **options):
    return subprocess.run([CONTINUO, "bench", *map(str, arguments)], capture_output=True, text=True, timeout=200, check=False, **options)


class Bench(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = Path(self.temporary.name)
        self.model = self.folder / "model.safetensors"
        subprocess.run([WRITE_MODEL, self.model], check=True)

    def tearDown(self):
        self.temporary.cleanup()

    def bench(self, *arguments):
        result = run(*arguments, "--csv", self.folder / "figures.csv", cwd=self.folder)
        self.assertEqual(result.returncode, 0, result.stderr)
        with open(self.folder / "figures.csv", newline="") as file:
            return result.stdout, list(csv.DictReader(file))

    def test_every_combination_has_its_figures(self):
        said, rows = self.bench("--model", self.model, "--seconds", 0.1, "--threads", "1,2", "--streams", "1,3")
        self.assertEqual([(row["precision"], row["threads"], row["streams"]) for row in rows],
                         [(p, t, s) for p in ("fp32", "bf16", "int8") for t in "12"[:len(os.sched_getaffinity(0))] for s in "13"])
        for row in rows:
            self.assertEqual((row["model"], row["network"]), ("model.safetensors", "wavenet"))
            rate, time = float(row["steps_per_second"]), float(row["us_per_step"])
            self.assertTrue(math.isclose(rate, 1e6 * int(row["streams"]) / time, rel_tol=0.01), row)
            for figure in ("real_time_factor", "bandwidth_gb_per_second", "peak_gmac_per_second", "roofline_steps_per_second"):
                self.assertGreater(float(row[figure]), 0, row)
        factors = {float(row["real_time_factor"]) / float(row["steps_per_second"]) for row in rows}
        self.assertLess(max(factors) / min(factors), 1.01, "one symbol is worth the same music everywhere")
        best = max(float(row["real_time_factor"]) for row in rows if row["streams"] == "1")
        yes, times = re.search(r"plays this model live: (yes|no), ([\d.]+) times real time", said).groups()
        self.assertEqual(yes, "yes" if best >= 1 else "no")
        self.assertTrue(math.isclose(float(times), best, rel_tol=0.05, abs_tol=0.6), (times, best))

    def test_without_a_model_it_takes_its_own_two(self):
        said, rows = self.bench("--seconds", 0.1, "--precision", "int8", "--threads", 1, "--streams", 1)
        self.assertEqual([row["model"] for row in rows], ["WaveNet of 30 layers on sound", "WaveNet of 32 layers on remi"])
        self.assertEqual(said.count("plays this model live"), 2)
        sound = rows[0]
        self.assertTrue(math.isclose(float(sound["real_time_factor"]), float(sound["steps_per_second"]) / 16000, rel_tol=0.01, abs_tol=1e-4))

    def test_the_forced_instruction_set_is_named(self):
        said, rows = self.bench("--model", self.model, "--seconds", 0.05, "--precision", "fp32", "--threads", 1, "--streams", 1,
                                "--instruction-set", "scalar")
        self.assertEqual([row["instruction_set"] for row in rows], ["scalar"])

    def test_what_it_refuses(self):
        for arguments, word in ((("--instruction-set", "mmx"), "there is no instruction set 'mmx'"), (("--streams", 0), "0"),
                                (("--precision", "fp64"), "fp64"), (("--model", self.folder / "none"), "none")):
            result = run("--seconds", 0.05, *arguments)
            self.assertNotEqual(result.returncode, 0)
            self.assertIn(word, result.stdout + result.stderr)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--continuo", required=True)
    parser.add_argument("--write-model", required=True)
    known, rest = parser.parse_known_args()
    CONTINUO, WRITE_MODEL = known.continuo, known.write_model
    unittest.main(argv=[sys.argv[0], *rest])
