"""Commands that are made to fail or are killed, and what must hold of their folder afterwards."""
import os
import shutil
import subprocess
from pathlib import Path


class Scene:
    """One command in a folder of its own. `inputs`: files and folders that are copied there, by name. `arguments`: of
    continuo. `before`: arguments of a command that makes what stands there already (an older training, an older piece)."""

    def __init__(self, name, inputs, arguments, before=None, again=None):
        self.name, self.inputs, self.arguments, self.before = name, inputs, arguments, before
        self.again = again or arguments  # the command that ends what this one began

    def prepare(self, continuo, folder):
        """The folder as it is before the command."""
        shutil.rmtree(folder, ignore_errors=True)
        template = folder.parent / (self.name + "-before")
        if not template.exists():
            template.mkdir(parents=True)
            for name, source in self.inputs.items():
                (shutil.copytree if Path(source).is_dir() else shutil.copy)(source, template / name)
            if self.before:
                made = start(continuo, self.before, template)
                assert made.returncode == 0, made.stderr
        shutil.copytree(template, folder)
        return contents(folder)


def comparable(scene, found):
    """Without temporary files, which partial_files() looks for, and what a training says of the clock, which differs
    from run to run."""
    timed = (".csv", ".png", ".checkpoint", ".jsonl", ".toml")
    return {name: data for name, data in found.items()
            if not Path(name).name.startswith(".") and (scene.name != "train" or not (name.endswith(timed) or "tfevents" in name))}


def environment_of(folder, **more):
    environment = {"PATH": "/usr/bin:/bin", "XDG_CACHE_HOME": str(folder / "cache"), "HOME": str(folder), "OMP_NUM_THREADS": "1"}
    for name in ("CONTINUO_MODEL", "CONTINUO_SOUNDFONT"):
        if name in os.environ:
            environment[name] = os.environ[name]
    return {**environment, **more}


def start(continuo, arguments, folder, **more):
    return subprocess.run([continuo, *arguments], cwd=folder, env=environment_of(folder, **more), capture_output=True,
                          stdin=subprocess.DEVNULL, text=True, errors="replace", timeout=300, check=False)


def contents(folder):
    """Bytes by name, the caches and marks of processes (locks) left out."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_file() and not path.is_symlink() and not name.startswith("cache/") and path.name != ".lock":
            found[name] = path.read_bytes()
    return found


def partial_files(folder):
    return [str(path.relative_to(folder)) for path in folder.rglob(".*partial*")]


def scenes(sample, model, training):
    """`sample`: a folder of MIDI files; `model`: a small model of remi."""
    first = sorted(Path(sample).glob("**/*.mid"))[0]
    collection = {"music": sample}
    found = [
        Scene("corpus", collection, ["corpus", "music", "--any-length", "--representation", "remi", "--report", "files.csv",
                                     "--picture", "lengths.png", "--threads", "1"],
              before=["corpus", "music", "--any-length", "--report", "files.csv", "--picture", "lengths.png", "--seed", "9"]),
        Scene("compose", {"model.safetensors": model}, ["compose", "--model", "model.safetensors", "--symbols", "60", "--keep-unfinished",
                          "-o", "new.mid", "--seed", "3", "--threads", "1"],
              before=["compose", "--model", "model.safetensors", "--symbols", "40", "--keep-unfinished", "-o", "new.mid", "--seed", "2"]),
        Scene("quantize", {"model.safetensors": model}, ["quantize", "model.safetensors", "-o", "small.safetensors", "--precision", "int8", "--overwrite"],
              before=["quantize", "model.safetensors", "-o", "small.safetensors", "--precision", "bf16"]),
        Scene("originality", {**collection, "a.mid": first}, ["originality", "a.mid", "--corpus", "music", "--csv", "table.csv"],
              before=["originality", "a.mid", "--corpus", "music", "--csv", "table.csv", "--cache", "other"]),
    ]
    if training:
        tiny = ["--any-length", "--network", "lstm", "--set", "network.hidden=16", "--set", "network.layers=1", "--set", "network.embedding=8",
                "--set", "training.chunk=32", "--set", "training.batch=4", "--threads", "1", "--checkpoint-minutes", "0"]
        found.append(Scene("train", collection, ["train", "music", "-o", "trained", "--steps", "8", *tiny],
                           again=["train", "music", "-o", "trained", "--steps", "8", *tiny, "--resume-if-same"]))
    return found
