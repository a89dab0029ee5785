#!/usr/bin/env python3
"""Networks over Fourier frames from end to end: learning rendered scores, composing from noise and from a prompt, inspecting."""
import argparse
import array
import csv
import json
import math
import struct
import subprocess
import sys
import tempfile
import unittest
import wave
from pathlib import Path

CONTINUO = SAMPLE = None
RATE = 4000
SMALL = ["--representation", "spectrum", "--set", f"representation.sample_rate={RATE}", "--set", "representation.frame=128", "--set", "network.embedding=32",
         "--set", "network.hidden=48", "--set", "network.layers=1", "--set", "training.chunk=32", "--set", "training.batch=8", "--any-length", "--max-pieces", "8"]


def run(*arguments, **options):
    return subprocess.run([CONTINUO, *map(str, arguments)], capture_output=True, text=True, timeout=300, check=False, **options)


def samples_of(path):
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
        return array.array("h", file.readframes(file.getnframes()))


class Spectrum(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.temporary.name)
        cls.said = {}
        for network in ("lstm", "gru"):
            result = run("train", SAMPLE, *SMALL, "--network", network, "--steps", 120, "--cache", cls.folder / "cache", "-o", cls.folder / network)
            assert result.returncode == 0, result.stderr
            cls.said[network] = result.stdout
        assert len(list((cls.folder / "cache").iterdir())) == 1, "one collection is encoded once"
        cls.model = cls.folder / "lstm" / "best.safetensors"

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def compose(self, *arguments):
        result = run("compose", "--model", self.model, *arguments, cwd=self.folder)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def test_both_networks_beat_the_frame_of_silence_on_held_out_pieces(self):
        for network, said in self.said.items():
            self.assertIn("mean squared error", said)
            with open(self.folder / network / "curve.csv", newline="") as file:
                losses = [float(row["held_out_loss"]) for row in csv.DictReader(file)]
            zero = float(said.split("always zero: ")[1].split()[0])
            self.assertLess(losses[-1], zero, network)
            self.assertGreater(losses[-1], 0.1)  # of values whose variance is 1

    def test_the_model_file_holds_what_the_frames_were_divided_by(self):
        with open(self.model, "rb") as file:
            header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        spec = json.loads(header["__metadata__"]["continuo.representation"])
        self.assertEqual((spec["name"], len(spec["statistics"])), ("spectrum", 256))
        self.assertGreater(min(spec["statistics"][128:]), 0)

    def test_nothing_is_drawn_so_that_no_way_of_drawing_can_be_asked(self):
        for option in (["--argmax"], ["--temperature", "0.9"], ["--top-p", "0.5"]):
            result = run("compose", "--model", self.model, *option, "--seconds", "1", "-o", "drawn.wav", cwd=self.folder)
            self.assertEqual(result.returncode, 1)
            self.assertIn("leave temperature", result.stderr)
            self.assertFalse((self.folder / "drawn.wav").exists())

    def test_a_random_passage_begins_a_sound_that_the_seed_decides(self):
        said = self.compose("--start", "random", "--seconds", "2", "--seed", "3", "-o", "noise.wav", "-o", "noise.png")
        for word in ("0:02 of sound", "spectral centroid", "times real time"):
            self.assertIn(word, said)
        samples = samples_of(self.folder / "noise.wav")
        self.assertEqual(len(samples), 2 * RATE)
        self.assertGreater(max(samples), 50)
        self.assertTrue((self.folder / "noise.png").read_bytes().startswith(b"\x89PNG"))
        self.compose("--start", "random", "--seconds", "2", "--seed", "3", "-o", "again.wav")
        self.compose("--start", "random", "--seconds", "2", "--seed", "4", "-o", "other.wav")
        noise, again, other = ((self.folder / f"{name}.wav").read_bytes() for name in ("noise", "again", "other"))
        self.assertEqual(noise, again)
        self.assertNotEqual(noise, other)

    def test_a_prompt_is_the_beginning(self):
        with wave.open(str(self.folder / "tone.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(22050)
            file.writeframes(b"".join(struct.pack("<h", int(8000 * math.sin(2 * math.pi * 500 * i / 22050))) for i in range(22050)))
        self.compose("--prompt", "tone.wav", "--seconds", "1", "-o", "longer.wav")
        samples = samples_of(self.folder / "longer.wav")
        self.assertAlmostEqual(len(samples) / RATE, 2, delta=0.04)
        crossings = sum(a < 0 <= b for a, b in zip(samples[:3600], samples[1:3601]))
        self.assertAlmostEqual(crossings / 0.9, 500, delta=5)

    def test_corpus_encodes_what_training_then_finds(self):
        asked = ["corpus", SAMPLE, "--any-length", "--max-pieces", 8, "--cache", self.folder / "cache", "--representation", "spectrum"]
        settings = ["--set", f"sample_rate={RATE}", "--set", "frame=128"]
        said = run(*asked, *settings).stdout
        self.assertIn("In spectrum: 8 pieces", said)
        self.assertIn("frames of 128 values", said)
        self.assertIn("it was there already", said)
        said = run(*asked, "--set", "frame=256", "--set", f"sample_rate={RATE}").stdout
        self.assertIn("hours of music a minute", said)
        for bad, hint in ((["--set", "frame=18"], "a multiple of 4"), (["--set", "frame"], "NAME=VALUE"), (["--soundfont", "none.sf2"], "none.sf2")):
            result = run(*asked, *bad)
            self.assertEqual(result.returncode, 1)
            self.assertIn(hint, result.stderr)

    def test_inspect_tells_what_the_model_is(self):
        said = run("inspect", self.model).stdout
        for word in ("spectrum, 128 values a frame, 62.50 a second", "frames          of 128 values, real", "held_out_mean_squared_error"):
            self.assertIn(word, said)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--continuo", required=True)
    parser.add_argument("--sample", required=True)
    options, rest = parser.parse_known_args()
    CONTINUO, SAMPLE = options.continuo, options.sample
    unittest.main(argv=sys.argv[:1] + rest)
