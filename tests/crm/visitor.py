#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""Visits a CRM as its owner and as a system, so that the CRM's process sees password and key as it does in use, and
knows them from nobody else: visitor.py FOLDER PORT

Says "done" when all is asked, and leaves its connections open until the file FOLDER/end is there. Without a port it
only makes up the owner's password, in FOLDER/password."""

import pathlib
import secrets
import sys
import time
import urllib.parse

from serving import KEY_PAGE, ROOT, Client, write_password


def visit(client, password):
    client.log_in(password)
    client.generate_key()
    expect(client.form("/admin/login", password=password + "x"), 403)
    status, body, _ = client.form(KEY_PAGE + "/reveal", accept="application/json")
    client.key = body.split('"key":"')[1][:58]
    expect(client.form(KEY_PAGE + "/reveal"), 200)
    expect(client.form(KEY_PAGE + "/copy", accept="application/json"), 200)
    for field in ({"Authorization": client.key}, {"Authorization": "Bearer " + client.key},
                  {"Authorization": client.key + "!"}, {"Authorization": client.key[:-1]}, {}):
        expect(client.ask("GET", ROOT + "contacts?page=1&per_page=10", **field), 200, 400, 401)
    headers = {"X-API-Key": client.key}
    expect(client.ask("GET", ROOT + "contacts?page=1&per_page=10", **headers), 400)  # twice
    expect(client.ask("GET", ROOT + "contacts?page=1&per_page=1&x=" + client.key), 400)  # in the address
    expect(client.ask("GET", "/" + client.key), 404)
    expect(client.ask("POST", ROOT + "contacts", '{"first_name":"Ada"}'), 201)
    expect(client.ask("POST", ROOT + "contacts", '{"email":"' + client.key + '"}'), 422)
    expect(client.ask("POST", ROOT + "contacts", '{"metadata":{"' + client.key + '":[1]}}'), 422)
    expect(client.ask("POST", ROOT + "contacts", '{"metadata":{"key":"' + client.key), 400)
    expect(client.ask("POST", "/admin/login", urllib.parse.urlencode({"password": password})), 403)  # no form of ours
    expect(client.ask("POST", "/admin/login?password=" + password, "password=%zz" + password), 403)


def expect(got, *statuses):
    if got[0] not in statuses:
        raise RuntimeError(f"{got[0]} and not {statuses}: {got[1]}")


def main(folder, port=None):
    if port is None:
        return write_password(folder / "password", secrets.token_urlsafe(24))
    keeps, closes = Client(port, keeps=True), Client(port)
    password = (folder / "password").read_text().strip()
    visit(keeps, password)
    closes.log_in(password)
    closes.key = keeps.key
    expect(closes.ask("GET", ROOT + "contacts?page=1&per_page=10"), 200)
    expect(closes.form(KEY_PAGE + "/reveal"), 200)
    print("done", flush=True)
    end = time.monotonic() + 120
    while not (folder / "end").exists() and time.monotonic() < end:
        time.sleep(0.02)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), *sys.argv[2:])
