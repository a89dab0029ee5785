#!/usr/bin/env python3
"""continuo infill, accompany, vary and compose with chords: what is given stays, what is asked for comes."""
import argparse
import pathlib
import re
import shlex
import struct
import subprocess
import sys
import tempfile
import unittest

CONTINUO = MODEL = None
BAR = 1920


def number(value):
    parts = [value & 0x7F]
    while value > 0x7F:
        value >>= 7
        parts.insert(0, value & 0x7F | 0x80)
    return bytes(parts)


def midi_file(tracks):
    """tracks: (program, [(start, end, pitch)]), each on a channel of its own."""
    chunks = []
    for channel, (program, notes) in enumerate(tracks):
        events = [(0, 0, bytes([0xC0 | channel, program]))]
        for start, end, pitch in notes:
            events += [(start, 2, bytes([0x90 | channel, pitch, 70])), (end, 1, bytes([0x80 | channel, pitch, 0]))]
        body, now = b"", 0
        for tick, _, event in sorted(events):
            body += number(tick - now) + event
            now = tick
        body += b"\x00\xff\x2f\x00"
        chunks.append(b"MTrk" + struct.pack(">I", len(body)) + body)
    return b"MThd" + struct.pack(">IHHH", 6, 1, len(chunks), 480) + b"".join(chunks)


def read_number(data, at):
    value = 0
    while True:
        value = value << 7 | data[at] & 0x7F
        at += 1
        if data[at - 1] < 0x80:
            return value, at


def notes_of(path):
    """(program, start, end, pitch) of every note."""
    data, found, at = path.read_bytes(), [], 14
    while at < len(data):
        length = struct.unpack(">I", data[at + 4:at + 8])[0]
        chunk, at = data[at + 8:at + 8 + length], at + 8 + length
        now, place, status, programs, sounding = 0, 0, 0, {}, {}
        while place < len(chunk):
            delta, place = read_number(chunk, place)
            now += delta
            if chunk[place] >= 0x80:
                status, place = chunk[place], place + 1
            if status in (0xFF, 0xF0, 0xF7):
                size, place = read_number(chunk, place + (1 if status == 0xFF else 0))
                place += size
                continue
            kind, channel = status >> 4, status & 15
            width = 1 if kind in (0xC, 0xD) else 2
            values, place = chunk[place:place + width], place + width
            if kind == 0xC:
                programs[channel] = values[0]
            elif kind == 9 and values[1] > 0:
                sounding[channel, values[0]] = now
            elif kind in (8, 9) and (channel, values[0]) in sounding:
                found.append((programs.get(channel, 0), sounding.pop((channel, values[0])), now, values[0]))
    return sorted(found)


class Steer(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.temporary.name)
        tune = [(i * 480 + i % 3, i * 480 + 450, 72 + (0, 2, 4, 5, 7, 5, 4, 2)[i % 8]) for i in range(32)]
        bass = [(i * 960, i * 960 + 930, 48 + (0, 7, 5, 7)[i % 4]) for i in range(16)]
        (self.folder / "piece.mid").write_bytes(midi_file([(40, tune), (42, bass)]))
        (self.folder / "melody.mid").write_bytes(midi_file([(40, tune)]))

    def tearDown(self):
        self.temporary.cleanup()

    def run_command(self, *arguments):
        return subprocess.run([CONTINUO, *arguments, "--model", MODEL], capture_output=True, text=True, timeout=120, check=False, cwd=self.folder)

    def done(self, *arguments):
        result = self.run_command(*arguments)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def refused(self, *arguments, says):
        result = self.run_command(*arguments)
        self.assertNotEqual(result.returncode, 0)
        for words in says:
            self.assertIn(words, result.stderr)

    def test_the_command_that_is_printed_makes_the_same_again(self):
        piece = str(self.folder / "melody.mid")
        for given in (["accompany", piece, "--instruments", "piano,strings", "--all-play", "--key", "C major"],
                      ["infill", piece, "--bars", "3-4", "--count", "2"],
                      ["compose", "--bars", "4", "--key", "C", "--instruments", "piano", "--instruments", "flute", "--chords", "C | G7"]):
            text = self.done(*given, "--seed", "3", "-o", given[0] + ".mid", "-o", given[0] + ".html")
            typed = shlex.split(re.search("the same again: continuo (.*)$", text, re.MULTILINE)[1])
            self.assertEqual(typed[-2:], ["-o", "new"])
            typed = typed[:typed.index("--model")] + typed[typed.index("--model") + 2:]  # which run_command() gives
            self.done(*typed[:-2], "-o", "again.mid")
            made = sorted(self.folder.glob(given[0] + "*.mid"))
            self.assertEqual(len(made), 2 if given[0] == "infill" else 1)
            for path in made:
                self.assertEqual(path.read_bytes(), path.with_name(path.name.replace(given[0], "again")).read_bytes())
            self.assertNotIn(str(self.folder), (self.folder / (given[0] + ".html")).read_text(encoding="utf-8"))

    def test_infill_keeps_everything_around(self):
        text = self.done("infill", "piece.mid", "--bars", "3-4", "--tracks", "2", "--count", "2", "-o", "new.mid")
        self.assertIn("bars after the gap", text)
        given = notes_of(self.folder / "piece.mid")
        kept = [note for note in given if note[0] == 40 or not 2 * BAR <= note[1] < 4 * BAR]
        versions = [notes_of(self.folder / f"new-{i}.mid") for i in (1, 2)]
        self.assertNotEqual(*versions)
        for version in versions:
            rest = list(version)
            for note in kept:
                self.assertIn(note, rest)
                rest.remove(note)
            self.assertGreater(len(rest), 0)
            for program, start, _, _ in rest:
                self.assertEqual(program, 42)
                self.assertTrue(2 * BAR <= start < 4 * BAR)
        again = self.done("infill", "piece.mid", "--bars", "3-4", "--tracks", "2", "--count", "2", "--threads", "1", "-o", "again.mid")
        self.assertIn("seed 1", again.lower())
        self.assertEqual((self.folder / "new-2.mid").read_bytes(), (self.folder / "again-2.mid").read_bytes())

    def test_accompany_writes_a_track_of_its_own_and_a_page(self):
        self.done("accompany", "melody.mid", "--instruments", "acoustic grand piano", "-o", "song.mid", "-o", "song.html", "-o", "song.png")
        song = notes_of(self.folder / "song.mid")
        for note in notes_of(self.folder / "melody.mid"):
            self.assertIn(note, song)
        piano = [note for note in song if note[0] == 0]
        self.assertEqual({start // BAR for _, start, _, _ in piano}, set(range(8)))
        page = (self.folder / "song.html").read_text()
        self.assertIn("Make it again", page)
        self.assertIn("<audio", page)

    def test_vary_keeps_the_rhythm(self):
        self.done("vary", "piece.mid", "--bars", "3-6", "--keep", "rhythm", "--differ", "0.9", "-o", "new.mid")
        given, varied = notes_of(self.folder / "piece.mid"), notes_of(self.folder / "new.mid")
        self.assertEqual(len(given), len(varied))
        changed = [note for note in varied if note not in given]
        self.assertGreater(len(changed), 8)
        self.assertTrue(all(2 * BAR <= start < 6 * BAR for _, start, _, _ in changed))

    def test_compose_on_chords(self):
        self.done("compose", "--key", "D minor", "--instruments", "violin,cello", "--every-bar", "--bars", "4", "--metre", "4/4",
                  "--chords", "Dm | Gm | A7 | Dm", "--cadence", "tonic", "--strictness", "1", "-o", "song.mid")
        chords = [{2, 5, 9}, {7, 10, 2}, {9, 1, 4, 7}, {2, 5, 9}]
        song = notes_of(self.folder / "song.mid")
        for program, start, _, pitch in song:
            self.assertIn(program, (40, 42))
            self.assertIn(pitch % 12, chords[start // BAR])
        last = max(start for _, start, _, _ in song)
        self.assertEqual(min(pitch for _, start, end, pitch in song if start <= last < end) % 12, 2)

    def test_a_form_returns_varied_and_closes(self):
        text = self.done("compose", "--form", "A4 A'4 B4 A4", "--seed", "4", "--metre", "4/4", "-o", "song.mid", "-o", "song.html")
        self.assertIn("ended by itself", text)
        self.assertIn("sections A4 A&#39;4 B4 A4", (self.folder / "song.html").read_text(encoding="utf-8").replace("'", "&#39;"))
        notes = notes_of(self.folder / "song.mid")
        self.assertEqual(max(start for _, start, _, _ in notes) // BAR, 15)
        self.assertLessEqual(max(end for _, _, end, _ in notes), 16 * BAR)

        def section(first, bars):
            return [(program, start - first * BAR, end - first * BAR, pitch) for program, start, end, pitch in notes if first * BAR <= start < (first + bars) * BAR]
        original, varied, other, returns = (section(i, 4) for i in (0, 4, 8, 12))
        self.assertEqual(section(0, 2), section(12, 2))
        self.assertNotEqual(original, returns)  # led to a close
        self.assertNotEqual(original, other)
        self.assertNotEqual(original, varied)
        self.assertEqual([note[:2] for note in original], [note[:2] for note in varied])
        same = len(set(original) & set(varied))
        self.assertGreater(same, len(original) // 2)
        self.assertLess(same, len(original))
        csv = subprocess.run(["midicsv", self.folder / "song.mid"], capture_output=True, text=True, check=True).stdout
        self.assertEqual(re.findall(r"(\d+), Marker_t, \"(.*)\"", csv), [(str(i * 4 * BAR), name) for i, name in enumerate(["A", "A'", "B", "A"])])
        self.done("compose", "--form", "A4 A'4 B4 A4", "--seed", "4", "--metre", "4/4", "--threads", "1", "-o", "again.mid")
        self.assertEqual((self.folder / "song.mid").read_bytes(), (self.folder / "again.mid").read_bytes())

    def test_forms_that_cannot_be_are_refused(self):
        self.refused("compose", "--form", "A-B", "-o", "x.mid", says=["no '-'", "A A' B A"])
        self.refused("compose", "--form", "A", "--bars", "4", "-o", "x.mid", says=["length", "form"])
        self.refused("compose", "--form", "A", "--chords", "C", "-o", "x.mid", says=["--form"])
        self.assertFalse((self.folder / "x.mid").exists())

    def test_refusals_name_both(self):
        self.refused("compose", "--key", "C major", "--chords", "C | F#", "--bars", "4", "-o", "x.mid", says=["chord F#", "key C major"])
        self.refused("compose", "--chords", "C", "--seconds", "10", "-o", "x.mid", says=["--seconds"])
        self.refused("infill", "piece.mid", "--bars", "40-41", "-o", "x.mid", says=["bars 40 to 41", "8 bars"])
        self.refused("infill", "piece.mid", "--bars", "two", "-o", "x.mid", says=["'two' names no bars"])
        self.refused("infill", "piece.mid", "--bars", "2", "-o", "piece.mid", says=["piece.mid"])
        self.refused("vary", "piece.mid", "-o", "x.mid", says=["what of it stays"])
        self.assertFalse((self.folder / "x.mid").exists())


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--continuo", required=True)
    parser.add_argument("--model", required=True)
    known, rest = parser.parse_known_args()
    CONTINUO, MODEL = known.continuo, known.model
    unittest.main(argv=[sys.argv[0], *rest])
