#!/usr/bin/env python3
"""A training that is killed, interrupted or out of disk goes on and ends where the undisturbed one ends, to the byte."""
import argparse
import csv
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

CONTINUO = SAMPLE = None
STEPS = 240
# Everything that a checkpoint must carry: recurrent state, dropout, augmentation, an average of the weights, several batches a step.
SMALL = ["--any-length", "--network", "wavenet-lstm", "--set", "network.residual_channels=8", "--set", "network.skip_channels=8",
         "--set", "network.head_channels=8", "--set", "network.dilations=[1,2,4]", "--set", "network.hidden=8", "--set", "network.dropout=0.1",
         "--set", "training.batch=2", "--set", "training.chunk=32", "--set", "training.transpose=3", "--set", "training.ema=0.99",
         "--set", "training.accumulate=2", "--set", "training.evaluate_symbols=2000", "--threads", "1", "--steps", str(STEPS)]


class Lasting(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.temporary.name)
        cls.run_to_end("whole")

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    @classmethod
    def command(cls, output, *more):
        return [CONTINUO, "train", SAMPLE, *SMALL, "--cache", str(cls.folder / "cache"), "-o", str(cls.folder / output), *more]

    @classmethod
    def run_to_end(cls, output, *more):
        result = subprocess.run(cls.command(output, *more), capture_output=True, text=True, timeout=280, check=False)
        if result.returncode != 0:
            raise AssertionError(f"{output}: {result.stdout}{result.stderr}")

    def start(self, output):
        """A run that saves very often."""
        return subprocess.Popen(self.command(output, "--resume-if-same", "--checkpoint-minutes", "0.0005"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    @staticmethod
    def wait_until(condition, process):
        end = time.monotonic() + 120
        while not condition() and process.poll() is None and time.monotonic() < end:
            time.sleep(0.002)

    def changed(self, path):
        """A condition: the file has been replaced since now."""
        mark = path.stat().st_mtime_ns if path.exists() else None
        return lambda: path.exists() and path.stat().st_mtime_ns != mark

    def assert_ended_like_the_whole(self, output):
        for name in ("last.safetensors", "best.safetensors", "recipe.toml"):
            self.assertEqual((self.folder / "whole" / name).read_bytes(), (self.folder / output / name).read_bytes(), name)
        curves = []
        for folder in ("whole", output):
            with open(self.folder / folder / "curve.csv", newline="") as file:
                curves.append([{key: value for key, value in row.items() if key != "minutes"} for row in csv.DictReader(file)])
        self.assertEqual(*curves)
        left = [path.name for path in (self.folder / output).iterdir() if ".partial" in path.name]
        self.assertEqual(left, [], "what the killed ones left unfinished is gone")

    def test_killed_at_random_moments(self):
        moments = random.Random(7)
        killed = 0
        for turn in range(6):
            process = self.start("killed")
            watched = self.folder / "killed" / ("recipe.toml" if turn == 0 else "last.checkpoint")
            self.wait_until(self.changed(watched), process)
            time.sleep(moments.uniform(0, 0.08))
            process.kill()
            killed += process.wait() == -signal.SIGKILL
        if killed < 3:
            self.skipTest("this machine trained faster than it could be killed")
        self.run_to_end("killed", "--resume")
        self.assert_ended_like_the_whole("killed")

    def test_interrupted_and_terminated(self):
        for signal_number in (signal.SIGINT, signal.SIGTERM):
            process = self.start("interrupted")
            self.wait_until(self.changed(self.folder / "interrupted" / "last.checkpoint"), process)
            process.send_signal(signal_number)
            self.assertIn(process.wait(timeout=120), (0, 130))
        self.run_to_end("interrupted", "--resume")
        self.assert_ended_like_the_whole("interrupted")

    def test_disk_full(self):
        process = self.start("full")
        checkpoint = self.folder / "full" / "last.checkpoint"
        self.wait_until(self.changed(checkpoint), process)
        process.kill()
        process.wait()
        before = checkpoint.read_bytes()

        def no_room():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) // 2, len(before) // 2))

        result = subprocess.run(self.command("full", "--resume"), capture_output=True, text=True, timeout=280, check=False, preexec_fn=no_room,
                                restore_signals=False)
        self.assertGreater(result.returncode, 0)
        self.assertIn("last.checkpoint", result.stderr)
        self.assertEqual(checkpoint.read_bytes(), before, "the last checkpoint is whole")
        self.run_to_end("full", "--resume")
        self.assert_ended_like_the_whole("full")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for name in ("--continuo", "--sample"):
        parser.add_argument(name, required=True)
    known, rest = parser.parse_known_args()
    CONTINUO, SAMPLE = known.continuo, known.sample
    unittest.main(argv=[sys.argv[0], *rest])
