"""Checks every piece of data/sample, the README and the manifest that list them, and the MIDI files made of them.

Exits 0 when all is well, 1 with the complaints otherwise, 77 (skipped) when abc2midi is not installed.
With --table it prints the README's table instead.
"""

import argparse
import csv
import pathlib
import subprocess
import sys
import tempfile

import abc_check
from abc_reader import AbcError, read_tune
from midi_reader import read_midi


def table_row(name, tune):
    """A piece's line in the README."""
    first = {field: values[0] for field, values in tune.headers.items()}
    cells = [f"[{first['T']}]({name})", first["C"], str(len(tune.voices)), str(abc_check.bar_count(tune)),
             first["K"], first["M"], f"{abc_check.seconds(tune):.0f} s"]
    return "| " + " | ".join(cells) + " |"


def check_lists(folder, tunes):
    """The README's table and the manifest name exactly the pieces that are there, and say the truth about them."""
    complaints = []
    lines = (folder / "README.md").read_text(encoding="utf-8").splitlines()
    rows = {line for line in lines if line.startswith("| [")}
    expected = {table_row(name, tune) for name, tune in tunes.items()}
    complaints += [f"README.md lacks: {row}" for row in sorted(expected - rows)]
    complaints += [f"README.md has, but should not: {row}" for row in sorted(rows - expected)]
    with open(folder / "MANIFEST.csv", encoding="utf-8", newline="") as file:
        manifest = {row["path"]: row for row in csv.DictReader(file)}
    paths = {name.replace(".abc", ".mid") for name in tunes}
    complaints += [f"MANIFEST.csv lacks {path}" for path in sorted(paths - set(manifest))]
    complaints += [f"MANIFEST.csv names {path}, which has no source" for path in sorted(set(manifest) - paths)]
    for name, tune in tunes.items():
        row = manifest.get(name.replace(".abc", ".mid"))
        if row and (row["title"] != tune.headers["T"][0] or row["composer"] != tune.headers["C"][0]):
            complaints.append(f"MANIFEST.csv: title or composer of {name} is not that of its source")
        if row and not row["style"]:
            complaints.append(f"MANIFEST.csv: no style for {name}")
    return complaints


def check_conversion(abc2midi, source, tune, built):
    """abc2midi has nothing to complain about, makes the file that was built, and that file holds the source's notes."""
    with tempfile.TemporaryDirectory() as folder:
        made = pathlib.Path(folder) / "made.mid"
        run = subprocess.run([abc2midi, source.name, "-o", str(made)], cwd=source.parent, capture_output=True, text=True)
        said = [line for line in (run.stdout + run.stderr).splitlines()
                if line.strip() and "abc2midi" not in line and not line.startswith("writing MIDI file")]
        complaints = [f"abc2midi says: {line}" for line in said]
        if run.returncode or not made.exists():
            return complaints + [f"abc2midi failed ({run.returncode})"]
        data = made.read_bytes()
    if not built.exists():
        complaints.append(f"{built} was not built")
    elif built.read_bytes() != data:
        complaints.append(f"{built} is not what abc2midi makes of the source now")
    try:
        return complaints + abc_check.check_midi(tune, read_midi(data))
    except (ValueError, KeyError, IndexError) as error:
        return complaints + [f"its MIDI file: {error!r}"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sources", type=pathlib.Path, required=True)
    parser.add_argument("--midi", type=pathlib.Path)
    parser.add_argument("--abc2midi", default="")
    parser.add_argument("--table", action="store_true")
    options = parser.parse_args()

    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(options.sources.glob("*.abc"))}
    tunes, complaints = {}, [("the collection", what) for what in abc_check.check_collection(texts)]
    for name, text in texts.items():
        complaints += [(name, what) for what in abc_check.check_tune(text)]
        try:
            tunes[name] = read_tune(text)
        except AbcError:
            pass  # among the complaints already
    if options.table:
        print("\n".join(table_row(name, tune) for name, tune in tunes.items()))
        return 0
    complaints += [("the lists", what) for what in check_lists(options.sources, tunes)]
    if options.abc2midi and not options.abc2midi.endswith("NOTFOUND"):
        for name, tune in tunes.items():
            built = options.midi / name.replace(".abc", ".mid")
            complaints += [(name, what)
                           for what in check_conversion(options.abc2midi, options.sources / name, tune, built)]
    for name, what in complaints:
        print(f"{name}: {what}")
    if complaints:
        return 1
    if not options.abc2midi or options.abc2midi.endswith("NOTFOUND"):
        print("skipped: abc2midi is not installed, so the MIDI files could not be compared")
        return 77
    bars = sum(abc_check.bar_count(tune) for tune in tunes.values())
    many = sum(len(tune.voices) >= 2 for tune in tunes.values())
    print(f"{len(tunes)} pieces, {many} of them in two voices or more, {bars} bars: all add up, all MIDI files agree")
    return 0


if __name__ == "__main__":
    sys.exit(main())
