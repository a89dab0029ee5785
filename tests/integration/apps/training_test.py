#!/usr/bin/env python3
"""Training through the command line: learns, is interrupted, goes on, and its model composes."""
import argparse
import csv
import math
import os
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

CONTINUO = SAMPLE = None
SMALL = ["--any-length", "--set", "network.residual_channels=16", "--set", "network.skip_channels=16", "--set", "network.head_channels=16",
         "--set", "network.dilations=[1,2,4,8]", "--set", "training.batch=4", "--set", "training.chunk=64"]


def run(*arguments, **options):
    return subprocess.run([CONTINUO, *map(str, arguments)], capture_output=True, text=True, timeout=300, check=False, **options)


def crc32c(data):
    """Bit by bit, from the polynomial x^32 + x^28 + ... of RFC 3720."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def masked(data):
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def message(data):
    """A protocol buffer as {field: [values]}: whole numbers, 4 or 8 bytes, or bytes."""
    fields, at = {}, 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(data):
        key = varint()
        wire = key & 7
        if wire == 0:
            value = varint()
        else:
            size = {1: 8, 5: 4}.get(wire) or varint()
            value = data[at:at + size]
            assert len(value) == size
            at += size
        fields.setdefault(key >> 3, []).append(value)
    return fields


def records(path):
    data, at = path.read_bytes(), 0
    while at < len(data):
        (size,) = struct.unpack_from("<Q", data, at)
        body = data[at + 12:at + 12 + size]
        assert struct.unpack_from("<I", data, at + 8)[0] == masked(data[at:at + 8]), "checksum of a length"
        assert len(body) == size and struct.unpack_from("<I", data, at + 12 + size)[0] == masked(body), "checksum of a record"
        yield message(body)
        at += 16 + size


class Training(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = Path(self.temporary.name)

    def tearDown(self):
        self.temporary.cleanup()

    def train(self, output, *arguments):
        return run("train", SAMPLE, *SMALL, "--cache", self.folder / "cache", "-o", self.folder / output, *arguments)

    def run_what_it_said(self, said, heading):
        """Runs the command below this line as a shell would; returns what that said."""
        command = said.split(heading + "\n")[1].splitlines()[0]
        script = f'continuo() {{ "{CONTINUO}" "$@"; }}\n{command}\n'
        result = subprocess.run(["sh", "-c", script], cwd=self.folder, capture_output=True, text=True, timeout=300, check=False,
                                env={**os.environ, "XDG_CACHE_HOME": str(self.folder / "home")})
        self.assertEqual(result.returncode, 0, command + result.stderr)
        return result.stdout

    def curve(self, output):
        with open(self.folder / output / "curve.csv", newline="") as file:
            return list(csv.DictReader(file))

    def test_it_learns_and_the_model_composes(self):
        result = self.train("a", "--steps", 150)
        self.assertEqual(result.returncode, 0, result.stderr)
        for word in ("ln V", "frequencies", "repetition", "held-out loss", "receptive field"):
            self.assertIn(word, result.stdout)
        losses = [float(row["held_out_loss"]) for row in self.curve("a")]
        self.assertGreaterEqual(len(losses), 2)
        self.assertLess(losses[-1], losses[0])
        self.assertTrue((self.folder / "a" / "curve.png").read_bytes().startswith(b"\x89PNG"))
        composed = run("compose", "--model", self.folder / "a" / "best.safetensors", "--bars", 4, "-o", self.folder / "new.mid")
        self.assertEqual(composed.returncode, 0, composed.stderr)
        self.assertTrue((self.folder / "new.mid").read_bytes().startswith(b"MThd"))
        inspected = run("inspect", self.folder / "a" / "best.safetensors")
        self.assertEqual(inspected.returncode, 0, inspected.stderr)
        self.assertIn("wavenet", inspected.stdout)

    def test_interrupted_training_ends_where_the_uninterrupted_ends(self):
        steps = 400
        self.assertEqual(self.train("whole", "--steps", steps).returncode, 0)
        process = subprocess.Popen([CONTINUO, "train", SAMPLE, *SMALL, "--cache", self.folder / "the cache", "-o", self.folder / "it's parts", "--steps", str(steps)],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        begun = time.time()
        while not (self.folder / "it's parts" / "recipe.toml").exists() and time.time() - begun < 60:
            time.sleep(0.02)
        time.sleep(0.7)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=60)[0]
        if process.returncode == 0:
            self.skipTest("this machine trained faster than it could be interrupted")
        self.assertEqual(process.returncode, 130)
        self.assertTrue((self.folder / "it's parts" / "last.checkpoint").exists())
        said = self.run_what_it_said(said, "Go on with")
        self.assertEqual((self.folder / "whole" / "last.safetensors").read_bytes(), (self.folder / "it's parts" / "last.safetensors").read_bytes())
        self.assertFalse((self.folder / "home").exists())  # the cache that was given served again
        self.run_what_it_said(said, "Compose with")
        self.assertTrue((self.folder / "new.mid").read_bytes().startswith(b"MThd"))

    def logged(self, path):
        """{tag: {step: value}} of an event file, the pictures' bytes, and the steps at which sessions begin."""
        numbers, pictures, sessions = {}, [], []
        for i, event in enumerate(records(path)):
            if i == 0:
                self.assertEqual(event[3], [b"brain.Event:2"])
            self.assertGreater(struct.unpack("<d", event[1][0])[0], 1.7e9, "wall time")
            step = event.get(2, [0])[0]
            if 7 in event:
                self.assertEqual(message(event[7][0]), {1: [1]})
                sessions.append(step)
            for summary in event.get(5, []):
                for value in map(message, message(summary)[1]):
                    if 4 in value:
                        pictures.append((step, message(value[4][0])))
                    else:
                        numbers.setdefault(value[1][0].decode(), {})[step] = struct.unpack("<f", value[2][0])[0]
        return numbers, pictures, sessions

    def test_event_files_hold_what_happened(self):
        self.assertEqual(self.train("log", "--steps", 40).returncode, 0)
        self.assertEqual(self.train("log", "--steps", 60, "--resume").returncode, 0)
        first, second = sorted((self.folder / "log").glob("events.out.tfevents.*"), key=lambda path: path.stat().st_mtime_ns)
        numbers, pictures, sessions = self.logged(first)
        self.assertEqual(sessions, [1])
        self.assertEqual(list(numbers["training/loss"]), [10, 20, 30, 40])
        for step, loss in numbers["training/loss"].items():
            self.assertTrue(3 < loss < 6.6, loss)
            self.assertAlmostEqual(numbers["training/bits"][step], loss / math.log(2), places=4)
            self.assertGreater(numbers["training/gradient_norm"][step], 0)
            self.assertGreater(numbers["training/steps_of_music_per_second"][step], 0)
        more, _, sessions = self.logged(second)
        self.assertEqual(sessions, [41])
        self.assertEqual(list(more["training/loss"]), [50, 60])
        curve = self.curve("log")
        logged = {**numbers["held_out/loss"], **more["held_out/loss"]}
        self.assertEqual(sorted(logged), [int(row["step"]) for row in curve])
        for row in curve:
            self.assertAlmostEqual(logged[int(row["step"])], float(row["held_out_loss"]), places=4)
        step, picture = pictures[0]
        self.assertEqual(step, int(curve[0]["step"]))
        self.assertTrue(picture[4][0].startswith(b"\x89PNG") and picture[4][0].endswith(b"IEND\xaeB`\x82"))
        self.assertEqual(struct.unpack(">II", picture[4][0][16:24]), (picture[2][0], picture[1][0]))
        self.assertFalse((self.folder / "log" / "sample.png").exists())

    def test_a_model_is_fine_tuned_and_goes_on(self):
        self.assertEqual(self.train("base", "--steps", 60).returncode, 0)
        base = self.folder / "base" / "best.safetensors"
        tune = ["train", SAMPLE, "--any-length", "--max-pieces", 12, "--cache", self.folder / "cache"]
        result = run(*tune, "--init", base, "--freeze", 2, "--steps", 20, "-o", self.folder / "tuned")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("2 of 8 layers frozen", result.stdout)
        curve = self.curve("tuned")
        self.assertEqual(curve[0]["step"], "0")
        recipe = (self.folder / "tuned" / "recipe.toml").read_text()
        for line in ("learning_rate = 0.0004 ", "residual_channels = 16 ", "chunk = 64 ", "freeze = 2 "):
            self.assertIn(line, recipe)
        base.unlink()
        result = run(*tune, "--resume", "--steps", 30, "-o", self.folder / "tuned")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(self.curve("tuned")[-1]["step"], "30")
        again = self.folder / "tuned" / "last.safetensors"
        for arguments, says in ((("--network", "lstm"), "network.name"), (("--set", "representation.velocities=4"), "representation.velocities"),
                                (("--freeze", 30), "8 layers"), (("--label-column", "composer"), "no labels")):
            result = run(*tune, "--init", again, *arguments, "-o", self.folder / "x")
            self.assertGreater(result.returncode, 0, arguments)
            self.assertIn(says, result.stderr)
            self.assertFalse((self.folder / "x").exists())

    def test_a_training_is_not_lost(self):
        def train(output, *arguments):
            return run("train", SAMPLE, "--any-length", "--cache", self.folder / "cache", "-o", self.folder / output, *arguments)

        small = [word for key in ("embedding", "hidden", "layers") for word in ("--set", f"network.{key}={1 if key == 'layers' else 8}")]
        first = train("a", "--network", "lstm", *small, "--steps", 4)
        self.assertEqual(first.returncode, 0, first.stderr)
        self.assertIn("--init default", first.stdout, "a few pieces are better learned by fine-tuning")
        self.assertIn("\nprecision ", first.stdout)
        result = train("a", "--resume-if-same", "--steps", 6)  # goes on with the folder's network
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("lstm on remi", result.stdout)
        self.assertEqual(self.curve("a")[-1]["step"], "6")
        best = self.folder / "a" / "best.safetensors"
        before = best.read_bytes()
        checkpoint = self.folder / "a" / "last.checkpoint"
        for output, arguments, says in (("a", ("--steps", 4), "holds a training already"),
                                        ("a", ("--resume-if-same", "--network", "wavenet"), "network.name = \"lstm\""),
                                        ("typo", ("--resume",), "no training to resume"),
                                        ("a", ("--overwrite", "--resume"), "excludes"),
                                        ("a", ("--resume",), "is missing")):
            if says == "is missing":
                checkpoint.unlink()
            result = train(output, *arguments)
            self.assertGreater(result.returncode, 0, arguments)
            self.assertIn(says, result.stderr)
            self.assertEqual(best.read_bytes(), before)
        self.assertFalse((self.folder / "typo").exists())

    def test_a_model_that_learns_nothing_better_is_named(self):
        self.assertEqual(self.train("base", "--steps", 60).returncode, 0)
        result = run("train", SAMPLE, "--any-length", "--max-pieces", 12, "--cache", self.folder / "cache", "--init", self.folder / "base" / "best.safetensors",
                     "--set", "training.learning_rate=0.1", "--set", "training.transpose=12", "--steps", 2, "-o", self.folder / "tuned")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("no evaluation was better than the model before the first step", result.stdout)
        self.assertIn("train longer (--minutes", result.stdout)

    def test_what_cannot_be_learned_from_is_refused(self):
        empty = self.folder / "empty"
        empty.mkdir()
        for arguments, says in (((empty,), "no MIDI file"), ((self.folder / "none",), "none"), ((SAMPLE, "--network", "crystal-ball"), "crystal-ball"),
                                ((SAMPLE, "--set", "training.bach=4"), "training.bach"), ((SAMPLE, "--set", "training.batch=-4"), "batch"),
                                ((SAMPLE, "--recipe", self.folder / "none.toml"), "none.toml"), ((SAMPLE, "--min-seconds", "7"), "min-seconds"),
                                ((SAMPLE, "--minutes", "inf"), "'inf' is not a number above 0"), ((SAMPLE, "--seed", "-1"), "'-1' is not a whole number"),
                                ((SAMPLE, "--set", "split.train=0.9", "--set", "split.validation=0.9"), "more than the whole")):
            result = run("train", *arguments, "--cache", self.folder / "cache", "-o", self.folder / "x")
            self.assertNotEqual(result.returncode, 0, arguments)
            self.assertGreater(result.returncode, 0, f"{arguments} ended by a signal")
            self.assertIn(says, result.stdout + result.stderr)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for name in ("--continuo", "--write-model", "--sample"):
        parser.add_argument(name, required=True)
    known, rest = parser.parse_known_args()
    CONTINUO, SAMPLE = known.continuo, known.sample
    unittest.main(argv=[sys.argv[0], *rest])
