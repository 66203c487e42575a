# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""What every server with a request guard answers over a socket: bytes as a client or an attacker sends them, and the
whole of each response. The key that a server prints may read contacts, and may not write them."""
import contextlib
import json
import pathlib
import socket
import subprocess
import time


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def server(program, folder):
    """Starts a server in the folder; gives its port and the key that it prints first."""
    port = free_port()
    with subprocess.Popen([program, str(port)], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as running:
        try:
            key = running.stdout.readline().strip()
            assert key.startswith("acme_"), f"it prints no key, but {key!r}"
            yield port, key
            assert running.poll() is None, f"it ended by itself: {running.stderr.read()}"
        finally:
            running.kill()


class Connection:
    def __init__(self, port):
        deadline = time.monotonic() + 10  # a server may print its key before it listens
        while True:
            try:
                self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
                break
            except ConnectionRefusedError:
                assert time.monotonic() < deadline, "it does not listen"
                time.sleep(0.05)
        self.stream = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.close()
        self.socket.close()

    def ask(self, *fields, method="GET", target="/contacts"):
        """The status, the fields by their lower-case names, and the body of the next response."""
        lines = [f"{method} {target} HTTP/1.1", "Host: localhost", *fields]
        if method == "POST":
            lines.append("Content-Length: 0")
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
        status = self.stream.readline().split()
        assert len(status) >= 2, f"no response to {fields}"
        headers = {}
        while (line := self.stream.readline().strip()):
            name, value = line.decode("latin-1").split(":", 1)
            assert name.lower() not in headers, f"{name} is there twice"
            headers[name.lower()] = value.strip()
        size = 0 if method == "HEAD" else int(headers.get("content-length", 0))
        return int(status[1]), headers, self.stream.read(size)


def percent_encoded(key):
    return "%" + format(ord(key[0]), "02x") + key[1:]


def refusals(key):
    """Fields, target and method of requests that are refused, with the status."""
    mistyped = key[:-1] + ("a" if key[-1] != "a" else "b")
    yield 401, [], {}
    yield 401, [f"Authorization: Bearer {mistyped}"], {}
    yield 401, [f"Authorization: Bearer {key}x"], {}
    yield 401, [f"Cookie: key={key}"], {}
    yield 403, [f"Authorization: Bearer {key}"], {"method": "POST"}
    yield 400, [f"Authorization: Bearer {key}", f"Authorization: Bearer {key}"], {}
    yield 400, [f"Authorization: Bearer {key}", f"X-API-Key: {key}"], {}
    yield 400, [f"Authorization: Bearer {key}, Bearer {key}"], {}
    yield 400, [f"Authorization: Bearer {key}\xa0"], {}
    yield 400, [f"X_API_Key: {key}", f"X-API-Key: {key}"], {}
    yield 400, [f"Authorization: Bearer {key}"], {"target": f"/contacts?api_key={key}"}
    yield 400, [f"Authorization: Bearer {key}"], {"target": f"/contacts?next={percent_encoded(key)}"}


def check(program, folder, decodes_values=False):
    """`decodes_values`: the library decodes `%` in field values before the guard sees them."""
    with server(program, folder) as (port, key):
        for status, fields, how in refusals(key):
            case = f"{fields} {how}".replace(key, "KEY")
            with Connection(port) as one:
                told, headers, body = one.ask(*fields, **how)
                assert told == status, f"{case}: {told}, and not {status}"
                assert headers["content-type"] == "application/problem+json", case
                assert headers["cache-control"] == "no-store", case
                assert headers["www-authenticate"].startswith('Bearer realm="contacts"'), case
                problem = json.loads(body)
                assert problem["status"] == status and key not in body.decode(), case
                told, _, _ = one.ask(f"Authorization: Bearer {key}")  # the connection is in order
                assert told == 200, f"after {case}: {told}"
        for field in (f"Authorization: {key}", f"authorization: bearer  {key}", f"X-Api-Key: {key} "):
            with Connection(port) as one:
                assert one.ask(field)[0] == 200, field.replace(key, "KEY")
        with Connection(port) as one:
            assert one.ask(method="HEAD")[0] == 401
            assert one.ask(f"Authorization: {key}", method="HEAD")[0] == 200
            assert one.ask(f"Authorization: {key}")[0] == 200  # HEAD was answered without a body

        for field in ([], [f"Authorization: {key}"]):  # who asks for the end of the connection gets it, refused or not
            with Connection(port) as one:
                one.ask(*field, "Connection: close")
                assert one.stream.read() == b"", "more than one response"

        # A value that is decoded is granted only if it is exactly a key.
        encoded = percent_encoded(key)
        with Connection(port) as other:
            told, _, _ = other.ask(f"Authorization: Bearer {encoded}")
            assert told == (200 if decodes_values else 400), f"percent-encoded: {told}"
        for value in (f"{encoded}%20", f"{encoded}%0d%0aX-API-Key:%20{key}", f"{encoded}%00", f"{encoded}%2c{key}",
                      "%25" + encoded[1:], f"%ff{key}"):
            with Connection(port) as other:
                told, _, _ = other.ask(f"Authorization: Bearer {value}")
                wanted = (200,) if decodes_values and value == f"{encoded}%20" else (400, 401)
                assert told in wanted, f"{value}: {told}".replace(key[1:], "EY")
    for path in pathlib.Path(folder).iterdir():
        assert key.encode() not in path.read_bytes(), f"{path.name} holds the key"
