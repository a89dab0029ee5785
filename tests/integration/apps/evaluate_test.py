#!/usr/bin/env python3
"""continuo evaluate: its figures are those of other paths to them, and it measures the pieces that it should."""
import argparse
import csv
import json
import math
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

CONTINUO = WRITE_MODEL = SAMPLE = None
TRAINING = "--training" in sys.argv


def scale(pitches, velocity=80):
    """A format 0 file with one quarter note per pitch."""
    track = b"".join(b"\x00\x90" + bytes([p, velocity]) + b"\x83\x60\x80" + bytes([p, 0]) for p in pitches) + b"\x00\xff\x2f\x00"
    return b"MThd" + struct.pack(">IHHH", 6, 0, 1, 480) + b"MTrk" + struct.pack(">I", len(track)) + track


def training_of(model):
    """What a model file says of its training."""
    data = pathlib.Path(model).read_bytes()
    header = json.loads(data[8 : 8 + struct.unpack("<Q", data[:8])[0]])
    return json.loads(header["__metadata__"]["continuo.training"])


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


class Program(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.holder = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.holder.name)
        cls.environment = {"XDG_CACHE_HOME": str(cls.folder / "cache"), "PATH": "/usr/bin:/bin"}

    @classmethod
    def tearDownClass(cls):
        cls.holder.cleanup()

    @classmethod
    def run_program(cls, *arguments):
        return subprocess.run([CONTINUO, *map(str, arguments)], capture_output=True, text=True, timeout=300, check=False,
                              cwd=cls.folder, env=cls.environment)

    def evaluate(self, *arguments):
        result = self.run_program("evaluate", *arguments)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def refused(self, *arguments, says):
        result = self.run_program("evaluate", *arguments)
        self.assertNotIn(result.returncode, (0, -6, -11), result.stderr)
        self.assertIn(says, result.stdout + result.stderr)


def figures(said, name):
    """The row of a model: what is printed beside its name, then the intervals below."""
    lines = said.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith(name + " ("))
    values = [None if cell == "-" else float(cell) for cell in lines[at].rpartition(")")[2].split()]
    intervals = [tuple(map(float, pair)) for pair in re.findall(r"(-?[\d.]+) to (-?[\d.]+)", lines[at + 1])]
    return values, intervals


class AnyFolder(Program):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        subprocess.run([WRITE_MODEL, cls.folder / "model.safetensors"], check=True)
        subprocess.run([WRITE_MODEL, cls.folder / "sound.safetensors", "mulaw"], check=True)
        (cls.folder / "music").mkdir()
        for i, pitches in enumerate([range(60, 70), range(72, 48, -1), [60, 64, 67] * 20, [50]]):
            (cls.folder / "music" / f"{i}.mid").write_bytes(scale(pitches))

    def test_sums_are_those_of_analyse_and_of_the_table(self):
        said = self.evaluate("--model", "model.safetensors", "music", "-o", "pieces.csv", "-o", "page.html")
        self.assertIn("every piece, 4 pieces", said)
        self.assertIn("cannot be known", said)
        rows = rows_of(self.folder / "pieces.csv")
        self.assertEqual([row["piece"] for row in rows], ["0.mid", "1.mid", "2.mid", "3.mid"])
        for row in rows:
            analysed = self.run_program("analyse", f"music/{row['piece']}", "--model", "model.safetensors").stdout
            notes, symbols, bits = re.search(r"(\d+) notes, .*; (\d+) symbols, ([\d.]+) bits each", analysed).groups()
            self.assertEqual((row["notes"], row["symbols"]), (notes, symbols))
            self.assertAlmostEqual(float(row["bits"]) / int(symbols), float(bits), delta=6e-4)
            self.assertAlmostEqual(float(row["nats"]), float(row["bits"]) * math.log(2), places=4)
            self.assertEqual(row["grid_notes"], notes)
            self.assertLess(float(row["grid_bits"]), float(row["bits"]))
            self.assertGreater(float(row["grid_bits"]), 0)
        values, intervals = figures(said, "model.safetensors")
        total = {key: sum(float(row[key]) for row in rows) for key in rows[0] if key not in ("model", "representation", "piece")}
        expected = [total["nats"] / total["symbols"], total["bits"] / total["symbols"], total["bits"] / total["notes"],
                    total["bits"] / total["seconds"], total["grid_bits"] / total["grid_notes"]]
        self.assertEqual(len(intervals), 5)
        for value, wanted, (low, high) in zip(values, expected, intervals):
            self.assertAlmostEqual(value, wanted, delta=6e-3 if wanted > 20 else 6e-4)
            self.assertLessEqual(low, value + 1e-9)
            self.assertGreaterEqual(high, value - 1e-9)
        page = (self.folder / "page.html").read_text()
        self.assertIn(f"{expected[2]:.3f}", page)
        self.assertNotIn("src=\"http", page)

    def test_the_number_of_threads_changes_nothing(self):
        first = self.evaluate("--model", "model.safetensors", "music", "--threads", 1, "-o", "one.csv")
        other = self.evaluate("--model", "model.safetensors", "music", "--threads", 3, "-o", "three.csv")
        self.assertEqual(first.replace("one.csv", ""), other.replace("three.csv", ""))
        self.assertEqual((self.folder / "one.csv").read_bytes(), (self.folder / "three.csv").read_bytes())

    def test_equal_models_differ_by_nothing(self):
        shutil.copy(self.folder / "model.safetensors", self.folder / "same.safetensors")
        said = self.evaluate("--model", "model.safetensors", "--model", "same.safetensors", "music")
        self.assertIn("same.safetensors less model.safetensors: +0.000 bits/note (0.000 to 0.000)", said)
        self.assertEqual(figures(said, "model.safetensors"), figures(said, "same.safetensors"))

    def test_a_choice_of_pieces_is_seeded(self):
        chosen = set()
        for seed in range(6):
            for _ in range(2):
                self.evaluate("--model", "model.safetensors", "music", "--max-pieces", 2, "--seed", seed, "-o", "some.csv")
                names = tuple(row["piece"] for row in rows_of(self.folder / "some.csv"))
                self.assertEqual(len(names), 2)
                chosen.add((seed, names))
        self.assertEqual(len(chosen), 6)
        self.assertGreater(len({names for _, names in chosen}), 1)

    def test_sound_has_bits_for_each_sample_and_none_for_notes(self):
        said = self.evaluate("--model", "sound.safetensors", "music", "--max-pieces", 1, "--seed", 1)
        self.assertIn("a sample, 8,000 a second", said)
        values, _ = figures(said, "sound.safetensors")
        self.assertIsNone(values[2])
        self.assertIsNone(values[4])
        self.assertAlmostEqual(values[3], 8000 * values[1], delta=0.01 * values[3])

    def test_refusals_say_what_to_do(self):
        self.refused("--model", "model.safetensors", "nowhere", says="nowhere")
        self.refused("--model", "nothing.safetensors", "music", says="nothing.safetensors")
        self.refused("--model", "model.safetensors", "music", "-o", "table.xls", says="Use .csv")
        self.refused("--model", "model.safetensors", "music", "--part", "test", says="Leave --part out")
        (self.folder / "broken.dataset").write_bytes(b"no dataset")
        self.refused("--model", "model.safetensors", "broken.dataset", says="broken.dataset")
        self.refused("--model", "model.safetensors", "model.safetensors", says="Give a .dataset file")
        self.refused("--model", "model.safetensors", "music", "-o", "model.safetensors/table.csv", says="model.safetensors")
        self.refused("--model", "model.safetensors", "music", "--seed", "-1", says="'-1' is not a whole number")


@unittest.skipUnless(TRAINING, "a build without training")
class TrainedOn(Program):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in ("remi", "events"):
            result = cls.run_program("train", SAMPLE, "--any-length", "--network", "markov", "--representation", name, "-o", name)
            if result.returncode != 0:
                raise RuntimeError(result.stderr)

    def test_the_held_out_part_has_the_loss_of_training(self):
        said = self.evaluate("--model", "remi/best.safetensors", "--model", "events/best.safetensors", SAMPLE, "-o", "pieces.csv")
        self.assertTrue(said.startswith("the test part"), said)
        self.assertNotIn("trained on", said)
        for name in ("remi", "events"):
            told = training_of(self.folder / name / "best.safetensors")
            values, _ = figures(said, f"{name}/best.safetensors")
            self.assertAlmostEqual(values[0], told["held_out_loss_nats"], delta=2e-4)
            rows = [row for row in rows_of(self.folder / "pieces.csv") if row["representation"] == name]
            for baseline, key in (("symbol frequencies", "frequencies"), ("repetition of symbols", "repetition")):
                own = [row for row in rows if row["model"] == baseline]
                self.assertEqual(len(own), told["held_out_pieces"])
                nats = sum(float(row["nats"]) for row in own) / sum(int(row["symbols"]) for row in own)
                self.assertAlmostEqual(nats, told[f"baseline_{key}_nats"], delta=2e-5)
            grid = {row["model"]: [0, 0] for row in rows if row["grid_notes"]}
            for row in rows:
                if row["grid_notes"]:
                    grid[row["model"]][0] += float(row["grid_bits"])
                    grid[row["model"]][1] += int(row["grid_notes"])
            self.assertLess(grid[f"{name}/best.safetensors"][0], grid["symbol frequencies"][0])
        notes = {row["representation"]: 0 for row in rows_of(self.folder / "pieces.csv")}
        for row in rows_of(self.folder / "pieces.csv"):
            if row["model"].endswith("best.safetensors"):
                notes[row["representation"]] += int(row["grid_notes"])
        self.assertAlmostEqual(notes["remi"] / notes["events"], 1, delta=0.02)
        self.assertIn("grid bits/note (", said)  # the difference of the two

    def test_the_dataset_file_gives_what_the_folder_gives(self):
        told = training_of(self.folder / "remi" / "best.safetensors")
        cached = self.folder / "cache" / "continuo" / (told["dataset"] + ".dataset")
        of_folder = figures(self.evaluate("--model", "remi/best.safetensors", SAMPLE), "remi/best.safetensors")
        self.assertEqual(figures(self.evaluate("--model", "remi/best.safetensors", cached), "remi/best.safetensors"), of_folder)
        self.refused("--model", "events/best.safetensors", cached, says="Give the folder of music instead")

    def test_pieces_of_the_training_are_told(self):
        said = self.evaluate("--model", "remi/best.safetensors", SAMPLE, "--part", "train", "-o", "train.csv")
        rows = [row for row in rows_of(self.folder / "train.csv") if row["model"] == "remi/best.safetensors"]
        self.assertIn(f"was trained on {len(rows)} of these {len(rows)} pieces", said)
        self.assertEqual({row["trained_on"] for row in rows}, {"1"})
        (self.folder / "mine").mkdir()
        for i, row in enumerate(rows[:2]):
            shutil.copy(pathlib.Path(SAMPLE) / row["piece"], self.folder / "mine" / f"copy{i}.mid")
        (self.folder / "mine" / "new.mid").write_bytes(scale(range(40, 80)))
        said = self.evaluate("--model", "remi/best.safetensors", "mine", "--part", "all", "-o", "mine.csv")
        self.assertIn("was trained on 2 of these 3 pieces", said)
        told = {row["piece"]: row["trained_on"] for row in rows_of(self.folder / "mine.csv")}
        self.assertEqual(told, {"copy0.mid": "1", "copy1.mid": "1", "new.mid": "0"})
        said = self.evaluate("--model", "remi/best.safetensors", "mine", "-o", "mine.csv")
        self.assertTrue(said.startswith("every piece but 2 of the training, 1 pieces"), said)
        self.assertEqual({row["piece"] for row in rows_of(self.folder / "mine.csv")}, {"new.mid"})
        (self.folder / "mine" / "new.mid").unlink()
        self.refused("--model", "remi/best.safetensors", "mine", says="--part all")

    def measured(self, model, *arguments):
        """Names of the pieces that are measured, and what is said."""
        said = self.evaluate("--model", model, *arguments, "-o", "measured.csv")
        return {row["piece"] for row in rows_of(self.folder / "measured.csv") if row["model"] == model}, said

    def test_what_is_held_out_of_a_fine_tuned_model_is_held_out_of_those_before_it(self):
        small = ["--any-length", "--steps", 2]
        for name in ("embedding=8", "hidden=8", "layers=1"):
            small += ["--set", f"network.{name}"]
        result = self.run_program("train", SAMPLE, *small, "--network", "lstm", "-o", "base")
        self.assertEqual(result.returncode, 0, result.stderr)
        held_out, _ = self.measured("base/best.safetensors", SAMPLE)
        trained, _ = self.measured("base/best.safetensors", SAMPLE, "--part", "train")
        (self.folder / "others").mkdir()
        for i in range(12):
            (self.folder / "others" / f"{i}.mid").write_bytes(scale([(7 * i + (i + 2) * k * k) % 31 + 50 for k in range(60)]))
        for before, name in (("base", "child"), ("child", "grandchild")):
            result = self.run_program("train", "others", "--any-length", "--init", f"{before}/best.safetensors", "--steps", 2, "-o", name)
            self.assertEqual(result.returncode, 0, result.stderr)
            model = f"{name}/best.safetensors"
            pieces, said = self.measured(model, SAMPLE)
            self.assertEqual(pieces, held_out)
            self.assertIn(f"every piece but {len(trained)} of the training", said)
            self.assertNotIn("trained on", said)
            pieces, said = self.measured(model, SAMPLE, "--part", "all")
            self.assertEqual(pieces, held_out | trained)
            self.assertIn(f"{model} or a model before it was trained on {len(trained)} of these {len(pieces)} pieces", said)
        (self.folder / "cache" / "continuo" / (training_of(self.folder / "base" / "best.safetensors")["dataset"] + ".dataset")).unlink()
        _, said = self.measured("grandchild/best.safetensors", SAMPLE)
        self.assertIn("cannot be known: the training data of a model from which it was fine-tuned are not available", said)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--continuo", required=True)
    parser.add_argument("--write-model", required=True)
    parser.add_argument("--sample", required=True)
    parser.add_argument("--training", action="store_true")
    known, rest = parser.parse_known_args()
    CONTINUO, WRITE_MODEL, SAMPLE = known.continuo, known.write_model, known.sample
    unittest.main(argv=[sys.argv[0], *rest])
