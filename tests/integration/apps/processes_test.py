#!/usr/bin/env python3
"""Processes that train together learn as one alone, go on in other numbers, and end when one of them is lost."""
import argparse
import csv
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest
from array import array
from pathlib import Path

CONTINUO = SAMPLE = None
# Recurrent state, dropout, augmentation, an average of the weights, several batches a step.
NETWORKS = {
    "wavenet-lstm": ["--network", "wavenet-lstm", "--set", "network.residual_channels=8", "--set", "network.skip_channels=8", "--set",
                     "network.head_channels=8", "--set", "network.dilations=[1,2,4]", "--set", "network.hidden=8", "--set", "network.dropout=0.1"],
    "lstm": ["--network", "lstm", "--set", "network.embedding=8", "--set", "network.hidden=16", "--set", "network.layers=2", "--set", "network.dropout=0.2"],
}
HOW = ["--any-length", "--set", "training.batch=5", "--set", "training.chunk=32", "--set", "training.transpose=3", "--set", "training.ema=0.9", "--set",
       "training.accumulate=2", "--set", "training.evaluate_symbols=2000", "--set", "training.learning_rate=0.001", "--set", "training.precision=fp32", "--threads", "1"]


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return str(one.getsockname()[1])


def tensors_of(path):
    data = path.read_bytes()
    size, = struct.unpack_from("<Q", data)
    header = json.loads(data[8:8 + size])
    tensors = {}
    for name, about in header.items():
        if name != "__metadata__":
            first, last = about["data_offsets"]
            tensors[name] = array("f", data[8 + size + first:8 + size + last])
    return tensors


class Processes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.temporary.name)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def command(self, output, *more, network="wavenet-lstm", music=None):
        return [CONTINUO, "train", str(music or SAMPLE), *NETWORKS[network], *HOW, "--cache", str(self.folder / "cache"), "-o", str(self.folder / output), *more]

    def start(self, size, command):
        """The processes; commands may differ."""
        port = free_port()
        commands = command if isinstance(command[0], list) else [command] * size
        return [subprocess.Popen(commands[rank], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                 env={**os.environ, "RANK": str(rank), "WORLD_SIZE": str(size), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port})
                for rank in range(size)]

    def end(self, processes):
        """Exit status, standard output and standard error of each."""
        results = []
        for process in processes:
            out, err = process.communicate(timeout=200)
            results.append((process.returncode, out, err))
        return results

    def run_alone(self, output, *more, **how):
        result = subprocess.run(self.command(output, *more, **how), capture_output=True, text=True, timeout=200, check=False)
        self.assertEqual(result.returncode, 0, result.stderr)

    def run_together(self, size, output, *more, **how):
        results = self.end(self.start(size, self.command(output, *more, **how)))
        for rank, (status, out, err) in enumerate(results):
            self.assertEqual(status, 0, err)
            if rank > 0:
                self.assertEqual(out + err, "", "only the first one speaks")
        return results

    def assert_alike(self, one, other):
        """Weights and curves within what rounding makes of some steps."""
        first, second = (tensors_of(self.folder / name / "last.safetensors") for name in (one, other))
        self.assertEqual(first.keys(), second.keys())
        most = max(abs(a - b) for name in first for a, b in zip(first[name], second[name]))
        self.assertLess(most, 2e-3)
        curves = []
        for name in (one, other):
            with open(self.folder / name / "curve.csv", newline="") as file:
                curves.append(list(csv.DictReader(file)))
        self.assertEqual([row["step"] for row in curves[0]], [row["step"] for row in curves[1]])
        for a, b in zip(*curves):
            for key in ("epoch", "train_loss", "train_eval_loss", "held_out_loss", "learning_rate"):
                self.assertAlmostEqual(float(a[key]), float(b[key]), delta=5e-4, msg=key)

    def wait_for(self, path, processes):
        end = time.monotonic() + 100
        while not path.exists() and time.monotonic() < end and all(process.poll() is None for process in processes):
            time.sleep(0.005)

    def test_several_learn_as_one(self):
        for network, size in (("wavenet-lstm", 2), ("lstm", 3)):  # of 5 rows, 2 and 3, or 1, 2 and 2
            one, several = f"{network}-1", f"{network}-{size}"
            self.run_alone(one, "--steps", "40", network=network)
            self.run_together(size, several, "--steps", "40", network=network)
            self.assert_alike(one, several)
            files = [sorted(path.name for path in (self.folder / folder).iterdir() if "events" not in path.name) for folder in (one, several)]
            self.assertEqual(*files)

    def test_goes_on_in_other_numbers(self):
        """Interrupted in one process, goes on in two, is interrupted again and ends in one."""
        length = ["--steps", "200"]
        self.run_alone("whole", *length)
        often = ["--resume-if-same", "--checkpoint-minutes", "0.0005"]
        alone = subprocess.Popen(self.command("parts", *length, *often), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.wait_for(self.folder / "parts" / "last.checkpoint", [alone])
        alone.send_signal(signal.SIGTERM)
        self.assertIn(alone.wait(timeout=100), (0, 130))
        mark = (self.folder / "parts" / "last.checkpoint").stat().st_mtime_ns
        two = self.start(2, self.command("parts", *length, *often))
        end = time.monotonic() + 100
        while (self.folder / "parts" / "last.checkpoint").stat().st_mtime_ns == mark and time.monotonic() < end and two[0].poll() is None:
            time.sleep(0.005)
        two[1].send_signal(signal.SIGTERM)  # a stop in one stops all
        (status, out, err), other = self.end(two)
        self.assertIn(status, (0, 130), err)
        self.assertEqual(other[0], 0)
        if status == 0:
            self.skipTest("this machine trained faster than it could be interrupted")
        self.assertIn("Interrupted", out)
        self.run_alone("parts", "--resume")
        self.assert_alike("whole", "parts")

    def lose_one(self, output, lose, *more):
        """Seconds until the first process ended after the other was lost, and what it said."""
        processes = self.start(2, self.command(output, "--steps", "1000000", "--checkpoint-minutes", "0.0005", *more))
        try:
            self.wait_for(self.folder / output / "last.checkpoint", processes)
            lose(processes[1])
            begin = time.monotonic()
            _, err = processes[0].communicate(timeout=100)
            took = time.monotonic() - begin
            self.assertEqual(processes[0].returncode, 1)
            self.assertIn("process 0 of 2 has lost another one", err)
            self.assertIn("--resume", err)
            return took
        finally:
            for process in processes:
                process.kill()
                process.communicate()

    def test_a_killed_one_ends_the_other(self):
        self.lose_one("killed", lambda process: process.kill())
        self.run_alone("killed", "--resume", "--epochs", "0.01")  # nothing is lost

    def test_a_silent_one_ends_the_other(self):
        took = self.lose_one("silent", lambda process: process.send_signal(signal.SIGSTOP), "--process-timeout", "3")
        self.assertGreater(took, 1.5)

    def test_refusals(self):
        for _, _, err in self.end(self.start(2, self.command("few", "--steps", "5", "--set", "training.batch=1"))):
            self.assertIn("training.batch is 1, so 2 processes have nothing to share", err)
        for _, _, err in self.end(self.start(2, self.command("counted", "--network", "markov", "--steps", "5")[:3] +
                                             ["--network", "markov", "--any-length", "-o", str(self.folder / "counted")])):
            self.assertIn("counted, by one process", err)
        fewer = self.folder / "fewer"
        shutil.copytree(SAMPLE, fewer)
        next(fewer.rglob("*.mid")).unlink()
        commands = [self.command("other", "--steps", "5"), self.command("other", "--steps", "5", music=fewer)]
        first, second = self.end(self.start(2, commands))
        self.assertIn("another process has other pieces", first[2])
        self.assertIn("this process has other pieces", second[2])
        environment = {**os.environ, "WORLD_SIZE": "2"}
        result = subprocess.run(self.command("none"), capture_output=True, text=True, timeout=60, check=False, env=environment)
        self.assertEqual(result.returncode, 1)
        self.assertIn("RANK is not set", result.stderr)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for name in ("--continuo", "--sample"):
        parser.add_argument(name, required=True)
    known, rest = parser.parse_known_args()
    CONTINUO, SAMPLE = known.continuo, known.sample
    unittest.main(argv=[sys.argv[0], *rest])
