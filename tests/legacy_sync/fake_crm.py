# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""A CRM that fails on demand: the REST interface of the real one, in memory, with a planted fault for chosen requests."""
import http.server
import json
import threading
import time
import urllib.parse
import uuid

FIELDS = ("external_id", "first_name", "last_name", "email", "phone", "company", "metadata")


class FakeCrm:
    """`faults` is called before each request with (number, method, path), and returns the fault to produce, or None:

    "lose"         does what was asked, and closes the connection without an answer
    "drop"         closes the connection without doing anything
    "slow"         does what was asked, and answers too late
    "garbage"      answers with something that is not HTTP
    (status, {header: value})  answers so, without doing anything
    """

    def __init__(self, key):
        self.keys = {key}
        self.contacts = {}
        self.faults = lambda number, method, path: None
        self.seen = []    # (method, path, key, body)
        self.times = []
        self.proofs = 0   # requests that only check the key; `faults` is not called for these
        self.lock = threading.Lock()
        fake = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *_):
                pass

            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if self.path == "/crm/api/v2/contacts?page=1&per_page=1":  # the check of the key at the start of each run
                    fake.proofs += 1
                    return self.give(*fake.answer(self.command, self.path, self.headers, body))
                with fake.lock:
                    fake.seen.append((self.command, self.path, self.headers.get("Authorization"), body))
                    fake.times.append(time.monotonic())
                    fault = fake.faults(len(fake.seen), self.command, self.path)
                    if fault == "drop":
                        self.close_connection = True
                        return
                    if fault == "garbage":
                        self.wfile.write(b"\x00\x01 this is not HTTP\r\n\r\n")
                        self.close_connection = True
                        return
                    if isinstance(fault, tuple):
                        status, headers, answer = fault[0], fault[1], {"title": "told to", "status": fault[0]}
                    else:
                        status, headers, answer = fake.answer(self.command, self.path, self.headers, body)
                if fault == "lose":
                    self.close_connection = True
                    return
                if fault == "slow":
                    time.sleep(2.5)
                self.give(status, headers, answer)

            def give(self, status, headers, answer):
                payload = json.dumps(answer).encode() if answer is not None else b""
                try:
                    self.send_response(status)
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(payload)))
                    self.end_headers()
                    self.wfile.write(payload)
                except ConnectionError:
                    self.close_connection = True

            do_GET = do_POST = do_PATCH = do_DELETE = handle_any

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    @property
    def api(self):
        return f"http://127.0.0.1:{self.server.server_port}/crm/api/v2/"

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def answer(self, method, target, headers, body):
        """Performs the request; returns (status, headers, JSON)."""
        if headers.get("Authorization") not in self.keys:
            return 401, {}, {"title": "Unauthorized", "status": 401}
        path, _, query = target.partition("?")
        parts = path.removeprefix("/crm/api/v2/").split("/")
        if parts[0] != "contacts":
            return 404, {}, {"title": "Not Found"}
        if len(parts) == 1 and method == "POST":
            return self.create(json.loads(body))
        if len(parts) == 1:
            wanted = urllib.parse.parse_qs(query).get("external_id", [None])[0]
            found = [each for each in self.contacts.values() if wanted in (None, each["external_id"])]
            return 200, {}, {"contacts": found, "page": 1, "per_page": 100, "total": len(found), "total_pages": 1}
        contact = self.contacts.get(parts[1])
        if contact is None:
            return 404, {}, {"title": "Not Found"}
        if len(parts) == 3:
            contact["archived_at"] = "2026-01-01T00:00:00.000Z" if parts[2] == "archive" else None
        elif method == "PATCH":
            if headers.get("If-Match", self.tag(contact)) != self.tag(contact):
                return 412, {}, {"title": "Precondition Failed"}
            wrong = self.wrong(json.loads(body))
            if wrong:
                return wrong
            contact.update(json.loads(body))
            contact["revision"] += 1
        return 200, {"ETag": self.tag(contact)}, contact

    def create(self, asked):
        wrong = self.wrong(asked)
        if wrong:
            return wrong
        for each in self.contacts.values():
            if each["external_id"] == asked["external_id"]:
                return 409, {}, {"title": "Conflict", "existing": each["uuid"]}
        contact = {"uuid": str(uuid.uuid4()), "archived_at": None, "revision": 1, **dict.fromkeys(FIELDS), "metadata": {}, **asked}
        self.contacts[contact["uuid"]] = contact
        return 201, {"ETag": self.tag(contact)}, contact

    @staticmethod
    def tag(contact):
        return f'"{contact["revision"]}"'

    @staticmethod
    def wrong(asked):
        mail = asked.get("email")
        if mail is not None and (mail.count("@") != 1 or " " in mail):
            return 422, {}, {"title": "Unprocessable", "errors": [{"field": "email", "message": "is no address"}]}
        return None

    def by_external_id(self):
        """{external id: contact}; fails if two contacts share one."""
        found = {}
        for each in self.contacts.values():
            assert each["external_id"] not in found, f"{each['external_id']} is there twice"
            found[each["external_id"]] = each
        return found
