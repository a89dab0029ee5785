#!/usr/bin/env python3
"""Installs the package, builds a stranger's project against it, and runs a model file that was written here.

The logits must be those of the plain Python networks of tests/golden/engine, and no libtorch may be linked.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "golden" / "engine"))
sys.dont_write_bytecode = True
import reference  # noqa: E402  (found through the path above)


def run(*command, may_fail=False):
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if result.returncode != 0 and not may_fail:
        sys.exit(f"{' '.join(map(str, command))}\nended with {result.returncode}\n{result.stdout}{result.stderr}")
    return result


def check(condition, message):
    if not condition:
        sys.exit(message)


def check_logits(consumer, folder):
    for name, spec in reference.CASES.items():
        tensors = reference.random_tensors(spec, seed=42)
        model = folder / f"{name}.safetensors"
        reference.write_model(model, spec, tensors)
        symbols = [1, 0, 3, 3, 2, 7, 5, 1, 1, 4, 0, 6]
        expected = reference.Network(spec, tensors).logits(symbols)
        printed = [[float(word) for word in line.split()] for line in run(consumer, model, *symbols).stdout.splitlines()]
        check(len(printed) == len(expected), f"{name}: {len(printed)} rows of logits, not {len(expected)}")
        for t, (row, wanted) in enumerate(zip(printed, expected)):
            check(len(row) == len(wanted), f"{name}: {len(row)} logits, not {len(wanted)}")
            worst = max(abs(a - b) for a, b in zip(row, wanted))
            check(worst < 1e-4, f"{name}: after symbol {t} a logit is off by {worst}")


def check_errors(consumer, folder):
    broken = folder / "broken.safetensors"
    broken.write_bytes(b"no model")
    result = run(consumer, broken, may_fail=True)
    check(result.returncode == 1 and str(broken) in result.stderr, f"a broken model is not refused: {result}")


def check_links(consumer):
    needed = [line for line in run("readelf", "-d", consumer).stdout.splitlines() if "(NEEDED)" in line]
    check(any("libc.so" in line for line in needed), "readelf does not say what is linked")
    for line in needed:
        check(not any(word in line for word in ("torch", "libc10", "libcaffe2")), f"libtorch is linked: {line}")


def main():
    parser = argparse.ArgumentParser()
    for option in ("cmake", "build", "generator", "compiler", "config", "sanitize"):
        parser.add_argument("--" + option)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        run(options.cmake, "--install", options.build, "--prefix", folder / "prefix", "--component", "development")
        flags = f"-fsanitize={options.sanitize}" if options.sanitize else ""
        run(options.cmake, "-S", HERE / "consumer", "-B", folder / "build", "-G", options.generator,
            f"-DCMAKE_CXX_COMPILER={options.compiler}", f"-DCMAKE_BUILD_TYPE={options.config}",
            f"-DCMAKE_PREFIX_PATH={folder / 'prefix'}", f"-DCMAKE_CXX_FLAGS={flags}")
        run(options.cmake, "--build", folder / "build")
        consumer = folder / "build" / "consumer"
        check_logits(consumer, folder)
        check_errors(consumer, folder)
        check_links(consumer)


if __name__ == "__main__":
    main()
