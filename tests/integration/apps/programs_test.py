#!/usr/bin/env python3
"""continuo starts without libtorch; what learns is a program of its own, which it finds."""
import argparse
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

CONTINUO = LEARN = None


def run(*command):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=100, check=False)


class Programs(unittest.TestCase):
    def test_only_what_learns_loads_libtorch(self):
        self.assertNotIn("libtorch", run("readelf", "-d", CONTINUO).stdout)
        self.assertIn("libtorch", run("readelf", "-d", LEARN).stdout)

    def test_every_command_is_listed_by_the_first_and_known_to_one(self):
        said = run(CONTINUO, "--help").stdout
        for command in ("train", "benchmark", "reproduce", "bench", "compose"):
            self.assertIn(f"\n  {command} ", said)
        for command in (("train",), ("bench", "--training")):
            result = run(CONTINUO, *command, "--help")
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn("continuo " + command[0], result.stdout)
        self.assertIn("See continuo train --help", run(CONTINUO, "train", "--no-such-option").stderr)

    def test_installed_in_a_folder_of_its_own(self):
        with tempfile.TemporaryDirectory() as folder:
            program = Path(folder) / "bin" / "continuo"
            program.parent.mkdir()
            shutil.copy(CONTINUO, program)
            missing = run(program, "train", "--help")
            self.assertEqual(missing.returncode, 1)
            self.assertIn("continuo-learn cannot be started", missing.stderr)
            self.assertEqual(run(program, "--version").returncode, 0)
            learn = Path(folder) / "libexec" / "continuo" / "continuo-learn"
            learn.parent.mkdir(parents=True)
            learn.symlink_to(LEARN)
            self.assertEqual(run(program, "train", "--help").returncode, 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for name in ("--continuo", "--learn"):
        parser.add_argument(name, required=True)
    known, rest = parser.parse_known_args()
    CONTINUO, LEARN = known.continuo, known.learn
    unittest.main(argv=[sys.argv[0], *rest])
