#!/usr/bin/env python3
"""continuo quantize: its bytes are those that the page of the model file asks for, its losses those of training."""
import argparse
import csv
import math
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "golden" / "engine"))
sys.dont_write_bytecode = True
import model_file  # noqa: E402  (found through the path above)

CONTINUO = WRITE_MODEL = SAMPLE = None


def run(*arguments, **options):
    return subprocess.run([CONTINUO, *map(str, arguments)], capture_output=True, text=True, timeout=300, check=False, **options)


class Quantize(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.temporary.name)
        self.model = self.folder / "model.safetensors"
        subprocess.run([WRITE_MODEL, self.model], check=True)

    def tearDown(self):
        self.temporary.cleanup()

    def quantize(self, *arguments):
        result = run("quantize", *arguments, cwd=self.folder)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def refused(self, *arguments, says):
        result = run("quantize", *arguments, cwd=self.folder)
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertIn(says, result.stderr)

    def test_the_bytes_are_those_of_the_page(self):
        metadata, shapes, tensors = model_file.read(self.model)
        for precision in ("int8", "bf16"):
            said = self.quantize(self.model, "--precision", precision)
            written = self.folder / f"model-{precision}.safetensors"
            self.assertIn(str(written), said)
            expected = self.folder / "expected"
            model_file.write(expected, metadata, shapes, tensors, precision)
            self.assertEqual(written.read_bytes(), expected.read_bytes(), precision)
            self.assertLess(written.stat().st_size, 0.6 * self.model.stat().st_size)

    def test_a_quantised_model_composes_and_says_what_it_is(self):
        self.quantize(self.model, "-o", "small.safetensors")
        self.assertIn("int8", run("inspect", "small.safetensors", cwd=self.folder).stdout.splitlines()[1])
        result = run("compose", "--model", "small.safetensors", "--symbols", 100, "-o", "a.mid", cwd=self.folder)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertTrue((self.folder / "a.mid").read_bytes().startswith(b"MThd"))

    def test_without_data_it_says_how_far_predictions_move(self):
        bits = {}
        for precision in ("int8", "bf16"):
            said = self.quantize(self.model, "--precision", precision)
            bits[precision] = float(re.search(precision + r" costs\s+([\d.]+) bits", said).group(1))
            self.assertGreater(float(re.search(r"([\d.]+) at most", said).group(1)), 0)
        self.assertLess(bits["int8"], 0.01)
        self.assertLess(bits["bf16"], 0.002)

    def test_what_it_refuses(self):
        self.refused(self.model, "-o", self.model, says="would overwrite")
        self.quantize(self.model)
        self.refused("model-int8.safetensors", says="is stored in int8 already")
        broken = self.folder / "broken.safetensors"
        broken.write_bytes(b"no model at all")
        self.refused(broken, says=str(broken))
        self.refused(self.model, "--data", broken, says=str(broken))
        self.assertFalse((self.folder / "broken-int8.safetensors").exists())
        empty = self.folder / "empty"
        empty.mkdir()
        self.refused(self.model, "--data", empty, "-o", "left.safetensors", says=str(empty))
        self.assertFalse((self.folder / "left.safetensors").exists())

    @unittest.skipUnless("--sample" in sys.argv, "a build without training")
    def test_the_loss_of_fp32_is_that_of_training(self):
        environment = {"XDG_CACHE_HOME": str(self.folder / "cache"), "PATH": "/usr/bin:/bin"}
        result = run("train", SAMPLE, "--any-length", "--steps", 150, "--set", "network.residual_channels=16",
                     "--set", "network.skip_channels=16", "--set", "network.head_channels=16", "--set", "network.dilations=[1,2,4,8]",
                     "--set", "training.batch=4", "--set", "training.chunk=64", "-o", self.folder / "t", env=environment)
        self.assertEqual(result.returncode, 0, result.stderr)
        with open(self.folder / "t" / "curve.csv", newline="") as file:
            trained = min(float(row["held_out_loss"]) for row in csv.DictReader(file)) / math.log(2)
        result = run("quantize", self.folder / "t" / "best.safetensors", "--data", SAMPLE, "--symbols", 0, env=environment)
        self.assertEqual(result.returncode, 0, result.stderr)
        measured = float(re.search(r"fp32\s+([\d.]+) bits", result.stdout).group(1))
        self.assertAlmostEqual(measured, trained, delta=2e-4)
        quantised = float(re.search(r"int8\s+([\d.]+) bits", result.stdout).group(1))
        self.assertLess(abs(quantised - measured), 0.01)
        self.assertNotEqual(quantised, 0)
        cached = next((self.folder / "cache" / "continuo").glob("*.dataset"))
        again = run("quantize", self.folder / "t" / "best.safetensors", "--data", cached, "--symbols", 0, env=environment)
        self.assertEqual(again.stdout, result.stdout)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--continuo", required=True)
    parser.add_argument("--write-model", required=True)
    parser.add_argument("--sample")
    known, rest = parser.parse_known_args()
    CONTINUO, WRITE_MODEL, SAMPLE = known.continuo, known.write_model, known.sample
    unittest.main(argv=[sys.argv[0], *rest])
