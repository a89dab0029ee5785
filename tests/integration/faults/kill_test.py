#!/usr/bin/env python3
"""kill -9 at random moments of each command: no file is lost or half written, and the same command then ends the work
(a training goes on) with the bytes of an undisturbed run."""
import argparse
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from scenes import comparable, contents, environment_of, partial_files, scenes, start


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--continuo", required=True)
    parser.add_argument("--sample", required=True)
    parser.add_argument("--model", required=True, help="a program that writes a small model to its argument")
    parser.add_argument("--training", action="store_true")
    parser.add_argument("--kills", type=int, default=5, help="of each command")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="one command")
    options = parser.parse_args()
    draw = random.Random(options.seed)
    faults = 0
    with tempfile.TemporaryDirectory() as temporary:
        model = Path(temporary) / "model.safetensors"
        subprocess.run([options.model, model], check=True)
        folder = Path(temporary) / "work"
        for scene in scenes(options.sample, model, options.training):
            if options.only not in (None, scene.name):
                continue
            scene.prepare(options.continuo, folder)
            begun = time.monotonic()
            done = start(options.continuo, scene.arguments, folder)
            lasted = time.monotonic() - begun
            assert done.returncode == 0, done.stderr
            after = contents(folder)
            killed = 0
            for number in range(options.kills):
                before = scene.prepare(options.continuo, folder)
                process = subprocess.Popen([options.continuo, *scene.arguments], cwd=folder, env=environment_of(folder),
                                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                try:
                    process.wait(draw.uniform(0, lasted))
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
                    killed += 1
                now = comparable(scene, contents(folder))
                wrong = [name for name, data in now.items() if data not in [found[name] for found in (before, after) if name in found]]
                lost = [name for name in before if name not in now and name in comparable(scene, before)]
                time.sleep(1.1)  # what a living process may be about to lock is left alone for a second
                repeated = start(options.continuo, scene.again, folder)
                ended = comparable(scene, contents(folder)) == comparable(scene, after)
                left = partial_files(folder)
                if wrong or lost or repeated.returncode != 0 or not ended or left:
                    faults += 1
                    print(f"{scene.name} {number}: half written {wrong}, lost {lost}, again {repeated.returncode} {repeated.stderr!r}, "
                          f"same end {ended}, left {left}", flush=True)
            print(f"{scene.name}: {options.kills} starts, {killed} killed", flush=True)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
