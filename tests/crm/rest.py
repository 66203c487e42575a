#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""Tests the CRM's REST interface over real sockets: rest.py CRM KEY_TOOL

Well-formed requests are sent with curl, a client that we did not write; malformed ones byte by byte."""

import contextlib
import http.client
import json
import math
import os
import pathlib
import pty
import random
import re
import resource
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import uuid

from serving import ROOT, Server, set_back, write_password

CRM = sys.argv[1]


class CrmTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.credential, cls.key = cls.server.tool("issue", "contacts:read", "contacts:write")
        _, cls.reader = cls.server.tool("issue", "contacts:read")

    @classmethod
    def tearDownClass(cls):
        cls.server.remove()

    def call(self, method, path, body=None, headers=(), **more):
        return self.server.curl(method, path, more.pop("key", self.key), body, headers, **more)

    def made(self, **fields):
        answer = self.call("POST", "contacts", {"external_id": str(uuid.uuid4()), **fields})
        self.assertEqual(answer.status, 201, answer.body)
        return answer.json

    def assert_problem(self, answer, status):
        self.assertEqual(answer.status, status, answer.body)
        self.assertEqual(answer.headers["content-type"], "application/problem+json")
        self.assertEqual(answer.json["status"], status)

    def assert_names(self, answer, field):
        self.assert_problem(answer, 422)
        self.assertIn(field, [each["field"] for each in answer.json["errors"]])


class Contacts(CrmTest):
    def test_are_created_read_changed_archived_restored_and_deleted(self):
        asked = {"external_id": "k-1", "first_name": "Zoë", "last_name": "漢字", "email": "zoe@example.com",
                 "phone": "+49 (0)30 / 12-34", "company": "Ümläut & Söhne", "metadata": {"vip": True, "n": 1.5, "x": None}}
        answer = self.call("POST", "contacts", asked)
        self.assertEqual(answer.status, 201, answer.body)
        contact = answer.json
        self.assertEqual(answer.headers["location"], ROOT + "contacts/" + contact["uuid"])
        for name, value in asked.items():
            self.assertEqual(contact[name], value)
        self.assertIsNone(contact["archived_at"])
        self.assertRegex(contact["created_at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")

        path = "contacts/" + contact["uuid"]
        shown = self.call("GET", path)
        self.assertEqual((shown.status, shown.json), (200, contact))
        changed = self.call("PATCH", path, {"first_name": "Zoé", "phone": None})
        self.assertEqual(changed.status, 200)
        self.assertEqual((changed.json["first_name"], changed.json["phone"], changed.json["company"]),
                         ("Zoé", None, "Ümläut & Söhne"))
        self.assertNotEqual(changed.headers["etag"], shown.headers["etag"])
        archived = self.call("POST", path + "/archive")
        self.assertEqual(archived.status, 200)
        self.assertIsNotNone(archived.json["archived_at"])
        again = self.call("POST", path + "/archive")
        self.assertEqual(again.json, archived.json)
        self.assertIsNone(self.call("POST", path + "/restore").json["archived_at"])
        removed = self.call("DELETE", path)
        self.assertEqual((removed.status, removed.body), (204, b""))
        self.assert_problem(self.call("GET", path), 404)
        self.assert_problem(self.call("DELETE", path), 404)

    def test_come_in_pages_with_totals_and_filters(self):
        server = Server()
        try:
            _, key = server.tool("issue", "contacts:*")
            for i in range(7):
                server.curl("POST", "contacts", key, {"external_id": f"p{i}", "email": f"P{i % 2}@Example.com"})
            pages = [server.curl("GET", f"contacts?page={p}&per_page=3", key).json for p in (1, 2, 3, 4)]
            self.assertEqual([[c["external_id"] for c in p["contacts"]] for p in pages],
                             [["p0", "p1", "p2"], ["p3", "p4", "p5"], ["p6"], []])
            for page in pages:
                self.assertEqual((page["total"], page["total_pages"], page["per_page"]), (7, 3, 3))
            found = server.curl("GET", "contacts?page=1&per_page=100&email=p1%40example.com", key).json
            self.assertEqual([c["external_id"] for c in found["contacts"]], ["p1", "p3", "p5"])
            found = server.curl("GET", "contacts?page=1&per_page=100&external_id=p4", key).json
            self.assertEqual([c["external_id"] for c in found["contacts"]], ["p4"])
            self.assertEqual(found["total"], 1)
        finally:
            server.remove()

    def test_need_page_and_per_page(self):
        self.assert_names(self.call("GET", "contacts"), "page")
        self.assert_names(self.call("GET", "contacts?page=1"), "per_page")
        self.assertEqual(self.call("GET", "contacts?page=1&per_page=100").status, 200)
        for bad in ("0", "-1", "101", "x", "1x", "", "1e1", "99999999999999999999"):
            self.assert_names(self.call("GET", f"contacts?page=1&per_page={bad}"), "per_page")
        self.assert_names(self.call("GET", "contacts?page=0&per_page=1"), "page")
        self.assert_names(self.call("GET", "contacts?page=1&per_page=1&sort=name"), "sort")
        self.assert_problem(self.call("GET", "contacts?page=1&page=2&per_page=1"), 400)
        self.assert_problem(self.call("GET", "contacts?page=1&per_page=1&email=%zz"), 400)

    def test_have_one_external_id_each(self):
        first = self.made(external_id="only-one")
        answer = self.call("POST", "contacts", {"external_id": "only-one"})
        self.assert_problem(answer, 409)
        self.assertEqual(answer.json["existing"], first["uuid"])
        other = self.made()
        answer = self.call("PATCH", "contacts/" + other["uuid"], {"external_id": "only-one"})
        self.assert_problem(answer, 409)
        self.assertEqual(answer.json["existing"], first["uuid"])
        for _ in range(2):  # none is not one
            self.assertEqual(self.call("POST", "contacts", {"first_name": "nobody"}).status, 201)

    def test_are_changed_only_as_they_were_read(self):
        contact = self.made()
        path = "contacts/" + contact["uuid"]
        tag = self.call("GET", path).headers["etag"]
        self.assertEqual(self.call("PATCH", path, {"phone": "1"}, [f"If-Match: {tag}"]).status, 200)
        for condition in (tag, 'W/' + self.call("GET", path).headers["etag"], '"other"'):
            self.assert_problem(self.call("PATCH", path, {"phone": "2"}, [f"If-Match: {condition}"]), 412)
            self.assert_problem(self.call("DELETE", path, headers=[f"If-Match: {condition}"]), 412)
            self.assert_problem(self.call("POST", path + "/archive", headers=[f"If-Match: {condition}"]), 412)
        self.assertEqual(self.call("GET", path).json["phone"], "1")
        fresh = self.call("GET", path).headers["etag"]
        self.assertEqual(self.call("PATCH", path, {"phone": "3"}, [f'If-Match: "x", {fresh}']).status, 200)
        self.assertEqual(self.call("PATCH", path, {"phone": "4"}, ["If-Match: *"]).status, 200)
        fresh = self.call("GET", path).headers["etag"]
        self.assertEqual(self.call("GET", path, headers=[f"If-None-Match: {fresh}"]).status, 304)
        self.assertEqual(self.call("GET", path, headers=['If-None-Match: "x"']).status, 200)

    def test_tell_which_field_is_wrong(self):
        for body, field in (({"email": "no at sign"}, "email"), ({"email": "a@b@c"}, "email"), ({"email": "@b"}, "email"),
                            ({"email": "a b@c"}, "email"), ({"email": "a@" + "b" * 253}, "email"), ({"email": 1}, "email"),
                            ({"phone": "1" * 41}, "phone"), ({"first_name": "a\u0000b"}, "first_name"),
                            ({"first_name": ["x"]}, "first_name"), ({"company": "x" * 256}, "company"),
                            ({"metadata": []}, "metadata"), ({"metadata": {"a": {}}}, "metadata.a"),
                            ({"metadata": {"a": "x" * 1001}}, "metadata.a"),
                            ({"metadata": {"a": "x\u0000"}}, "metadata.a"), ({"metadata": {"a": "x\ny"}}, "metadata.a"),
                            ({"metadata": {"a\u0085": 1}}, "metadata"),
                            ({"metadata": {str(i): 1 for i in range(65)}}, "metadata"),
                            ({"uuid": "x"}, "uuid"), ({"created_at": None}, "created_at"), ({"surname": "x"}, "surname")):
            self.assert_names(self.call("POST", "contacts", body), field)
            self.assert_names(self.call("PATCH", "contacts/" + self.made()["uuid"], body), field)
        answer = self.call("POST", "contacts", {"email": "x", "phone": 1, "nick": 1})
        self.assertEqual(sorted(each["field"] for each in answer.json["errors"]), ["email", "nick", "phone"])
        self.assertEqual(self.made(phone="漢" * 40)["phone"], "漢" * 40)

    def test_keep_each_number_as_python_reads_it(self):
        # Where parsers make mistakes: halfway between two doubles, at the ends of the range, with too many digits.
        random.seed(1)
        hard = ["0", "-0.0", "0.1", "1e22", "1e23", "8.5e22", "9007199254740993", "9007199254740993.0", "1e-5", "123456789012345678",
                "1999008785320019684212736", "2.2250738585072011e-308", "2.2250738585072014e-308", "4.9e-324", "2.47e-324",
                "2.4703282292062327e-324", "2.4703282292062328e-324", "1.7976931348623157e308", "1.7976931348623158e308",
                "0.500000000000000166533453693773481063544750213623046875", "6.103515625e-05", "1E5", "1.5e+3", "1e-400",
                "3.518437208883201171875e13", "62.5364939768271845828", "8.10109172351e-10", "1.50000000000000011102230246251565",
                "18446744073709551615", "18446744073709551616", "-9223372036854775809", "9" * 300, "0." + "0" * 300 + "1"]
        while len(hard) < 700:
            shift = random.randint(-340, 308)
            digits = "".join(random.choice("0123456789") for _ in range(random.randint(1, 40)))
            hard.append(f"{random.choice(['', '-'])}{random.randint(1, 9)}.{digits}e{shift}")
            exact = struct.unpack("<d", struct.pack("<Q", random.getrandbits(63)))[0]
            if math.isfinite(exact):
                hard.append(repr(exact))
        hard = [each for each in hard if math.isfinite(float(each))]
        for start in range(0, len(hard), 60):
            some = hard[start:start + 60]
            body = "{\"metadata\":{" + ",".join(f"\"n{i}\":{each}" for i, each in enumerate(some)) + "}}"
            wanted = json.loads(body)["metadata"]
            answer = self.call("POST", "contacts", body)
            self.assertEqual(answer.status, 201, answer.body)
            again = self.call("GET", "contacts/" + answer.json["uuid"])
            for got in (answer.json["metadata"], again.json["metadata"]):
                for name, value in wanted.items():
                    self.assertEqual(float(got[name]), float(value), body)
                    self.assertEqual(math.copysign(1, got[name]), math.copysign(1, value))
            spelled = dict(re.findall(r'"(n\d+)":([^,}]+)', again.body.decode()))
            for name, value in wanted.items():
                if isinstance(value, float):  # as short as it can be, but for how an exponent is spelled
                    self.assertLessEqual(len(spelled[name].replace("e+", "e")), len(repr(value).replace("e+", "e")))
        for infinite in ("1e309", "-1e309", "1e636", "1" + "0" * 309):
            answer = self.call("POST", "contacts", "{\"metadata\":{\"a\":1,\n\"b\":" + infinite + "}}")
            self.assert_problem(answer, 400)
            self.assertEqual(answer.json["line"], 2)

    def test_survive_a_restart(self):
        server = Server()
        try:
            _, key = server.tool("issue", "contacts:*")
            uuid_of = server.curl("POST", "contacts", key, {"first_name": "stays"}).json["uuid"]
            self.assertEqual(server.stop(), 0)
            server.start()
            self.assertEqual(server.curl("GET", "contacts/" + uuid_of, key).json["first_name"], "stays")
        finally:
            server.remove()


class Bodies(CrmTest):
    def test_are_json_of_the_right_type(self):
        for content_type in ("text/plain", "application/x-www-form-urlencoded", "application/jsonx", "",
                             "application/json; charset=latin1"):
            answer = self.call("POST", "contacts", "{}", [f"Content-Type: {content_type}" if content_type else "Content-Type;"])
            self.assert_problem(answer, 415)
        for content_type in ("application/json", "Application/JSON; charset=UTF-8"):
            self.assertEqual(self.call("POST", "contacts", "{}", [f"Content-Type: {content_type}"]).status, 201)

    def test_tell_the_place_of_what_is_malformed(self):
        for body, line, column in (("{\n  \"a\": }", 2, None), ("", 1, 1), ("{\"first_name\":\"x\"", 1, None), ("[]", 1, None),
                                   ("{} x", 1, 4), ("{\"a\":1,\"a\":2}", 1, None), ("\"text\"", 1, None),
                                   ("{\"metadata\":{\"b\":1,\"b\":2}}", 1, None), ("nul", 1, None), ("{'a':1}", 1, None),
                                   ("{\"a\":01}", 1, None), ("[" * 100000, 1, None), ("{\"a\":" * 9 + "1" + "}" * 9, 1, None)):
            answer = self.call("POST", "contacts", body)
            self.assert_problem(answer, 400)
            self.assertEqual(answer.json["line"], line, body[:50])
            if column:
                self.assertEqual(answer.json["column"], column, body[:50])
            self.assertGreaterEqual(answer.json["offset"], 0)
        for body in (b'{"first_name":"\xff"}', b'{"first_name":"\xc0\xaf"}', b'{"first_name":"\xed\xa0\x80"}'):
            self.assert_problem(self.call("POST", "contacts", body), 400)

    def test_may_not_be_large(self):
        fits = json.dumps({"first_name": "x"}) + " " * (256 * 1024 - 100)
        self.assertEqual(self.call("POST", "contacts", fits).status, 201)
        self.assertEqual(self.call("POST", "contacts", " " * (256 * 1024 + 1)).status, 413)
        self.assertEqual(self.call("POST", "contacts", "x" * (4 * 1024 * 1024)).status, 413)
        self.assertEqual(self.call("POST", "contacts", "x" * 300_000, ["Transfer-Encoding: chunked"]).status, 413)


class Routes(CrmTest):
    def test_say_what_is_allowed(self):
        path = "contacts/" + self.made()["uuid"]
        for method, at, allowed in (("PATCH", path + "/archive", "POST"), ("PATCH", path + "/restore", "POST"),
                                    ("GET", path + "/archive", "POST"), ("PUT", path, "GET, HEAD, PATCH, DELETE"),
                                    ("DELETE", "contacts", "GET, HEAD, POST"), ("FROB", "contacts", "GET, HEAD, POST")):
            answer = self.call(method, at)
            self.assert_problem(answer, 405)
            self.assertEqual(answer.headers["allow"], allowed)

    def test_lead_to_the_console_from_where_people_look_first(self):
        for path in ("/", "/admin/"):
            for method in ("GET", "HEAD"):
                answer = self.call(method, path)
                self.assertEqual((answer.status, answer.headers["location"]), (303, "/admin"))
            self.assertEqual(self.call("POST", path, "{}").status, 404)

    def test_lead_nowhere_else(self):
        for path in ("contacts/", "contacts/x", "contacts/" + str(uuid.uuid4()), "contact", "/crm/api/v1/contacts",
                     "contacts/../contacts", "//crm/api/v2/contacts", "contacts/%2e%2e", "/", "/admin/../crm/api/v2/contacts"):
            self.assertIn(self.call("GET", path).status, (303, 404), path)

    def test_answer_head_without_a_body(self):
        answer = self.call("HEAD", "contacts?page=1&per_page=1")
        self.assertEqual(answer.status, 200)
        self.assertGreater(int(answer.headers["content-length"]), 10)

    def test_tell_health_without_a_key(self):
        answer = self.call("GET", "/healthz", key=None)
        self.assertEqual(answer.json, {"status": "ok"})
        self.assertRegex(answer.headers["date"], r"^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$")
        refused = self.call("POST", "/healthz", key=None)
        self.assert_problem(refused, 405)
        self.assertEqual(refused.headers["allow"], "GET, HEAD")


class Keys(CrmTest):
    def test_open_raw_and_as_bearer_and_as_x_api_key(self):
        for scheme in ("", "Bearer ", "bearer "):
            self.assertEqual(self.call("GET", "contacts?page=1&per_page=1", scheme=scheme).status, 200)
        answer = self.call("GET", "contacts?page=1&per_page=1", key=None, headers=["X-API-Key: " + self.key])
        self.assertEqual(answer.status, 200)

    def test_are_refused_without_a_word_on_why(self):
        other = self.key[:25] + ("a" if self.key[25] != "a" else "b") + self.key[26:]
        bodies = set()
        for key in (other, "instance_x", "x", self.key + "x", self.key[:-1], "instance_" + "0" * 49):
            answer = self.call("GET", "contacts?page=1&per_page=1", key=key)
            self.assert_problem(answer, 401)
            self.assertIn('error="invalid_token"', answer.headers["www-authenticate"])
            bodies.add(answer.body)
        self.assertEqual(len(bodies), 1)
        answer = self.call("GET", "contacts?page=1&per_page=1", key=None)
        self.assert_problem(answer, 401)
        self.assertEqual(answer.headers["www-authenticate"], 'Bearer realm="crm"')

    def test_come_once_and_not_in_the_url(self):
        for headers in (["X-API-Key: " + self.key], ["Authorization: " + self.key], ["X_API_Key: " + self.key]):
            self.assert_problem(self.call("GET", "contacts?page=1&per_page=1", headers=headers), 400)
        self.assert_problem(self.call("GET", "contacts?page=1&per_page=1&x=" + self.key), 400)
        self.assert_problem(self.call("GET", "contacts?api_key=" + self.key, key=None), 400)
        self.assert_problem(self.call("GET", "contacts?page=1&per_page=1", key=self.key + "," + self.key), 400)

    def test_do_what_their_scopes_say(self):
        self.assertEqual(self.call("GET", "contacts?page=1&per_page=1", key=self.reader).status, 200)
        answer = self.call("POST", "contacts", {}, key=self.reader)
        self.assert_problem(answer, 403)
        self.assertIn('scope="contacts:write"', answer.headers["www-authenticate"])

    def test_die_at_once_when_another_process_rotates_suspends_or_revokes(self):
        credential, key = self.server.tool("issue", "contacts:read")
        works = lambda text: self.call("GET", "contacts?page=1&per_page=1", key=text).status
        self.assertEqual(works(key), 200)
        _, fresh = self.server.tool("rotate", credential)
        self.assertEqual((works(key), works(fresh)), (401, 200))
        self.server.tool("suspend", credential)
        self.assertEqual(works(fresh), 403)
        self.server.tool("resume", credential)
        self.assertEqual(works(fresh), 200)
        self.server.tool("revoke", credential)
        self.assertEqual(works(fresh), 401)

    def test_die_at_once_on_connections_that_stay_open(self):
        credential, key = self.server.tool("issue", "contacts:read")
        connections = [http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20) for _ in range(6)]

        def ask(connection):
            connection.request("GET", ROOT + "contacts?page=1&per_page=1", headers={"Authorization": "Bearer " + key})
            answer = connection.getresponse()
            answer.read()
            return answer.status

        for connection in connections * 3:
            self.assertEqual(ask(connection), 200)
        sockets = [connection.sock for connection in connections]
        self.server.tool("revoke", credential)
        self.assertEqual([ask(connection) for connection in connections], [401] * 6)
        self.assertEqual([connection.sock for connection in connections], sockets)  # and they are the same
        for connection in connections:
            connection.close()

    def test_have_their_uses_counted_to_the_last_when_the_server_is_stopped(self):
        server = Server()
        try:
            _, key = server.tool("issue", "contacts:read")
            begun = int(time.time())
            for _ in range(25):
                self.assertEqual(server.curl("GET", "contacts?page=1&per_page=1", key).status, 200)
            self.assertEqual(server.stop(), 0)
            with sqlite3.connect(server.data / "keys.db") as keys:
                uses, last_used_at = keys.execute("SELECT uses, last_used_at FROM record").fetchone()
            self.assertEqual(uses, 25)
            self.assertTrue(begun * 1000 <= last_used_at <= time.time() * 1000)
        finally:
            server.remove()

    def test_have_the_reason_of_a_refusal_in_the_log_and_nothing_else_of_them(self):
        secret = self.key[20:52]
        for field, why in ((self.key[:-1] + "!", "the credential is malformed (Authorization): character 33 at 57"),
                           ("Bearer " + self.key[:30] + " " + self.key[30:], "the credential is malformed (Authorization): character 32 at 37"),
                           (self.key[:30] + "-" + self.key[31:], "malformed: character outside the alphabet at 30"),
                           (self.key + "a", "malformed: wrong length at 58"), ("nothing", "malformed: wrong prefix at 0"),
                           (self.key[:-1] + ("0" if self.key[-1] != "0" else "1"), "wrong_checksum: wrong checksum at 52")):
            before = (self.server.folder / "log").read_text()
            self.server.raw(b"GET /crm/api/v2/contacts HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: " +
                            field.encode() + b"\r\n\r\n")
            lines = (self.server.folder / "log").read_text()[len(before):].splitlines()
            self.assertIn(why, [json.loads(line).get("why") for line in lines], field)
            self.assertFalse(any(secret[at:at + 10] in "".join(lines) for at in range(22)))

    def test_are_refused_when_their_rows_were_edited_and_the_log_says_so(self):
        server = Server()
        try:
            _, key = server.tool("issue", "contacts:read")
            self.assertEqual(server.curl("GET", "contacts?page=1&per_page=1", key).status, 200)
            server.stop()
            with contextlib.closing(sqlite3.connect(server.data / "keys.db")) as keys, keys:
                keys.execute("UPDATE credential SET scopes = 'contacts:*'")
            server.start()
            self.assert_problem(server.curl("GET", "contacts?page=1&per_page=1", key), 401)
            lines = [json.loads(line) for line in (server.folder / "log").read_text().splitlines()]
            self.assertEqual([line["why"] for line in lines if "why" in line], ["unproved"])
        finally:
            server.remove()

    def test_are_in_no_log(self):
        self.call("GET", "contacts?page=1&per_page=1")
        self.call("GET", "/" + self.key)
        self.call("GET", "/%69" + self.key[1:])
        self.server.raw(b"GET / HTTP/1.1\r\nHost: a\r\nAuthorization: " + self.key.encode() + b"\r\nBad Line\r\n\r\n")
        log = (self.server.folder / "log").read_text()
        self.assertIn('"path":"/crm/api/v2/contacts"', log)
        secret = self.key[20:52]
        self.assertNotIn(secret, log)
        for at in range(0, 20):
            self.assertNotIn(secret[at:at + 12], log)
        for line in log.splitlines():
            json.loads(line)


class Hostile(CrmTest):
    def status_of(self, data):
        got = self.server.raw(data)
        found = re.match(rb"HTTP/1\.1 (\d+)", got)
        return int(found[1]) if found else None

    def head(self, *lines):
        return b"\r\n".join([b"POST /crm/api/v2/contacts HTTP/1.1", b"Host: a", *lines, b"", b""])

    def test_requests_that_read_two_ways_are_refused_and_end_the_connection(self):
        smuggled = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
        for lines in ((b"Content-Length: 4", b"Transfer-Encoding: chunked"),
                      (b"Transfer-Encoding: chunked", b"Content-Length: 4"),
                      (b"Content-Length: 4", b"Content-Length: 4"), (b"Content-Length: 4", b"Content-Length: 5"),
                      (b"Content-Length: 4, 4",), (b"Content-Length: +4",), (b"Content-Length: -1",),
                      (b"Content-Length: 0x4",), (b"Content-Length : 4",), (b"Transfer-Encoding: chunked, identity",),
                      (b"Transfer-Encoding: chunked,chunked",), (b"Transfer-Encoding: Chunked , gzip",),
                      (b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked"), (b"Transfer-Encoding:\x0bchunked",),
                      (b"X: a", b" folded"), (b"X: a\nContent-Length: 4",), (b"X: a\rContent-Length: 4",), (b"X: a\0b",),
                      (b": empty",), (b"no colon",), (b"Host: b",)):
            got = self.server.raw(self.head(*lines) + smuggled)
            self.assertRegex(got, rb"^HTTP/1\.1 400 ", lines)
            self.assertEqual(got.count(b"HTTP/1.1 "), 1, lines)

    def test_codings_that_are_not_understood_are_said_to_be_so(self):
        smuggled = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
        for coding in (b"gzip, chunked", b"gzip,chunked", b"deflate, gzip, CHUNKED", b"gzip", b"identity", b"xchunked",
                       b"chunkedx", b"chunked;q=1", b"\"chunked\"", b"gzip, chunked, chunked"):
            got = self.server.raw(self.head(b"Transfer-Encoding: " + coding) + b"0\r\n\r\n" + smuggled)
            self.assertRegex(got, rb"^HTTP/1\.1 (501|400) ", coding)
            self.assertEqual(got.count(b"HTTP/1.1 "), 1, coding)
        for coding in (b"gzip, chunked", b"deflate, gzip, chunked"):
            self.assertEqual(self.status_of(self.head(b"Transfer-Encoding: " + coding) + b"0\r\n\r\n"), 501, coding)

    def test_sockets_that_send_one_byte_keep_nobody_out(self):
        crowd = []
        try:
            for _ in range(300):
                crowd.append(socket.create_connection(("127.0.0.1", self.server.port)))
                crowd[-1].sendall(b"G")
            began = time.monotonic()
            for _ in range(3):
                self.assertEqual(self.call("GET", "/healthz").status, 200)
            self.assertLess(time.monotonic() - began, 12)  # and not after the 15 s that a request may take, each
        finally:
            for each in crowd:
                each.close()

    def test_absolute_targets_name_the_host(self):
        # RFC 9112 3.2.2: what the Host field says does not count then.
        for target, status in ((b"http://a/healthz", 200), (b"http://b/healthz", 200), (b"HTTP://127.0.0.1/healthz", 200),
                               (b"https://[::1]:80/healthz?x=http://y", 200), (b"http://b", 303), (b"http://b?x", 303),
                               (b"http:///healthz", 400), (b"http://u@b/healthz", 400), (b"ftp://b/healthz", 400),
                               (b"http://localhost/admin", 303), (b"http://stranger.example/admin", 421)):
            head = b"GET " + target + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            self.assertEqual(self.status_of(head), status, target)
        head = b"GET http://localhost/admin HTTP/1.1\r\nHost: stranger.example\r\nConnection: close\r\n\r\n"
        self.assertEqual(self.status_of(head), 303)

    def test_request_lines_are_checked(self):
        for line in (b"GET / HTTP/1.1\r\n\r\n", b"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", b"GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n",
                     b"GET * HTTP/1.1\r\nHost: a\r\n\r\n", b"GET http:/b/ HTTP/1.1\r\nHost: a\r\n\r\n", b"\x16\x03\x01\r\n\r\n",
                     b"GET /#x HTTP/1.1\r\nHost: a\r\n\r\n"):
            self.assertEqual(self.status_of(line), 400, line)
        self.assertIn(self.status_of(b"GET / HTTP/2.0\r\nHost: a\r\n\r\n"), (400, 505))
        self.assertEqual(self.status_of(b"GET http://a/healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), 200)

    def test_headers_may_not_be_large(self):
        self.assertEqual(self.status_of(self.head(b"X: " + b"a" * 20_000)), 431)
        self.assertEqual(self.status_of(b"GET /" + b"a" * 100_000), 431)
        self.assertEqual(self.status_of(self.head(*[b"X: a"] * 5_000)), 431)

    def test_pipelined_requests_are_answered_in_their_order(self):
        one = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
        two = b"GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n"
        last = b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        got = self.server.raw((one + two) * 10 + last)
        self.assertEqual(re.findall(rb"HTTP/1\.1 (\d+)", got), [b"200", b"404"] * 10 + [b"200"])

    def test_expectations_are_met_before_the_body(self):
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=5) as connection:
            connection.sendall(self.head(b"Authorization: " + self.key.encode(), b"Content-Type: application/json",
                                         b"Content-Length: 2", b"Expect: 100-continue", b"Connection: close"))
            self.assertRegex(connection.recv(100), rb"^HTTP/1\.1 100 ")
            connection.sendall(b"{}")
            self.assertRegex(connection.recv(1000), rb"^HTTP/1\.1 201 ")
        self.assertEqual(self.status_of(self.head(b"Expect: tea", b"Content-Length: 0")), 417)

    def test_a_crowd_of_idle_connections_does_not_keep_others_out_for_good(self):
        crowd = [socket.create_connection(("127.0.0.1", self.server.port)) for _ in range(300)]
        try:
            self.assertEqual(self.call("GET", "/healthz").status, 200)
        finally:
            for each in crowd:
                each.close()
        self.assertEqual(self.call("GET", "/healthz").status, 200)

    def test_random_bytes_do_no_harm(self):
        state = 12345
        for _ in range(200):
            data = bytearray(b"POST /crm/api/v2/contacts HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
            for _ in range(3):
                state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
                data[(state >> 33) % len(data)] = (state >> 20) % 256
            with socket.create_connection(("127.0.0.1", self.server.port), timeout=5) as connection:
                connection.sendall(data)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65536):
                    pass
        self.assertEqual(self.call("GET", "/healthz").status, 200)


class Starting(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="shearline-crm-"))

    def tearDown(self):
        subprocess.run(["chmod", "-R", "u+w", self.folder], check=True)
        shutil.rmtree(self.folder)

    def fails(self, code, *arguments):
        done = subprocess.run([CRM, *map(str, arguments)], capture_output=True, text=True, timeout=20)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        return done.stderr

    def test_needs_options_that_make_sense(self):
        for arguments in ((), ("--data",), ("--data", ""), ("--frob",), ("--data", "x", "--listen", "nowhere"),
                          ("--data", "x", "--listen", "127.0.0.1:99999"), ("--data", "x", "--listen", "0.0.0.0:0"),
                          ("--data", "x", "--listen", "localhost:0"), ("--data", "x", "--host", "bad host")):
            self.fails(2, *arguments)

    def test_does_not_go_on_where_the_password_could_not_be_shown(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([CRM, "--data", self.folder / "data", "--listen", "127.0.0.1:0"], stdout=full,
                                  stderr=subprocess.PIPE, text=True, timeout=20)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("owner.password", done.stderr)

    def test_keeps_no_password_in_memory_that_it_was_given_or_made_up(self):
        output = self.folder / "output"
        for given in (True, False):
            server = Server()
            try:
                server.stop()
                (server.data / "owner.password").unlink()
                write_password(server.folder / "password", "correct-horse-battery-staple")
                server.options = ("--admin-password-file", server.folder / "password") if given else ()
                with open(output, "w") as server.output:
                    server.start()
                password = "correct-horse-battery-staple" if given else output.read_text().split()[-1]
                self.assertGreater(len(password), 16)
                self.assertTrue(server.holds("require-trusted-types-for"))  # as the console says: it is really searched
                for half in (password[:len(password) // 2], password[len(password) // 2:]):
                    self.assertFalse(server.holds(half))
            finally:
                server.remove()

    def test_names_a_file_that_is_not_ours_and_leaves_it(self):
        for name in ("crm.db", "keys.db", "keyring", "owner.password"):
            data = self.folder / name.replace(".", "-")
            data.mkdir(mode=0o700)
            file = data / name
            file.write_bytes(b"something else entirely" * 100)
            file.chmod(0o600)
            line = self.fails(1, "--data", data, "--listen", "127.0.0.1:0")
            self.assertIn(name, line)
            self.assertEqual(file.read_bytes(), b"something else entirely" * 100)

    def test_names_a_database_of_another_application(self):
        for name in ("crm.db", "keys.db"):
            data = self.folder / name.replace(".", "-")
            data.mkdir(mode=0o700)
            subprocess.run(["sqlite3", data / name, "CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1);"], check=True)
            (data / name).chmod(0o600)
            before = (data / name).read_bytes()
            self.assertIn(name, self.fails(1, "--data", data, "--listen", "127.0.0.1:0"))
            self.assertEqual((data / name).read_bytes(), before)

    def test_makes_nothing_anew_that_was_lost(self):
        server = Server()
        server.stop()
        try:
            for lost, there in (("keyring", "owner.password"), ("keys.db", "owner.password"), ("crm.db", "owner.password")):
                kept = (server.data / lost).read_bytes()
                for empty in (False, True):
                    (server.data / lost).unlink()
                    if empty:
                        (server.data / lost).touch(mode=0o600)
                    before = sorted(os.listdir(server.data))
                    line = self.fails(1, "--data", server.data, "--listen", "127.0.0.1:0")
                    self.assertIn(f"{lost}: is {'empty' if empty else 'missing'}", line)
                    self.assertIn(there, line)
                    self.assertEqual(sorted(os.listdir(server.data)), before)
                    (server.data / lost).write_bytes(kept)
                    (server.data / lost).chmod(0o600)
            server.start()
            self.assertEqual(server.stop(), 0)
            # After an interrupted first start, the next start continues.
            for name in os.listdir(server.data):
                if name != "keyring":
                    (server.data / name).unlink()
            server.start()
        finally:
            server.remove()

    def test_names_the_client_behind_a_trusted_proxy(self):
        for options, expected in (((), "127.0.0.1"), (("--trusted-proxy", "127.0.0.0/8"), "203.0.113.9")):
            server = Server(*options)
            try:
                server.curl("GET", "contacts", "nothing", headers=["X-Forwarded-For: 1.1.1.1, 203.0.113.9, 127.0.0.2"])
                lines = [json.loads(line) for line in (server.folder / "log").read_text().splitlines()]
                self.assertEqual([line["from"] for line in lines if line["what"] == "request"], [expected])
            finally:
                server.remove()

    def test_says_what_the_owner_should_know(self):
        server = Server()
        try:
            self.assertNotIn("warning", (server.folder / "log").read_text())
            server.stop()
            server.data.chmod(0o755)
            few = resource.getrlimit(resource.RLIMIT_NOFILE)
            resource.setrlimit(resource.RLIMIT_NOFILE, (200, few[1]))
            try:
                server.start()
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, few)
            self.assertIn("ulimit -n", (server.folder / "log").read_text())
            self.assertIn("chmod 700", (server.folder / "log").read_text())
        finally:
            server.remove()

    def test_follows_no_link_to_write_its_port(self):
        target = self.folder / "target"
        target.write_text("mine")
        for name in ("port.new", "port"):
            (self.folder / name).symlink_to(target)
        port_file = self.folder / "port"
        process = subprocess.Popen([CRM, "--data", self.folder / "data", "--listen", "127.0.0.1:0", "--port-file", port_file],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            end = time.monotonic() + 20
            while port_file.is_symlink() and time.monotonic() < end:
                time.sleep(0.01)
            self.assertFalse(port_file.is_symlink())
            self.assertRegex(port_file.read_text(), r"^\d+\n$")
            self.assertEqual(target.read_text(), "mine")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=20)

    def test_refuses_a_database_of_a_newer_build(self):
        server = Server()
        server.stop()
        try:
            for name in ("crm.db", "keys.db"):
                subprocess.run(["sqlite3", server.data / name, "PRAGMA user_version = 99"], check=True)
                self.assertIn(name, self.fails(1, "--data", server.data, "--listen", "127.0.0.1:0"))
                subprocess.run(["sqlite3", server.data / name, "PRAGMA user_version = 1"], check=True)
        finally:
            server.remove()

    def prove(self, data, *more, answer=None):
        """Runs the command, on a terminal if there is an answer to give; returns status, what it said, and errors."""
        command = [CRM, "--data", data, "--prove-store", *more]
        terminal = {}
        if answer is not None:
            ours, theirs = pty.openpty()
            os.write(ours, answer.encode() + b"\n")
            terminal = {"stdin": theirs}
        else:
            terminal = {"stdin": subprocess.DEVNULL}
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=20, **terminal)
        finally:
            if answer is not None:
                os.close(ours)
                os.close(theirs)
        return done.returncode, done.stdout, done.stderr

    def test_names_the_command_for_data_of_before_proofs_which_vouches_for_it_once(self):
        server = Server()
        try:
            _, key = server.tool("issue", "contacts:read")
            server.tool("issue", "contacts:read")
            server.stop()
            set_back(server.data)
            ring, start = (server.data / "keyring").read_bytes(), ("--data", server.data, "--listen", "127.0.0.1:0")
            line = self.fails(1, *start)
            self.assertIn("before they were proved", line)
            self.assertIn(f"shearline-crm --data {server.data} --prove-store", line)

            status, said, wrong = self.prove(server.data)  # there is nobody to ask
            self.assertEqual((status, said), (1, ""))
            self.assertIn("--yes", wrong)
            for answer in ("no", "", "y", "yes, please"):
                status, said, wrong = self.prove(server.data, answer=answer)
                self.assertEqual(status, 1, said)
                self.assertIn("About to vouch for 2 credentials", said)
                self.assertIn("nothing was proved", wrong)
                self.assertEqual((server.data / "keyring").read_bytes(), ring)
                self.fails(1, *start)

            status, said, wrong = self.prove(server.data, answer="yes")
            self.assertEqual((status, wrong), (0, ""))
            self.assertIn("About to vouch for 2 credentials", said)
            self.assertIn("Proved 2 credentials.", said)
            self.assertEqual(self.prove(server.data, "--yes")[:2], (0, "Proved 0 credentials: nothing was left to prove.\n"))
            server.start()
            self.assertEqual(server.curl("GET", "contacts?page=1&per_page=1", key).status, 200)
        finally:
            server.remove()

    def test_can_be_interrupted_while_it_asks(self):
        server = Server()
        try:
            server.tool("issue", "contacts:read")
            server.stop()
            set_back(server.data)
            ring = (server.data / "keyring").read_bytes()
            for number in (signal.SIGINT, signal.SIGTERM):
                ours, theirs = pty.openpty()
                with subprocess.Popen([CRM, "--data", server.data, "--prove-store"], stdin=theirs,
                                      stdout=subprocess.PIPE) as asks:
                    try:
                        said = b""
                        while b"yes to go on" not in said:
                            said += os.read(asks.stdout.fileno(), 1000)
                        asks.send_signal(number)
                        self.assertEqual(asks.wait(timeout=5), -number)
                    finally:
                        asks.kill()
                        os.close(ours)
                        os.close(theirs)
                self.assertEqual((server.data / "keyring").read_bytes(), ring)
        finally:
            server.remove()

    def test_vouches_without_a_terminal_if_told_to(self):
        server = Server()
        try:
            _, key = server.tool("issue", "contacts:read")
            server.stop()
            set_back(server.data)
            status, said, wrong = self.prove(server.data, "--yes")
            self.assertEqual((status, wrong), (0, ""))
            self.assertTrue(said.startswith("About to vouch for 1 credential "), said)
            self.assertTrue(said.endswith("Proved 1 credential.\n"), said)
            server.start()
            self.assertEqual(server.curl("GET", "contacts?page=1&per_page=1", key).status, 200)
        finally:
            server.remove()

    def test_vouches_for_a_store_that_has_no_key_yet(self):
        server = Server()
        try:
            server.stop()
            set_back(server.data)
            with contextlib.closing(sqlite3.connect(server.data / "keys.db")) as keys, keys:
                keys.execute("DELETE FROM keyring_check")  # it was written with the first key
            self.assertIn("--prove-store", self.fails(1, "--data", server.data, "--listen", "127.0.0.1:0"))
            status, said, wrong = self.prove(server.data, "--yes")
            self.assertEqual((status, wrong), (0, ""))
            self.assertIn("Proved 0 credentials", said)
            server.start()
        finally:
            server.remove()

    def test_proves_no_store_again_that_lost_its_proofs(self):
        server = Server()
        try:
            server.tool("issue", "contacts:read")
            server.stop()
            ring = (server.data / "keyring").read_bytes()
            set_back(server.data)
            (server.data / "keyring").write_bytes(ring)
            self.assertNotIn("--prove-store", self.fails(1, "--data", server.data, "--listen", "127.0.0.1:0"))
            status, said, wrong = self.prove(server.data, "--yes")
            self.assertEqual((status, said), (1, ""))
            self.assertIn("the proof was deleted", wrong)
        finally:
            server.remove()

    def test_proves_nothing_where_there_is_nothing_and_makes_nothing(self):
        data = self.folder / "data"
        status, said, wrong = self.prove(data, "--yes")
        self.assertEqual((status, said), (1, ""))
        self.assertIn("keyring: is missing", wrong)
        self.assertFalse(data.exists())
        data.mkdir(mode=0o700)
        (data / "keyring").write_text("x")
        self.assertIn("keys.db: is missing", self.prove(data, "--yes")[2])
        self.assertEqual(os.listdir(data), ["keyring"])

    def test_tells_an_address_in_use(self):
        server = Server()
        try:
            line = self.fails(1, "--data", self.folder / "other", "--listen", f"127.0.0.1:{server.port}")
            self.assertIn(str(server.port), line)
        finally:
            server.remove()

    def test_finishes_a_request_that_is_under_way_when_it_is_stopped(self):
        server = Server()
        try:
            _, key = server.tool("issue", "contacts:*")
            with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
                connection.sendall(b"POST /crm/api/v2/contacts HTTP/1.1\r\nHost: a\r\nAuthorization: " + key.encode() +
                                   b"\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n")
                time.sleep(0.2)
                server.process.send_signal(signal.SIGTERM)
                time.sleep(0.2)
                connection.sendall(b"{}")
                got = connection.recv(4096)
                self.assertRegex(got, rb"^HTTP/1\.1 201 ")
            self.assertEqual(server.process.wait(timeout=20), 0)
        finally:
            server.remove()


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])
