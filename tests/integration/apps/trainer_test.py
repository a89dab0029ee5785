#!/usr/bin/env python3
"""continuo-train learns from an encoded collection what continuo train learns from its folder, and asks for no library of sound or pictures."""
import argparse
import csv
import json
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

CONTINUO = TRAINER = SAMPLE = CMAKE = SOURCE = None
HOW = ["--set", "training.steps=12", "--set", "training.chunk=32", "--set", "training.batch=3", "--set", "training.threads=1", "--set",
       "network.dilations=[1,2,4]", "--set", "network.residual_channels=8", "--set", "network.dropout=0.2"]


def weights_of(path):
    data = path.read_bytes()
    size, = struct.unpack_from("<Q", data)
    header = json.loads(data[8:8 + size])
    header.pop("__metadata__")
    return header, data[8 + size:]


class Trainer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.temporary.name)
        cls.run_program([CONTINUO, "corpus", SAMPLE, "--any-length", "--representation", "remi", "--validation", "0.1", "--cache",
                         str(cls.folder / "encoded")])
        cls.dataset, = (cls.folder / "encoded").glob("*.dataset")

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    @classmethod
    def run_program(cls, command):
        result = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
        if result.returncode != 0:
            raise AssertionError(f"{command}: {result.stdout}{result.stderr}")
        return result.stdout

    def learn(self, output, *more):
        return self.run_program([TRAINER, str(self.dataset), *HOW, "-o", str(self.folder / output), *more])

    def refusal_of(self, *words):
        result = subprocess.run([TRAINER, *words], capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(result.returncode, 1)
        return result.stderr

    def test_learns_what_the_whole_program_learns(self):
        self.run_program([CONTINUO, "train", SAMPLE, "--any-length", "--set", "split.validation=0.1", *HOW, "--cache", str(self.folder / "encoded"), "-o",
                          str(self.folder / "whole")])
        self.assertEqual(len(list((self.folder / "encoded").iterdir())), 1, "both have the same cache file")
        self.assertIn("symbols a second", self.learn("alone"))
        for name in ("best.safetensors", "last.safetensors"):
            self.assertEqual(weights_of(self.folder / "whole" / name), weights_of(self.folder / "alone" / name))
        self.run_program([CONTINUO, "compose", "--model", str(self.folder / "alone" / "best.safetensors"), "--symbols", "50", "--go-on", "-o",
                          str(self.folder / "new.mid")])

    def test_goes_on(self):
        self.learn("longer")
        self.learn("longer", "--resume", "--set", "training.steps=20")
        with open(self.folder / "longer" / "curve.csv", newline="") as file:
            self.assertEqual(list(csv.DictReader(file))[-1]["step"], "20")

    def test_refusals(self):
        data, folder = str(self.dataset), str(self.folder / "none")
        self.assertIn("no dataset was given", self.refusal_of())
        self.assertIn("no folder for the model", self.refusal_of(data))
        self.assertIn("'--speed' is not understood", self.refusal_of(data, "-o", folder, "--speed"))
        self.assertIn("-o has no value", self.refusal_of(data, "-o"))
        self.assertIn("two is no length of time", self.refusal_of(data, "-o", folder, "--checkpoint-minutes", "two"))
        self.assertIn("cannot compute on \"abacus\"", self.refusal_of(data, "-o", folder, "--device", "abacus"))
        self.assertIn(SOURCE, self.refusal_of(str(Path(SOURCE) / "README.md"), "-o", folder))
        self.assertFalse(Path(folder, "last.checkpoint").exists())

    def test_needs_no_library_of_sound_or_pictures(self):
        hidden = [f"-DCMAKE_DISABLE_FIND_PACKAGE_{name}=ON" for name in ("PkgConfig", "fmt", "CLI11", "GTest")]
        build = self.folder / "build"
        self.run_program([CMAKE, "-S", SOURCE, "-B", str(build), "-G", "Ninja", "-DCONTINUO_TRAINER_ONLY=ON", *hidden])
        targets = self.run_program([CMAKE, "--build", str(build), "--target", "help"])
        self.assertIn("continuo-train", targets)
        self.assertNotIn("continuo_audio", targets)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for name in ("--continuo", "--trainer", "--sample", "--cmake", "--source"):
        parser.add_argument(name, required=True)
    known, rest = parser.parse_known_args()
    CONTINUO, TRAINER, SAMPLE, CMAKE, SOURCE = known.continuo, known.trainer, known.sample, known.cmake, known.source
    unittest.main(argv=[sys.argv[0], *rest])
