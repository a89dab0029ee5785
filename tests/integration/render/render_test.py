#!/usr/bin/env python3
"""continuo render: what it writes holds the music, and what it says is true."""
import argparse
import array
import os
import re
import struct
import subprocess
import sys
import tempfile
import unittest
import wave
from pathlib import Path

CONTINUO = None


def midi(events, beat=480):
    """A format 0 file of (delta, bytes); deltas below 16,384."""
    track = b""
    for delta, event in events:
        track += (bytes([0x80 | delta >> 7]) if delta > 127 else b"") + bytes([delta & 127]) + event
    track += b"\x00\xff\x2f\x00"
    return b"MThd" + struct.pack(">IHHH", 6, 0, 1, beat) + b"MTrk" + struct.pack(">I", len(track)) + track


def notes(pitches, program=79):
    """One quarter rest, then a quarter note per pitch."""
    events = [(0, bytes([0xC0, program]))]
    for i, pitch in enumerate(pitches):
        events += [(480 if i == 0 else 0, bytes([0x90, pitch, 100])), (480, bytes([0x80, pitch, 0]))]
    return midi(events)


def samples(path):
    with wave.open(str(path)) as sound:
        values = array.array("h", sound.readframes(sound.getnframes()))
        return sound.getframerate(), sound.getnchannels(), values[:: sound.getnchannels()]


def frequency(rate, values):
    """From rising zero crossings; for nearly pure sounds."""
    crossings = [i + values[i] / (values[i] - values[i + 1]) for i in range(len(values) - 1) if values[i] < 0 <= values[i + 1]]
    return rate * (len(crossings) - 1) / (crossings[-1] - crossings[0])


class Render(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = Path(self.temporary.name)
        (self.folder / "a.mid").write_bytes(notes([69, 81, 69]))

    def tearDown(self):
        self.temporary.cleanup()

    def run_render(self, *arguments, **environment):
        return subprocess.run([CONTINUO, "render", *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False,
                              cwd=self.folder, env={**os.environ, **environment})

    def render(self, *arguments):
        result = self.run_render(*arguments)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def test_sound_has_the_notes_and_the_words_are_true(self):
        said = self.render("a.mid", "a.wav")
        self.assertIn("3 notes on 1 track\n", said)
        rate, channels, values = samples(self.folder / "a.wav")
        self.assertEqual((rate, channels), (44100, 2))
        self.assertLess(max(map(abs, values[: int(0.49 * rate)])), 20)
        self.assertAlmostEqual(frequency(rate, values[int(0.6 * rate) : int(0.95 * rate)]), 440, delta=2)
        self.assertAlmostEqual(frequency(rate, values[int(1.1 * rate) : int(1.45 * rate)]), 880, delta=4)
        loudness = float(re.search(r"loudness (-?[\d.]+) LUFS", said).group(1))
        self.assertAlmostEqual(loudness, -18, delta=0.2)
        self.assertNotIn("silent", said)
        self.assertNotIn("clipped", said)

    def test_all_kinds_at_once_and_nothing_else(self):
        said = self.render("a.mid", "b.wav", "b.flac", "deep/b.ogg", "b.png", "b.svg", "--title", "Three notes")
        for name, magic in (("b.wav", b"RIFF"), ("b.flac", b"fLaC"), ("deep/b.ogg", b"OggS"), ("b.png", b"\x89PNG"), ("b.svg", b"<svg")):
            self.assertTrue((self.folder / name).read_bytes().startswith(magic), name)
            self.assertIn(name, said)
        self.assertIn(">Three notes</text>", (self.folder / "b.svg").read_text())
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["a.mid", "b.flac", "b.png", "b.svg", "b.wav", "deep"])

    def test_options(self):
        said = self.render("a.mid", "a.wav", "--rate", 22050, "--no-normalise")
        self.assertEqual(samples(self.folder / "a.wav")[0], 22050)
        self.assertLess(float(re.search(r"loudness (-?[\d.]+) LUFS", said).group(1)), -25)

    def test_the_same_file_gives_the_same_bytes(self):
        self.render("a.mid", "one.wav", "one.png")
        self.render("a.mid", "two.wav", "two.png")
        for kind in ("wav", "png"):
            self.assertEqual((self.folder / f"one.{kind}").read_bytes(), (self.folder / f"two.{kind}").read_bytes())

    def test_silence_is_said(self):
        (self.folder / "silent.mid").write_bytes(midi([(0, b"\xff\x01\x02hi")]))
        result = self.run_render("silent.mid", "silent.wav", "silent.png")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("has no notes", result.stderr)
        self.assertIn("(silent)", result.stdout)
        (self.folder / "mute.mid").write_bytes(midi([(0, b"\xb0\x07\x00"), (0, b"\x90\x3c\x50"), (480, b"\x80\x3c\x00")]))
        self.assertIn("silent)", self.render("mute.mid", "mute.wav", "--no-normalise"))

    def test_refusals_say_what_to_do_and_leave_nothing(self):
        for arguments, says in (
            (("a.mid", "a.mp3"), ("a.mp3", ".wav, .flac or .ogg")),
            (("none.mid", "a.wav"), ("none.mid",)),
            (("a.mid", "a.wav", "--soundfont", "none.sf2"), ("none.sf2", "apt-get install")),
            (("a.mid", "a.wav", "--soundfont", "a.mid"), ("a.mid", "SoundFont")),
            (("a.mid", "a.wav", "--rate", 1), ("8,000 to 96,000",)),
            (("a.mid",), ("outputs",)),
            ((".", "a.wav"), ("folder",)),
        ):
            result = self.run_render(*arguments)
            self.assertGreater(result.returncode, 0, arguments)
            for part in says:
                self.assertIn(part, result.stderr + result.stdout)
        result = self.run_render("a.mid", "a.wav", CONTINUO_SOUNDFONT="/nowhere.sf2")
        self.assertGreater(result.returncode, 0)
        self.assertIn("CONTINUO_SOUNDFONT", result.stderr)
        self.assertEqual([p.name for p in self.folder.iterdir()], ["a.mid"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--continuo", required=True)
    known, rest = parser.parse_known_args()
    CONTINUO = str(Path(known.continuo).resolve())
    unittest.main(argv=[sys.argv[0], *rest])
