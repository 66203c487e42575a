#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""Tests several CRMs that have the same keys, and keys that are moved: fleet.py CRM KEY_TOOL

SHEARLINE_POSTGRES names a database in which schemas can be made, as examples/demo/servers.py sets it; what needs one is
skipped without it."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from serving import KEY_PAGE, ROOT, Client, Server, write_password

CRM = sys.argv[1]
DATABASE = os.environ.get("SHEARLINE_POSTGRES", "")
PASSWORD = "correct-horse-battery-staple"
CONTACTS = ROOT + "contacts?page=1&per_page=1"


def uri():
    """The database, as `copy-keys` takes it."""
    if "://" in DATABASE:
        return DATABASE
    of = dict(pair.split("=", 1) for pair in DATABASE.split())
    return f"postgresql://{of.get('user', '')}@{of.get('host', '')}:{of.get('port', '5432')}/{of.get('dbname', '')}"


def sql(statements):
    done = subprocess.run(["psql", DATABASE, "-Atqc", "SET client_min_messages = warning; " + statements],
                          capture_output=True, text=True, timeout=30, check=True)
    return done.stdout.strip()


class Process(Server):
    """A CRM with a folder of data that others may have, too, and an owner who is logged in."""

    def __init__(self, folder, data, *options):
        self.folder, self.data, self.output = folder, data, subprocess.DEVNULL
        folder.mkdir(exist_ok=True)
        write_password(folder / "password", PASSWORD)
        self.options = ("--admin-password-file", folder / "password", *options)

    def log_in(self):
        self.owner = Client(self.port)
        self.owner.log_in(PASSWORD)
        return self

    def press(self, button):
        self.owner.show(KEY_PAGE + "?edit=1")
        once = re.search(r'name="once" value="([^"]+)"', self.owner.page).group(1)
        return self.owner.form(f"{KEY_PAGE}/{button}", once=once)[0]

    def key_of_owner(self):
        self.owner.show(KEY_PAGE)
        return json.loads(self.owner.form(KEY_PAGE + "/reveal", accept="application/json")[1])["key"]

    def status(self, key):
        return Client(self.port).ask("GET", CONTACTS, key=key)[0]


class Fleet(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="shearline-crm-"))
        self.schema = f"crm_fleet_{os.getpid()}"
        self.running = []
        if DATABASE:
            sql(f"DROP SCHEMA IF EXISTS {self.schema} CASCADE")

    def tearDown(self):
        for one in self.running:
            if one.process.poll() is None:
                one.stop()
        if DATABASE:
            sql(f"DROP SCHEMA IF EXISTS {self.schema} CASCADE")
        shutil.rmtree(self.folder)

    def start(self, *all_processes):
        """At once."""
        threads = [threading.Thread(target=one.start) for one in all_processes]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        self.running += all_processes
        for one in all_processes:
            one.log_in()

    def in_database(self, name, data=None):
        return Process(self.folder / name, data or self.folder / name / "data", "--keys", DATABASE, "--keys-schema",
                       self.schema)

    def run_crm(self, *arguments):
        return subprocess.run([CRM, *map(str, arguments)], capture_output=True, text=True, timeout=60)

    def is_one_instance(self, *processes):
        statuses = []
        threads = [threading.Thread(target=lambda one=one: statuses.append(one.press("generate"))) for one in processes]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        self.assertEqual(statuses, [303] * len(processes))
        self.assertEqual(len({one.key_of_owner() for one in processes}), 1)
        for _ in range(10):
            for changes in processes:
                old = changes.key_of_owner()
                self.assertEqual(changes.press("regenerate"), 303)
                self.assertEqual([one.status(old) for one in processes], [401] * len(processes))
                new = changes.key_of_owner()
                self.assertEqual([one.status(new) for one in processes], [200] * len(processes))

    def test_starts_at_once_in_one_folder(self):
        data = self.folder / "data"
        first, second = (Process(self.folder / name, data) for name in "ab")
        self.start(first, second)
        self.is_one_instance(first, second)

    @unittest.skipUnless(DATABASE, "SHEARLINE_POSTGRES names no database")
    def test_starts_at_once_over_one_database_and_has_one_key(self):
        first = self.in_database("a")
        second = self.in_database("b", first.data)
        self.start(first, second)
        third = self.in_database("c")
        third.data.mkdir(mode=0o700)
        shutil.copy(first.data / "keyring", third.data)
        self.start(third)
        self.is_one_instance(first, second, third)
        self.assertEqual(sql(f"SELECT count(*) FROM {self.schema}.credential"), "1")
        self.assertFalse(list(self.folder.rglob("keys.db*")))

    @unittest.skipUnless(DATABASE, "SHEARLINE_POSTGRES names no database")
    def test_asks_for_the_keyring_of_the_first(self):
        first = self.in_database("a")
        self.start(first)
        for ring in (None, "other"):
            data = self.folder / "b"
            if ring:
                other = Process(self.folder / "c", self.folder / "c" / "data")
                self.start(other)
                shutil.copy(other.data / "keyring", data)
            done = self.run_crm("--data", data, "--keys", DATABASE, "--keys-schema", self.schema, "--listen",
                                "127.0.0.1:0")
            self.assertEqual(done.returncode, 1)
            self.assertIn("copy that file to", done.stderr)
            self.assertEqual((data / "keyring").exists(), ring is not None)

    def test_shows_no_password_of_a_database(self):
        done = self.run_crm("--data", self.folder / "data", "--keys", "postgresql://crm:hunter2@127.0.0.1:1/crm",
                            "--listen", "127.0.0.1:0")
        self.assertEqual(done.returncode, 1)
        self.assertNotIn("hunter2", done.stderr + done.stdout)
        self.assertIn("password", done.stderr)

    def moves(self, to, new_options):
        """Moves the keys of a CRM that runs on, to where another one finds them."""
        old = Process(self.folder / "old", self.folder / "old" / "data")
        self.start(old)
        self.assertEqual(old.press("generate"), 303)
        key = old.key_of_owner()
        self.assertEqual(old.status(key), 200)
        for words in ("Moved all keys", "All keys were moved before"):
            done = self.run_crm("copy-keys", old.data / "keys.db", to, *new_options)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn(words, done.stdout)
        self.assertEqual(old.status(key), 503)
        return old, key

    def lives(self, old, key, new):
        self.assertEqual(new.status(key), 200)
        self.assertEqual(new.key_of_owner(), key)
        self.assertEqual(new.press("regenerate"), 303)
        self.assertEqual((new.status(key), old.status(key)), (401, 503))
        end = time.monotonic() + 10  # the store is asked once a second
        while old.curl("GET", "/readyz").status != 503 and time.monotonic() < end:
            time.sleep(0.1)
        self.assertEqual(old.curl("GET", "/readyz").status, 503)
        old.stop()
        done = self.run_crm("--data", old.data, "--listen", "127.0.0.1:0")
        self.assertEqual(done.returncode, 1)
        self.assertIn("moved", done.stderr)

    def test_goes_on_with_keys_that_were_moved(self):
        data = self.folder / "new" / "data"
        data.mkdir(parents=True, mode=0o700)
        old, key = self.moves(data / "keys.db", ())
        shutil.copy(old.data / "keyring", data)
        new = Process(self.folder / "new", data)
        self.start(new)
        self.lives(old, key, new)

    @unittest.skipUnless(DATABASE, "SHEARLINE_POSTGRES names no database")
    def test_goes_on_with_keys_that_were_moved_to_a_database(self):
        old, key = self.moves(uri(), ("--keys-schema", self.schema))
        new = self.in_database("new")
        new.data.mkdir(mode=0o700)
        shutil.copy(old.data / "keyring", new.data)
        self.start(new)
        self.lives(old, key, new)

    def test_moves_only_keys_that_there_are_and_to_a_new_place(self):
        missing = self.folder / "missing.db"
        done = self.run_crm("copy-keys", missing, self.folder / "to.db")
        self.assertEqual(done.returncode, 1)
        self.assertIn("missing.db", done.stderr)
        self.assertFalse(missing.exists())
        old = Process(self.folder / "old", self.folder / "old" / "data")
        self.start(old)
        done = self.run_crm("copy-keys", old.data / "keys.db", old.data / "keys.db")
        self.assertEqual(done.returncode, 1)
        self.assertIn("not new", done.stderr)
        self.assertEqual(old.press("generate"), 303)
        self.assertEqual(old.status(old.key_of_owner()), 200)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
