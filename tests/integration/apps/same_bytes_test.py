#!/usr/bin/env python3
"""The same seed gives the same sound on every instruction set and number of threads: a WaveNet of full size (30 layers,
1.2 million multiply-adds a sample) composes ten seconds at 4 kHz, that is 40,000 samples, on two threads; on one the first
second of them, which takes as long. The scalar oracle, which needs milliseconds a sample, composes the first 160."""
import argparse
import hashlib
import platform
import re
import subprocess
import sys
import tempfile
import unittest
import wave
from pathlib import Path

CONTINUO = WRITE_MODEL = None
RATE = 4_000
SAMPLES = 10 * RATE
ON_ONE_THREAD = RATE
OF_THE_ORACLE = 160
PIECE = 500


def run(*arguments, **options):
    return subprocess.run([CONTINUO, *map(str, arguments)], capture_output=True, text=True, timeout=600, check=False, **options)


class SameBytes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.holder = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.holder.name)
        cls.model = cls.folder / "full.safetensors"
        subprocess.run([WRITE_MODEL, cls.model, "full"], check=True)
        absent = "neon" if platform.machine() == "x86_64" else "avx2"
        cls.refusal = cls.compose_with(absent, "fp32", 1, 10)
        cls.sets = re.search(r"It has: (.*)\.", cls.refusal.stderr).group(1).split(", ")

    @classmethod
    def tearDownClass(cls):
        cls.holder.cleanup()

    @classmethod
    def compose_with(cls, instruction_set, precision, threads, samples, *more):
        return run("compose", "--model", cls.model, "--instruction-set", instruction_set, "--precision", precision,
                   "--threads", threads, "--seconds", samples / RATE, "--seed", 3, "-o", "piece.wav", *more, cwd=cls.folder)

    def samples(self, *how):
        """The samples as bytes."""
        result = self.compose_with(*how)
        self.assertEqual(result.returncode, 0, result.stderr)
        with wave.open(str(self.folder / "piece.wav")) as file:
            return file.readframes(file.getnframes()), file.getsampwidth()

    def test_what_this_machine_lacks_is_refused(self):
        self.assertNotEqual(self.refusal.returncode, 0)
        self.assertIn("this machine does not run the instruction set", self.refusal.stderr)
        unknown = self.compose_with("mmx", "fp32", 1, 10)
        self.assertNotEqual(unknown.returncode, 0)
        self.assertIn("there is no instruction set 'mmx'", unknown.stderr)
        self.assertEqual(self.sets[0], "scalar")

    def test_ten_seconds_are_the_same_everywhere(self):
        for precision in ("fp32", "int8"):
            whole, width = self.samples(self.sets[-1], precision, 2, SAMPLES)
            self.assertEqual(len(whole), SAMPLES * width)
            self.assertGreater(len({whole[i:i + width] for i in range(0, len(whole), width)}), 100, "no music is in one value")
            reference = hashlib.sha256(whole).hexdigest()
            for name in self.sets[1:-1]:
                found, _ = self.samples(name, precision, 2, SAMPLES)
                self.assertEqual(hashlib.sha256(found).hexdigest(), reference, f"{precision} {name}")
            parts = [(name, 1, ON_ONE_THREAD) for name in self.sets[1:]]
            for name, threads, samples in parts + [("scalar", threads, OF_THE_ORACLE) for threads in (1, 2)]:
                found, _ = self.samples(name, precision, threads, samples)
                self.assertEqual(len(found), samples * width)
                self.assertEqual(found, whole[:len(found)], f"{precision} {name}, threads: {threads}")

    def test_a_piece_among_others_is_the_piece_alone(self):
        for precision in ("fp32", "int8"):
            whole, _ = self.samples(self.sets[-1], precision, 1, PIECE)
            for name, threads in ((name, threads) for name in self.sets[1:] for threads in (1, 2)):
                result = self.compose_with(name, precision, threads, PIECE, "--count", 5)
                self.assertEqual(result.returncode, 0, result.stderr)
                with wave.open(str(self.folder / "piece-1.wav")) as file:
                    self.assertEqual(file.readframes(file.getnframes()), whole, f"{precision} {name} {threads}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--continuo", required=True)
    parser.add_argument("--write-model", required=True)
    known, rest = parser.parse_known_args()
    CONTINUO, WRITE_MODEL = known.continuo, known.write_model
    unittest.main(argv=[sys.argv[0], *rest])
