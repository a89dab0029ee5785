"""Prints those of the given sources that changed since they passed clang-tidy, themselves or by what they include.

Reads what `ninja -t deps` prints. ROOT is the repository, BUILD the build folder, PASSED the folder with a stamp for each
source that passed.
"""
import os
import sys

root, build, passed = (os.environ[name] for name in ("ROOT", "BUILD", "PASSED"))
dependencies = {}
files = []
for line in sys.stdin:
    if not line.startswith(" "):
        files = []
    elif line.strip():
        path = os.path.normpath(os.path.join(build, line.strip()))
        if not files or path.endswith(".cc"):  # several sources may be compiled as one
            dependencies[path] = files
        if path.startswith(root + os.sep):
            files.append(path)

for source in sys.argv[1:]:
    stamp = os.path.join(passed, source)
    path = os.path.join(root, source)
    if os.path.exists(stamp):
        since = os.path.getmtime(stamp)
        if all(os.path.getmtime(f) < since for f in dependencies.get(path, [path]) if os.path.exists(f)):
            continue
    if path in dependencies:  # else this build does not compile it
        print(source)
