#!/usr/bin/env python3
"""Holds every #include against the table of layers in ARCHITECTURE.md: data flows one way, and only nets and training know libtorch.

A module may include the layers above its own in the table, itself, and within its layer only the modules named before it.
Programs include their own headers by their bare names; such a name that belongs to another folder of apps counts as that folder's.
"""
import re
import sys
from pathlib import Path

ROW = re.compile(r"^\|\s*(\d+)\s*\|(.*?)\|")
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^">]+)[">]', re.MULTILINE)
TORCH_USERS = {"nets", "training"}


def read_table(text):
    """Module name -> (layer, place within the table)."""
    modules = {}
    for line in text.splitlines():
        row = ROW.match(line)
        if row:
            for name in re.findall(r"`([\w/]+)`", row.group(2)):
                modules[name] = (int(row.group(1)), len(modules))
    return modules


def module_of(path, root):
    parts = path.relative_to(root).parts
    if parts[0] == "apps":
        return "/".join(parts[:2])
    return parts[2] if parts[0] == "include" else parts[1]


def complaints(modules, files):
    """files: (name, module, text) each."""
    files = list(files)
    bare = {}  # name of a header of a program -> the programs that have one of that name
    for name, module, _ in files:
        if module.startswith("apps/") and name.endswith(".h"):
            bare.setdefault(Path(name).name, set()).add(module)
    for name, module, text in files:
        if module not in modules:
            yield f"{name}: module '{module}' is not in the table of ARCHITECTURE.md"
            continue
        for included in INCLUDE.findall(text):
            if re.match(r"(torch|ATen|c10)/", included) and module not in TORCH_USERS:
                yield f"{name}: includes {included}, but only {', '.join(sorted(TORCH_USERS))} may know libtorch"
            found = re.match(r"(?:continuo/)?(\w+)/", included)
            target = found.group(1) if found else None
            if module.startswith("apps/") and "/" not in included and included.endswith(".h"):
                owners = bare.get(included, set())
                target = module if module in owners else min(owners, default=None)
            if re.match(r"(\.\./|src/)", included):
                yield f"{name}: includes {included}, a path that no module has"
            if target in modules and target != module and modules[target] > modules[module]:
                yield f"{name}: includes {included}, but {module} may not know {target}"


def source_files(root):
    for folder in ("include/continuo", "src", "apps"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".h", ".cc"):
                yield str(path.relative_to(root)), module_of(path, root), path.read_text()


def main():
    root = Path(sys.argv[-1])
    modules = read_table((root / "ARCHITECTURE.md").read_text())
    if "--self-test" in sys.argv:
        planted = [
            ("a.cc", "engine", '#include "continuo/nets/network.h"\n'),
            ("b.cc", "engine", "#include <torch/torch.h>\n"),
            ("c.cc", "music", '#include "continuo/midi/midi.h"\n'),
            ("d.cc", "nowhere", ""),
            ("g.cc", "music", '#include "../midi/reader.h"\n'),
        ]
        shared = [
            ("apps/first/shared.h", "apps/first", ""),
            ("apps/second/own.h", "apps/second", ""),
            ("apps/first/wrong.cc", "apps/first", '#include "own.h"\n'),
            ("apps/second/right.cc", "apps/second", '#include "own.h"\n#include "shared.h"\n#include <stdio.h>\n'),
        ]
        two = {"base": (0, 0), "apps/first": (1, 1), "apps/second": (1, 2)}
        allowed = [("e.cc", "midi", '#include "continuo/music/score.h"\n#include "continuo/base/error.h"\n'), ("f.cc", "nets", "#include <torch/torch.h>\n")]
        found = list(complaints(modules, planted))
        found_shared = list(complaints(two, shared))
        wrong = len(found) != len(planted) or list(complaints(modules, allowed)) or len(found_shared) != 1 or "wrong.cc" not in found_shared[0]
        print("\n".join(found + found_shared))
        return 1 if wrong else 0
    files = list(source_files(root))
    found = list(complaints(modules, files))
    print("\n".join(found) or f"{len(files)} files keep to the layers of {len(modules)} modules")
    return 1 if found or len(files) < 20 or len(modules) < 10 else 0


if __name__ == "__main__":
    sys.exit(main())
