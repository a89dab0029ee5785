#!/usr/bin/env python3
"""The interface of docs/http-api.md: composing, changing, hearing and exporting, as another program would use it."""
import array
import glob
import json
import math
import os
import shlex
import subprocess
import tempfile
import unittest

import studio
from studio import StudioTest, midi


def notes_of(take):
    return [[t, *note[:4]] for t, track in enumerate(take["score"]["tracks"]) for note in track["notes"]]


def energy_at(samples, frequency, rate=44_100):
    """Power of the left channel at a frequency (Goertzel)."""
    left = samples[0::2]
    step = 2 * math.cos(2 * math.pi * frequency / rate)
    a = b = 0.0
    for sample in left:
        a, b = sample + step * a - b, a
    return (a * a + b * b - step * a * b) / max(1, len(left)) ** 2


class Http(StudioTest):
    def sound(self, piece, take, query):
        status, headers, data = self.studio.ask("GET", f"/api/v1/pieces/{piece}/takes/{take}/sound.wav?{query}")
        self.assertEqual(status, 200)
        self.assertEqual(headers["Content-Type"], "audio/wav")
        self.assertEqual(data[:4], b"RIFF")
        return array.array("h", data[44:])

    def test_what_there_is(self):
        about = self.studio.json("GET", "/about")
        self.assertEqual(about["api"], 1)
        names = [option["name"] for option in about["settings"]["options"]]
        self.assertIn("temperature", names)
        self.assertIn("Bach", about["settings"]["styles"])
        self.assertEqual(len(about["settings"]["instruments"]), 128)

    def test_notes_come_while_it_is_composed(self):
        events = self.studio.events("/pieces", {"settings": {"seconds": 60, "seed": 3}, "sound": True})
        names = [name for name, _ in events]
        self.assertEqual(names[-3:], ["piece", "take", "done"])
        self.assertIn("notes", names)
        self.assertLess(names.index("notes"), names.index("take"))
        self.assertIn("sound", names)
        shares = [data["share"] for name, data in events if name == "notes"]
        self.assertTrue(all(0 < share <= 1 for share in shares))
        last = [data for name, data in events if name == "notes"][-1]["score"]
        take = dict(events)["take"]
        self.assertGreater(take["score"]["seconds"], 40)
        self.assertGreater(len(last["tracks"][0]["notes"]), 0)

    def test_the_command_makes_the_same_file(self):
        take = self.studio.compose(seed=11, bars=6, key="D minor", metre="3/4", temperature=0.9)
        words = take["command"].split("'")
        self.assertTrue(take["command"].startswith("continuo compose "), take["command"])
        self.assertEqual(len(words), 3)  # only the key has a blank
        with tempfile.TemporaryDirectory() as folder:
            command = words[0].split() + [words[1]] + words[2].split()
            self.assertEqual(command[-2:], ["-o", "new"])
            path = os.path.join(folder, "new.mid")
            subprocess.run([studio.CONTINUO, *command[1:-1], path], check=True, stdout=subprocess.DEVNULL)
            with open(path, "rb") as file:
                command_bytes = file.read()
        _, headers, data = self.studio.ask("GET", f"/api/v1/pieces/{take['piece']}/takes/1/export.mid")
        self.assertEqual(data, command_bytes)
        self.assertIn("attachment", headers["Content-Disposition"])

    def run_again(self, command, number=None):
        """The bytes that a take's command writes."""
        words = shlex.split(command, comments=True)
        self.assertEqual(words[-2:], ["-o", "new"])
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([studio.CONTINUO, *words[1:-1], os.path.join(folder, "new.mid")], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            with open(os.path.join(folder, "new.mid" if number is None else f"new-{number}.mid"), "rb") as file:
                return file.read()

    def test_commands_of_steered_takes_make_the_same_files(self):
        first = self.studio.compose(seed=8, bars=6, instruments="violin,cello")
        base = f"/pieces/{first['piece']}/takes/1"
        works = [("regenerate", {"bars": [3, 4], "tracks": [0], "settings": {"seed": 4, "temperature": 0.9}, "wishes": {"most_voices": 3}}),
                 ("vary", {"bars": [2, 3], "settings": {"seed": 5}, "wishes": {"keep": "contour"}}),
                 ("accompany", {"bars": [1, 4], "instruments": "piano", "settings": {"seed": 6}, "wishes": {"chords": "Dm | Gm A7"}})]
        for work, request in works:
            takes = [data for name, data in self.studio.events(f"{base}/{work}", {**request, "takes": 2}) if name == "take"]
            self.assertEqual(len(takes), 2, work)
            for number, take in enumerate(takes, 1):
                self.assertTrue(take["command"].endswith(f"# new-{number}.mid"), take["command"])
                exported = self.studio.ask("GET", f"/api/v1/pieces/{take['piece']}/takes/{take['take']}/export.mid")[2]
                self.assertEqual(exported, self.run_again(take["command"], number), take["command"])
        events = dict(self.studio.events("/pieces", {"settings": {"bars": 4, "seed": 7, "key": "D minor", "instruments": "piano", "tempo": "90", "metre": "3/4"},
                                                     "wishes": {"cadence": "tonic", "onsets_per_bar": 4}}))
        self.assertIn("take", events, events)
        exported = self.studio.ask("GET", f"/api/v1/pieces/{events['take']['piece']}/takes/1/export.mid")[2]
        self.assertEqual(exported, self.run_again(events["take"]["command"]), events["take"]["command"])

    def test_chords_and_borrowed_passages(self):
        # Two bars of C major, then two of A minor, as chords one after the other.
        notes = [(48 * i, 45, pitch) for i, pitch in enumerate([48, 52, 55, 60] * 4 + [45, 48, 52, 57] * 4)]
        _, _, data = self.studio.ask("POST", "/api/v1/pieces?title=chords", midi(notes), kind="audio/midi")
        piece = json.loads(data)["piece"]["id"]
        chords = self.studio.json("GET", f"/pieces/{piece}/takes/1/chords")["chords"]
        self.assertEqual(chords[0][:1] + chords[0][2:], [0, "C"])
        self.assertEqual([chords[-1][1], chords[-1][2]], [32 * 48, "A m"])
        borrowed = self.studio.json("GET", f"/pieces/{piece}/takes/1/borrowed")
        self.assertEqual([len(track) for track in borrowed["tracks"]], [32])
        self.assertEqual(borrowed["share"], 0)  # too short to be a passage
        composed = self.studio.compose(seed=2, bars=8)
        self.assertEqual(self.studio.json("GET", f"/pieces/{composed['piece']}/takes/1/borrowed")["share"], 0)  # the model avoids them

    def test_what_was_played_becomes_a_piece(self):
        played = {"tempo": 120, "metre": [3, 4], "program": 40, "notes": [[0, 0.5, 60, 90], [0.513, 0.25, 64, 40]]}
        take = self.studio.json("POST", "/played", played)["take"]
        self.assertEqual(notes_of(take), [[0, 0, 480, 60, 90], [0, 492, 240, 64, 40]])  # nothing is moved to a grid
        self.assertEqual((take["score"]["tracks"][0]["instrument"], take["score"]["bars"][0][4:]), ("Violin", [3, 4]))
        for wrong in [{"notes": []}, {"tempo": 0}, {"metre": [4, 3]}, {"metre": 4}, {"notes": [[0, 1, 60]]}, {"notes": [[-1, 1, 60, 90]]}, {"notes": [[0, 1, 60, 0]]}, {"program": 128}]:
            self.studio.json("POST", "/played", {**played, **wrong}, expect=400)

    def test_going_on_keeps_what_was(self):
        first = self.studio.compose(seed=5)
        path = f"/pieces/{first['piece']}/takes/1/continue"
        longer = dict(self.studio.events(path, {"settings": {"seed": 6}, "bars": 4}))["take"]
        self.assertEqual(longer["parent"], 1)
        self.assertEqual(longer["score"]["bar_count"], first["score"]["bar_count"] + 4)
        for note in notes_of(first):
            self.assertIn(note, notes_of(longer))
        again = dict(self.studio.events(path, {"settings": {"seed": 6}, "bars": 4}))["take"]
        self.assertEqual(notes_of(again), notes_of(longer))

    def test_a_piece_has_a_title(self):
        take = self.studio.compose(seed=5, instruments="cello")
        self.assertTrue(self.studio.json("GET", f"/pieces/{take['piece']}")["piece"]["title"].startswith("Cello"))

    def test_what_surprises_the_model(self):
        take = self.studio.compose(seed=7)
        answer = self.studio.json("GET", f"/pieces/{take['piece']}/takes/1/surprise")
        for track, bits in zip(take["score"]["tracks"], answer["tracks"]):
            self.assertEqual(len(bits), len(track["notes"]))
            self.assertTrue(all(value is None or value >= 0 for value in bits))
        self.assertGreater(answer["mean"], 1)
        note = take["score"]["tracks"][0]["notes"][4]
        strange = self.studio.json("POST", f"/pieces/{take['piece']}/takes/1/edit", {"changes": [
            {"change": "change", "track": 0, "note": 4, "pitch": note[2] + 6, "velocity": 127}]})["take"]
        other = self.studio.json("GET", f"/pieces/{take['piece']}/takes/{strange['take']}/surprise")
        self.assertGreater(other["mean"], answer["mean"])

    def works(self, piece, way, **body):
        return [data for name, data in self.studio.events(f"/pieces/{piece}/takes/1/{way}", body) if name == "take"]

    def test_four_takes_of_some_bars(self):
        first = self.studio.compose(seed=7, metre="4/4", instruments="violin,cello")
        piece = first["piece"]
        takes = self.works(piece, "regenerate", settings={"seed": 8}, bars=[4, 6], takes=4)
        self.assertGreaterEqual(len(takes), 2)
        bar = first["score"]["bars"][0][2]
        within = lambda note: 3 * bar <= note[1] < 6 * bar
        rest = sorted(note for note in notes_of(first) if not within(note))
        self.assertGreater(len(rest), 0)
        for take in takes:
            self.assertEqual(sorted(note for note in notes_of(take) if not within(note)), rest)
            self.assertNotEqual(sorted(notes_of(take)), sorted(notes_of(first)))
        self.assertEqual(len({json.dumps(notes_of(take)) for take in takes}), len(takes))
        again = self.works(piece, "regenerate", settings={"seed": 8}, bars=[4, 6], takes=4)
        self.assertEqual([notes_of(take) for take in again], [notes_of(take) for take in takes])
        shown = self.studio.json("GET", f"/pieces/{piece}")
        self.assertEqual(shown["piece"]["current"], 1)
        kept = self.studio.json("PUT", f"/pieces/{piece}", {"current": takes[1]["take"]})
        self.assertEqual(notes_of(kept["take"]), notes_of(takes[1]))

    def test_a_variation_keeps_the_rhythm(self):
        first = self.studio.compose(seed=3, bars=4)
        takes = self.works(first["piece"], "vary", settings={"seed": 2}, bars=[1, 4], takes=2, wishes={"keep": "rhythm"})
        for take in takes:
            self.assertEqual(sorted(note[1] for note in notes_of(take)), sorted(note[1] for note in notes_of(first)))
            self.assertNotEqual(sorted(notes_of(take)), sorted(notes_of(first)))

    def test_an_accompaniment_stands_beside_what_there_is(self):
        first = self.studio.compose(seed=3, bars=4, instruments="violin")
        take = self.works(first["piece"], "accompany", settings={"seed": 2}, takes=1, instruments="cello")[0]
        names = [track["instrument"] for track in take["score"]["tracks"]]
        self.assertEqual(sorted(names), ["Cello", "Violin"])
        violin = take["score"]["tracks"][names.index("Violin")]
        self.assertEqual([note[:4] for note in violin["notes"]], [note[:4] for note in first["score"]["tracks"][0]["notes"]])

    def test_chords_are_kept(self):
        events = self.studio.events("/pieces", {"settings": {"bars": 4, "seed": 2, "metre": "4/4"}, "wishes": {"chords": "C | G", "strictness": 1}})
        take = dict(events)["take"]
        bar = take["score"]["bars"][0][2]
        chords = [{0, 4, 7}, {7, 11, 2}]
        notes = [note for track in take["score"]["tracks"] if not track["drums"] for note in track["notes"]]
        self.assertGreater(len(notes), 4)
        for note in notes:
            self.assertIn(note[2] % 12, chords[note[0] // bar % 2], note)
        self.assertEqual([name for name, _ in self.studio.events("/pieces", {"settings": {"seconds": 20}, "wishes": {"chords": "C"}})], ["error"])

    def test_locked_tracks_stay(self):
        first = dict(self.studio.events("/pieces", {"settings": {"bars": 6, "seed": 7, "metre": "4/4", "instruments": "violin,cello"}, "wishes": {"all_play": True}}))["take"]
        piece = first["piece"]
        self.assertEqual(len(first["score"]["tracks"]), 2)
        self.studio.json("PUT", f"/pieces/{piece}", {"mixer": [{"locked": True}]})
        for take in self.works(piece, "regenerate", settings={"seed": 8}, bars=[2, 5], takes=2):
            self.assertEqual([note[:4] for note in take["score"]["tracks"][0]["notes"]], [note[:4] for note in first["score"]["tracks"][0]["notes"]])
        events = self.studio.events(f"/pieces/{piece}/takes/1/regenerate", {"bars": [2, 5], "tracks": [0]})
        self.assertEqual(events[0][0], "error")

    def test_edits_undo_redo(self):
        status, _, data = self.studio.ask("POST", "/api/v1/pieces?title=Three%20notes", midi([(0, 96, 60), (96, 96, 64), (192, 96, 67)]), kind="audio/midi")
        self.assertEqual(status, 200)
        answer = json.loads(data)
        self.assertEqual(answer["piece"]["title"], "Three notes")
        self.assertEqual([note[4] for note in answer["take"]["score"]["tracks"][0]["notes"]], [0, 0, 0])
        piece = answer["piece"]["id"]
        changed = self.studio.json("POST", f"/pieces/{piece}/takes/1/edit", {"changes": [
            {"change": "change", "track": 0, "note": 0, "onset": 48, "duration": 24, "pitch": 62},
            {"change": "remove", "track": 0, "note": 1},
            {"change": "add", "track": 0, "onset": 288, "duration": 96, "pitch": 72, "velocity": 100}]})
        self.assertEqual([note[:3] for note in changed["take"]["score"]["tracks"][0]["notes"]], [[48, 24, 62], [192, 96, 67], [288, 96, 72]])
        self.assertTrue(changed["piece"]["can_undo"])
        undone = self.studio.json("POST", f"/pieces/{piece}/undo")
        self.assertEqual([note[2] for note in undone["take"]["score"]["tracks"][0]["notes"]], [60, 64, 67])
        self.assertFalse(undone["piece"]["can_undo"])
        self.assertEqual(self.studio.json("POST", f"/pieces/{piece}/undo", expect=422)["error"]["code"], "empty")
        redone = self.studio.json("POST", f"/pieces/{piece}/redo")
        self.assertEqual(redone["take"]["score"], changed["take"]["score"])

    def test_locked_tracks_are_not_changed(self):
        first = self.studio.compose(seed=2, bars=2)
        self.studio.json("PUT", f"/pieces/{first['piece']}", {"mixer": [{"locked": True}]})
        answer = self.studio.json("POST", f"/pieces/{first['piece']}/takes/1/edit", {"changes": [{"change": "remove", "track": 0, "note": 0}]}, expect=400)
        self.assertIn("locked", answer["error"]["message"])

    def test_sound_is_of_the_notes(self):
        notes = [(0, 192, 69), (192, 192, 57)]
        _, _, data = self.studio.ask("POST", "/api/v1/pieces", midi(notes), kind="audio/midi")
        piece = json.loads(data)["piece"]["id"]
        whole = self.sound(piece, 1, "from=0&seconds=2")
        first = whole[: 44_100 * 2 * 8 // 10]
        second = whole[44_100 * 2 * 11 // 10 :]
        self.assertGreater(energy_at(first, 440), 20 * energy_at(first, 466.16))
        self.assertGreater(energy_at(second, 220), 20 * energy_at(second, 233.08))
        later = self.sound(piece, 1, "from=1.1&seconds=0.8")
        self.assertGreater(energy_at(later, 220), 20 * energy_at(later, 233.08))
        self.assertEqual(len(later), round(0.8 * 44_100) * 2)

    def test_two_parts_of_a_sound_meet(self):
        take = self.studio.compose(seed=4)
        whole = self.sound(take["piece"], 1, "from=0&seconds=6")
        later = self.sound(take["piece"], 1, "from=3&seconds=3")
        block = 44_100 // 10  # 50 ms
        envelopes = [[math.log10(1 + sum(x * x for x in part[at : at + block])) for at in range(0, 44_100 * 5, block)]
                     for part in (whole[44_100 * 3 * 2 :], later)]
        mean = [sum(envelope) / len(envelope) for envelope in envelopes]
        off = [[value - mean[i] for value in envelope] for i, envelope in enumerate(envelopes)]
        alike = sum(a * b for a, b in zip(*off)) / math.sqrt(sum(a * a for a in off[0]) * sum(b * b for b in off[1]))
        self.assertGreater(alike, 0.9)
        self.assertAlmostEqual(mean[0], mean[1], delta=0.2)

    def test_the_mixer_is_heard(self):
        _, _, data = self.studio.ask("POST", "/api/v1/pieces", midi([(0, 384, 69)]), kind="audio/midi")
        piece = json.loads(data)["piece"]["id"]
        loud = sum(x * x for x in self.sound(piece, 1, "from=0&seconds=1"))
        self.studio.json("PUT", f"/pieces/{piece}", {"mixer": [{"volume": 0.25}]})
        soft = sum(x * x for x in self.sound(piece, 1, "from=0&seconds=1"))
        self.assertAlmostEqual(math.sqrt(soft / loud), 0.25, delta=0.05)
        self.studio.json("PUT", f"/pieces/{piece}", {"mixer": [{"mute": True}]})
        self.assertEqual(sum(x * x for x in self.sound(piece, 1, "from=0&seconds=1")), 0)

    def test_exports(self):
        take = self.studio.compose(seed=9, bars=2)
        begins = {"mid": b"MThd", "wav": b"RIFF", "flac": b"fLaC", "ogg": b"OggS", "png": b"\x89PNG", "svg": b"<svg", "json": b"{"}
        for extension, begin in begins.items():
            status, headers, data = self.studio.ask("GET", f"/api/v1/pieces/{take['piece']}/takes/1/export.{extension}")
            self.assertEqual(status, 200, extension)
            self.assertTrue(data.startswith(begin), (extension, data[:20]))
            self.assertIn(f".{extension}", headers["Content-Disposition"])
        self.assertEqual(self.studio.ask("GET", f"/api/v1/pieces/{take['piece']}/takes/1/export.exe")[0], 404)

    def test_errors_say_what_to_do(self):
        for settings, about in [({"temperature": 0}, "temperature"), ({"no_such": 1}, "no_such"), ({"metre": "waltz"}, "metre"), ({"style": "nobody"}, "")]:
            events = self.studio.events("/pieces", {"settings": settings})
            self.assertEqual([name for name, _ in events], ["error"], settings)
            self.assertEqual(events[0][1]["about"] if about else "", about, events)
            self.assertTrue(events[0][1]["message"])
        status, _, data = self.studio.ask("POST", "/api/v1/pieces", b"no MIDI at all", kind="audio/midi")
        self.assertEqual(status // 100, 4)
        self.assertTrue(json.loads(data)["error"]["message"])

    def test_damaged_files_are_opened_with_remarks(self):
        good = midi([(0, 96, 60), (96, 96, 64)])
        status, _, data = self.studio.ask("POST", "/api/v1/pieces", good[:-6], kind="audio/midi")
        self.assertEqual(status, 200)
        self.assertGreater(len(json.loads(data)["take"]["warnings"]), 0)

    def test_malformed_collection(self):
        files = sorted(glob.glob(os.path.join(os.path.dirname(__file__), "../../../../shared/malformed/**/*.mid"), recursive=True))
        if not files:
            self.skipTest("no collection of malformed files beside the sources")
        for path in files:
            with open(path, "rb") as file:
                status, _, data = self.studio.ask("POST", "/api/v1/pieces", file.read(), kind="audio/midi")
            answer = json.loads(data)
            self.assertTrue(status == 200 or (400 <= status < 500 and answer["error"]["message"]), (path, status))


if __name__ == "__main__":
    studio.main()
