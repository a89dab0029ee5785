#!/usr/bin/env python3
"""`measure` and `compare` on the sample collection, held against figures worked out here from the files alone."""
import argparse
import base64
import csv
import math
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "data"))
import midi_reader  # noqa: E402

CONTINUO = WRITE_MODEL = SAMPLE = None


def run(*arguments, **options):
    return subprocess.run([CONTINUO, *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False, **options)


class Density:
    """Gaussian kernels with Scott's bandwidth."""

    def __init__(self, values):
        self.values = Counter(values)
        mean = sum(values) / len(values)
        self.bandwidth = math.sqrt(sum((v - mean) ** 2 for v in values) / (len(values) - 1)) * len(values) ** -0.2
        self.scale = len(values) * self.bandwidth * math.sqrt(2 * math.pi)

    def __call__(self, x):
        return sum(n * math.exp(-0.5 * ((x - v) / self.bandwidth) ** 2) for v, n in self.values.items()) / self.scale


def area_and_divergence(within, between):
    """On points that reach far beyond both, which are fine enough for the rectangle rule."""
    p, q = Density(within), Density(between)
    reach = 6 * max(p.bandwidth, q.bandwidth)
    low, high = min(within + between) - reach, max(within + between) + reach
    step = (high - low) / 1500
    pairs = [(p(low + i * step), q(low + i * step)) for i in range(1501)]
    return sum(min(pair) for pair in pairs) * step, sum(a * math.log(a / b) for a, b in pairs if a > 1e-12) * step


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Measures(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = Path(self.temporary.name)

    def tearDown(self):
        self.temporary.cleanup()

    def succeed(self, *arguments):
        result = run(*arguments, cwd=self.folder)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result

    def refused(self, *arguments, says):
        result = run(*arguments, cwd=self.folder)
        self.assertNotIn(result.returncode, (0, -signal.SIGSEGV, -signal.SIGABRT), result.stderr)
        for part in [says] if isinstance(says, str) else says:
            self.assertIn(part, result.stderr + result.stdout)

    def test_measure_agrees_with_the_files(self):
        said = self.succeed("measure", SAMPLE, "--csv", "pieces.csv").stdout
        rows = rows_of(self.folder / "pieces.csv")
        files = sorted(SAMPLE.glob("*.mid"))
        self.assertGreater(len(files), 20)
        self.assertEqual([row["piece"] for row in rows], [path.name for path in files])
        self.assertIn(f"{len(files)} pieces", said)
        for row, path in zip(rows, files):
            midi = midi_reader.read_midi(path.read_bytes())
            notes = [note for track in midi.tracks for note in track]
            pitches = [pitch for _, _, pitch in notes]
            ends = max(end for _, end, _ in notes)
            shares = [count / len(pitches) for count in Counter(pitches).values()]
            scale = max(sum((pitch - root) % 12 in (0, 2, 4, 5, 7, 9, 11) for pitch in pitches) for root in range(12))
            expected = {"notes": len(notes), "pitch_range": max(pitches) - min(pitches), "n_pitches_used": len(set(pitches)),
                        "n_pitch_classes_used": len({pitch % 12 for pitch in pitches}), "seconds": ends / midi.ppq * midi.tempo / 1e6,
                        "pitch_entropy": -sum(share * math.log2(share) for share in shares), "scale_consistency": scale / len(pitches)}
            for name, value in expected.items():
                self.assertAlmostEqual(float(row[name]), value, delta=1e-5 * max(1, abs(value)), msg=f"{path.name}: {name}")
        means = {line.split()[0]: line.split() for line in said.splitlines() if line.startswith("  pitch_range")}
        self.assertAlmostEqual(float(means["pitch_range"][2]), sum(float(row["pitch_range"]) for row in rows) / len(rows), delta=0.01)

    def test_measure_says_what_is_broken_and_goes_on(self):
        (self.folder / "music").mkdir()
        shutil.copy(SAMPLE / "amazing-grace.mid", self.folder / "music" / "a, \"grace\".mid")
        (self.folder / "music" / "broken.mid").write_bytes(b"MThd, but no more")
        (self.folder / "alone.mid").write_bytes(b"")
        result = self.succeed("measure", "music", "alone.mid", SAMPLE / "amazing-grace.mid", "music/a, \"grace\".mid", "--csv", "out.csv")
        self.assertIn("Left out: 2 files", result.stderr)
        self.assertIn("broken.mid: ", result.stderr)
        self.assertIn("alone.mid: ", result.stderr)
        rows = rows_of(self.folder / "out.csv")
        self.assertEqual([row["piece"] for row in rows], ["music/a, \"grace\".mid", str(SAMPLE / "amazing-grace.mid")])
        self.assertEqual(list(rows[0].values())[1:], list(rows[1].values())[1:])
        self.refused("measure", "alone.mid", says="no piece")
        self.refused("measure", "nowhere", says="nowhere")
        self.refused("measure", SAMPLE, "--resolution", -1, says="resolution")

    def test_measure_is_the_same_on_every_number_of_threads(self):
        for threads in (1, 3):
            self.succeed("measure", SAMPLE, "--max-pieces", 9, "--seed", 4, "--threads", threads, "--csv", f"{threads}.csv")
        self.assertEqual((self.folder / "1.csv").read_bytes(), (self.folder / "3.csv").read_bytes())
        self.assertEqual(len(rows_of(self.folder / "1.csv")), 9)

    def halves(self):
        """The sample collection dealt to two folders."""
        for i, path in enumerate(sorted(SAMPLE.glob("*.mid"))):
            folder = self.folder / ("real" if i % 2 == 0 else "generated")
            folder.mkdir(exist_ok=True)
            shutil.copy(path, folder)

    def test_compare_agrees_with_a_reference(self):
        self.halves()
        said = self.succeed("compare", "real", "generated", "-o", "table.csv").stdout
        rows = {(row["kind"], row["name"]): row for row in rows_of(self.folder / "table.csv")}
        self.assertEqual(sum(kind == "feature" for kind, _ in rows), 9)
        sets = []
        for name in ("real", "generated"):
            self.succeed("measure", name, "--csv", f"{name}.csv")
            sets.append(rows_of(self.folder / f"{name}.csv"))
        for kind, name, measure in (("measure", "pitch_entropy", "pitch_entropy"), ("measure", "velocity_mean", "velocity_mean"),
                                    ("feature", "pitch range", "pitch_range"), ("feature", "note count", "notes")):
            real, generated = ([float(row[measure]) for row in rows] for rows in sets)
            within = [abs(a - b) for i, a in enumerate(generated) for j, b in enumerate(generated) if i != j]
            between = [abs(a - b) for a in real for b in generated]
            area, divergence = area_and_divergence(within, between)
            row = rows[kind, name]
            self.assertAlmostEqual(float(row["generated_mean"]), sum(generated) / len(generated), delta=1e-3)
            self.assertAlmostEqual(float(row["between"]) / (sum(between) / len(between)), 1, delta=1e-4)
            self.assertAlmostEqual(float(row["overlap_generated"]), area, delta=1e-3, msg=name)
            self.assertAlmostEqual(float(row["kl_generated"]), divergence, delta=1e-3, msg=name)
        areas = [float(row["overlap_generated"]) for (kind, _), row in rows.items() if kind == "feature"]
        self.assertIn(f"Mean overlapping area of these: {sum(areas) / 9:.3f}", said)
        self.succeed("compare", "real", "generated", "--misaligned-grid", "-o", "other.csv")
        other = rows_of(self.folder / "other.csv")[0]
        self.assertEqual(other["within_real"], rows["feature", other["name"]]["within_real"])
        self.assertNotEqual(other["kl_generated"], rows["feature", other["name"]]["kl_generated"])

    def test_compare_makes_one_page_with_curves_and_sounds(self):
        self.halves()
        arguments = ("compare", "real", "generated", "--first", 20, "--listen", 1, "--listen-seconds", 3)
        result = run(*arguments, "-o", "page.html", cwd=self.folder)
        if "SoundFont" in result.stderr and result.returncode != 0:
            self.skipTest("no SoundFont is installed")
        self.assertEqual(result.returncode, 0, result.stderr)
        page = (self.folder / "page.html").read_text(encoding="utf-8")
        self.assertEqual(page.count("<svg"), 61 + 9 + 2)
        self.assertEqual(page.count("<audio"), 2)
        self.assertNotRegex(page, r'(src|href)="(?!data:|#)')
        midis = [base64.b64decode(part) for part in re.findall(r'href="data:audio/midi;base64,([^"]+)"', page)]
        self.assertEqual(len(midis), 2)
        for bytes_ in midis:
            midi = midi_reader.read_midi(bytes_)
            ticks = max(end for track in midi.tracks for _, end, _ in track)
            self.assertAlmostEqual(ticks / midi.ppq * midi.tempo / 1e6, 20, delta=0.5)
        for part in re.findall(r'src="data:audio/mpeg;base64,([^"]+)"', page):
            self.assertGreater(len(part), 10_000)
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["generated", "page.html", "real"])
        self.succeed(*arguments, "--threads", 1, "-o", "again.html")
        self.assertEqual((self.folder / "again.html").read_text(encoding="utf-8"), page)

    def test_compare_composes_with_a_model(self):
        model = self.folder / "model.safetensors"
        subprocess.run([WRITE_MODEL, model], check=True)
        said = self.succeed("compare", SAMPLE, "--model", model, "--count", 3, "--seconds", 10, "--seed", 5, "-o", "table.csv").stdout
        self.assertIn("3 pieces composed by", said)
        self.assertIn("with seed 5", said)
        composed = [f"c-{i}.mid" for i in (1, 2, 3)]
        self.succeed("compose", "--model", model, "--count", 3, "--seconds", 10, "--seed", 5, "-o", "c.mid")
        (self.folder / "composed").mkdir()
        for name in composed:
            (self.folder / name).rename(self.folder / "composed" / name)
        self.succeed("compare", SAMPLE, "composed", "-o", "other.csv")
        mine, theirs = rows_of(self.folder / "table.csv"), rows_of(self.folder / "other.csv")
        for name in ("note count", "pitch range", "pitch count"):
            self.assertEqual(*[next(row["generated_mean"] for row in rows if row["name"] == name) for rows in (mine, theirs)])

    def test_a_control_loses_what_it_should(self):
        said = self.succeed("compare", SAMPLE, "--control", "shuffled-bars", "-o", "table.csv").stdout
        rows = {row["name"]: row for row in rows_of(self.folder / "table.csv")}
        real, shuffled = (float(rows["period_four"][side]) for side in ("real_mean", "generated_mean"))
        self.assertGreater(real, 0.02)
        self.assertLess(shuffled, real / 2)
        for name in ("pitch_entropy", "velocity_mean", "position_entropy"):
            self.assertAlmostEqual(float(rows[name]["real_mean"]), float(rows[name]["generated_mean"]), delta=1e-6)
        distance, floor = (float(re.search(pattern, said)[1]) for pattern in (r"each piece: ([0-9.]+);", r"the others: ([0-9.]+)"))
        self.assertGreater(distance, 0)
        self.assertGreater(floor, 0)
        self.refused("compare", SAMPLE, "--control", "loud", says="loud")
        self.refused("compare", SAMPLE, SAMPLE, "--control", "transposed", says="both")

    def test_compare_refuses_what_cannot_be_compared(self):
        self.halves()
        (self.folder / "one").mkdir()
        shutil.copy(SAMPLE / "amazing-grace.mid", self.folder / "one")
        (self.folder / "one" / "broken.mid").write_bytes(b"no music")
        self.refused("compare", "real", "one", says=["one", "two pieces", "broken.mid"])
        self.refused("compare", "real", says="no second collection")
        self.refused("compare", "real", "generated", "--model", "m.safetensors", says="both")
        self.refused("compare", "real", "generated", "-o", "page.pdf", says=["page.pdf", ".html"])
        self.refused("compare", "real", "nowhere", says="nowhere")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--continuo", required=True)
    parser.add_argument("--write-model", required=True)
    parser.add_argument("--sample", required=True, type=Path)
    known, rest = parser.parse_known_args()
    CONTINUO, WRITE_MODEL, SAMPLE = known.continuo, known.write_model, known.sample
    unittest.main(argv=[sys.argv[0], *rest])
