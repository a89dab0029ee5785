"""A studio that runs for a test, and how to ask it."""
import argparse
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

CONTINUO = None


def main():
    """Takes --continuo from the command line, then runs the tests of the calling file."""
    global CONTINUO
    parser = argparse.ArgumentParser()
    parser.add_argument("--continuo", required=True)
    known, rest = parser.parse_known_args()
    import studio  # the tests see this file under its own name
    studio.CONTINUO = os.path.abspath(known.continuo)
    unittest.main(argv=[sys.argv[0]] + rest)


class Studio:
    """The program, with its folder and its port."""

    def __init__(self, folder, *words):
        self.folder = folder
        self.process = subprocess.Popen([CONTINUO, "studio", folder, "--no-browser", *words], stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True)
        line = self.process.stdout.readline()
        found = re.search(r"http://([^:/]+):(\d+)/(\S*)", line)
        if not found:
            said = line + self.process.stdout.read()
            self.end()
            raise AssertionError(said)
        self.host, self.port, self.rest = found[1], int(found[2]), found[3]

    def connection(self, timeout=60):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def ask(self, method, path, body=None, headers=None, kind="application/json"):
        """Status, headers and bytes of the answer."""
        connection = self.connection()
        sent = dict(headers or {})
        if body is not None:
            sent.setdefault("Content-Type", kind)
            if not isinstance(body, bytes):
                body = json.dumps(body).encode()
        connection.request(method, path, body=body, headers=sent)
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        return answer.status, answer.headers, data

    def json(self, method, path, body=None, expect=200):
        status, _, data = self.ask(method, "/api/v1" + path, body)
        assert status == expect, (status, data)
        return json.loads(data)

    def events(self, path, body):
        """The events of a work, as (name, data)."""
        status, headers, data = self.ask("POST", "/api/v1" + path, body)
        assert status == 200, (status, data)
        assert headers["Content-Type"] == "text/event-stream", headers
        events = []
        for block in data.decode().split("\n\n"):
            if block.strip():
                name, text = block.split("\n")
                events.append((name[len("event: "):], json.loads(text[len("data: "):])))
        return events

    def compose(self, **settings):
        """A new piece: the event of its take."""
        settings.setdefault("seed", 1)
        settings.setdefault("bars", 8)
        return dict(self.events("/pieces", {"settings": settings}))["take"]

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.end()

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.end()

    def end(self):
        code = self.process.wait(timeout=60)
        self.process.stdout.close()
        return code


class StudioTest(unittest.TestCase):
    """Each class of tests has a studio of its own."""
    words = ()

    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.mkdtemp()
        cls.studio = Studio(os.path.join(cls.place, "pieces"), *cls.words)

    @classmethod
    def tearDownClass(cls):
        cls.studio.close()
        shutil.rmtree(cls.place)


def midi(notes, ppq=96):
    """A file of one track: notes as (onset, duration, pitch), in ticks, none at once."""
    events = bytearray()
    at = 0

    def number(value):
        parts = [value & 0x7F]
        while value := value >> 7:
            parts.insert(0, 0x80 | value & 0x7F)
        return bytes(parts)

    for onset, duration, pitch in notes:
        events += number(onset - at) + bytes([0x90, pitch, 80]) + number(duration) + bytes([0x80, pitch, 0])
        at = onset + duration
    events += bytes([0, 0xFF, 0x2F, 0])
    return (b"MThd" + (6).to_bytes(4, "big") + bytes([0, 0, 0, 1]) + ppq.to_bytes(2, "big") + b"MTrk" +
            len(events).to_bytes(4, "big") + bytes(events))
