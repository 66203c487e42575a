# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import time

import routes


@contextlib.contextmanager
def serving(program, folder):
    port = routes.free_port()
    with subprocess.Popen([program, "serve", str(port)], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True) as running:
        try:
            said = running.stdout.readline()
            assert said == f"listening on 127.0.0.1:{port}\n", said
            yield running, port
        finally:
            running.kill()


def wait_until_closed(port):
    deadline = time.monotonic() + 10
    with contextlib.suppress(ConnectionRefusedError):
        while True:
            socket.create_connection(("127.0.0.1", port), timeout=10).close()
            assert time.monotonic() < deadline, "it still listens"
            time.sleep(0.02)


def check(program, folder):
    def call(*arguments):
        return subprocess.run([program, *arguments], cwd=folder, capture_output=True, text=True, timeout=30, check=False)

    def change(*arguments):
        """The credential and the key that a change prints."""
        done = call(*arguments)
        assert done.returncode == 0, done.stderr
        return [line.split(": ")[1] for line in done.stdout.splitlines()]

    credential, first = change("issue", "ada")
    rows = sqlite3.connect(folder / "keys.db")
    left = rows.execute("SELECT (expires_at - created_at) / 86400000.0 FROM credential").fetchone()[0]
    assert 89.9 < left <= 90.1, f"it expires in {left} days"

    with serving(program, folder) as (running, port):
        with routes.Connection(port) as client:
            assert client.ask(f"Authorization: Bearer {first}")[::2] == (200, b"hello, acme\n")
            _, second = change("rotate", credential)
            assert client.ask(f"Authorization: Bearer {first}")[0] == 200, "the first key ends at once"
            assert client.ask(f"Authorization: Bearer {second}")[0] == 200
            _, third = change("rotate", credential)
            assert client.ask(f"Authorization: Bearer {first}")[0] == 401, "three keys at a time"
            assert client.ask(f"Authorization: Bearer {third}")[0] == 200
            assert call("revoke", credential).returncode == 0
            for key in (second, third):
                assert client.ask(f"Authorization: Bearer {key}")[0] == 401, "a revoked key opens"
        other, fourth = change("issue", "bob")
        with routes.Connection(port) as client:
            assert client.ask(f"Authorization: Bearer {fourth}")[0] == 200
            running.send_signal(signal.SIGTERM)
            wait_until_closed(port)
            told, headers, _ = client.ask(f"Authorization: Bearer {fourth}")  # a connection that is open is served
            assert told == 200 and headers.get("connection") == "close", f"{told} {headers}"
        _, errors = running.communicate(timeout=30)
        assert running.returncode == 0, running.returncode
        assert errors.count("refused: ") == 3, errors
        for key in (first, second, third, fourth):
            assert key not in errors
    uses = rows.execute("SELECT SUM(uses) FROM record").fetchone()[0]
    assert uses == 6, f"{uses} uses are written at the end"

    unknown = credential[:-1] + ("1" if credential.endswith("0") else "0")
    for wrong in ([], ["serve"], ["sing", other], ["rotate", "nobody"], ["revoke", unknown]):
        done = call(*wrong)
        assert done.returncode == 1 and done.stderr.startswith("minimal_server: "), wrong
    assert call("revoke", other).returncode == 0
    assert oct(os.stat(folder / "keyring").st_mode & 0o777) == "0o600"
    kept = (folder / "keys.db").read_bytes() + (folder / "keyring").read_bytes()
    assert not any(key.encode() in kept for key in (first, second, third, fourth)), "a key is stored"
