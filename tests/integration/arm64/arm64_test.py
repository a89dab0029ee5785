#!/usr/bin/env python3
"""The engine on 64-bit ARM, built by a cross compiler and run by qemu-user: its tests, and the same music as here."""
import argparse
import shutil
import subprocess
import sys
from pathlib import Path

SKIPPED = 77


def run(*command):
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{result.stdout}{result.stderr}")
    return result.stdout


def hashes(output):
    """(model, precision) -> hashes; and the instruction sets that ran."""
    found, sets = {}, set()
    for line in output.splitlines():
        name, precision, model, digits = line.split()
        sets.add(name)
        found.setdefault((model, precision), set()).add(digits)
    return found, sets


def main():
    parser = argparse.ArgumentParser()
    for name in ("--cmake", "--source", "--build", "--here"):
        parser.add_argument(name, type=Path, required=True)
    given = parser.parse_args()
    for tool in ("aarch64-linux-gnu-g++-12", "qemu-aarch64"):
        if not shutil.which(tool):
            print(f"skipped: no {tool} here (Debian: g++-12-aarch64-linux-gnu, qemu-user)")
            return SKIPPED
    source = given.source.resolve()
    if not (given.build / "build.ninja").exists():
        run(given.cmake, "-G", "Ninja", "-S", source, "-B", given.build, f"-DCMAKE_TOOLCHAIN_FILE={source}/cmake/arm64.cmake", "-DCMAKE_BUILD_TYPE=Release",
            "-DCONTINUO_ENGINE_ONLY=ON", "-DCONTINUO_WERROR=ON")
    run(given.cmake, "--build", given.build, "--target", "composed_hash", "unit_engine_test", "golden_engine_test")

    models = sorted((source / "tests/golden/engine").glob("*.safetensors"))
    assert len(models) >= 4, models
    here, own_sets = hashes(run(given.here, 2000, *models))
    emulator = ("qemu-aarch64", "-L", "/usr/aarch64-linux-gnu")
    there, sets = hashes(run(*emulator, given.build / "tests/integration/arm64/composed_hash", 2000, *models))
    print(f"here: {', '.join(sorted(own_sets))}; on ARM: {', '.join(sorted(sets))}")
    assert sets == {"scalar", "neon", "neon-dot"}, sets
    for key, digits in sorted(here.items()):
        print(*key, *digits)
        assert len(digits) == 1, f"{key}: instruction sets differ here: {digits}"
        assert there[key] == digits, f"{key}: {there[key]} on ARM"
    # An older CPU has no dot products of bytes: there the engine goes without.
    _, old = hashes(run("qemu-aarch64", "-cpu", "cortex-a53", "-L", "/usr/aarch64-linux-gnu", given.build / "tests/integration/arm64/composed_hash", 2, models[0]))
    assert old == {"scalar", "neon"}, old
    for name in ("unit_engine_test", "golden_engine_test"):
        last = run(*emulator, given.build / "tests" / name, "--gtest_brief=1", *(["--gtest_filter=-*ComposesTheOracles*"] if name == "unit_engine_test" else []))
        print(name, next(line for line in last.splitlines() if "PASSED" in line))
    return 0


if __name__ == "__main__":
    sys.exit(main())
