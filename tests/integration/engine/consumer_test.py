#!/usr/bin/env python3
"""Installs the package, builds strangers' projects in C++ and C against it, and runs model files that were written here.

The logits must be those of the plain Python networks of tests/golden/engine, whatever the model's precision, and no libtorch may be linked. The
programs of docs/embedding.md are among those projects.
"""
import argparse
import pathlib
import re
import shutil
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
        tensors, network = reference.make(spec, seed=42)
        for precision in ("fp32", "bf16", "int8"):
            model = folder / f"{name}-{precision}.safetensors"
            reference.write_model(model, spec, tensors, precision)
            symbols = [1, 0, 3, 3, 2, 7, 5, 1, 1, 4, 0, 6]
            # The values as a reader of the page finds them: what remains is how the engine calculates.
            expected = network(reference.model_file.read(model)[2]).logits(symbols)
            printed = [[float(word) for word in line.split()] for line in run(consumer, model, *symbols).stdout.splitlines()]
            check(len(printed) == len(expected), f"{name}: {len(printed)} rows of logits, not {len(expected)}")
            tolerance = {"fp32": 1e-4, "bf16": 0.05, "int8": 0.15}[precision]
            for t, (row, wanted) in enumerate(zip(printed, expected)):
                check(len(row) == len(wanted), f"{name}: {len(row)} logits, not {len(wanted)}")
                worst = max(abs(a - b) for a, b in zip(row, wanted))
                check(worst < tolerance, f"{name} in {precision}: after symbol {t} a logit is off by {worst}")


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


def take_programs(page, folder):
    """The fenced blocks of the page that have a file name."""
    programs = dict(re.findall(r"^```\w+ (\S+)\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL))
    for name, text in programs.items():
        (folder / name).write_text(text)
    return set(programs)


def check_composing(compose, write_model, folder):
    model, piece = folder / "remi.safetensors", folder / "piece.mid"
    run(write_model, model)
    said = run(compose, model, piece).stdout
    notes = int(re.fullmatch(r"\d+ symbols, (\d+) notes\n", said).group(1))
    check(notes > 0, f"no notes were composed: {said}")
    check(piece.read_bytes().startswith(b"MThd"), "no MIDI file was written")
    first = piece.read_bytes()
    run(compose, model, piece)
    check(piece.read_bytes() == first, "the same seed gives another piece")
    refused = run(compose, folder / "broken.safetensors", piece, may_fail=True)
    check(refused.returncode == 1 and "broken.safetensors" in refused.stderr, f"a broken model is not refused: {refused}")


def check_languages(build, library, program, folder, sanitized):
    model = folder / "wavenet-fp32.safetensors"
    run(build / "refusals", model)
    drawn = run(build / "generate", model).stdout
    check(len(drawn.split()) == 20 and len(set(drawn.split())) > 2, f"no symbols were drawn: {drawn}")
    if sanitized:
        print("skipped: Python cannot load a library that was built with sanitizers")
        return
    check(run(sys.executable, program, library, model).stdout == drawn, "Python and C draw different symbols")
    refused = run(sys.executable, program, library, folder / "broken.safetensors", may_fail=True)
    check("broken.safetensors" in refused.stderr, f"a broken model is not refused: {refused}")


def check_sessions(build, library, example, write_model, folder, sanitized):
    """The session of C and the example in Python: the same model and settings give the same bytes."""
    model, from_c = folder / "remi.safetensors", folder / "from_c"
    from_c.mkdir()
    run(write_model, model)
    said = subprocess.run([build / "session", model], cwd=from_c, capture_output=True, text=True, check=False)
    check(said.returncode == 0, f"the session of C fails: {said.stderr}")
    notes = int(re.fullmatch(r"\d+ symbols, (\d+) notes\n", said.stdout).group(1))
    if sanitized:
        return
    settings = '{"bars": 6, "seed": 5, "go_on": true}'
    printed = run(sys.executable, example, library, model, folder / "python.mid", settings).stdout.splitlines()
    check(len(printed) == notes, f"Python takes {len(printed)} notes, C {notes}")
    check((folder / "python.mid").read_bytes() == (from_c / "session.mid").read_bytes(), "Python and C compose different pieces")
    refused = run(sys.executable, example, library, model, folder / "no.mid", '{"bar": 6}', may_fail=True)
    check(refused.returncode != 0 and "'bar'" in refused.stderr, f"an unknown setting is not refused: {refused}")


def check_what_generation_needs(prefix):
    """continuo::generation, with all that it links, is free of file formats and of what measures and collects."""
    targets = next(prefix.rglob("continuoTargets.cmake")).read_text()
    needs = {name: set(re.findall(r"continuo::(\w+)", links)) for name, links in re.findall(
        r"set_target_properties\(continuo::(\w+) PROPERTIES[^)]*?INTERFACE_LINK_LIBRARIES \"([^\"]*)\"", targets)}
    reached, new = set(), {"generation"}
    while new:
        reached |= new
        new = set().union(*(needs.get(name, set()) for name in new)) - reached
    check("engine" in reached and "representation" in reached, f"what generation links is not found: {reached}")
    check(not reached & {"evaluation", "corpus", "audio", "midi", "plot"}, f"generation links {reached}")


def exported(library):
    lines = run("nm", "-D", "--defined-only", library).stdout.splitlines()
    return {line.split()[-1] for line in lines}


def main():
    parser = argparse.ArgumentParser()
    for option in ("cmake", "build", "generator", "compiler", "config", "sanitize", "write-model", "page", "header", "example"):
        parser.add_argument("--" + option)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        run(options.cmake, "--install", options.build, "--prefix", folder / "prefix", "--component", "development")
        flags = f"-fsanitize={options.sanitize}" if options.sanitize else ""
        for project in ("consumer", "c_consumer"):
            shutil.copytree(HERE / project, folder / project)
        programs = take_programs(pathlib.Path(options.page), folder)
        check(programs == {"compose.cc", "generate.c", "generate.py"}, f"the page has the programs {programs}")
        shutil.copy(folder / "compose.cc", folder / "consumer")
        shutil.copy(folder / "generate.c", folder / "c_consumer")
        compiler = {"consumer": f"-DCMAKE_CXX_COMPILER={options.compiler}", "c_consumer": "-DCMAKE_CXX_COMPILER=/no/such/compiler"}
        for project in ("consumer", "c_consumer"):
            run(options.cmake, "-S", folder / project, "-B", folder / "build" / project, "-G", options.generator, compiler[project],
                f"-DCMAKE_BUILD_TYPE={options.config}", f"-DCMAKE_PREFIX_PATH={folder / 'prefix'}",
                f"-DCMAKE_CXX_FLAGS={flags}", f"-DCMAKE_C_FLAGS={flags}")
            run(options.cmake, "--build", folder / "build" / project)
        c_build = folder / "build" / "c_consumer"
        for consumer in (folder / "build" / "consumer" / "consumer", c_build / "logits"):
            check_logits(consumer, folder)
            check_errors(consumer, folder)
            check_links(consumer)
        library = next((folder / "prefix").rglob("libcontinuo.so"))
        check_links(library)
        declared = set(re.findall(r"\b(continuo_\w+)\(", pathlib.Path(options.header).read_text()))
        if not options.sanitize:
            check(exported(library) == declared, f"exported but not declared, or the other way round: {exported(library) ^ declared}")
        check_languages(c_build, library, folder / "generate.py", folder, options.sanitize)
        check_what_generation_needs(folder / "prefix")
        if options.write_model:
            check_sessions(c_build, library, options.example, options.write_model, folder, options.sanitize)
            check_composing(folder / "build" / "consumer" / "compose", options.write_model, folder)
        else:
            print("skipped: composing, because this build makes no model to compose with")


if __name__ == "__main__":
    main()
