# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""A CRM for tests, which are started with its program and the key tool: … CRM KEY_TOOL; and its clients: a system with a
key, and an owner's browser."""

import contextlib
import http.client
import json
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.parse

ROOT = "/crm/api/v2/"
KEY_PAGE = "/admin/integrations/instance-api-key"


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)


class Server:
    def __init__(self, *options):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="shearline-crm-"))
        self.data = self.folder / "data"
        self.options = options
        self.output = subprocess.DEVNULL
        self.start()

    def start(self):
        port_file = self.folder / "port"
        port_file.unlink(missing_ok=True)
        self.log = open(self.folder / "log", "ab")
        self.process = subprocess.Popen(
            [sys.argv[1], "--data", self.data, "--listen", "127.0.0.1:0", "--port-file", port_file, *self.options],
            stdout=self.output, stderr=self.log)
        end = time.monotonic() + 30
        while not port_file.exists():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("the CRM did not start: " + (self.folder / "log").read_text())
            time.sleep(0.01)
        self.port = int(port_file.read_text())

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=20)
        self.log.close()
        return code

    def remove(self):
        if self.process.poll() is None:
            self.stop()
        shutil.rmtree(self.folder)

    def holds(self, text):
        """Whether the memory of the process contains a text."""
        with open(f"/proc/{self.process.pid}/maps") as maps, open(f"/proc/{self.process.pid}/mem", "rb") as memory:
            for line in maps:
                begin, end, readable = re.match(r"(\w+)-(\w+) (.)", line).groups()
                begin, end = int(begin, 16), int(end, 16)
                # Except the kernel's own pages and a sanitizer's shadow memory.
                if readable != "r" or "[v" in line or end - begin > 2**30:
                    continue
                memory.seek(begin)
                try:
                    if text.encode() in memory.read(end - begin):
                        return True
                except OSError:  # a guard
                    pass
        return False

    def tool(self, *arguments):
        done = subprocess.run([sys.argv[2], self.data, *arguments], capture_output=True, text=True, timeout=30)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        return done.stdout.split()

    def curl(self, method, path, key=None, body=None, headers=(), scheme="", raw=()):
        head = ["-X", method] if method != "HEAD" else ["-I"]
        command = ["curl", "-sS", "--max-time", "20", "--path-as-is", "-o", "-", "-D", str(self.folder / "head"), *head]
        if key is not None:
            command += ["-H", f"Authorization: {scheme}{key}"]
        if body is not None:
            text = body if isinstance(body, (str, bytes)) else json.dumps(body)
            (self.folder / "body").write_bytes(text if isinstance(text, bytes) else text.encode())
            command += ["--data-binary", "@" + str(self.folder / "body")]
            if not any(each.lower().startswith("content-type") for each in headers):
                command += ["-H", "Content-Type: application/json"]
        for each in headers:
            command += ["-H", each]
        target = path if path.startswith("/") else ROOT + path
        command += [*raw, f"http://127.0.0.1:{self.port}{target}"]
        done = subprocess.run(command, capture_output=True, timeout=30)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.decode())
        blocks = [b for b in (self.folder / "head").read_bytes().decode().split("\r\n\r\n") if b]
        lines = blocks[-1].split("\r\n")
        fields = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            fields.setdefault(name.lower(), value.strip())
        text = b"" if method == "HEAD" else done.stdout
        return Answer(int(lines[0].split()[1]), fields, text)

    def raw(self, data, wait=5.0):
        """Sends bytes, and returns everything received until the other side closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=wait) as connection:
            try:
                connection.sendall(data)
            except OSError:
                pass
            got = b""
            try:
                while chunk := connection.recv(65536):
                    got += chunk
            except (TimeoutError, socket.timeout, ConnectionResetError):
                pass
            return got


class Client:
    """Each request uses a new connection; with `keeps`, all of them stay open."""

    def __init__(self, port, key="", keeps=False):
        self.port, self.key, self.cookie, self.kept = port, key, "", [] if keeps else None

    def ask(self, method, path, body=None, key=None, **headers):
        """Returns status, body and headers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        if path.startswith(ROOT):
            headers = {"Authorization": key or self.key, "Content-Type": "application/json", **headers}
        elif path.startswith("/admin"):
            headers = {"Cookie": self.cookie, **headers}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        got = answer.status, answer.read().decode(), answer.headers
        if self.kept is None:
            connection.close()
        else:
            self.kept.append(connection)
        return got

    def form(self, path, accept="text/html", **fields):
        """Sends a form of the page that was loaded last."""
        fields["csrf"] = re.search(r'name="csrf" value="([^"]+)"', self.page).group(1)
        here = f"127.0.0.1:{self.port}"
        return self.ask("POST", path, urllib.parse.urlencode(fields), Host=here, Origin="http://" + here, Accept=accept,
                        **{"Content-Type": "application/x-www-form-urlencoded"})

    def show(self, path):
        status, self.page, headers = self.ask("GET", path)
        if status != 200:
            raise RuntimeError(f"{path}: {status}")
        if "Set-Cookie" in headers:
            self.cookie = headers["Set-Cookie"].split(";")[0]

    def log_in(self, password):
        self.show("/admin/login")
        status, body, headers = self.form("/admin/login", password=password)
        if status != 303:
            raise RuntimeError(body)
        self.cookie = headers["Set-Cookie"].split(";")[0]
        self.show(KEY_PAGE)

    def generate_key(self):
        self.show(KEY_PAGE + "?edit=1")
        once = re.search(r'name="once" value="([^"]+)"', self.page).group(1)
        status, body, _ = self.form(KEY_PAGE + "/generate", once=once)
        if status != 303:
            raise RuntimeError(body)
        self.show(KEY_PAGE)


def set_back(data):
    """Makes of the data of a stopped CRM what a version before proofs has left: a keyring of version 1, and a database
    without proofs."""
    ring = (data / "keyring").read_text()
    (data / "keyring").write_text(ring[:ring.index("proof 1")].replace("shearline keyring 2", "shearline keyring 1"))
    with contextlib.closing(sqlite3.connect(data / "keys.db")) as keys, keys:
        keys.execute("UPDATE credential SET proof_key = 0, proof = zeroblob(32), metadata_digest = zeroblob(32)")
        keys.execute("UPDATE keyring_check SET store = zeroblob(16), proof_key = 0, proof = zeroblob(32), keyring = "
                     "'version 0' || char(10) || replace(substr(keyring, instr(keyring, 'pepper'), "
                     "instr(keyring, 'proof') - instr(keyring, 'pepper')), 'current', '-')")


def write_password(path, password):
    path.touch(mode=0o600)
    path.write_text(password + "\n")
