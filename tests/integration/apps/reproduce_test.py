#!/usr/bin/env python3
"""The paper's experiment from one command on the sample collection: the page holds what was measured, and stands alone."""
import argparse
import base64
import csv
import math
import re
import subprocess
import sys
import tempfile
import unittest
from html.parser import HTMLParser
from pathlib import Path

CONTINUO = SAMPLE = None
PAPER = ("5.1239", "4.6501", "4.5855")
VOID = {"meta", "br", "img", "rect", "circle", "polyline"}


class Reader(HTMLParser):
    """Collects tables, addresses, ids and pictures; notes tags that are not closed in order."""

    def __init__(self):
        super().__init__()
        self.open, self.wrong, self.tables, self.addresses, self.ids, self.unnamed, self.headings = [], [], [], [], [], [], []
        self.cell = None

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag not in VOID:
            self.open.append(tag)
        self.addresses += [(tag, name, attributes[name]) for name in ("src", "href", "srcset", "poster", "action", "data") if name in attributes]
        self.ids += [attributes["id"]] if "id" in attributes else []
        if (tag == "img" and not attributes.get("alt")) or (tag in ("svg", "audio") and not attributes.get("aria-label")):
            self.unnamed.append(tag)
        if tag == "table":
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append([])
        if tag in ("td", "th"):
            self.tables[-1][-1].append("")
            self.cell = self.tables[-1][-1]
        if tag == "h3":
            self.headings.append("")

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)
        if tag in ("td", "th"):
            self.cell = None

    def handle_data(self, data):
        if self.cell is not None:
            self.cell[-1] += data
        if self.open and self.open[-1] == "h3":
            self.headings[-1] += data


def reproduce(folder, *arguments):
    command = [CONTINUO, "reproduce", "paper", SAMPLE, "-o", folder / "out", "--quick", "--any-length", "--cache", folder / "cache", *arguments]
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=500, check=False)


class Reproduce(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.temporary.name)
        cls.result = reproduce(cls.folder, *EXTRA)
        if cls.result.returncode != 0:
            raise AssertionError(cls.result.stderr)
        cls.out = cls.folder / "out"
        cls.html = (cls.out / "index.html").read_text(encoding="utf-8")
        cls.page = Reader()
        cls.page.feed(cls.html)
        cls.arms = sorted(path.parent for path in cls.out.glob("*/curve.csv"))

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def losses(self):
        return next(table for table in self.page.tables if "ln V" in table[0])

    def test_the_losses_of_the_page_are_those_of_the_curves(self):
        rows = self.losses()
        self.assertEqual(tuple(rows[1][4:7]), PAPER)
        self.assertEqual(rows[1][2], f"{math.log(256):.4f}")
        self.assertEqual(len(rows), 2 + len(self.arms))
        found = set()
        for row in rows[2:]:
            self.assertAlmostEqual(float(row[2]), math.log(int(row[1])), places=3)
            for arm in self.arms:
                with open(arm / "curve.csv", newline="", encoding="utf-8") as file:
                    points = {round(float(p["epoch"])): p for p in csv.DictReader(file)}
                self.assertEqual(sorted(points), [1] if arm.name == "notes-markov" else [1, 2, 3], arm)
                cells = [f"{float(points[e]['held_out_loss']):.4f} ({float(points[e]['train_eval_loss']):.4f})" if e in points else "" for e in (1, 2, 3)]
                if cells == row[4:7]:
                    found.add(arm)
        self.assertEqual(found, set(self.arms))

    def test_training_learned_something(self):
        for row in self.losses()[2:]:
            losses = [float(cell.split()[0]) for cell in row[4:7] if cell]
            if len(losses) == 3:  # the chain of so few pieces is no better than guessing
                self.assertLess(losses[2], float(row[2]), "no better than guessing")
                self.assertLess(losses[2], losses[0])

    def test_the_page_stands_alone(self):
        self.assertEqual(self.page.wrong, [])
        self.assertEqual(self.page.open, [])
        self.assertEqual(self.page.unnamed, [])
        self.assertEqual(len(self.page.ids), len(set(self.page.ids)))
        for tag, name, address in self.page.addresses:
            self.assertRegex(address, r"^(data:|#)", (tag, name))
        self.assertNotIn("<script", self.html)
        self.assertEqual(set(re.findall(r'https?://[^"\s<)]*', self.html)), {"http://www.w3.org/2000/svg"})

    def test_pieces_are_there_to_listen_to_and_to_take(self):
        files = [base64.b64decode(address.split(",", 1)[1]) for tag, _, address in self.page.addresses if address.startswith("data:audio/")]
        for arm in self.arms:
            for name in ("section-4d", "temperature-1"):
                self.assertIn((arm / f"{name}.mp3").read_bytes(), files)
                if arm.name.startswith("notes"):
                    midi = (arm / f"{name}.mid").read_bytes()
                    self.assertTrue(midi.startswith(b"MThd"))
                    self.assertIn(midi, files)
        self.assertGreater(len(self.arms), 1)

    def test_every_figure_is_there(self):
        for number in (1, 3, 4, 5, 6, 7, 8, 9, 10):
            self.assertIn(f"<figcaption>Figure {number}", self.html)
        # The receptive field is that of the trained network, as training counted it.
        with open(self.out / "notes-wavenet" / "recipe.toml", encoding="utf-8") as file:
            recipe = file.read()
        dilations = [int(d) for d in re.search(r"dilations = \[([\d, ]+)\]", recipe).group(1).split(",")]
        self.assertIn(f"dilations let {1 + sum(dilations)} inputs reach", self.html)
        self.assertIn(f"without dilation: {1 + len(dilations)} inputs", self.html)

    def test_what_is_done_is_not_done_again(self):
        def models():  # a chain is counted anew, which gives the same bytes
            return {path: (hash(path.read_bytes()), 0 if path.parent.name == "notes-markov" else path.stat().st_mtime_ns) for path in self.out.glob("*/*.safetensors")}

        before = models()
        curves = {path: path.read_bytes() for path in self.out.glob("*/curve.csv") if path.parent.name != "notes-markov"}
        again = reproduce(self.folder, *EXTRA)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual(before, models())
        self.assertEqual(curves, {path: path.read_bytes() for path in curves})

    def test_the_terminal_shows_the_table_and_the_page(self):
        for number in PAPER:
            self.assertIn(number, self.result.stdout)
        self.assertIn(str(self.out / "index.html"), self.result.stdout)

    def test_what_cannot_be_done_is_said(self):
        empty = self.folder / "empty"
        empty.mkdir()
        for *arguments, says in ((self.folder / "none", "none"), (empty, "no MIDI file"), (SAMPLE, "--full", "--quick"), (SAMPLE, "--epoch-hours", "-1", "epoch-hours")):
            result = subprocess.run([str(part) for part in (CONTINUO, "reproduce", "paper", *arguments, "-o", self.folder / "x", "--quick")],
                                    capture_output=True, text=True, timeout=100, check=False)
            self.assertGreater(result.returncode, 0, arguments)
            self.assertIn(says, result.stdout + result.stderr)
            self.assertFalse((self.folder / "x" / "index.html").exists())


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for name in ("--continuo", "--sample"):
        parser.add_argument(name, required=True)
    known, rest = parser.parse_known_args()
    CONTINUO, SAMPLE = known.continuo, known.sample
    EXTRA = ["--epoch-hours", "0.003", "--max-pieces", "12"]
    unittest.main(argv=[sys.argv[0], *rest])
