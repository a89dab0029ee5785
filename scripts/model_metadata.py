#!/usr/bin/env python3
"""Sets one text in the metadata of a model file; its tensors stay as they are.

    scripts/model_metadata.py models/default.safetensors continuo.ranges "32:23-69 58:24-65"

Without a value it prints the text that there is.
"""
import json
import os
import struct
import sys


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    path, key = sys.argv[1:3]
    with open(path, "rb") as file:
        whole = file.read()
    (length,) = struct.unpack("<Q", whole[:8])
    header = json.loads(whole[8 : 8 + length])
    if len(sys.argv) == 3:
        print(header["__metadata__"].get(key, ""))
        return
    header["__metadata__"][key] = sys.argv[3]
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-(8 + len(text)) % 64)  # where the tensors begin
    with open(path + ".new", "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + whole[8 + length :])
    os.replace(path + ".new", path)


if __name__ == "__main__":
    main()
