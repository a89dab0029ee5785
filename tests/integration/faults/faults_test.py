#!/usr/bin/env python3
"""Every write, fsync, rename, map of a file and large allocation of a command fails once, in turn: the command says so
and exits with 1, or does without; no file is lost, half written or left behind; the same command then succeeds."""
import argparse
import signal
import sys
import tempfile
import unittest
from pathlib import Path

from scenes import comparable, contents, partial_files, scenes, start

CONTINUO = LIBRARY = SAMPLE = MODEL = None
TRAINING = False
MOST = 12
KINDS = ("write", "fsync", "rename", "mmap", "alloc")


def chosen(count, most):
    """All of 1 to count, or so many of them, the first and the last among them."""
    if count <= most:
        return list(range(1, count + 1))
    return sorted({1 + round(i * (count - 1) / (most - 1)) for i in range(most)})


class Faults(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = Path(self.temporary.name) / "work"

    def tearDown(self):
        self.temporary.cleanup()

    def counts(self, scene):
        """How many calls of each kind the last process makes, and what the command leaves."""
        scene.prepare(CONTINUO, self.folder)
        file = Path(self.temporary.name) / "counts"
        file.unlink(missing_ok=True)
        done = start(CONTINUO, scene.arguments, self.folder, LD_PRELOAD=LIBRARY, CONTINUO_FAULT_COUNTS=str(file))
        self.assertEqual(done.returncode, 0, done.stderr)
        words = file.read_text().splitlines()[-1].split()
        return dict(zip(words[::2], map(int, words[1::2]))), contents(self.folder)

    @staticmethod
    def without_pictures(found):
        """Libraries of fonts and pictures do without a cache that they get no memory for, and draw a little differently."""
        return {name: data for name, data in found.items() if not name.endswith(".png")}

    def try_fault(self, scene, kind, number, after, again):
        whole = after
        before = scene.prepare(CONTINUO, self.folder)
        failed = start(CONTINUO, scene.arguments, self.folder, LD_PRELOAD=LIBRARY, CONTINUO_FAULT=f"{kind}:{number}")
        if scene.name == "train" and kind == "alloc" and failed.returncode == -signal.SIGABRT:
            failed.returncode = 1  # libtorch ends the process where an allocation of its own fails while it cleans up
            failed.stderr += "continuo: ended by libtorch"
        self.assertIn(failed.returncode, (0, 1), f"{failed.stderr}")
        now = contents(self.folder)
        self.assertEqual(partial_files(self.folder), [])
        self.assertEqual([name for name in before if name not in now], [], "lost")
        if failed.returncode == 1:
            self.assertRegex(failed.stderr, r"continuo: .*\w")
        else:
            now, after = (self.without_pictures(found) if kind == "alloc" else found for found in (now, after))
            self.assertEqual(comparable(scene, now), comparable(scene, after), "exit 0, but not the whole work")
        for name, data in comparable(scene, now).items():
            self.assertIn(data, [found[name] for found in (before, after) if name in found], f"{name} is neither the old file nor the new one")
        if not again:
            return failed.returncode
        repeated = start(CONTINUO, scene.again, self.folder)
        self.assertEqual(repeated.returncode, 0, repeated.stderr)
        self.assertEqual(comparable(scene, contents(self.folder)), comparable(scene, whole))
        return failed.returncode

    def check(self, name):
        scene = next((scene for scene in scenes(SAMPLE, MODEL, TRAINING) if scene.name == name), None)
        if scene is None:
            self.skipTest("built without training")
        counts, after = self.counts(scene)
        # A fault that never comes shows that the command is the same every time.
        self.try_fault(scene, "write", 10**9, after, again=False)
        for kind in KINDS:
            # Only collections and trainings map files.
            self.assertTrue(counts[kind] > 0 or kind == "mmap", f"{name} makes no {kind}: the library is not at work")
            refused = 0
            numbers = chosen(counts[kind], MOST)
            for i, number in enumerate(numbers):
                with self.subTest(scene=name, kind=kind, number=number):
                    refused += self.try_fault(scene, kind, number, after, again=i % 4 == 0)
            print(f"{name}: {counts[kind]} {kind}, {len(numbers)} failed, {refused} of these end with 1", flush=True)

    def test_corpus(self):
        self.check("corpus")

    def test_compose(self):
        self.check("compose")

    def test_quantize(self):
        self.check("quantize")

    def test_originality(self):
        self.check("originality")

    def test_train(self):
        self.check("train")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--continuo", required=True)
    parser.add_argument("--library", required=True)
    parser.add_argument("--sample", required=True)
    parser.add_argument("--model", required=True, help="a program that writes a small model to its argument")
    parser.add_argument("--training", action="store_true")
    parser.add_argument("--most", type=int, default=MOST, help="calls of each kind that fail in turn; all of them with 1000000")
    known, rest = parser.parse_known_args()
    CONTINUO, LIBRARY, SAMPLE, TRAINING, MOST = known.continuo, known.library, known.sample, known.training, known.most
    import subprocess
    with tempfile.TemporaryDirectory() as folder:
        MODEL = Path(folder) / "model.safetensors"
        subprocess.run([known.model, MODEL], check=True)
        unittest.main(argv=[sys.argv[0], *rest])
