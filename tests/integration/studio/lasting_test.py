#!/usr/bin/env python3
"""What was acknowledged is there again, however the program ended."""
import json
import os
import random
import shutil
import tempfile
import threading
import unittest

import studio
from studio import Studio, midi


class Lasting(unittest.TestCase):
    def setUp(self):
        self.place = tempfile.mkdtemp()
        self.folder = os.path.join(self.place, "pieces")

    def tearDown(self):
        shutil.rmtree(self.place)

    def test_killed_during_edits(self):
        """A hundred edits and twenty kills, each at some moment within an edit."""
        dice = random.Random(1)
        program = Studio(self.folder)
        _, _, data = program.ask("POST", "/api/v1/pieces", midi([(0, 96, 60)]), kind="audio/midi")
        piece = json.loads(data)["piece"]["id"]
        state = program.json("GET", f"/pieces/{piece}")
        edits = kills = 0
        while edits < 100 or kills < 20:
            killer = None
            if dice.random() < 0.2:
                killer = threading.Timer(dice.random() * 0.03, program.process.kill)
                killer.start()
            take = state["take"]["take"]
            change = {"change": "add", "track": 0, "onset": dice.randrange(4000), "duration": 1 + dice.randrange(200), "pitch": dice.randrange(128)}
            try:
                for _ in range(3):
                    state = program.json("POST", f"/pieces/{piece}/takes/{state['take']['take']}/edit", {"changes": [change]})
                    edits += 1
                    change["onset"] += 1
            except OSError:
                pass
            except Exception as error:  # of http.client: the connection ended within the answer
                if killer is None:
                    raise error
            if killer is None:
                continue
            killer.join()
            program.end()
            kills += 1
            program = Studio(self.folder)
            found = program.json("GET", f"/pieces/{piece}")
            # An edit that was written but not acknowledged may be there, too: then it stands on what was.
            last = program.json("GET", f"/pieces/{piece}/takes/{state['take']['take']}")
            self.assertEqual(last["score"], state["take"]["score"])
            self.assertGreaterEqual(found["take"]["take"], state["take"]["take"])
            self.assertGreaterEqual(state["take"]["take"], take)
            state = found
        program.close()

    def test_all_is_there_again(self):
        program = Studio(self.folder)
        take = program.compose(seed=1, bars=4, temperature=0.9)
        piece = take["piece"]
        program.events(f"/pieces/{piece}/takes/1/continue", {"bars": 2})
        program.json("PUT", f"/pieces/{piece}", {"title": "Evening", "mixer": [{"volume": 0.5, "mute": True}]})
        program.ask("PUT", f"/api/v1/pieces/{piece}/takes/1", {"name": "the first idea"})
        program.json("POST", f"/pieces/{piece}/undo")
        before = program.json("GET", f"/pieces/{piece}")
        program.kill()
        program = Studio(self.folder)
        after = program.json("GET", f"/pieces/{piece}")
        self.assertEqual(before, after)
        self.assertEqual(after["piece"]["title"], "Evening")
        self.assertEqual(after["piece"]["takes"][0]["name"], "the first idea")
        self.assertEqual(after["take"]["how"]["temperature"], 0.9)
        self.assertEqual(program.json("POST", f"/pieces/{piece}/redo")["take"]["take"], 2)
        self.assertEqual(program.close(), 0)

    def test_one_studio_has_a_folder(self):
        program = Studio(self.folder)
        with self.assertRaises(AssertionError):
            Studio(self.folder)
        program.close()

    def test_removed_pieces_are_kept(self):
        program = Studio(self.folder)
        piece = program.compose(bars=1)["piece"]
        program.json("DELETE", f"/pieces/{piece}")
        self.assertEqual(program.json("GET", "/pieces")["pieces"], [])
        self.assertTrue(os.path.exists(os.path.join(self.folder, "removed", piece, "1.mid")))
        program.close()

    def test_files_of_others_do_no_harm(self):
        os.makedirs(os.path.join(self.folder, "broken"))
        os.makedirs(os.path.join(self.folder, "empty"))
        with open(os.path.join(self.folder, "broken", "piece.json"), "w") as file:
            file.write("{" * 100)
        program = Studio(self.folder)
        self.assertEqual(program.json("GET", "/pieces")["pieces"], [])
        program.json("GET", "/pieces/broken", expect=422)
        piece = program.compose(bars=1)["piece"]
        program.kill()
        with open(os.path.join(self.folder, piece, "2.json"), "w") as file:
            file.write('{"parent": 99}')
        program = Studio(self.folder)
        self.assertEqual([take["id"] for take in program.json("GET", f"/pieces/{piece}")["piece"]["takes"]], [1])
        program.close()


if __name__ == "__main__":
    studio.main()
