#!/usr/bin/env python3
"""Learning from the studio: music is sent, a model is fine-tuned by a process of its own, stopped, goes on, and is used."""
import os
import random
import shutil
import subprocess
import tempfile
import time
import unittest

import studio
from studio import Studio, StudioTest, midi


def tune(number):
    """Half a minute of one voice that walks up and down a scale, another way each time."""
    scale = [0, 2, 4, 5, 7, 9, 11]
    walk = random.Random(number)
    notes, place = [], 7
    for i in range(64):
        notes.append((96 * i, 90, 52 + 12 * (place // 7) + scale[place % 7]))
        place = max(0, min(20, place + walk.choice([-2, -1, 1, 2])))
    return midi(notes)


class Learn(StudioTest):
    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.mkdtemp()
        cls.music = os.path.join(cls.place, "own music")
        os.makedirs(cls.music)
        for i in range(3):
            with open(os.path.join(cls.music, f"{i}.mid"), "wb") as file:
                file.write(tune(i))
        with open(os.path.join(os.fsencode(cls.music), b"caf\xe9 <b>.mid"), "wb") as file:
            file.write(b"no music")
        cls.studio = Studio(os.path.join(cls.place, "pieces"), "--music", cls.music)

    def send(self, learning, name, data, expect=200):
        status, _, answer = self.studio.ask("POST", f"/api/v1/learnings/{learning}/music?title={name}", data, kind="audio/midi")
        self.assertEqual(status, expect, answer)

    def new(self, pieces=8):
        learning = self.studio.json("POST", "/learnings", {"title": "Scales"})["learning"]["id"]
        for i in range(pieces):
            self.send(learning, f"tune%20{i}", tune(i))
        return learning

    def state(self, learning):
        return self.studio.json("GET", f"/learnings/{learning}")["learning"]

    def until(self, learning, holds, seconds=200):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            state = self.state(learning)
            if holds(state):
                return state
            time.sleep(0.1)
        self.fail(state)

    def needs_learning(self):
        if not self.studio.json("GET", "/about")["learns"]:
            self.skipTest("this build does not learn")

    def test_what_a_folder_holds(self):
        self.assertEqual(self.studio.json("GET", "/learnings")["music"], ["own music"])
        learning = self.studio.json("POST", "/learnings", {"music": 1})["learning"]
        self.assertEqual(learning["title"], "own music")
        contents = self.studio.json("GET", f"/learnings/{learning['id']}/contents")
        self.assertEqual((contents["files"], contents["pieces"]), (4, 3))
        self.assertEqual(contents["notes"], 3 * 64)
        self.assertEqual(contents["instruments"][0], {"name": "Acoustic Grand Piano", "pieces": 3})
        self.assertEqual(len(contents["lengths"]), 3)
        self.assertEqual([one["example"] for one in contents["left_out"]], ["caf\u00e9 <b>.mid"])  # Latin-1, shown as text

    def test_what_cannot_be(self):
        self.studio.json("POST", "/learnings", {"music": 2}, expect=404)
        self.studio.json("GET", "/learnings/2000-01-01-1", expect=404)
        self.studio.json("GET", "/learnings/..", expect=404)
        self.studio.json("PUT", "/model", {"learning": "2000-01-01-1"}, expect=404)
        learning = self.new(1)
        self.studio.json("PUT", "/model", {"learning": learning}, expect=422)
        self.studio.json("POST", f"/learnings/{learning}/start", {"minutes": -1}, expect=400)
        self.send(learning, "..%2f..%2fescaped", tune(1))
        self.send(learning, "x" * 300, tune(2))
        names = sorted(os.listdir(os.path.join(self.studio.folder, "learning", learning, "music")))
        self.assertEqual(names[1], "00002 .. .. escaped.mid")
        self.assertFalse(os.path.exists(os.path.join(self.place, "escaped.mid")))
        self.studio.json("DELETE", f"/learnings/{learning}")
        self.studio.json("GET", f"/learnings/{learning}", expect=404)

    def test_a_link_is_not_followed(self):
        learning = self.new(1)
        os.symlink(self.place, os.path.join(self.studio.folder, "learning", "linked"))
        self.studio.json("GET", "/learnings/linked", expect=404)
        self.assertIn(learning, [one["id"] for one in self.studio.json("GET", "/learnings")["learnings"]])

    def test_learning_to_the_end_and_its_use(self):
        self.needs_learning()
        learning = self.new()
        self.studio.json("POST", f"/learnings/{learning}/start", {"minutes": 1, "readings": 2})
        state = self.until(learning, lambda state: state["state"] != "learning")
        self.assertEqual((state["state"], state["message"]), ("done", ""))
        first, last = state["curve"][0], state["curve"][-1]
        self.assertLess(last[3], first[3])  # it predicts what was held out better
        self.assertTrue(state["has_model"] and not state["used"])
        sample = self.studio.json("GET", f"/pieces/{state['piece']}")["take"]
        self.assertGreater(sum(len(track["notes"]) for track in sample["score"]["tracks"]), 0)
        self.send(learning, "late", tune(9), expect=409)

        before = self.studio.compose(seed=3, bars=4)
        self.assertEqual(self.studio.json("PUT", "/model", {"learning": learning})["model"], learning)
        after = self.studio.compose(seed=3, bars=4)
        self.assertNotEqual(before["score"], after["score"])
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "new.mid")
            words = after["command"].split()
            subprocess.run([studio.CONTINUO, *words[1:-1], path], check=True, stdout=subprocess.DEVNULL)
            with open(path, "rb") as file:
                self.assertEqual(file.read(), self.studio.ask("GET", f"/api/v1/pieces/{after['piece']}/takes/1/export.mid")[2])
        table = self.studio.json("GET", f"/learnings/{learning}/evaluation")
        bits = {row["name"]: row["figures"]["bits/note"]["value"] for row in table["rows"] if not row["baseline"]}
        self.assertLess(bits["Scales"], min(value for name, value in bits.items() if name != "Scales"))
        self.studio.json("PUT", "/model", {"learning": ""})
        self.assertEqual(self.studio.compose(seed=3, bars=4)["score"], before["score"])

    def test_stopping_going_on_and_a_kill(self):
        self.needs_learning()
        learning = self.new()
        self.studio.json("POST", f"/learnings/{learning}/start", {"minutes": 60, "readings": 900})
        other = self.new(1)
        self.studio.json("POST", f"/learnings/{other}/start", {}, expect=409)
        self.until(learning, lambda state: len(state["curve"]) >= 2)
        self.studio.json("POST", f"/learnings/{learning}/stop", {})
        stopped = self.until(learning, lambda state: state["state"] != "learning")
        self.assertEqual(stopped["state"], "stopped")
        self.studio.json("POST", f"/learnings/{learning}/start", {"minutes": 60, "readings": 900})
        going = self.until(learning, lambda state: len(state["curve"]) > len(stopped["curve"]) or state["state"] != "learning")
        self.assertEqual(going["state"], "learning")
        self.assertEqual(going["curve"][:len(stopped["curve"])], stopped["curve"])
        children = subprocess.run(["pgrep", "-P", str(self.studio.process.pid)], capture_output=True, text=True).stdout.split()
        self.assertEqual(len(children), 1)
        self.studio.kill()
        deadline = time.monotonic() + 60
        while os.path.exists(f"/proc/{children[0]}") and time.monotonic() < deadline:
            time.sleep(0.1)
        self.assertFalse(os.path.exists(f"/proc/{children[0]}"), "the training outlives its studio")
        type(self).studio = Studio(os.path.join(self.place, "pieces"), "--music", self.music)
        self.assertEqual(self.state(learning)["state"], "stopped")
        self.assertGreaterEqual(len(self.state(learning)["curve"]), len(going["curve"]))

    @classmethod
    def tearDownClass(cls):
        cls.studio.close()
        shutil.rmtree(cls.place)


if __name__ == "__main__":
    studio.main()
