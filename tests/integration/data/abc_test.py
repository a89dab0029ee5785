"""Tests of the ABC reader and of the checks: what is right passes, and every planted fault is found."""

import unittest
from fractions import Fraction

import abc_check
from abc_reader import AbcError, play, read_tune, sounding
from midi_reader import MidiFile, read_midi

HEAD = "X:1\nT:Test\nC:Nobody\nO:Nowhere\nN:made for a test\nM:{m}\nL:{l}\nQ:1/4=60\nK:{k}\n"


def tune(music, m="4/4", l="1/4", k="C"):
    return HEAD.format(m=m, l=l, k=k) + music + "\n"


def one(music, **head):
    return read_tune(tune(music, **head)).voices["1"]


def notes(music, **head):
    return [(start * 4, length * 4, pitch) for start, length, pitch in sounding(one(music, **head))]


class Reading(unittest.TestCase):
    def test_lengths(self):
        bars = one("A2 A/ A// A3/2 A/4 A/4 z/ |", m="6/4")
        self.assertEqual([event.duration * 4 for event in bars[0].events],
                         [2, Fraction(1, 2), Fraction(1, 4), Fraction(3, 2), Fraction(1, 4), Fraction(1, 4),
                          Fraction(1, 2)])

    def test_broken_rhythm(self):
        self.assertEqual([length for _, length, _ in notes("c>d e<f |")],
                         [Fraction(3, 2), Fraction(1, 2), Fraction(1, 2), Fraction(3, 2)])
        self.assertEqual([length for _, length, _ in notes("c>>d e2 |")],
                         [Fraction(7, 4), Fraction(1, 4), 2])

    def test_tuplets(self):
        self.assertEqual([length for _, length, _ in notes("(3c/d/e/ f g a |")],
                         [Fraction(1, 3)] * 3 + [1, 1, 1])
        self.assertEqual(one("(5:4:5c/d/e/f/g/ a2 |")[0].duration, 1)
        self.assertEqual(one("(2cd e3 |", m="6/8", l="1/8")[0].duration, Fraction(6, 8))

    def test_pitches_keys_and_accidentals(self):
        pitches = [pitch for _, _, pitch in notes("F ^G G =F | G, c' b _e |", k="G")]
        self.assertEqual(pitches, [66, 68, 68, 65, 55, 84, 83, 75])
        self.assertEqual([pitch for _, _, pitch in notes("B E A e |", k="Cm")], [70, 63, 68, 75])
        self.assertEqual([pitch for _, _, pitch in notes("B F C2 |", k="D dor")], [71, 65, 60])
        self.assertEqual([pitch for _, _, pitch in notes("^c c' c2 |")], [73, 84, 73], "an octave higher: no sharp")

    def test_chords_grace_notes_and_slurs(self):
        self.assertEqual(notes("([CEG]2 {d}c2) |"), [(0, 2, 60), (0, 2, 64), (0, 2, 67), (2, 2, 72)])
        self.assertEqual(notes("[C2E2] [DF]2 |"), [(0, 2, 60), (0, 2, 64), (2, 2, 62), (2, 2, 65)])

    def test_ties(self):
        self.assertEqual(notes("c3 d- | d4 |"), [(0, 3, 72), (3, 5, 74)])
        self.assertEqual(notes("[CE]4- | [CE]2 [C-E]2 | C4 |"), [(0, 6, 60), (0, 6, 64), (6, 6, 60), (6, 2, 64)])
        for wrong in ("c4- | d4 |", "c4 | d4- |", "c2 z2- |"):
            with self.assertRaises(AbcError):
                notes(wrong)

    def test_repeats_and_endings(self):
        def order(music):
            return [bar.events[0].pitches[0] for bar in play(one(music))]
        self.assertEqual(order("C4 | D4 :| E4 |"), [60, 62, 60, 62, 64])
        self.assertEqual(order("C4 |: D4 :: E4 :| F4 |"), [60, 62, 62, 64, 64, 65])
        self.assertEqual(order("|: C4 |1 D4 :|2 E4 |: F4 :|"), [60, 62, 60, 64, 65, 65])
        self.assertEqual(order("|: C4 |1 D4 | E4 :|2 F4 | G4 || A4 |"), [60, 62, 64, 60, 65, 67, 69])
        self.assertEqual(order("C4 |1 D4 :|2 E4 || F4 |1 G4 :|2 A4 |"), [60, 62, 60, 64, 65, 67, 65, 69])

    def test_voices_inline_and_as_fields(self):
        read = read_tune(tune('V:1 name="a"\nV:2\n[V:1] C4 |\n[V:2] E4 |\n[V:1] D4 |\n[V:2] F4 |'))
        self.assertEqual([len(bars) for bars in read.voices.values()], [2, 2])
        read = read_tune(tune("V:1\nC4 | D4 |\nV:2\nE4 | F4 |"))
        self.assertEqual(read.voices["2"][1].events[0].pitches, [65])

    def test_what_is_refused(self):
        for wrong in ('"Am" c4 |', "!trill!c4 |", "c4 | d2", "c2 (3de |", "c2>|d |", "c4 ? |", ">c d |", "c/3/ |"):
            with self.assertRaises(AbcError, msg=wrong):
                one(wrong)
        for header in "TCMLQK":
            text = "\n".join(line for line in tune("c4 |").splitlines() if not line.startswith(header + ":"))
            with self.assertRaises(AbcError, msg=header):
                read_tune(text)


class Bars(unittest.TestCase):
    def complaints(self, music, **head):
        return abc_check.check_bars("1", one(music, **head))

    def test_full_bars_and_upbeats_pass(self):
        for right in ("c4 | d4 | e4 |", "z3 c | d4 | e3 z |", "z3 |: c | d4 | e3 :|: f | g4 | a3 :| z |",
                      "z3 c | d4 | e3 || f | g4 | a3 z |", "z3 |: c | d4 |1 e3 :|2 e4 |: d4 |1 f4 :|2 g4 |]",
                      "c4 | [M:2/4] d2 | [M:4/4] e4 |", "(3cde f2 | g4 |"):
            self.assertEqual(self.complaints(right), [], right)

    def test_planted_faults_are_found(self):
        for wrong, bar in (("c4 | d3 | e4 |", 2), ("c4 | d4 e | e4 |", 2), ("z3 c | d3 | e4 |", 2), ("c4 | d4 | e3 |", 3),
                           ("|: c4 | d3 :| e4 |", 2), ("c4 | (3cde f | g4 |", 2), ("c4 | c>d e f/ | g4 |", 2),
                           ("c4 | d3 | e | f4 |", 2), ("c4 | d3 || e2 | f4 |", 2), ("c | d4 | e3 |", 1),
                           ("|: c | d4 | e3 :|", 1), ("z3 |: c | d4 | e4 :|", 2), ("z3 |: c | d4 | e3 :|", 4)):
            found = self.complaints(wrong)
            self.assertTrue(found, wrong)
            self.assertIn(f"bar {bar} ", " ".join(found), wrong)


class Pieces(unittest.TestCase):
    RIGHT = tune("V:1\n" + "c4 |" * 16 + "\nV:2\n" + "C4 |" * 16)

    def test_a_right_piece_passes(self):
        self.assertEqual(abc_check.check_tune(self.RIGHT), [])

    def assert_found(self, text, word):
        self.assertIn(word, " ".join(abc_check.check_tune(text)))

    def test_planted_faults_are_found(self):
        right = self.RIGHT
        self.assert_found(right.replace("C4 |", "C3 |", 1), "no upbeat")
        self.assert_found(right.replace("C4 |", "", 1), "15 bars")
        self.assert_found(right.replace("c4 |", "", 1).replace("C4 |", "", 1), "fewer than 16")
        self.assert_found(right.replace("c4 |c4 |", "c4 |: c4 |", 1), "repeats")
        self.assert_found(right.replace("c4", "c''''4", 1), "goes from")
        self.assert_found(right.replace("c4", "[Ec']4", 1), "no hand")
        self.assert_found(right.replace("K:C", "K:G"), "tonic")
        self.assert_found(right.replace("C4", "z4"), "silent")
        self.assert_found(right.replace("O:Nowhere", "O:"), "origin")
        self.assert_found(right.replace("N:made for a test\n", ""), "sources")
        self.assert_found(right.replace("C:Nobody", "C:"), "no C: field")
        self.assert_found(right.replace("1/4=60", "1/4=600"), "seconds")

    def test_bars_are_counted_as_written(self):
        for music, count in (("c4 |" * 16, 16), ("|: c4 | d4 :|", 2), ("z3 c | d4 | e3 z |", 2), ("c4 |1 d4 :|2 e4 |", 2),
                             ("V:1\nz4 | c4 | z2 c2 |\nV:2\nz2 c2 | z4 | c2 z2 |", 3)):
            self.assertEqual(abc_check.bar_count(read_tune(tune(music))), count, music)

    def test_the_collection(self):
        single = tune("c4 |" * 16)
        tunes = {f"{i}.abc": (self.RIGHT if i % 2 else single).replace("T:Test", f"T:Test {i}") for i in range(24)}
        self.assertEqual(abc_check.check_collection(tunes), [])
        self.assertIn("fewer than half", abc_check.check_collection({**tunes, "1.abc": single})[0])
        self.assertIn("same title", abc_check.check_collection({**tunes, "1.abc": tunes["3.abc"]})[0])
        del tunes["5.abc"]
        self.assertIn("23 pieces", abc_check.check_collection(tunes)[0])


class Midi(unittest.TestCase):
    """Comparing a source with a MIDI file: the one that belongs to it passes, any other does not."""

    def setUp(self):
        self.tune = read_tune(tune("V:1\n|: c2 d2 :|\nV:2\n|: C4 :|"))
        self.midi = MidiFile(480, 1000000, (4, 4), (0, 0),
                             [[], [(1, 960, 72), (961, 1920, 74), (1921, 2880, 72), (2881, 3840, 74)],
                              [(1, 1920, 60), (1921, 3840, 60)]], {0, 1}, {0: 0, 1: 0}, [3840] * 3)

    def test_agreement(self):
        self.assertEqual(abc_check.check_midi(self.tune, self.midi), [])

    def test_planted_differences_are_found(self):
        def found(**change):
            midi = MidiFile(**{**vars(self.midi), **change})
            return " ".join(abc_check.check_midi(self.tune, midi))
        right = self.midi.tracks
        self.assertIn("tempo", found(tempo=500000))
        self.assertIn("metre", found(metre=(3, 4)))
        self.assertIn("tracks", found(tracks=right[:2]))
        self.assertIn("channels", found(channels={0, 1, 9}))
        self.assertIn("program", found(programs={0: 0}))
        self.assertIn("notes in the MIDI file", found(tracks=[right[0], right[1][:3], right[2]]))
        self.assertIn("expected", found(tracks=[right[0], right[1][:3] + [(2881, 3840, 75)], right[2]]))
        self.assertIn("expected", found(tracks=[right[0], right[1][:3] + [(2871, 3840, 74)], right[2]]))
        self.assertIn("sounds until", found(tracks=[right[0], right[1] + [(3841, 4000, 74)], right[2]]))

    def test_reading_bytes(self):
        track = (b"\x00\xff\x51\x03\x07\xa1\x20" b"\x00\xff\x58\x04\x03\x02\x18\x08" b"\x00\xc0\x06"
                 b"\x00\x90\x3c\x64" b"\x83\x60\x3c\x00" b"\x00\xff\x2f\x00")
        data = b"MThd\0\0\0\6\0\1\0\1\1\xe0" + b"MTrk" + len(track).to_bytes(4, "big") + track
        midi = read_midi(data)
        self.assertEqual((midi.tempo, midi.metre, midi.tracks, midi.programs, midi.ends),
                         (500000, (3, 4), [[(0, 480, 60)]], {0: 6}, [480]))
        with self.assertRaises(ValueError):
            read_midi(b"RIFF" + data)
        with self.assertRaises(ValueError):
            read_midi(data.replace(b"\x83\x60\x3c\x00", b"\x83\x60\x3c\x64"))


if __name__ == "__main__":
    unittest.main()
