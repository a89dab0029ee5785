#!/usr/bin/env python3
"""continuo compose with a model of sound: lengths, seeds, prompts, interruption, pictures, and what it refuses."""
import argparse
import array
import math
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import wave
from pathlib import Path

CONTINUO = WRITE_MODEL = None


def samples_of(path):
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        return file.getframerate(), array.array("h", file.readframes(file.getnframes()))


def write_tone(path, rate, seconds, hz):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(rate)
        for i in range(int(rate * seconds)):
            value = int(8000 * math.sin(2 * math.pi * hz * i / rate))
            file.writeframes(struct.pack("<hh", value, value))


class ComposeSound(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.holder = tempfile.TemporaryDirectory()
        cls.model = Path(cls.holder.name) / "model.safetensors"
        subprocess.run([WRITE_MODEL, cls.model, "mulaw"], check=True)

    @classmethod
    def tearDownClass(cls):
        cls.holder.cleanup()

    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = Path(self.temporary.name)

    def tearDown(self):
        self.temporary.cleanup()

    def command(self, *arguments):
        return [CONTINUO, "compose", "--model", str(self.model), *map(str, arguments)]

    def run_command(self, *arguments):
        return subprocess.run(self.command(*arguments), cwd=self.folder, capture_output=True, text=True, timeout=120, check=False)

    def compose(self, *arguments):
        result = self.run_command(*arguments)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def refused(self, *arguments, says):
        result = self.run_command(*arguments)
        self.assertNotIn(result.returncode, (0, -signal.SIGSEGV, -signal.SIGABRT))
        self.assertIn(says, result.stdout + result.stderr)
        self.assertEqual(list(self.folder.glob("new*")), [])

    def test_writes_the_asked_seconds_and_says_what_it_heard(self):
        said = self.compose("--seconds", "1.5", "-o", "new.wav")
        rate, samples = samples_of(self.folder / "new.wav")
        self.assertEqual((rate, len(samples)), (8000, 12000))
        self.assertGreater(max(samples) - min(samples), 1000)
        for word in ("0:02 of sound", "spectral centroid", "times real time", "new.wav"):
            self.assertIn(word, said)

    def test_a_name_without_extension_is_a_sound_a_picture_and_a_page(self):
        self.compose("--seconds", "1", "-o", "new")
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["new.html", "new.png", "new.wav"])
        header = (self.folder / "new.png").read_bytes()[:24]
        self.assertEqual(header[:8], b"\x89PNG\r\n\x1a\n")
        self.assertEqual(struct.unpack(">II", header[16:]), (1600, 860))

    def test_the_page_holds_every_sound_and_the_command_that_makes_them_again(self):
        said = self.compose("--seconds", "1", "--seed", "5", "--count", "3", "-o", "new")
        self.assertIn("new.html: a page to hear and see the sounds", said)
        page = (self.folder / "new.html").read_text()
        self.assertEqual(page.count("<audio"), 3)
        self.assertEqual(page.count("data:image/png"), 3)
        self.assertIn("--seed 5", page)
        self.assertIn("--seconds 1 --count 3", page)
        self.compose("--seconds", "1", "--no-page", "-o", "other")
        self.assertEqual(sorted(p.name for p in self.folder.glob("other*")), ["other.png", "other.wav"])
        self.compose("--seconds", "1", "--report", "only.html", "-o", "third.wav")
        self.assertEqual((self.folder / "only.html").read_text().count("<audio"), 1)

    def test_the_seed_decides_and_not_the_threads(self):
        self.compose("--seconds", "1", "--seed", "5", "-o", "a.wav")
        self.compose("--seconds", "1", "--seed", "6", "-o", "c.wav")
        self.assertNotEqual((self.folder / "a.wav").read_bytes(), (self.folder / "c.wav").read_bytes())
        for threads in (1, 2):
            self.compose("--seconds", "1", "--seed", "5", "--count", "3", "--threads", threads, "-o", f"t{threads}.wav")
        for number in (1, 2, 3):
            one, two = ((self.folder / f"t{t}-{number}.wav").read_bytes() for t in (1, 2))
            self.assertEqual(one, two)
        self.assertEqual((self.folder / "t1-1.wav").read_bytes(), (self.folder / "a.wav").read_bytes())

    def test_a_prompt_of_any_rate_is_the_beginning(self):
        write_tone(self.folder / "tone.wav", 44100, 1, 500)
        self.compose("--prompt", "tone.wav", "--seconds", "0.5", "-o", "longer.wav")
        rate, samples = samples_of(self.folder / "longer.wav")
        self.assertAlmostEqual(len(samples) / rate, 1.5, delta=0.02)
        crossings = sum(a < 0 <= b for a, b in zip(samples[:7900], samples[1:7901]))
        self.assertAlmostEqual(crossings / (7900 / rate), 500, delta=5)
        self.compose("--prompt", "tone.wav", "--prompt-seconds", "0.25", "--seconds", "0.5", "-o", "short.wav")
        rate, short = samples_of(self.folder / "short.wav")
        self.assertAlmostEqual(len(short) / rate, 0.75, delta=0.02)
        self.assertEqual(short[:len(short) // 3], samples[:len(short) // 3])  # the level is that of the whole prompt
        if shutil.which("ffprobe"):
            self.compose("--prompt", "tone.wav", "--seconds", "0.5", "-o", "longer.ogg", "-o", "longer.flac")
            for name in ("longer.ogg", "longer.flac"):
                shown = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", name],
                                       cwd=self.folder, capture_output=True, text=True, check=True)
                self.assertAlmostEqual(float(shown.stdout), 1.5, delta=0.03)

    def test_inspect_tells_what_the_model_is(self):
        said = subprocess.run([CONTINUO, "inspect", str(self.model)], capture_output=True, text=True, timeout=60, check=True).stdout
        self.assertIn("mulaw, 256 classes, 8,000 a second", said)

    def test_argmax_that_sticks_is_said(self):
        said = self.compose("--argmax", "--start", "random", "--seconds", "2", "-o", "new.wav")
        self.assertIn("temperature", said)

    def test_an_interruption_keeps_what_was_written(self):
        process = subprocess.Popen(self.command("--seconds", "100000", "-o", "new.wav", "-o", "new.png"), cwd=self.folder,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 60
        while not any(p.stat().st_size > 20000 for p in self.folder.iterdir()) and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, err)
        self.assertIn("kept", err)
        rate, samples = samples_of(self.folder / "new.wav")
        self.assertGreater(len(samples), 8000)
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["new.png", "new.wav"])

    def test_refuses_what_sound_cannot_be(self):
        self.refused("-o", "new.mid", says="MIDI cannot hold")
        self.refused("--bars", "4", "-o", "new.wav", says="give seconds")
        self.refused("--symbols", "4", "-o", "new.wav", says="Give seconds")
        self.refused("--no-mask", "-o", "new.wav", says="grammar")
        self.refused("--prompt", "missing.wav", "-o", "new.wav", says="no such file")
        (self.folder / "noise.wav").write_bytes(bytes(range(256)) * 8)
        self.refused("--prompt", "noise.wav", "-o", "new.wav", says="cannot be read as sound")
        write_tone(self.folder / "silence.wav", 8000, 1, 0)
        self.refused("--prompt", "silence.wav", "-o", "new.wav", says="silent")
        self.refused("--style", "bach", "-o", "new.wav", says="no styles")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--continuo", required=True)
    parser.add_argument("--write-model", required=True)
    options, rest = parser.parse_known_args()
    CONTINUO, WRITE_MODEL = options.continuo, options.write_model
    unittest.main(argv=sys.argv[:1] + rest)
