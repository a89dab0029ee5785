#!/usr/bin/env python3
"""The commands that need no training: what they write, what they say, and how they refuse."""
import argparse
import base64
import csv
import hashlib
import json
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

CONTINUO = WRITE_MODEL = None
SHARED_FAULTS = Path(__file__).resolve().parents[3].parent / "shared" / "faults"


def run(*arguments, **options):
    return subprocess.run([CONTINUO, *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False, **options)


def scale(pitches, beat=480):
    """A format 0 file with one quarter note per pitch."""
    track = b"".join(b"\x00\x90" + bytes([p, 80]) + b"\x83\x60\x80" + bytes([p, 0]) for p in pitches) + b"\x00\xff\x2f\x00"
    return b"MThd" + struct.pack(">IHHH", 6, 0, 1, beat) + b"MTrk" + struct.pack(">I", len(track)) + track


def midi_file(beat, *chunks):
    """A format 1 file; each chunk is a list of (tick, event with its status)."""
    whole = b"MThd" + struct.pack(">IHHH", 6, 1, len(chunks), beat)
    for events in chunks:
        track, now = b"", 0
        for tick, event in events:
            delta = tick - now
            track += (bytes([0x80 | delta >> 7]) if delta > 127 else b"") + bytes([delta & 127]) + event
            now = tick
        track += b"\x00\xff\x2f\x00"
        whole += b"MTrk" + struct.pack(">I", len(track)) + track
    return whole


def events_of(data):
    """The events of each chunk as midi_file() takes them."""
    chunks, at = [], 14
    while at < len(data):
        end = at + 8 + struct.unpack(">I", data[at + 4 : at + 8])[0]
        at, tick, running, events = at + 8, 0, 0, []

        def number():
            nonlocal at
            value = 0
            while True:
                value = value << 7 | data[at] & 127
                at += 1
                if data[at - 1] < 128:
                    return value

        while at < end:
            tick += number()
            begin = at
            if data[at] >= 128:
                running, at = data[at], at + 1
                head = data[begin:at]
            else:
                head = bytes([running])
            body = at
            if running == 0xFF:
                at += 1
            if running >= 0xF0:
                length = number()
                at += length
            else:
                at += 1 if running >> 4 in (12, 13) else 2
            if data[body - 1 : at] != b"\xff\x2f\x00":
                events.append((tick, head + data[body:at]))
        chunks.append(events)
    return chunks


class Commands(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.holder = tempfile.TemporaryDirectory()
        cls.model = Path(cls.holder.name) / "model.safetensors"
        subprocess.run([WRITE_MODEL, cls.model], check=True)

    @classmethod
    def tearDownClass(cls):
        cls.holder.cleanup()

    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = Path(self.temporary.name)

    def tearDown(self):
        self.temporary.cleanup()

    def refused(self, *arguments, says, without=None, most=None):
        result = run(*arguments, cwd=self.folder)
        self.assertNotIn(result.returncode, (0, -signal.SIGSEGV, -signal.SIGABRT), result.stderr)
        self.assertEqual(result.stdout.count("terminate called"), 0)
        text = result.stdout + result.stderr
        for part in [says] if isinstance(says, str) else says:
            self.assertIn(part, text)
        if without:
            self.assertNotIn(without, text)
        if most:
            self.assertLess(len(text), most, text)

    def compose(self, *arguments):
        result = run("compose", "--model", self.model, *arguments, cwd=self.folder)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def test_every_command_has_help_with_examples(self):
        names = [line.split()[0] for line in run("--help").stdout.split("Subcommands:")[1].splitlines() if line.startswith("  ") and not line.startswith("   ")]
        names = [name for name in names if name != "continuo"]
        self.assertGreaterEqual(len(names), 4)
        for name in names:
            text = run(name, "--help")
            self.assertEqual(text.returncode, 0)
            self.assertIn(f"continuo {name} ", text.stdout.split("Examples:")[1], name)

    def test_compose_writes_every_kind_of_file(self):
        said = self.compose("--symbols", 400, "--go-on", "-o", "new")
        for name, magic in (("new.mid", b"MThd"), ("new.wav", b"RIFF"), ("new.png", b"\x89PNG"), ("new.html", b"<!DOCTYPE html>")):
            self.assertTrue((self.folder / name).read_bytes().startswith(magic), name)
            self.assertIn(name, said)
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["new.html", "new.mid", "new.png", "new.wav"])

    def test_the_same_seed_gives_the_same_bytes_whatever_the_thread_count(self):
        hashes = set()
        for threads in (1, 2):
            self.compose("--bars", 4, "--count", 3, "--threads", threads, "-o", f"t{threads}.mid")
            hashes.add(tuple(hashlib.sha256((self.folder / f"t{threads}-{i}.mid").read_bytes()).hexdigest() for i in (1, 2, 3)))
        self.assertEqual(len(hashes), 1)
        self.assertEqual(len(set(hashes.pop())), 3)
        self.compose("--bars", 4, "--seed", 2, "-o", "other.mid")
        self.assertNotEqual((self.folder / "other.mid").read_bytes(), (self.folder / "t1-1.mid").read_bytes())

    def test_compose_goes_on_from_a_prompt(self):
        (self.folder / "mine.mid").write_bytes(scale([60, 62, 64, 65, 67, 69, 71, 72]))
        self.compose("--prompt", "mine.mid", "--bars", 2, "-o", "longer.mid")
        self.compose("--prompt", "mine.mid", "--prompt-seconds", 0.9, "--bars", 1, "-o", "shorter.mid")
        beginnings = [re.findall(r"NoteOn_(\d+)", run("inspect", name, "--representation", "events", cwd=self.folder).stdout)[:7] for name in ("longer.mid", "shorter.mid")]
        self.assertEqual(beginnings[0], ["60", "62", "64", "65", "67", "69", "71"])
        self.assertEqual(beginnings[1][0], "60")
        self.assertNotEqual(beginnings[1], beginnings[0])
        words = run("inspect", self.folder / "longer.mid", "--representation", "notes", "--set", "min_count=1", cwd=self.folder)
        pitches = run("inspect", self.folder / "longer.mid", "--representation", "events", cwd=self.folder).stdout
        self.assertEqual(words.returncode, 0, words.stderr)
        at = -1
        for pitch in (60, 62, 64, 65, 67, 69, 71, 72):
            at = pitches.find(f"NoteOn_{pitch}", at + 1)
            self.assertGreater(at, 0, f"pitch {pitch} of the prompt is missing")

    def test_every_event_of_a_prompt_stands_in_the_result(self):
        conductor = [(0, b"\xff\x03\x05Title"), (0, b"\xff\x51\x03\x05\x52\xa5"), (0, b"\xff\x58\x04\x03\x02\x18\x08"), (0, b"\xff\x59\x02\xfd\x01"), (96, b"\xff\x06\x01A")]
        high = [(0, b"\xff\x03\x08Violin I"), (0, b"\xc2\x28"), (0, b"\xf0\x03\x7e\x7f\xf7"), (1, b"\x92\x4f\x47"), (60, b"\xd2\x11"), (90, b"\x82\x4f\x21"), (97, b"\x92\x51\x48"), (400, b"\x82\x51\x22")]
        low = [(0, b"\xff\x03\x09Violin II"), (0, b"\xc3\x28"), (2, b"\x93\x3c\x30"), (3, b"\xb3\x40\x7f"), (95, b"\x83\x3c\x23"), (98, b"\x93\x3e\x31"), (150, b"\xb3\x40\x00"), (200, b"\x83\x3e\x24")]
        (self.folder / "mine.mid").write_bytes(midi_file(96, conductor, high, low))
        self.compose("--prompt", "mine.mid", "--bars", 3, "--go-on", "-o", "longer.mid")
        result = events_of((self.folder / "longer.mid").read_bytes())
        for number, events in enumerate((conductor, high, low)):
            self.assertEqual([event for event in result[number] if event in events], events)
        self.assertGreater(sum(map(len, result)), len(conductor + high + low))
        onsets = [tick for events in result for tick, event in events if event[0] >> 4 == 9 and event[2] > 0]
        self.assertLess(max(onsets), self.bar_end(result, 4))
        self.assertGreaterEqual(max(onsets), self.bar_end(result, 3))

    def bar_end(self, chunks, bars):
        """The tick at which so many bars of a file with 96 ticks a quarter are over."""
        metres = sorted((tick, event[3], 2 ** event[4]) for events in chunks for tick, event in events if event.startswith(b"\xff\x58"))
        tick = 0
        for _ in range(bars):
            _, beats, unit = [metre for metre in metres if metre[0] <= tick][-1]
            tick = min([tick + 384 * beats // unit] + [metre[0] for metre in metres if metre[0] > tick])
        return tick

    def test_random_start_and_argmax_as_in_the_paper(self):
        said = self.compose("--start", "random", "--argmax", "--symbols", 600, "--go-on", "-o", "paper.mid")
        self.assertIn("600 symbols", said)

    def test_styles(self):
        self.compose("--style", "Bach", "--bars", 2, "-o", "b.mid")
        self.refused("compose", "--model", self.model, "--style", "satie", "-o", "s.mid", says=["no style 'satie'", "bach"])

    def test_the_model_that_comes_along_needs_no_name(self):
        result = run("compose", "--style", "BACH", "--seconds", 12, "-o", "own.mid", cwd=self.folder)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertGreater(int(re.search(r"([\d,]+) notes", result.stdout)[1].replace(",", "")), 10)
        named = run("compose", "--model", "default", "--style", "bach", "--seconds", 12, "-o", "named.mid", cwd=self.folder)
        self.assertEqual(named.returncode, 0, named.stderr)
        self.assertEqual((self.folder / "own.mid").read_bytes(), (self.folder / "named.mid").read_bytes())
        self.refused("compose", "--style", "nobody", says=["nobody", "nearest of its 87"])
        elsewhere = run("compose", "-o", "x.mid", cwd=self.folder, env={**os.environ, "CONTINUO_MODEL": "/nowhere.safetensors"})
        self.assertEqual(elsewhere.returncode, 1)
        self.assertIn("CONTINUO_MODEL", elsewhere.stderr)

    def test_what_cannot_be_done_is_refused_with_a_way_out(self):
        (self.folder / "empty.mid").write_bytes(b"")
        (self.folder / "broken.safetensors").write_bytes(b"\xff" * 64)
        (self.folder / "text.mid").write_text("no music here")
        (self.folder / "silent.mid").write_bytes(scale([]))
        model = ("compose", "--model", self.model)
        self.refused("compose", "--model", "none.safetensors", says=["none.safetensors", "No such file"])
        self.refused("compose", "--model", "broken.safetensors", says="broken.safetensors")
        self.refused("compose", "--model", ".", says="is a folder")
        self.refused(*model, "-o", "new.xyz", says=["new.xyz", ".mid"])
        self.refused(*model, "-o", "/proc/continuo/new.mid", says="/proc/continuo")
        self.refused(*model, "--prompt", "empty.mid", says="empty.mid")
        self.refused(*model, "--prompt", "silent.mid", says="no notes")
        self.refused(*model, "--temperature", "0", says="temperature")
        self.refused(*model, "--top-p", "7", says="top-p")
        self.refused(*model, "--seconds", "-3", says="seconds")
        self.refused("render", "text.mid", "out.wav", says="text.mid")
        self.refused("render", "missing.mid", "out.wav", says="missing.mid")
        self.refused("render", "silent.mid", "out.doc", says="out.doc")
        self.refused("inspect", "text.mid", says="text.mid")
        self.refused("inspect", "silent.mid", "--representation", "poetry", says="poetry")
        self.refused("corpus", "nowhere", says="nowhere")
        self.refused("corpus", ".", "--min-seconds", "x", says="x")
        self.refused("sing", says="sing")
        self.refused(says="subcommand")
        leftovers = [p.name for p in self.folder.iterdir() if "partial" in p.name or p.suffix in (".wav", ".png")]
        self.assertEqual(leftovers, [])

    def test_numbers_are_checked_and_the_limits_said(self):
        model = ("compose", "--model", self.model, "-o", "x.mid")
        for option, value, limits in (("--seconds", "0", "above 0"), ("--seconds", "inf", "1000000 at most"), ("--seconds", "nan", "above 0"),
                                      ("--bars", "999999999999", "from 1 to 1000000"), ("--bars", "2.5", "whole number"),
                                      ("--symbols", "99999999999", "from 1 to 1000000000"), ("--seed", "-1", "from 0"), ("--seed", "1e3", "whole number"),
                                      ("--seed", "99999999999999999999", "from 0"), ("--threads", "-2", "from 0"), ("--precision", "1", "fp32, bf16, int8"),
                                      ("--precision", "fp16", "fp32, bf16, int8"), ("--count", "0", "from 1")):
            self.refused(*model, option, value, says=[f"continuo: {option}: '{value}' ", limits, "See continuo compose --help"], most=160)
        self.refused("quantize", self.model, "--precision", "2", says=["'2' must be one of int8, bf16", "continuo quantize --help"])
        self.refused("bench", "--seconds", "inf", says=["--seconds", "from 0.01 to 86400"])
        self.refused("corpus", ".", "--seed", "-1", says=["--seed", "from 0 to"])
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_inspect_tells_sounds_by_what_they_hold(self):
        samples = b"".join(struct.pack(">h", 3000 * (i % 40 - 20) // 20) for i in range(8000))
        au = b".snd" + struct.pack(">IIIII", 24, len(samples), 3, 8000, 1) + samples
        rate = struct.pack(">HQ", 16383 + 12, 8000 << 51)  # 80-bit floating point
        common = struct.pack(">hIh", 1, 8000, 16) + rate
        chunks = b"AIFFCOMM" + struct.pack(">I", len(common)) + common + b"SSND" + struct.pack(">III", 8 + len(samples), 0, 0) + samples
        aiff = b"FORM" + struct.pack(">I", len(chunks)) + chunks
        for name, data in (("a.au", au), ("B.AU", au), ("c.aiff", aiff), ("D.Aif", aiff), ("tone", aiff)):
            (self.folder / name).write_bytes(data)
            said = run("inspect", name, cwd=self.folder)
            self.assertEqual(said.returncode, 0, said.stderr)
            self.assertIn("1 channel, 8,000 Hz", said.stdout, name)
        (self.folder / "song").write_bytes(scale([60]))
        self.assertIn("1 note", run("inspect", "song", cwd=self.folder).stdout)
        (self.folder / "text.mid").write_text("no music at all")
        self.refused("inspect", "text.mid", says="not a Standard MIDI File")

    def test_inspect_hears_what_other_programs_write(self):
        if shutil.which("ffmpeg") is None:
            self.skipTest("ffmpeg is not installed")
        for name, options in (("a.w64", []), ("a.caf", []), ("a.wav", ["-rf64", "always"]), ("a.mp3", ["-id3v2_version", "0", "-write_xing", "0"])):
            subprocess.run(["ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=16000:duration=2", *options, name],
                           cwd=self.folder, check=True, timeout=60)
            for called in (name, "noname"):  # by the extension, and by what the file holds
                if called != name:
                    os.replace(self.folder / name, self.folder / called)
                said = run("inspect", called, cwd=self.folder)
                self.assertEqual(said.returncode, 0, said.stderr)
                self.assertIn("1 channel, 16,000 Hz", said.stdout, name)

    def test_a_soundfont_that_keeps_the_synthesizer_busy_is_refused(self):
        slow = SHARED_FAULTS / "17_slow.sf2"
        if not slow.exists():
            self.skipTest("no collection of faulty files beside the project")
        (self.folder / "a.mid").write_bytes(scale([48, 64, 67]))
        said = run("render", "a.mid", "a.wav", "--soundfont", slow, cwd=self.folder)
        self.assertEqual(said.returncode, 1)
        self.assertIn("the synthesizer needs too long for this SoundFont", said.stderr)
        self.assertFalse((self.folder / "a.wav").exists())

    def test_ctrl_c_is_heard_while_the_synthesizer_is_busy(self):
        slow = SHARED_FAULTS / "17_slow.sf2"
        if not slow.exists():
            self.skipTest("no collection of faulty files beside the project")
        (self.folder / "a.mid").write_bytes(scale([48, 64]))
        process = subprocess.Popen([CONTINUO, "render", "a.mid", "a.wav", "--soundfont", slow], cwd=self.folder, stderr=subprocess.PIPE)
        time.sleep(2)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=60)[1]
        self.assertEqual(process.returncode, 130, said)

    def test_inspect_reads_pipes(self):
        said = subprocess.run([CONTINUO, "inspect", "/dev/stdin"], input=scale([60, 62, 64]), capture_output=True, timeout=60, check=False)
        self.assertEqual(said.returncode, 0, said.stderr)
        self.assertIn(b"3 notes", said.stdout)

    def test_json_that_nests_deeply_is_refused(self):
        data = self.model.read_bytes()
        length = struct.unpack("<Q", data[:8])[0]
        header = json.loads(data[8:8 + length])
        header["__metadata__"]["continuo.training"] = '{"a":' + "[" * 100_000 + "]" * 100_000 + "}"
        text = json.dumps(header).encode()
        text += b" " * (-(8 + len(text)) % 64)
        (self.folder / "deep.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data[8 + length:])
        self.refused("inspect", "deep.safetensors", says="nests deeper", most=1000)

    def test_inputs_are_never_overwritten(self):
        music = scale([60, 62, 64, 65])
        (self.folder / "a.mid").write_bytes(music)
        (self.folder / "link.mid").symlink_to("a.mid")
        (self.folder / "own.csv").write_bytes(music)
        (self.folder / "own.wav").write_bytes(music)
        (self.folder / "own.html").write_bytes(music)
        model = self.model.read_bytes()
        for command in (
            ("compose", "--model", self.model, "--prompt", "a.mid", "--bars", "1", "-o", "a.mid"),
            ("compose", "--model", self.model, "--prompt", "a.mid", "--bars", "1", "-o", "link.mid"),
            ("compose", "--model", self.model, "--prompt", "own.wav", "--bars", "1", "-o", "own"),
            ("render", "own.wav", "own.wav"),
            ("originality", "own.csv", "--corpus", ".", "--csv", "own.csv"),
            ("originality", "own.html", "--corpus", ".", "-o", "own.html"),
            ("analyse", "own.html", "--model", self.model, "-o", "own.html"),
            ("measure", "a.mid", "own.csv", "--csv", "own.csv"),
            ("compare", "own.html", "a.mid", "-o", "own.html"),
            ("quantize", self.model, "-o", self.model),
        ):
            self.refused(*command, says="would overwrite")
        for name in ("a.mid", "own.csv", "own.wav", "own.html"):
            self.assertEqual((self.folder / name).read_bytes(), music, name)
        self.assertTrue((self.folder / "link.mid").is_symlink())
        self.assertEqual(self.model.read_bytes(), model)

    def test_output_that_is_lost_is_an_error(self):
        (self.folder / "one.mid").write_bytes(scale([60]))
        for command in (("inspect", "one.mid"), ("--help",), ("inspect", "--help"), ("--version",)):
            with open("/dev/full", "w", encoding="utf-8") as full:
                result = subprocess.run([CONTINUO, *command], cwd=self.folder, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
            self.assertEqual(result.returncode, 1, command)
            self.assertIn("standard output", result.stderr)

    def test_a_closed_standard_error_does_not_get_into_a_sound(self):
        (self.folder / "one.mid").write_bytes(scale([60, 62, 64, 65] * 4))
        for name, closing in (("plain.wav", ""), ("closed.wav", " 2>&-")):
            subprocess.run(["sh", "-c", f'"$0" render one.mid {name}{closing}', CONTINUO], cwd=self.folder, stdout=subprocess.DEVNULL, timeout=120, check=True)
        self.assertEqual((self.folder / "closed.wav").read_bytes(), (self.folder / "plain.wav").read_bytes())

    def test_what_cannot_be_written_is_said_before_the_work(self):
        """Each of these would otherwise compose or read for hours."""
        endless = ("compose", "--model", self.model, "--symbols", "1000000000", "--go-on")
        (self.folder / "file").write_text("in the way")
        (self.folder / "bad.sf2").write_bytes(b"RIFF" + bytes(64))
        (self.folder / "one.mid").write_bytes(scale([60]))
        self.refused(*endless, "-o", "", says=["name of a file to write is empty", "-o new"])
        self.refused(*endless, "-o", "sub/", says=["sub/", "sub/new"])
        self.refused(*endless, "-o", "file/new.mid", says=["file", "folder"])
        self.refused(*endless, "-o", "/proc/continuo/new.wav", says="/proc/continuo")
        self.refused(*endless, "-o", "new", "--soundfont", "bad.sf2", says="bad.sf2")
        self.refused(*endless, "-o", "new", "--soundfont", "none.sf2", says="none.sf2")
        self.refused("corpus", ".", "--representation", "mulaw", "--soundfont", "bad.sf2", says="bad.sf2", without="MIDI files")
        self.refused("render", "one.mid", "file/one.wav", says="file")
        self.refused("analyse", "one.mid", "--model", self.model, "-o", "file/one.csv", says="file")
        self.refused("quantize", self.model, "-o", "file/small.safetensors", says="file")
        self.refused("bench", "--csv", "file/speed.csv", "--seconds", "86400", says="file")
        self.refused("corpus", ".", "--picture", "file/lengths.png", says="file")
        self.refused("corpus", ".", "--train", "0.9", "--validation", "0.9", says=["add up to 1", "0.8"], without="MIDI files")
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["bad.sf2", "file", "one.mid"])

    def test_an_output_named_twice_is_written_and_listed_once(self):
        said = self.compose("--symbols", 200, "--go-on", "-o", "new.mid", "-o", "./new.mid", "-o", "new.png", "-o", "new.mid")
        self.assertEqual(said.count("new.mid"), 1)
        self.assertEqual(said.count("new.png"), 1)

    def test_a_full_disk_is_said_and_leaves_nothing(self):
        if not os.path.exists("/dev/full") or os.geteuid() != 0:
            self.skipTest("needs a file system of its own")
        small = self.folder / "small"
        small.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "none", small], capture_output=True, check=False).returncode != 0:
            self.skipTest("no tmpfs can be mounted here")
        try:
            self.refused("compose", "--model", self.model, "--symbols", 2000, "--go-on", "-o", small / "new.wav", says="new")
            self.refused("compose", "--model", self.model, "--symbols", 2000, "--go-on", "-o", small / "new.png", says="new")
            self.assertEqual(list(small.iterdir()), [])
        finally:
            subprocess.run(["umount", small], check=True)

    def compose_and_interrupt(self, *arguments):
        process = subprocess.Popen([CONTINUO, "compose", "--model", self.model, "--threads", "1", "--go-on", *arguments],
                                   cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertIn("Composing", process.stderr.readline())  # it is at work, so it listens
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, err)
        return out, err

    def test_interrupting_writes_nothing_of_a_piece_that_is_not_finished(self):
        out, err = self.compose_and_interrupt("--symbols", "100000000", "-o", "long.mid")
        self.assertIn("stopped: 0 of 1 pieces were finished", err)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_interrupting_writes_what_there_is_where_asked(self):
        out, err = self.compose_and_interrupt("--symbols", "100000000", "--keep-unfinished", "-o", "long.mid")
        self.assertIn("what there is of 1 more", err)
        self.assertIn("not finished", out)
        self.assertEqual([path.name for path in self.folder.iterdir()], ["long.mid"])
        self.assertEqual(run("inspect", "long.mid", cwd=self.folder).returncode, 0)

    def test_interrupting_keeps_the_pieces_that_are_finished(self):
        arguments = ["--symbols", "40", "--count", "100000"]
        out, err = self.compose_and_interrupt(*arguments, "-o", "piece.mid")
        kept = sorted(path.name for path in self.folder.iterdir())
        self.assertIn(f"stopped: {len(kept)} of 100000 pieces were finished and written", err)
        self.assertEqual(len(re.findall(r"^Piece \d+:", out, re.MULTILINE)), len(kept))
        self.assertIn("piece-1.mid", kept)
        whole = run("compose", "--model", self.model, "--go-on", "--symbols", "40", "--count", "2", "-o", "whole.mid", cwd=self.folder)
        self.assertEqual(whole.returncode, 0, whole.stderr)
        self.assertEqual((self.folder / "piece-1.mid").read_bytes(), (self.folder / "whole-1.mid").read_bytes())

    def collection(self):
        folder = self.folder / "music"
        folder.mkdir()
        (folder / "up.mid").write_bytes(scale([60, 62, 64, 65, 67, 69, 71, 72] * 5))
        (folder / "jumps.mid").write_bytes(scale([50 + i * i * 7 % 31 for i in range(40)]))
        return folder

    def test_originality_finds_a_transposed_passage_and_marks_its_bars(self):
        folder = self.collection()
        own = [(90, 40)[i % 2] for i in range(8)]
        (self.folder / "new.mid").write_bytes(scale(own + [53 + i * i * 7 % 31 for i in range(4, 28)] + own))
        result = run("originality", "new.mid", "--corpus", folder, "--cache", "cache", "--borrowed", 20, "-o", "new.svg", "--csv", "bars.csv",
                     cwd=self.folder)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("longest verbatim run: 24 notes, bars 3 to 8, as in jumps.mid, bar 2", result.stdout)
        rows = (self.folder / "bars.csv").read_text().splitlines()
        self.assertEqual(rows[0], "bar,notes,shared_notes,run_notes,piece,piece_bar,borrowed")
        self.assertEqual([row.endswith(",1") for row in rows[1:]], [False] * 2 + [True] * 6 + [False] * 2)
        self.assertIn("#d62629", (self.folder / "new.svg").read_text().lower())
        self.assertEqual(len(list((self.folder / "cache").glob("*.passages"))), 1)

    def test_analyse_tells_the_bits_of_each_note(self):
        pitches = [60, 64, 67, 72, 61, 71, 67, 62, 65]
        (self.folder / "mine <1>.mid").write_bytes(scale(pitches))
        result = run("analyse", "mine <1>.mid", "--model", self.model, "--style", "bach", "--top", 3, "-o", "out.html", "-o", "out.csv", "-o", "out.png",
                     cwd=self.folder)
        self.assertEqual(result.returncode, 0, result.stderr)
        with open(self.folder / "out.csv", encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        names = "C C# D D# E F F# G G# A A# B".split()
        self.assertEqual([(row["bar"], row["beat"], row["pitch"]) for row in rows],
                         [(str(1 + i // 4), f"{1 + i % 4}.000", f"{names[p % 12]}{p // 12 - 1}") for i, p in enumerate(pitches)])
        for row in rows:
            self.assertAlmostEqual(float(row["bits"]), float(row["own_bits"]) + float(row["shared_bits"]), delta=0.002)
        top = sorted(rows, key=lambda row: -float(row["bits"]))[:3]
        listed = [line.split() for line in result.stdout.splitlines()[2:5]]
        self.assertEqual([words[0] for words in listed], [row["bar"] for row in top])
        page = (self.folder / "out.html").read_text(encoding="utf-8")
        self.assertIn("mine &lt;1&gt;.mid", page)
        self.assertEqual(page.count("<svg"), 1)
        self.assertEqual((self.folder / "out.png").read_bytes()[:4], b"\x89PNG")
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["mine <1>.mid", "out.csv", "out.html", "out.png"])
        self.refused("analyse", "mine <1>.mid", "--model", self.model, "-o", "out.txt", says=["out.txt", ".html"])
        self.refused("analyse", "mine <1>.mid", "--model", self.model, "--style", "satie", says="satie")

    def test_compose_without_copies(self):
        folder = self.collection()
        self.compose("--bars", 8, "--max-copy", 6, "--corpus", folder, "--cache", "cache", "-o", "own.mid")
        said = run("originality", "own.mid", "--corpus", folder, "--cache", "cache", "--model", self.model, cwd=self.folder).stdout
        longest = re.search(r"longest verbatim run: (\d+) notes|no two notes", said)
        self.assertLess(int(longest[1] or 1), 6)
        self.refused("compose", "--model", self.model, "--max-copy", 6, says="--corpus")
        self.refused("compose", "--model", self.model, "-o", "r.html", "--no-page", says=["r.html", "--no-page"])
        self.refused("compose", "--model", self.model, "--report", "r.pdf", "--corpus", folder, says=["r.pdf", ".html"])
        self.refused("compose", "--model", self.model, "--max-copy", 5, "--corpus", folder, says="6")
        self.refused("originality", "own.mid", says="--corpus")
        self.refused("originality", "--corpus", folder, says=["no piece was given", "PIECE"])

    def test_a_filter_beside_the_model_keeps_its_pieces_from_copying(self):
        folder = self.collection()
        model = self.folder / "own.safetensors"
        shutil.copy(self.model, model)
        free = self.compose("--bars", 8, "-o", "free.mid")
        first = re.match(r"Composed: [^,]+, (\d+) notes", free)
        (self.folder / "own").mkdir()
        shutil.copy(self.folder / "free.mid", self.folder / "own" / "free.mid")
        said = run("originality", "--corpus", "own", "--cache", "cache", "--filter", "own.passage-filter", "--filter-notes", 6, cwd=self.folder).stdout
        self.assertIn("passages of 6 notes", said)
        self.assertIn("own.passage-filter", said)
        compose = ["compose", "--model", model, "--bars", 8]
        run(*compose, "-o", "new.mid", cwd=self.folder)
        run(*compose, "--allow-copies", "-o", "same.mid", cwd=self.folder)
        self.assertEqual((self.folder / "same.mid").read_bytes(), (self.folder / "free.mid").read_bytes())
        said = run("originality", "new.mid", "--corpus", "own", "--cache", "cache", cwd=self.folder).stdout
        self.assertGreater(int(first[1]), 12)
        longest = re.search(r"longest verbatim run: (\d+) notes|no two notes", said)
        self.assertLess(int(longest[1] or 1), 6)
        run("quantize", model, "-o", "small.safetensors", cwd=self.folder)
        self.assertEqual((self.folder / "small.passage-filter").read_bytes(), (self.folder / "own.passage-filter").read_bytes())
        (self.folder / "own.passage-filter").write_bytes(b"nonsense")
        self.refused(*compose, "-o", "new.mid", says=["own.passage-filter", "no filter of passages"])

    def test_compose_reports_the_originality_of_each_piece(self):
        folder = self.collection()
        said = self.compose("--bars", 4, "--count", 2, "--max-copy", 8, "--corpus", folder, "--cache", "cache", "--report", "new.html", "-o", "new.mid")
        page = (self.folder / "new.html").read_text(encoding="utf-8")
        self.assertEqual(page.count("Is it copied?"), 2)
        longest = [re.search(r"ongest verbatim run: (\d+) notes|o two notes", part) for part in page.split("Is it copied?")[1:]]
        self.assertTrue(all(int(found[1] or 1) < 8 for found in longest))
        for found in longest:
            self.assertIn(found[0], said)
        self.assertIn("2 pieces, 80 notes", page)
        self.assertEqual(page.count("<audio"), 2)
        midis = [base64.b64decode(part) for part in re.findall(r'href="data:audio/midi;base64,([^"]+)"', page)]
        self.assertEqual(midis, [(self.folder / f"new-{i}.mid").read_bytes() for i in (1, 2)])
        self.assertNotIn(str(self.folder), page)
        self.assertNotRegex(page, r'(src|href)="(?!data:|#)')
        said = run("originality", "new-1.mid", "--corpus", folder, "--cache", "cache", "--model", self.model, "-o", "own.html", cwd=self.folder).stdout
        self.assertIn(longest[0][0], said)
        self.assertIn(longest[0][0], (self.folder / "own.html").read_text(encoding="utf-8"))

    def test_the_page_of_a_piece_says_what_it_is_and_how_to_make_it_again(self):
        said = self.compose("--bars", 6, "--seed", 5, "--temperature", 0.9, "--style", "BACH", "-o", "new")
        page = (self.folder / "new.html").read_text(encoding="utf-8")
        text = re.sub(r"<[^>]*>", " ", page)
        for part in ("key", "tempo", "metre", "instruments", "bpm", "style bach", "seed 5"):
            self.assertIn(part, text)
        self.assertIn("Seed 5, style bach", said)
        self.assertEqual(page.count("<audio"), 1)
        sound = base64.b64decode(re.search(r'src="data:audio/mpeg;base64,([^"]+)"', page)[1])
        self.assertGreater(len(sound), 5_000)
        self.assertNotIn(str(self.folder), page)
        self.assertNotIn(str(self.model.parent), page)
        self.assertNotRegex(page, r'(src|href)="(?!data:|#)')
        command = re.search(r"<code>(continuo compose [^<]*)</code>", page)[1]
        self.assertEqual(command, f"continuo compose --seed 5 --model {self.model.name} --bars 6 --temperature 0.9 --style BACH -o new")
        again = command.split()[1:]
        again[again.index("--model") + 1] = self.model
        again[-1] = "again.mid"
        self.assertEqual(run(*again, cwd=self.folder).returncode, 0)
        self.assertEqual((self.folder / "again.mid").read_bytes(), (self.folder / "new.mid").read_bytes())

    def test_the_command_of_a_page_has_flags_and_repeats_the_prompt(self):
        (self.folder / "given.mid").write_bytes(scale([60, 62, 64, 65] * 4))
        self.compose("--prompt", "given.mid", "--bars", 3, "--allow-loops", "-o", "new.mid", "-o", "new.html")
        page = (self.folder / "new.html").read_text(encoding="utf-8")
        again = re.search(r"<code>(continuo compose [^<]*)</code>", page)[1].split()[1:]
        self.assertIn("--allow-loops", again)
        again[again.index("--model") + 1] = self.model
        again[-1] = "again.mid"
        self.assertEqual(run(*again, cwd=self.folder).returncode, 0, again)
        self.assertEqual((self.folder / "again.mid").read_bytes(), (self.folder / "new.mid").read_bytes())

    def test_several_pieces_are_a_contact_sheet_and_each_can_be_made_alone(self):
        self.compose("--bars", 4, "--count", 3, "-o", "new")
        names = ["new.html"] + [f"new-{i}.{kind}" for i in (1, 2, 3) for kind in ("mid", "png", "wav")]
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), sorted(names))
        page = (self.folder / "new.html").read_text(encoding="utf-8")
        self.assertEqual(page.count('<article class="card"'), 3)
        self.assertEqual(page.count("<audio"), 3)
        self.assertEqual(page.count("<summary><svg"), 3)
        self.assertEqual(len(re.findall(r' id="([^"]*)"', page)), len(set(re.findall(r' id="([^"]*)"', page))))
        commands = re.findall(r"<code>(continuo compose [^<]*)</code>", page)
        self.assertIn("--piece 2", commands[1])
        self.assertIn("--count 3", commands[3])
        self.compose("--bars", 4, "--piece", 2, "-o", "second.mid")
        self.assertEqual((self.folder / "second.mid").read_bytes(), (self.folder / "new-2.mid").read_bytes())
        self.compose("--bars", 4, "--no-page", "-o", "plain")
        self.assertFalse((self.folder / "plain.html").exists())
        self.compose("--bars", 4, "-o", "alone.mid")
        self.assertEqual([p.name for p in self.folder.iterdir() if p.name.startswith("alone")], ["alone.mid"])

    def test_what_was_given_is_nobodys_copy(self):
        folder = self.collection()
        given = sorted((self.folder / folder).glob("*.mid"))[0]
        self.compose("--prompt", given, "--bars", 4, "--corpus", folder, "--cache", "cache", "-o", "longer.mid", "-o", "longer.html")
        page = (self.folder / "longer.html").read_text(encoding="utf-8")
        self.assertIn("given and", page)
        blamed = run("originality", "longer.mid", "--corpus", folder, "--cache", "cache", cwd=self.folder).stdout
        fair = run("originality", "longer.mid", "--prompt", given, "--corpus", folder, "--cache", "cache", cwd=self.folder).stdout
        longest = [int((re.search(r"longest verbatim run: (\d+) notes", said) or [0, 0])[1]) for said in (blamed, fair)]
        self.assertGreater(longest[0], longest[1])
        self.assertIn("given and", fair)
        other = self.folder / "other.mid"
        other.write_bytes(scale([100, 30, 90, 40]))
        self.refused("originality", "longer.mid", "--prompt", other, "--corpus", folder, "--cache", "cache", says=["longer.mid", "other.mid"])

    def test_words_are_taken_in_any_case(self):
        self.compose("--bars", 2, "--precision", "FP32", "-o", "new.mid")
        self.refused("compose", "--model", self.model, "--precision", "fp", says=["'fp' must be one of fp32, bf16, int8"])

    def test_inspect_wraps_lines(self):
        (self.folder / "a.mid").write_bytes(scale([60, 62, 64, 65] * 8))
        said = run("inspect", "a.mid", "--representation", "remi", "--limit", 0, cwd=self.folder).stdout
        shown = said[said.index("    bar 1"):said.index("  lost:")]
        self.assertLessEqual(max(map(len, shown.splitlines())), 80)
        self.assertGreater(len(shown.splitlines()), 8 * 2)
        self.assertIn("\n" + " " * 11, shown)

    def test_corpus_counts_and_explains(self):
        for i in range(4):
            (self.folder / f"piece{i}.mid").write_bytes(scale([(60 + 7 * i + 5 * k * (i + 1)) % 30 + 50 for k in range(160)]))
        (self.folder / "short.mid").write_bytes(scale([60, 62]))
        (self.folder / "broken.mid").write_bytes(b"RIFF????")
        (self.folder / "notes.txt").write_text("not music")
        result = run("corpus", ".", "--list", cwd=self.folder)
        self.assertEqual(result.returncode, 0, result.stderr)
        text = result.stdout
        self.assertIn("short.mid", text)
        self.assertIn("broken.mid", text)
        self.assertIn("640", text)  # notes of the four that stay
        self.assertNotIn("notes.txt", text)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--continuo", required=True)
    parser.add_argument("--write-model", required=True)
    known, rest = parser.parse_known_args()
    CONTINUO, WRITE_MODEL = known.continuo, known.write_model
    unittest.main(argv=[sys.argv[0], *rest])
