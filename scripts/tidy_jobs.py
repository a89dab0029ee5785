"""Prints what clang-tidy has to read: "FILE<tab>SOURCE<tab>SOURCE...", a line each.

Sources that are compiled together are read together, as FILE; where not all of them are asked for, each is read alone, by the
same command. Left out is what passed (the folder PASSED has a stamp for each source) if neither it nor anything that it includes
changed since. Reads what `ninja -t deps` prints, and BUILD/compile_commands.json; writes PASSED/compile_commands.json, where
every FILE has its command. ROOT is the repository.
"""
import json
import os
import re
import sys

root, build, passed = (os.environ[name] for name in ("ROOT", "BUILD", "PASSED"))
dependencies = {}  # object: what it was made from, of this repository
for line in sys.stdin:
    if line.strip() and not line.startswith(" "):
        files = dependencies.setdefault(line.split(":")[0], [])
    elif line.strip():
        path = os.path.normpath(os.path.join(build, line.strip()))
        if path.startswith(root + os.sep):
            files.append(path)


def is_stale(source, made_from):
    stamp = os.path.join(passed, os.path.relpath(source, root))
    if not os.path.exists(stamp):
        return True
    since = os.path.getmtime(stamp)
    return any(os.path.getmtime(f) >= since for f in made_from if os.path.exists(f))


wanted = {os.path.join(root, source) for source in sys.argv[1:]}
commands = []
for unit in json.load(open(os.path.join(build, "compile_commands.json"))):
    together = re.search(r"/Unity/unity_\d+_cxx\.cxx$", unit["file"])
    sources = re.findall(r'#include "(.+\.cc)"', open(unit["file"]).read()) if together else [unit["file"]]
    made_from = dependencies.get(re.search(r" -o (\S+) ", unit["command"])[1], sources)
    asked = [s for s in sources if s in wanted]
    wanted.difference_update(asked)  # two programs may share a source
    stale = [s for s in asked if is_stale(s, made_from)]
    for path, read in [(unit["file"], asked)] if stale and asked == sources else [(s, [s]) for s in stale]:
        commands.append({"directory": unit["directory"], "file": path, "command": unit["command"].replace(unit["file"], path)})
        print(path, *(os.path.relpath(s, root) for s in read), sep="\t")
with open(os.path.join(passed, "compile_commands.json"), "w") as out:
    json.dump(commands, out)
