#!/usr/bin/env python3
"""Who may use the studio, and what nobody can make it do."""
import concurrent.futures
import json
import os
import socket
import time
import unittest

import studio
from studio import StudioTest, midi


class Trust(StudioTest):
    def status(self, path="/api/v1/about", method="GET", body=None, **headers):
        return self.studio.ask(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})[0]

    def raw(self, text):
        """Sends bytes as they are; the first line of the answer."""
        with socket.create_connection(("127.0.0.1", self.studio.port), timeout=20) as connection:
            connection.sendall(text)
            return connection.recv(4096).split(b"\r\n")[0]

    def request_line(self, target):
        return self.raw(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{self.studio.port}\r\nConnection: close\r\n\r\n".encode())

    def test_other_names_are_refused(self):
        port = self.studio.port
        for host in [f"127.0.0.1:{port}", f"localhost:{port}"]:
            self.assertEqual(self.status(Host=host), 200, host)
        for host in [f"evil.example:{port}", "evil.example", f"127.0.0.1.evil.example:{port}", f"localhost.evil:{port}", ""]:
            self.assertEqual(self.status(Host=host), 421, host)
        self.assertIn(b"421", self.raw(b"GET / HTTP/1.0\r\n\r\n"))

    def test_other_pages_are_refused(self):
        own = f"http://127.0.0.1:{self.studio.port}"
        self.assertEqual(self.status(Origin=own), 200)
        for origin in ["http://evil.example", "null", "https://127.0.0.1:" + str(self.studio.port), own + "0", "http://127.0.0.1"]:
            self.assertEqual(self.status(Origin=origin), 403, origin)
            self.assertEqual(self.status("/api/v1/pieces", "POST", {"settings": {"bars": 1}}, Origin=origin), 403, origin)
        self.assertEqual(self.status(Sec_Fetch_Site="cross-site"), 403)
        self.assertEqual(self.status(Sec_Fetch_Site="same-site"), 403)
        self.assertEqual(self.status("/", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate"), 200)
        self.assertEqual(os.listdir(self.studio.folder).count("evil"), 0)

    def test_forms_of_other_pages_are_not_read(self):
        for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]:
            status = self.studio.ask("POST", "/api/v1/pieces", b'{"settings":{"bars":1}}', kind=kind)[0]
            self.assertGreaterEqual(status, 400, kind)

    def test_headers(self):
        for path in ["/", "/main.js", "/api/v1/about", "/nothing"]:
            _, headers, _ = self.studio.ask("GET", path)
            policy = headers["Content-Security-Policy"]
            self.assertIn("default-src 'none'", policy)
            self.assertIn("script-src 'self'", policy)
            self.assertNotIn("unsafe", policy)
            self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
            self.assertIsNone(headers["Access-Control-Allow-Origin"])
        page = self.studio.ask("GET", "/")[2].decode()
        self.assertNotRegex(page, r"<script(?![^>]*src=)|\son\w+=|\sstyle=|https?://")

    def test_no_path_leaves_the_folder(self):
        secret = os.path.join(self.place, "secret.json")
        with open(secret, "w") as file:
            file.write('{"title": "secret"}')
        outside = os.path.join(self.place, "outside")
        os.makedirs(outside, exist_ok=True)
        for name in ["piece.json", "1.json", "1.mid"]:
            with open(os.path.join(outside, name), "wb") as file:
                file.write(midi([(0, 96, 60)]) if name == "1.mid" else b'{"title": "secret", "current": 1}')
        os.symlink(outside, os.path.join(self.studio.folder, "linked"))
        inside = self.studio.compose(bars=1)["piece"]
        os.symlink(secret, os.path.join(self.studio.folder, inside, "7.json"))
        targets = ["linked", "..", "../outside", "%2e%2e", "%2e%2e%2foutside", "..%5coutside", "%252e%252e", ".%00", inside + "%00", "x/../../outside",
                   "\u2025", "%c0%ae%c0%ae", "removed", ".", "-/-"]
        for name in targets:
            for rest in ["", "/takes/1", "/takes/1/export.mid", "/takes/1/sound.wav"]:
                line = self.request_line(f"/api/v1/pieces/{name}{rest}".encode("utf-8").decode("latin-1"))
                self.assertRegex(line, rb" (400|404) ", name + rest)
        for target in ["/../secret.json", "/%2e%2e/secret.json", "//etc/passwd", "/etc/passwd", "/..%2fsecret.json", "/main.js/../../secret.json"]:
            self.assertRegex(self.request_line(target), rb" (400|404) ", target)
        titles = [one["title"] for one in self.studio.json("GET", "/pieces")["pieces"]]
        self.assertNotIn("secret", titles)
        self.assertEqual(self.status(f"/api/v1/pieces/{inside}/takes/7"), 404)

    def test_bounds(self):
        self.assertEqual(self.status("/api/v1/pieces", "POST", b"x" * (10 << 20)), 413)
        self.assertIn(b"414", self.request_line("/" + "a" * 2000))
        deep = b'{"settings":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
        self.assertEqual(self.status("/api/v1/pieces", "POST", deep), 400)
        for body in [b"", b"[]", b"null", b"{", b'{"settings": 3', b"\xff\xfe"]:
            self.assertEqual(self.status("/api/v1/pieces", "POST", body), 400, body)
        for settings in [{"seconds": 1e9}, {"bars": 10**6}, {"symbols": 10}, {"seconds": -1}, {"seed": -1}, {"seed": 2**70}, {"style": 5}, {"key": ["C"]}]:
            events = self.studio.events("/pieces", {"settings": settings})
            self.assertEqual([name for name, _ in events], ["error"], settings)
        piece = self.studio.compose(bars=1)["piece"]
        for change in [{"change": "add", "track": 0, "onset": 2**40, "duration": 1, "pitch": 60}, {"change": "add", "track": 0, "onset": 0, "duration": 0, "pitch": 60},
                       {"change": "add", "track": 9, "onset": 0, "duration": 1, "pitch": 60}, {"change": "add", "track": 0, "onset": 0, "duration": 1, "pitch": 128},
                       {"change": "remove", "track": 0, "note": 10**9}, {"change": "explode"}, {"change": "change", "track": 0, "note": 0, "velocity": 0}, 5]:
            self.studio.json("POST", f"/pieces/{piece}/takes/1/edit", {"changes": [change]}, expect=400)
        for query in ["from=nan", "from=-1", "from=1e300", "seconds=1e9", "from=1x"]:
            self.assertEqual(self.status(f"/api/v1/pieces/{piece}/takes/1/sound.wav?{query}"), 400, query)

    def test_titles_are_plain(self):
        piece = self.studio.compose(bars=1)["piece"]
        title = '<img src=x onerror="alert(1)">\r\nSet-Cookie: a=b'
        self.studio.json("PUT", f"/pieces/{piece}", {"title": title})
        status, headers, _ = self.studio.ask("GET", f"/api/v1/pieces/{piece}/takes/1/export.mid")
        self.assertEqual(status, 200)
        self.assertIsNone(headers["Set-Cookie"])
        self.assertRegex(headers["Content-Disposition"], r'^attachment; filename="[A-Za-z0-9-]+\.mid"$')

    def test_abandoned_work_stops(self):
        """A piece of half an hour keeps the processor busy for many seconds, unless nobody reads it."""
        connection = self.studio.connection()
        connection.request("POST", "/api/v1/pieces", json.dumps({"settings": {"seconds": 1800, "seed": 1, "go_on": True}}), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        self.assertIn(b"event: notes", answer.read(200))
        before = len(os.listdir(self.studio.folder))
        answer.close()
        connection.close()
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            used = self.processor_time()
            time.sleep(1)
            if self.processor_time() - used < 0.2:
                break
        else:
            self.fail("the work goes on though nobody reads it")
        self.assertEqual(len(os.listdir(self.studio.folder)), before)

    def processor_time(self):
        with open(f"/proc/{self.studio.process.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def test_silent_and_slow_clients_hold_nobody_up(self):
        piece = self.studio.compose(bars=8)["piece"]
        held = []
        try:
            for i in range(100):
                connection = socket.create_connection(("127.0.0.1", self.studio.port), timeout=20)
                if i % 3 == 1:
                    connection.sendall(b"GET / HT")  # half a request
                if i % 3 == 2:  # asks for sound and reads nothing
                    connection.sendall(f"GET /api/v1/pieces/{piece}/takes/1/sound.wav?from=0&seconds=600 HTTP/1.1\r\nHost: 127.0.0.1:{self.studio.port}\r\n\r\n".encode())
                held.append(connection)
            self.assertEqual(self.studio.json("GET", f"/pieces/{piece}")["piece"]["id"], piece)
            self.assertEqual(self.studio.compose(bars=1)["take"], 1)
        finally:
            for connection in held:
                connection.close()

    def test_sixty_four_at_once(self):
        def client(number):
            take = self.studio.compose(seed=number, bars=2)
            piece = take["piece"]
            status, _, sound = self.studio.ask("GET", f"/api/v1/pieces/{piece}/takes/1/sound.wav?from=0&seconds=1")
            edited = self.studio.json("POST", f"/pieces/{piece}/takes/1/edit", {"changes": [
                {"change": "add", "track": 0, "onset": 0, "duration": 10 + number, "pitch": 20 + number}]})
            return number, piece, take, status, len(sound), edited

        with concurrent.futures.ThreadPoolExecutor(64) as pool:
            answers = list(pool.map(client, range(64)))
        self.assertEqual(len({piece for _, piece, *_ in answers}), 64)
        for number, piece, take, status, size, edited in answers:
            self.assertEqual((take["how"]["seed"], status), (number, 200))
            self.assertGreater(size, 44)
            self.assertIn([0, 10 + number, 20 + number], [note[:3] for note in edited["take"]["score"]["tracks"][0]["notes"]])
            self.assertEqual(edited["take"]["piece"], piece)
        alone = self.studio.compose(seed=40, bars=2)
        self.assertEqual(alone["score"], answers[40][2]["score"])


class Token(StudioTest):
    words = ("--host", "0.0.0.0")

    def test_other_machines_need_the_token(self):
        self.assertRegex(self.studio.rest, r"^\?token=[0-9a-f]{32}$")
        token = self.studio.rest[len("?token="):]
        self.assertEqual(self.studio.ask("GET", "/")[0], 401)
        self.assertEqual(self.studio.ask("GET", "/api/v1/about")[0], 401)
        self.assertEqual(self.studio.ask("GET", "/?token=" + "0" * 32)[0], 401)
        self.assertEqual(self.studio.ask("GET", "/api/v1/about", headers={"Authorization": "Bearer " + token})[0], 200)
        status, headers, _ = self.studio.ask("GET", "/?token=" + token)
        self.assertEqual(status, 303)
        cookie = headers["Set-Cookie"]
        self.assertIn("HttpOnly", cookie)
        self.assertIn("SameSite=Strict", cookie)
        self.assertEqual(self.studio.ask("GET", "/", headers={"Cookie": cookie.split(";")[0]})[0], 200)
        self.assertEqual(self.studio.ask("GET", "/", headers={"Cookie": "continuo=" + token[:-1]})[0], 401)


if __name__ == "__main__":
    studio.main()
