#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""Tests the sync client against a CRM that fails on demand: against_fake.py PROGRAM"""
import json
import os
import shutil
import signal
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
import uuid
import zlib

sys.dont_write_bytecode = True
from fake_crm import FakeCrm

PROGRAM = ""
SUCCESS, OTHER, USAGE, PARTIAL, REFUSED, UNREACHABLE = range(6)
BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def make_key(letter):
    """A well-formed key: prefix, handle, secret, and their CRC-32."""
    text = "instance_" + "0000000000" + letter + letter * 32
    number, check = zlib.crc32(text.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        check = BASE62[digit] + check
    return text + check


KEY, OTHER_KEY = make_key("k"), make_key("m")

MAPPING = {
    "source": {"table": "customers", "key": "id", "change": {"column": "changed", "holds": "iso_time"}},
    "external_id_prefix": "c-",
    "fields": {
        "first_name": {"column": "name", "owner": "legacy"},
        "email": {"column": "mail", "owner": "legacy"},
        "company": {"column": "firm", "owner": "create_only"},
        "phone": {"owner": "crm"},
    },
}
LOG_MAPPING = MAPPING | {
    "source": {"table": "customers", "key": "id", "change": {"table": "log", "sequence": "n", "key": "id"}},
    "deletions": "archive",
}


class SyncTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="shearline-sync-")
        os.mkdir(self.path("work"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.crm = FakeCrm(KEY)
        self.addCleanup(self.crm.close)
        self.write("key", KEY + "\n")
        self.map(MAPPING)
        self.database = sqlite3.connect(self.path("source.db"), isolation_level=None)
        self.addCleanup(self.database.close)
        self.database.executescript("""
            CREATE TABLE customers (id PRIMARY KEY, name, mail, firm, changed);
            CREATE TABLE log (n INTEGER PRIMARY KEY AUTOINCREMENT, id);
            CREATE TRIGGER a AFTER INSERT ON customers BEGIN INSERT INTO log (id) VALUES (new.id); END;
            CREATE TRIGGER u AFTER UPDATE ON customers BEGIN INSERT INTO log (id) VALUES (new.id); END;
            CREATE TRIGGER d AFTER DELETE ON customers BEGIN INSERT INTO log (id) VALUES (old.id); END;""")

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text, mode=0o600):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(self.path(name), mode)

    def map(self, mapping):
        self.write("mapping.json", json.dumps(mapping))

    @staticmethod
    def mapping_without_change():
        mapping = json.loads(json.dumps(MAPPING))
        del mapping["source"]["change"]
        return mapping

    def add(self, number, name="Ann", mail=None, firm=None, changed="2020-01-01 10:00:00"):
        self.database.execute("INSERT INTO customers VALUES (?, ?, ?, ?, ?)", (number, name, mail, firm, changed))

    def update(self, number, **columns):
        for name, value in columns.items():
            self.database.execute(f"UPDATE customers SET {name} = ? WHERE id = ?", (value, number))

    def command(self, *more, key=("--key-file", "key"), crm=None, source="source.db"):
        key = (key[0], self.path(key[1])) if key and key[0] == "--key-file" else key or ()
        return [PROGRAM, "--source", self.path(source), "--mapping", self.path("mapping.json"), "--state",
                self.path("state"), "--crm", crm or self.crm.api, *key, *more]

    def sync(self, *more, status=SUCCESS, environment=None, where=None, **options):
        done = subprocess.run(self.command(*more, **options), capture_output=True, text=True, timeout=60,
                              env=os.environ | (environment or {}), cwd=where or self.path("work"),
                              check=False)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        self.assertNotIn(KEY[20:52], done.stdout + done.stderr)
        return done

    def watch(self, *more):
        process = subprocess.Popen(self.command("--watch", *more), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

        def end():
            if process.poll() is None:
                process.kill()
            process.wait()
            process.stdout.close()
        self.addCleanup(end)
        return process

    def until(self, what, seconds=10.0):
        end = time.monotonic() + seconds
        while not what():
            self.assertLess(time.monotonic(), end, "it did not happen in time")
            time.sleep(0.02)

    def names(self):
        return {external_id: each["first_name"] for external_id, each in self.crm.by_external_id().items()}

    def report(self):
        with open(self.path("state.unsent.jsonl"), encoding="utf-8") as file:
            return {line["external_id"]: line["reason"] for line in map(json.loads, file)}


class Rows(SyncTest):
    def test_creates_then_sends_only_what_changed(self):
        for number in range(450):
            self.add(number, f"n{number}")
        self.sync()
        self.assertEqual(len(self.names()), 450)
        self.update(7, name="other", changed="2020-01-02 10:00:00")
        before = len(self.crm.seen)
        self.sync()
        self.assertEqual([each[:2] for each in self.crm.seen[before:]],
                         [(method, f"/crm/api/v2/contacts/{self.crm.by_external_id()['c-7']['uuid']}")
                          for method in ("GET", "PATCH")])
        self.assertEqual(self.names()["c-7"], "other")

    def test_reads_rows_of_an_equal_time_again(self):
        self.add(1)
        self.sync()
        self.add(0, "same second, smaller key")
        self.update(1, name="same second, changed")
        self.sync()
        self.assertEqual(self.names(), {"c-0": "same second, smaller key", "c-1": "same second, changed"})

    def test_finds_changes_of_rows_whose_time_cannot_be_put_in_order(self):
        odd = [None, 5, 1.5, "", "n/a", "9999-12-31", "31/12/2020", b"\x01"]
        self.add(99, changed="2024-05-05T05:05:05Z")
        for number, changed in enumerate(odd):
            self.add(number, changed=changed)
        self.sync()
        for number in range(len(odd)):
            self.update(number, name="changed")
        self.add(100, "a later row of an ordinary time", changed="2024-05-05 06:00:00")
        self.sync()
        self.assertEqual({self.names()[f"c-{number}"] for number in range(len(odd))}, {"changed"})
        self.assertIn("c-100", self.names())

    def test_reads_an_hour_before_the_cursor_again(self):
        self.add(1, changed="2024-05-05 10:00:00")
        self.sync()
        self.add(2, changed="2024-05-05 09:30:00")
        self.add(3, changed="2024-05-05 08:30:00")
        self.sync()
        self.assertEqual(set(self.names()), {"c-1", "c-2"})
        self.sync("--full")
        self.assertEqual(set(self.names()), {"c-1", "c-2", "c-3"})

    def test_keys_of_every_type_become_external_ids(self):
        for key in (7, "seven", "sévèn 七", 7.5, b"\xab\xcd"):
            self.add(key)
        self.sync()
        self.assertEqual(set(self.names()), {"c-7", "c-seven", "c-sévèn 七", "c-7.5", "c-abcd"})

    def test_values_of_every_type_become_text(self):
        self.add(1, name=447700900123)
        self.add(2, name=447700900123.0)
        self.add(3, name="  Ünï\u0308 🦊 ")
        self.add(4, name="   ")
        self.sync()
        self.assertEqual(self.names(), {"c-1": "447700900123", "c-2": "447700900123", "c-3": "Ünï\u0308 🦊", "c-4": None})

    def test_reports_what_cannot_be_sent_and_goes_on(self):
        self.add(1, mail="no address")
        self.add(2, name=b"\x00\x01")
        self.database.execute("INSERT INTO customers (id, name, changed) VALUES (3, CAST(x'41ff' AS TEXT), '2020-01-01')")
        self.add(4, name=float("inf"))
        self.add(None)
        self.add(5)
        told = self.sync(status=PARTIAL)
        self.assertEqual(set(self.names()), {"c-5"})
        report = self.report()
        self.assertEqual(report["c-1"], "422: email: is no address")
        self.assertIn("BLOB of 2 bytes", report["c-2"])
        self.assertIn("is not UTF-8 at byte 1", report["c-3"])
        self.assertIn("infinite", report["c-4"])
        self.assertIn("no key", report[None])  # what has no external id is given none
        for reason in report.values():
            self.assertIn(reason, told.stderr)
        self.assertEqual(os.stat(self.path("state.unsent.jsonl")).st_mode & 0o077, 0)
        # They stay reported, and are tried again by each run, until they are mended.
        self.sync(status=PARTIAL)
        self.database.execute("DELETE FROM customers WHERE id IS NULL OR id IN (2, 3, 4)")
        self.update(1, mail="an@address.example")
        self.sync()
        self.assertEqual(self.report(), {})
        self.assertEqual(set(self.names()), {"c-1", "c-5"})

    def test_keys_that_two_rows_have_are_reported_and_not_sent(self):
        self.database.executescript("CREATE TABLE doubled (id, name, mail, firm, changed)")
        for key, name in ((1, "a"), ("1", "b"), (2, "c")):
            self.database.execute("INSERT INTO doubled VALUES (?, ?, NULL, NULL, '2020-01-01')", (key, name))
        self.map(MAPPING | {"source": MAPPING["source"] | {"table": "doubled"}})
        self.sync(status=PARTIAL)
        self.assertEqual(self.names(), {"c-2": "c"})
        self.assertIn("more than one row", self.report()["c-1"])

    def test_a_query_is_a_source(self):
        self.add(1, "Ann")
        self.add(2, "Bob")
        self.map(MAPPING | {"source": {"query": "SELECT id, upper(name) AS name, mail, firm FROM customers WHERE id > 1; SELECT 1",
                                       "key": "id"}})
        self.sync(status=USAGE)  # two statements: what follows the semicolon is not looked at by anybody
        self.map(MAPPING | {"source": {"query": "SELECT id, upper(name) AS name, mail, firm FROM customers WHERE id > 1 -- end",
                                       "key": "id"}})
        self.sync()
        self.assertEqual(self.names(), {"c-2": "BOB"})

    def test_the_source_is_not_changed_and_a_writing_query_is_refused(self):
        self.add(1)
        self.sync()
        with open(self.path("source.db"), "rb") as file:
            before = file.read()
        self.map(MAPPING | {"source": {"query": "DELETE FROM customers RETURNING *", "key": "id"}})
        self.sync(status=USAGE)
        self.sync("--full", status=USAGE)
        with open(self.path("source.db"), "rb") as file:
            self.assertEqual(file.read(), before)

    def test_a_source_in_wal_mode_with_a_writer_at_work_is_read(self):
        self.database.execute("PRAGMA journal_mode = WAL")
        self.add(1, "committed")
        self.database.execute("BEGIN IMMEDIATE")
        self.add(2, "not committed")
        self.sync()
        self.assertEqual(self.names(), {"c-1": "committed"})
        self.database.execute("ROLLBACK")

    def test_a_file_that_is_no_database_is_refused_by_name(self):
        self.database.close()
        self.write("source.db", "this is no database" * 100)
        self.assertIn("source.db: is not an SQLite database", self.sync(status=OTHER).stderr)
        os.remove(self.path("source.db"))
        self.assertIn("source.db: cannot be opened", self.sync(status=OTHER).stderr)
        self.assertFalse(os.path.exists(self.path("source.db")))

    def test_a_counter_that_goes_back_makes_every_row_be_compared(self):
        self.map(MAPPING | {"source": MAPPING["source"] | {"change": {"column": "changed", "holds": "counter"}}})
        for number in range(3):
            self.add(number, changed=10 + number)
        self.sync()
        self.update(0, name="restored", changed=5)  # of an older copy of the database, whose counter goes on from there
        self.database.execute("DELETE FROM customers WHERE id > 0")
        told = self.sync()
        self.assertIn("the change counter went back", told.stderr)
        self.assertEqual(self.names()["c-0"], "restored")
        self.assertNotIn("went back", self.sync().stderr)

    def test_what_is_no_file_is_refused_at_once(self):
        os.mkfifo(self.path("pipe"))
        for name in ("pipe", "folder"):
            if name == "folder":
                os.mkdir(self.path(name))
            self.assertIn(f"{name}: is not a regular file", self.sync("--dry-run", status=OTHER, source=name).stderr)
        self.path = lambda name: name
        for name in ("file:source.db?mode=ro", ":memory:"):
            told = self.sync("--dry-run", status=OTHER, source=name, where=self.folder)
            self.assertIn("cannot be opened", told.stderr)

    def test_rowid_is_a_key_where_it_stays(self):
        self.map(MAPPING | {"source": {"table": "people", "key": "rowid"}})
        for columns in ("id TEXT PRIMARY KEY, name, mail, firm", "name, mail, firm", "id INT PRIMARY KEY, name, mail, firm",
                        "id INTEGER, name, mail, firm, PRIMARY KEY (id DESC, name)",
                        "id INTEGER PRIMARY KEY DESC, name, mail, firm"):
            self.database.executescript(f"DROP TABLE IF EXISTS people; CREATE TABLE people ({columns});")
            self.assertIn("VACUUM would renumber its rows", self.sync(status=USAGE).stderr, columns)
        self.database.executescript("""DROP TABLE people; CREATE TABLE people (id INTEGER PRIMARY KEY, name, mail, firm);
            INSERT INTO people VALUES (7, 'Ann', NULL, NULL), (9, 'Bob', NULL, NULL);
            DELETE FROM people WHERE id = 7; VACUUM;""")
        self.sync()
        self.assertEqual(self.names(), {"c-9": "Bob"})
        # A column of that name is a column.
        self.database.executescript("""DROP TABLE people; CREATE TABLE people (rowid TEXT, name, mail, firm);
            INSERT INTO people VALUES ('x', 'Cid', NULL, NULL);""")
        self.sync()
        self.assertEqual(self.names()["c-x"], "Cid")

    def test_keys_that_read_alike_are_reported_and_not_sent(self):
        self.database.execute("CREATE TABLE mixed (id, name)")
        for key in (31, b"\x31", 7, 7.0, "8", 8.0, 9, 9.5, b"\x0a", "0A"):
            self.database.execute("INSERT INTO mixed VALUES (?, 'Ann')", (key,))
        self.map(self.mapping_without_change() | {"source": {"table": "mixed", "key": "id"},
                                                  "fields": {"first_name": {"column": "name", "owner": "legacy"}}})
        self.sync(status=PARTIAL)
        self.assertEqual(set(self.report()), {"c-31", "c-7", "c-8"})
        self.assertEqual(set(self.names()), {"c-9", "c-9.5", "c-0a", "c-0A"})

    def test_a_query_may_end_with_a_semicolon_and_a_comment(self):
        self.add(1)
        for end in (";", "; -- all of them", " -- all of them", ";;\n/* all */ "):
            self.map(self.mapping_without_change() | {"source": {"query": "SELECT id, name, mail, firm FROM customers" + end, "key": "id"}})
            self.assertIn("would create c-1", self.sync("--dry-run").stdout)
        self.map(self.mapping_without_change() | {"source": {"query": "SELECT 1; SELECT 2", "key": "id"}})
        self.sync("--dry-run", status=USAGE)

    def test_a_half_copied_database_is_refused_and_not_read_for_ever(self):
        with sqlite3.connect(self.path("whole.db")) as made:
            made.execute("CREATE TABLE customers (id INTEGER PRIMARY KEY, name, mail, firm, changed)")
            for number in range(1000):
                made.execute("INSERT INTO customers VALUES (?, ?, NULL, NULL, '2020-01-01')", (number, "name " * 20))
        made.close()
        self.map(self.mapping_without_change())
        whole = os.path.getsize(self.path("whole.db"))
        for missing in (500, 5_000, whole // 2):
            shutil.copy(self.path("whole.db"), self.path("cut.db"))
            os.truncate(self.path("cut.db"), whole - missing)
            told = self.sync("--dry-run", status=OTHER, source="cut.db").stderr
            self.assertIn("cut.db: is damaged", told)
        shutil.copy(self.path("whole.db"), self.path("cut.db"))
        os.truncate(self.path("cut.db"), whole - 500)
        self.assertIn(f"(it is cut short: {whole - 500} of {whole} bytes)", self.sync("--dry-run", status=OTHER, source="cut.db").stderr)
        # Beside a log, its size says nothing: what is read is looked at.
        with open(self.path("cut.db-wal"), "wb"):
            pass
        self.assertIn("cut.db: is damaged (its keys are not in ascending order)", self.sync("--dry-run", status=OTHER, source="cut.db").stderr)

    def test_a_table_of_changes_with_a_page_of_another_time_is_not_read_for_ever(self):
        self.map(LOG_MAPPING)
        self.database.executescript("DROP TABLE log; CREATE TABLE log (n INTEGER PRIMARY KEY, id)")
        self.sync()  # the first pass, of a source that has nothing yet
        self.database.executemany("INSERT INTO log VALUES (?, ?)", ((n, 2001 - n) for n in range(1, 2001)))
        page_bytes = self.database.execute("PRAGMA page_size").fetchone()[0]
        self.database.close()
        with open(self.path("source.db"), "rb") as whole:
            pages = list(iter(lambda: whole.read(page_bytes), b""))
        leaves = [number for number, page in enumerate(pages) if number > 1 and page[0] == 0x0D and page[3:5] != bytes(2)]
        pages[leaves[-2]] = pages[leaves[0]]  # a later page has the entries of the first, and leads back to them
        with open(self.path("source.db"), "wb") as damaged:
            damaged.write(b"".join(pages))
        told = self.sync(status=OTHER).stderr
        self.assertIn("source.db: is damaged (its change table is not in ascending order)", told)

    def test_a_source_in_wal_mode_in_a_folder_that_cannot_be_written_says_what_to_do(self):
        self.add(1)
        self.database.execute("PRAGMA journal_mode = WAL")
        self.database.close()  # and with it what lies beside the database
        nobody = 65534 if os.geteuid() == 0 else None  # to root, every folder can be written
        program = shutil.copy(PROGRAM, self.path("program"))
        for name in (program, self.path("source.db"), self.path("mapping.json")):
            os.chmod(name, 0o755)
        os.chmod(self.folder, 0o555)
        self.addCleanup(os.chmod, self.folder, 0o700)
        told = subprocess.run([program, "--source", self.path("source.db"), "--mapping", self.path("mapping.json"), "--state",
                               self.path("none"), "--dry-run"], capture_output=True, text=True, timeout=60, user=nobody, check=False)
        self.assertEqual(told.returncode, OTHER, told)
        self.assertIn("let this user write to the folder, or read a copy made with sqlite3's .backup", told.stderr)

    def test_what_lies_beside_a_whole_database_is_no_damage(self):
        self.add(1)
        self.database.execute("PRAGMA journal_mode = PERSIST")
        self.database.execute("BEGIN IMMEDIATE")
        self.database.execute("UPDATE customers SET name = 'Bea'")
        self.database.execute("COMMIT")
        self.assertTrue(os.path.exists(self.path("source.db-journal")))
        self.sync()
        self.database.execute("PRAGMA journal_mode = WAL")
        for number in range(2, 2000):  # pages that are in the log alone: the file is shorter than its page count
            self.add(number, "name " * 20)
        pages = self.database.execute("PRAGMA page_count").fetchone()[0] * self.database.execute("PRAGMA page_size").fetchone()[0]
        self.assertLess(os.path.getsize(self.path("source.db")), pages)
        self.sync()
        self.assertEqual(len(self.names()), 1999)


class Ownership(SyncTest):
    def test_each_side_keeps_what_it_owns(self):
        self.add(1, "Ann", "a@b.example", "Legacy Ltd")
        self.sync()
        contact = self.crm.by_external_id()["c-1"]
        self.assertEqual(contact["company"], "Legacy Ltd")
        contact |= {"company": "CRM Ltd", "phone": "1", "first_name": "Overwritten"}
        self.update(1, firm="Legacy Inc")  # alone, that is no change
        before = len(self.crm.seen)
        self.sync("--full")
        self.assertEqual(len(self.crm.seen), before)
        self.update(1, mail=None)
        self.sync()
        contact = self.crm.by_external_id()["c-1"]
        self.assertEqual((contact["first_name"], contact["email"], contact["company"], contact["phone"]),
                         ("Ann", None, "CRM Ltd", "1"))

    GUARDED = MAPPING | {"fields": {"first_name": {"column": "name", "owner": "legacy"},
                                    "email": {"column": "mail", "owner": "legacy_unless_edited"}}}

    def guarded(self, rule=None):
        mapping = json.loads(json.dumps(self.GUARDED))
        if rule:
            mapping["fields"]["email"]["on_conflict"] = rule
        self.map(mapping)

    def conflicts(self):
        with open(self.path("state.unsent.jsonl"), encoding="utf-8") as file:
            return [(each["external_id"], each["conflict"], each["legacy"], each["crm"]) for each in map(json.loads, file)]

    def edit(self, **fields):
        """Somebody's work in the CRM."""
        contact = self.crm.by_external_id()["c-1"]
        contact |= fields
        contact["revision"] += 1

    def contact(self):
        contact = self.crm.by_external_id()["c-1"]
        return contact["first_name"], contact["email"], contact["metadata"].get("sync_conflict")

    def in_conflict(self):
        """A row whose mail was edited on both sides."""
        self.guarded()
        self.add(1, "Ann", "a@old.example")
        self.sync()
        self.edit(email="a@crm.example", metadata={"theirs": 1})
        self.update(1, name="Anna", mail="a@new.example")
        told = self.sync(status=PARTIAL)
        self.assertIn("c-1: email was edited in the CRM", told.stderr)
        self.assertNotIn("a@", told.stderr)  # the log is no place for it
        self.assertIn("1 kept as edited in the CRM", told.stdout)

    def test_a_field_that_nobody_edited_follows_the_legacy_database(self):
        self.guarded()
        self.add(1, "Ann", "a@old.example")
        self.sync()
        for mail in ("a@new.example", None, "a@newer.example"):
            self.update(1, mail=mail)
            self.sync()
            self.assertEqual(self.contact(), ("Ann", mail, None))

    def test_a_field_that_was_edited_in_the_crm_is_kept_and_reported(self):
        self.in_conflict()
        self.assertEqual(self.contact(), ("Anna", "a@crm.example", "email"))  # the rest of the row is sent
        self.assertEqual(self.crm.by_external_id()["c-1"]["metadata"]["theirs"], 1)
        self.assertEqual(self.conflicts(), [("c-1", "email", "a@new.example", "a@crm.example")])
        # It stays so, and nothing is written or said again, until a side changes.
        before = [each for each in self.crm.seen if each[0] != "GET"]
        told = self.sync(status=PARTIAL)
        self.assertNotIn("was edited", told.stderr)
        self.assertEqual([each for each in self.crm.seen if each[0] != "GET"], before)
        self.update(1, mail="a@newest.example")
        self.sync(status=PARTIAL)
        self.assertEqual(self.conflicts(), [("c-1", "email", "a@newest.example", "a@crm.example")])
        # A person clears it there: that is an edit, too.
        self.edit(email=None)
        self.sync(status=PARTIAL)
        self.assertEqual(self.conflicts(), [("c-1", "email", "a@newest.example", None)])

    def test_a_conflict_ends_when_both_sides_agree(self):
        self.in_conflict()
        self.edit(email="a@new.example")
        self.sync()
        self.assertEqual(self.contact(), ("Anna", "a@new.example", None))
        self.assertEqual(self.conflicts(), [])
        self.update(1, mail="a@next.example")  # and the field follows again
        self.sync()
        self.assertEqual(self.contact(), ("Anna", "a@next.example", None))

    def test_a_conflict_ends_when_a_side_is_chosen(self):
        for rule, mail in (("keep_crm", "a@crm.example"), ("overwrite", "a@new.example")):
            with self.subTest(rule):
                self.in_conflict()
                self.guarded(rule)
                self.sync()
                self.assertEqual(self.contact(), ("Anna", mail, None))
                self.assertEqual(self.conflicts(), [])
                self.database.execute("DELETE FROM customers")
                self.crm.contacts.clear()
                os.remove(self.path("state"))

    def test_a_conflict_ends_when_the_field_gets_another_owner(self):
        for owner, mail in (("legacy", "a@new.example"), ("create_only", "a@crm.example"), ("crm", "a@crm.example")):
            with self.subTest(owner):
                self.in_conflict()
                field = {"owner": owner} if owner == "crm" else {"column": "mail", "owner": owner}
                name = {"column": "name", "owner": "legacy" if owner == "legacy" else "create_only"}
                self.map(MAPPING | {"fields": {"first_name": name, "email": field}})
                self.sync()
                self.assertEqual(self.contact(), ("Anna", mail, None))
                self.assertEqual(self.conflicts(), [])
                self.database.execute("DELETE FROM customers")
                self.crm.contacts.clear()
                os.remove(self.path("state"))

    def test_a_conflict_ends_with_its_row(self):
        self.in_conflict()
        self.database.execute("DELETE FROM customers")
        self.sync()
        self.assertEqual(self.conflicts(), [])

    def test_a_field_that_was_edited_meanwhile_is_kept(self):
        self.guarded()
        self.add(1, "Ann", "a@old.example")
        self.sync()
        self.update(1, mail="a@new.example")

        def interfere(_, method, _path):  # between the look at the contact and its change
            if method == "PATCH" and self.contact()[1] == "a@old.example":
                self.edit(email="a@crm.example")
        self.crm.faults = interfere
        self.sync(status=PARTIAL)
        self.assertEqual(self.contact(), ("Ann", "a@crm.example", "email"))

    def test_of_a_contact_that_was_there_before_only_what_is_empty_is_supplied(self):
        self.guarded()
        self.add(1, "Ann", "a@legacy.example")
        self.add(2, "Bob", "b@legacy.example")
        for number, mail in ((1, "a@crm.example"), (2, None)):
            self.crm.create({"external_id": f"c-{number}", "email": mail})
        self.sync(status=PARTIAL)
        self.assertEqual({name: each["email"] for name, each in self.crm.by_external_id().items()},
                         {"c-1": "a@crm.example", "c-2": "b@legacy.example"})
        self.assertEqual(self.conflicts(), [("c-1", "email", "a@legacy.example", "a@crm.example")])

    def test_a_lost_answer_makes_no_conflict(self):
        self.guarded()
        self.add(1, "Ann", "a@old.example")
        self.sync()
        self.update(1, mail="a@new.example")
        lost = []

        def lose(_, method, _path):
            if method == "PATCH" and not lost:
                lost.append(True)
                return "lose"
            return None
        self.crm.faults = lose
        self.sync()
        self.assertEqual(self.contact(), ("Ann", "a@new.example", None))
        self.assertTrue(lost)

    def test_what_was_sent_by_a_sync_that_was_killed_is_nobodys_edit(self):
        self.guarded()
        for method in ("POST", "PATCH"):
            self.add(1, "Ann", "a@old.example")
            if method == "PATCH":
                self.sync()
                self.update(1, mail="a@new.example")
            self.crm.faults = lambda _, how, _path, method=method: "slow" if how == method else None
            process = subprocess.Popen(self.command(), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            self.until(lambda method=method: self.crm.seen and self.crm.seen[-1][0] == method)
            time.sleep(0.3)
            process.kill()
            process.wait()
            self.crm.faults = lambda *_: None
            self.update(1, mail="a@newest.example")  # before what was sent could be recorded
            self.sync()
            self.assertEqual(self.contact(), ("Ann", "a@newest.example", None))
            self.database.execute("DELETE FROM customers")
            self.crm.contacts.clear()
            os.remove(self.path("state"))

    def test_metadata_can_be_guarded_and_the_mark_is_the_syncs_own(self):
        self.map(MAPPING | {"fields": {"metadata.points": {"column": "name", "owner": "legacy_unless_edited"}}})
        self.add(1, 17)
        self.sync()
        self.edit(metadata={"points": 2.2250738585072011e-308, "theirs": 1})
        self.update(1, name=2**63 - 1)
        self.sync(status=PARTIAL)
        self.assertEqual(self.crm.by_external_id()["c-1"]["metadata"],
                         {"points": 2.2250738585072011e-308, "theirs": 1, "sync_conflict": "metadata.points"})
        self.assertEqual(self.conflicts(), [("c-1", "metadata.points", 2**63 - 1, 2.2250738585072011e-308)])
        self.map(MAPPING | {"fields": {"metadata.sync_conflict": {"column": "name", "owner": "legacy"}}})
        self.assertIn("choose another name", self.sync(status=USAGE).stderr)

    def test_metadata_of_others_stays(self):
        self.map(MAPPING | {"fields": {"metadata.ours": {"column": "name", "owner": "legacy"},
                                       "metadata.once": {"column": "firm", "owner": "create_only"}}})
        self.add(1, 17, firm="first")
        self.sync()
        contact = self.crm.by_external_id()["c-1"]
        self.assertEqual(contact["metadata"], {"ours": 17, "once": "first"})
        contact["metadata"] |= {"theirs": True, "once": "theirs"}
        self.update(1, name=None, firm="second")
        interfered = []

        def interfere(_, method, _path):  # another client is quicker, once
            if method == "PATCH" and not interfered:
                interfered.append(True)
                contact["metadata"]["late"] = 1
                contact["revision"] += 1
        self.crm.faults = interfere
        self.sync()
        self.assertEqual(self.crm.by_external_id()["c-1"]["metadata"], {"theirs": True, "once": "theirs", "late": 1})
        self.assertTrue(interfered)

    def test_numbers_stay_what_they_are(self):
        hard = (2.2250738585072011e-308, 5e-324, 1.7976931348623157e308, 0.1 + 0.2, 1e23, 9007199254740993.0, -0.0, 17.0,
                4011779.6193000004, 9278557.295370001, 1.7161392603081718e+277, 2.0 ** 63)
        self.map(MAPPING | {"fields": {"metadata.ours": {"column": "name", "owner": "legacy"}}})
        for at, number in enumerate(hard):
            self.add(at, number)
        self.sync()
        ours = [self.crm.by_external_id()[f"c-{at}"]["metadata"]["ours"] for at in range(len(hard))]
        self.assertEqual(list(map(repr, ours)), list(map(repr, hard)))
        # And those of others, which go through our hands when ours changes.
        theirs = {f"n{at}": number for at, number in enumerate(hard)} | {"whole": 2 ** 63 - 1, "negative": -2 ** 63}
        self.crm.by_external_id()["c-0"]["metadata"] |= theirs
        self.update(0, name=1.5)
        self.sync()
        self.assertEqual(repr(self.crm.by_external_id()["c-0"]["metadata"]), repr({"ours": 1.5} | theirs))


    def test_a_contact_that_became_another_ones_is_left_alone(self):
        for number in range(3):
            self.add(number)
        self.sync()
        there = self.crm.by_external_id()
        there["c-0"]["external_id"] = "somebody else's"  # in the CRM, by hand
        there["c-1"]["external_id"] = None
        for number in range(3):
            self.update(number, name="Bea", changed="2020-01-02 10:00:00")
        told = self.sync(status=PARTIAL)
        self.assertEqual([each["first_name"] for each in there.values()], ["Ann", "Ann", "Bea"])
        self.assertIn("c-0: the contact " + there["c-0"]["uuid"] + " of the CRM now has another external_id", told.stderr)
        self.assertEqual(set(self.report()), {"c-0", "c-1"})

    def test_an_answer_about_another_contact_overwrites_nothing(self):
        self.add(1)
        stranger = {"uuid": str(uuid.uuid4()), "external_id": "x", "first_name": "X", "archived_at": None, "revision": 1}
        self.crm.contacts[stranger["uuid"]] = stranger
        for answer in ((409, {}, {"existing": stranger["uuid"]}), (201, {}, stranger)):
            self.crm.create = lambda _, answer=answer: answer
            told = self.sync("--full", status=PARTIAL)
            self.assertIn("is not changed", told.stderr)
            self.assertIn(stranger["uuid"], self.report()["c-1"])
            self.assertEqual(stranger["first_name"], "X")


class Deletions(SyncTest):
    def setUp(self):
        super().setUp()
        self.map(LOG_MAPPING)

    def archived(self):
        return {name for name, each in self.crm.by_external_id().items() if each["archived_at"]}

    def test_a_deleted_row_is_archived_and_one_that_comes_back_restored(self):
        for number in range(3):
            self.add(number)
        self.sync()
        self.database.execute("DELETE FROM customers WHERE id = 1")
        self.sync()
        self.assertEqual(self.archived(), {"c-1"})
        self.add(1, "back")
        self.sync()
        self.assertEqual(self.archived(), set())
        self.assertEqual(self.names()["c-1"], "back")

    def test_a_row_that_was_sent_but_never_recorded_is_archived_too(self):
        self.add(1)
        self.sync()
        os.remove(self.path("state"))
        self.sync()
        self.database.execute("DELETE FROM customers WHERE id = 1")
        connection = sqlite3.connect(self.path("state"))
        with connection:
            connection.execute("DELETE FROM contact")
        connection.close()
        self.sync()
        self.assertEqual(self.archived(), {"c-1"})

    def test_what_is_deleted_while_the_first_pass_is_interrupted_is_archived(self):
        for number in range(3):
            self.add(number)
        self.crm.faults = lambda number, method, path: (401, {}) if number == 3 else None
        self.sync(status=REFUSED)
        self.database.execute("DELETE FROM customers WHERE id = 0")
        self.sync()
        self.assertEqual(self.archived(), {"c-0"})

    def test_a_log_that_was_emptied_and_started_again_makes_every_row_be_compared(self):
        for number in range(3):
            self.add(number)
        self.sync()
        self.database.executescript("DELETE FROM log; DELETE FROM sqlite_sequence")
        self.update(0, name="changed")
        self.sync()
        self.assertEqual(self.names()["c-0"], "changed")

    def test_archiving_without_a_change_table_is_refused(self):
        self.map(MAPPING | {"deletions": "archive"})
        self.assertIn("change table", self.sync(status=USAGE).stderr)


class Faults(SyncTest):
    def test_a_lost_answer_doubles_nothing(self):
        for number in range(20):
            self.add(number)
        for fault in ("lose", "drop", "garbage"):
            self.crm.faults = lambda number, method, path, fault=fault: fault if number % 3 == 1 else None
            self.sync("--full")
            self.assertEqual(len(self.names()), 20)
            self.database.execute("UPDATE customers SET name = name || 'x'")
        self.assertIn("PATCH", {each[0] for each in self.crm.seen})  # a 409 became an update

    def test_an_answer_that_comes_too_late_doubles_nothing(self):
        self.add(1)
        self.crm.faults = lambda number, method, path: "slow" if number == 1 else None
        self.sync("--timeout", "1")
        self.assertEqual(self.names(), {"c-1": "Ann"})

    def test_a_sync_that_is_killed_while_an_answer_is_awaited_loses_and_doubles_nothing(self):
        self.add(1, "created")
        for name in ("created", "updated"):
            self.update(1, name=name)
            self.crm.faults = lambda number, method, path: "drop" if method == "PATCH" else "slow"
            asked = len(self.crm.seen)
            process = self.watch("--full")
            self.until(lambda asked=asked: len(self.crm.seen) > asked)
            process.kill()
            process.wait()
            self.crm.faults = lambda number, method, path: None
            self.sync()
            self.assertEqual(self.names(), {"c-1": name})

    def test_retry_after_is_honoured(self):
        self.add(1)
        self.crm.faults = lambda number, method, path: (429, {"Retry-After": "2"}) if number == 1 else None
        self.sync()
        self.assertGreaterEqual(self.crm.times[1] - self.crm.times[0], 2.0)
        self.assertEqual(self.names(), {"c-1": "Ann"})

    def test_a_busy_crm_is_tried_again(self):
        self.add(1)
        self.crm.faults = lambda number, method, path: (503, {}) if number <= 3 else None
        told = self.sync()
        self.assertEqual(len(self.crm.seen), 4)
        self.assertIn("answers again", told.stderr)

    def test_a_crm_that_is_away_too_long_is_unreachable_and_the_next_run_goes_on(self):
        for number in range(5):
            self.add(number)
        self.crm.faults = lambda number, method, path: (503, {}) if number > 2 else None
        self.assertIn("could not be reached", self.sync("--give-up-after", "1", status=UNREACHABLE).stderr)
        self.crm.faults = lambda number, method, path: None
        self.sync()
        self.assertEqual(len(self.names()), 5)

    def test_a_run_that_has_nothing_to_send_asks_the_crm_all_the_same(self):
        self.add(1)
        self.sync()
        asked = self.crm.proofs
        self.sync()
        self.assertEqual(self.crm.proofs, asked + 1)
        self.crm.keys.clear()
        self.assertIn("refused", self.sync(status=REFUSED).stderr)
        self.crm.answer = lambda *_: (404, {}, {"title": "Not Found"})
        self.assertIn("check the address given by --crm", self.sync(status=UNREACHABLE).stderr)
        self.crm.close()
        self.assertIn("cannot connect", self.sync("--give-up-after", "1", status=UNREACHABLE).stderr)
        self.write("key", "")
        self.assertIn("has no key", self.sync(status=REFUSED).stderr)

    def test_it_gives_up_when_it_was_told_to_and_not_before(self):
        self.add(1)
        self.crm.faults = lambda number, method, path: (503, {"Retry-After": "99999999"} if number == 1 else {})
        began = time.monotonic()
        told = self.sync("--give-up-after", "6", status=UNREACHABLE)
        self.assertGreaterEqual(time.monotonic() - began, 6)
        self.assertGreaterEqual(len(self.crm.seen), 2)  # once more at the very end
        self.assertRegex(told.stderr, r"asks to retry later \(it answered 503\): waiting until \d\d:\d\d:\d\d, the maximum of one hour")

    def test_nothing_that_listens_is_unreachable(self):
        self.add(1)
        self.crm.close()
        self.assertIn("cannot connect", self.sync("--give-up-after", "1", status=UNREACHABLE).stderr)

    def test_a_row_on_which_the_crm_fails_is_reported_and_the_rest_is_sent(self):
        for number in range(4):
            self.add(number)
        broken = []

        def fail_on_the_first(_, method, _path):
            body = json.loads(self.crm.seen[-1][3] or b"{}")
            if method == "POST" and body.get("external_id") == "c-0":
                broken.append(True)
                return 500, {}
            return None
        self.crm.faults = fail_on_the_first
        self.sync(status=PARTIAL)
        self.assertEqual(set(self.names()), {"c-1", "c-2", "c-3"})
        self.assertEqual(len(broken), 5)
        self.assertIn("500", self.report()["c-0"])

    def test_a_crm_that_fails_on_every_row_is_unreachable(self):
        for number in range(10):
            self.add(number)
        self.crm.faults = lambda number, method, path: (500, {})
        self.sync(status=UNREACHABLE)
        self.assertEqual(len(self.crm.seen), 15)

    def test_a_redirect_is_not_followed(self):
        self.add(1)
        elsewhere = FakeCrm(KEY)
        self.addCleanup(elsewhere.close)
        for status in (301, 302, 303, 307, 308):
            self.crm.faults = lambda number, method, path, status=status: (status, {"Location": elsewhere.api + "contacts"})
            self.assertIn("is not followed", self.sync(status=UNREACHABLE).stderr)
        self.assertEqual(elsewhere.seen, [])

    def test_a_page_that_is_not_the_crm_is_told_so(self):
        self.add(1)
        self.crm.faults = lambda number, method, path: (200, {})
        self.assertIn("this is not the CRM", self.sync(status=UNREACHABLE).stderr)

    def test_a_contact_that_was_deleted_in_the_crm_is_created_again_with_its_next_change(self):
        self.add(1, firm="first")
        self.sync()
        self.crm.contacts.clear()
        self.update(1, name="changed")
        self.sync()
        self.assertEqual(self.names(), {"c-1": "changed"})

    def test_a_lost_state_doubles_nothing(self):
        for number in range(5):
            self.add(number)
        self.sync()
        os.remove(self.path("state"))
        self.update(3, name="changed")
        self.sync()
        self.assertEqual(len(self.names()), 5)
        self.assertEqual(self.names()["c-3"], "changed")

    def test_the_checks_here_notice_a_doubled_contact(self):
        self.add(1)
        self.sync()
        twin = dict(self.crm.by_external_id()["c-1"], uuid="twin")
        self.crm.contacts["twin"] = twin
        with self.assertRaises(AssertionError):
            self.names()


class Keys(SyncTest):
    def test_a_refused_key_stops_the_run_with_one_line_and_loses_nothing(self):
        for number in range(10):
            self.add(number)
        self.crm.faults = lambda number, method, path: (401, {}) if number == 6 else None
        told = self.sync(status=REFUSED)
        self.assertEqual(len(told.stderr.splitlines()), 1, told.stderr)
        self.assertIn("the key was refused (instance_0000000000k***): put the new key into " + self.path("key"), told.stderr)
        self.assertEqual(len(self.names()), 5)
        self.crm.keys = {OTHER_KEY}
        self.sync(status=REFUSED)
        self.write("key", OTHER_KEY)
        self.sync()
        self.assertEqual(len(self.names()), 10)

    def test_a_key_without_the_scope_stops_the_run(self):
        self.add(1)
        self.crm.faults = lambda number, method, path: (403, {})
        self.assertIn("contacts:write", self.sync(status=REFUSED).stderr)

    def test_a_key_that_others_may_read_is_not_used(self):
        self.add(1)
        for mode in (0o660, 0o604, 0o444, 0o666):
            self.write("key", KEY, mode)
            self.assertIn("chmod 600", self.sync(status=REFUSED).stderr)
        self.assertEqual(self.crm.seen, [])

    def test_a_key_of_a_secret_volume_is_used(self):
        self.add(1)
        for number, mode in enumerate((0o440, 0o640)):
            self.update(1, name=f"n{number}")
            self.write("key", KEY, mode)
            self.sync()
            self.assertEqual(self.names(), {"c-1": f"n{number}"})
            os.unlink(self.path("key"))

    def test_a_mistyped_key_is_not_sent(self):
        self.add(1)
        for wrong in ("", KEY[:-1], KEY[:-1] + ("0" if KEY[-1] != "0" else "1"), KEY + "\n" + OTHER_KEY, "x" * 5000):
            self.write("key", wrong)
            self.sync(status=REFUSED)
        self.assertEqual(self.crm.seen, [])

    def test_a_key_comes_from_the_environment_and_never_from_the_command_line(self):
        self.add(1)
        self.sync(key=("--key-env", "SYNC_KEY"), environment={"SYNC_KEY": KEY})
        self.assertEqual(self.crm.seen[0][2], KEY)
        self.assertIn("command line", self.sync(key=("--key", "x"), status=USAGE).stderr)

    def test_a_text_that_is_no_key_is_told_by_what_is_wrong_with_it(self):
        self.add(1)
        for text, why in (("\ufeff" + KEY, "byte order mark"), ('"' + KEY + '"', "in quotes"), (KEY[:20] + " " + KEY[20:], "character 21"),
                          ("Bearer " + KEY, 'it starts with "Bearer "'), (KEY[:9] + "\u2013" + KEY[10:], "character 10 is not ASCII"),
                          (KEY[:30] + "-" + KEY[31:], "(character 31)"), (KEY[:-1], "57 characters instead of 58"),
                          (KEY[:-1] + ("a" if KEY[-1] != "a" else "b"), "a character was lost or changed"),
                          ("Authorization: " + KEY, "a whole header"), (KEY[:20] + "\n" + KEY[20:], "character 21")):
            self.write("key", text + "\n")
            told = self.sync(status=REFUSED).stderr
            self.assertIn("has no valid instance API key: ", told)
            self.assertIn(why, told, text)
            self.assertEqual(len(told.splitlines()), 1)

    def test_a_key_that_the_crm_sends_back_is_masked(self):
        self.add(1)
        real = self.crm.answer
        self.crm.answer = lambda method, *more: (real(method, *more) if method == "GET" else
                                                 (400, {}, {"detail": f"you sent \x1b[31m{KEY}"}))
        told = self.sync(status=PARTIAL)
        self.assertIn(r"you sent \x1b[31minstance_0000000000k***", told.stderr)
        with open(self.path("state.unsent.jsonl"), encoding="utf-8") as file:
            self.assertNotIn(KEY, file.read())

    def test_plain_http_goes_to_this_machine_only(self):
        for address in ("http://crm.example/", "http://10.0.0.1/", "http://127.0.0.1.example/", "ftp://127.0.0.1/",
                        "http://user:word@127.0.0.1/", "http://[::2]/", "//127.0.0.1/", "http://localhost.example/"):
            self.sync(crm=address, status=USAGE)
        self.assertEqual(self.crm.seen, [])

    def test_a_server_without_a_trusted_certificate_gets_no_key(self):
        self.add(1)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-keyout", self.path("tls.key"), "-out", self.path("tls.crt"), "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path("tls.crt"), self.path("tls.key"))
        self.crm.server.socket = context.wrap_socket(self.crm.server.socket, server_side=True)
        port = self.crm.server.server_port
        trusted, wrong_name = f"https://localhost:{port}/crm/api/v2/", f"https://127.0.0.1:{port}/crm/api/v2/"
        short = ("--give-up-after", "1")
        self.sync(*short, crm=trusted, status=UNREACHABLE)
        os.remove(self.path("state"))
        self.sync(*short, "--ca-file", self.path("tls.crt"), crm=wrong_name, status=UNREACHABLE)
        self.assertEqual(self.crm.seen, [])
        os.remove(self.path("state"))
        self.sync(*short, "--ca-file", self.path("tls.crt"), crm=trusted)
        self.assertEqual(self.names(), {"c-1": "Ann"})


class Passing(SyncTest):
    """What --watch meets and goes on after."""

    def goes_on_after(self, begin, end, told, away=False):
        self.add(1)
        process = self.watch("--give-up-after", "60")
        self.eventually(lambda: "c-1" in self.names())
        begin()
        if not away:  # SQLite does not write to what is not where it was opened
            self.add_later(2)
        time.sleep(3)
        self.assertIsNone(process.poll(), "it ended")
        end()
        if away:
            self.add_later(2)
        self.eventually(lambda: "c-2" in self.names())
        self.add_later(3)  # which comes with another pass: this one has ended then, and said so
        self.eventually(lambda: "c-3" in self.names())
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=20)
        self.assertEqual(process.returncode, SUCCESS, said)
        self.assertEqual(said.count(told), 1, said)  # said once, however often it was met
        self.assertIn("continuing", said)

    def add_later(self, number):
        self.database.execute("INSERT INTO customers (id, name) VALUES (?, 'Ann')", (number,))

    def eventually(self, holds):
        end = time.monotonic() + 30
        while not holds():
            self.assertLess(time.monotonic(), end, "it never came")
            time.sleep(0.05)

    def test_an_answer_that_is_not_the_crms(self):
        real = self.crm.answer
        self.goes_on_after(lambda: setattr(self.crm, "answer", lambda *_: (404, {}, {"title": "Not Found"})),
                           lambda: setattr(self.crm, "answer", real), "check the address given by --crm")

    def test_a_source_that_is_away(self):
        self.goes_on_after(lambda: os.rename(self.path("source.db"), self.path("away.db")),
                           lambda: os.rename(self.path("away.db"), self.path("source.db")), "source.db: cannot be opened",
                           away=True)

    def test_a_column_that_has_another_name_for_a_while(self):
        self.map(self.mapping_without_change())
        self.goes_on_after(lambda: self.database.execute("ALTER TABLE customers RENAME COLUMN mail TO post"),
                           lambda: self.database.execute("ALTER TABLE customers RENAME COLUMN post TO mail"), "mail")

    def test_what_does_not_pass_ends_it_when_it_was_told_to(self):
        self.crm.answer = lambda *_: (404, {}, {"title": "Not Found"})
        process = self.watch("--give-up-after", "2")
        self.assertEqual(process.wait(20), UNREACHABLE)


class Stopping(SyncTest):
    def test_a_pass_ends_soon_and_the_next_goes_on(self):
        self.database.execute("BEGIN")
        for number in range(60_000):
            self.add(number)
        self.database.execute("COMMIT")
        whole = self.mapping_without_change()
        self.map(whole)
        for options in (("--dry-run",), ("--once",), ("--watch",)):
            process = subprocess.Popen(self.command(*options), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            time.sleep(0.3)
            self.assertIsNone(process.poll(), options)
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            _, told = process.communicate(timeout=20)
            self.assertLess(time.monotonic() - began, 2, options)  # half a second, and what a busy machine adds
            self.assertEqual(process.returncode, SUCCESS if options == ("--watch",) else OTHER, told)
            self.assertNotIn("looked at", told)


class Watching(SyncTest):
    def test_a_change_arrives_within_a_second_in_both_journal_modes(self):
        for mode in ("DELETE", "WAL"):
            self.database.execute(f"PRAGMA journal_mode = {mode}")
            self.add(mode, "first")
            process = self.watch()
            self.until(lambda mode=mode: f"c-{mode}" in self.names())
            self.update(mode, name="second", changed="2020-01-01 10:00:01")
            self.until(lambda mode=mode: self.names()[f"c-{mode}"] == "second", 1.0)
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(5), SUCCESS)

    def test_a_new_key_is_picked_up_from_the_file(self):
        self.add(1)
        process = self.watch()
        self.until(lambda: "c-1" in self.names())
        self.crm.keys = {OTHER_KEY}
        self.add(2)
        self.until(lambda: (len(self.crm.seen) > 1))
        time.sleep(1)
        self.assertIsNone(process.poll())
        self.assertLessEqual(len(self.crm.seen), 3)  # it does not hammer with a key that was refused
        self.write("new", OTHER_KEY)
        os.replace(self.path("new"), self.path("key"))
        self.until(lambda: "c-2" in self.names(), 3.0)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=5)[0]
        self.assertEqual(process.returncode, SUCCESS)
        self.assertEqual(said.count("the key was refused"), 1)
        self.assertNotIn(KEY, said)
        self.assertNotIn(OTHER_KEY, said)

    def test_it_waits_for_a_crm_that_is_away(self):
        self.add(1)
        self.crm.faults = lambda number, method, path: (503, {}) if number <= 4 else None
        process = self.watch()
        self.until(lambda: "c-1" in self.names())
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(5), SUCCESS)

    def test_it_stops_at_once_while_an_answer_is_awaited(self):
        self.add(1)
        self.crm.faults = lambda number, method, path: "slow"
        process = self.watch()
        self.until(lambda: self.crm.seen)
        start = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.wait(5)
        self.assertLess(time.monotonic() - start, 1.0)

    def test_a_database_that_is_replaced_is_read_anew(self):
        self.add(1)
        process = self.watch()
        self.until(lambda: "c-1" in self.names())
        other = sqlite3.connect(self.path("other.db"))
        with other:
            other.execute("CREATE TABLE customers (id, name, mail, firm, changed)")
            other.execute("INSERT INTO customers VALUES (2, 'replaced', NULL, NULL, '2024-01-01')")
        other.close()
        os.replace(self.path("other.db"), self.path("source.db"))
        self.until(lambda: "c-2" in self.names(), 2.0)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(5), SUCCESS)


class Running(SyncTest):
    def test_a_rehearsal_sends_and_remembers_nothing(self):
        self.add(1, mail="a@b.example")
        told = self.sync("--dry-run")
        self.assertIn('would create c-1 {"external_id":"c-1","first_name":"Ann","email":"a@b.example"}', told.stdout)
        self.assertFalse(os.path.exists(self.path("state")))
        self.assertEqual(os.listdir(self.path("work")), [])
        self.assertEqual(self.crm.seen, [])
        self.sync()
        self.update(1, name="Bob")
        self.assertIn("would update c-1", self.sync("--dry-run").stdout)
        self.add(2, name="two\nlines", mail="no address")
        self.assertIn("would not send c-2: first_name: must not contain control characters; email: must be an e-mail address",
                      self.sync("--dry-run", status=PARTIAL).stdout)
        self.database.execute("DELETE FROM customers WHERE id = 2")
        self.sync()
        self.assertEqual(self.names(), {"c-1": "Bob"})

    def test_two_syncs_do_not_share_a_state(self):
        self.add(1)
        process = self.watch()
        self.until(lambda: "c-1" in self.names())
        self.assertIn("another sync is using it", self.sync(status=OTHER).stderr)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(5), SUCCESS)

    def test_a_state_serves_one_crm(self):
        self.add(1)
        self.sync()
        other = FakeCrm(KEY)
        self.addCleanup(other.close)
        self.assertIn("belongs to the CRM at", self.sync(crm=other.api, status=USAGE).stderr)
        self.assertEqual(other.seen, [])
        # Another one is another, whatever is said of it; and the same one at another address is taken if that is said.
        self.assertIn("it is another", self.sync("--crm-moved", crm=other.api, status=USAGE).stderr)
        self.assertEqual({each[0] for each in other.seen}, {"GET"})
        other.contacts = self.crm.contacts
        self.update(1, name="Bob")
        self.sync("--crm-moved", crm=other.api)
        self.assertEqual(self.names(), {"c-1": "Bob"})
        self.sync(crm=other.api)
        self.assertIn("belongs to the CRM at", self.sync(status=USAGE).stderr)

    def test_another_mapping_makes_every_row_be_compared(self):
        self.add(1, "Ann", "a@b.example")
        self.sync()
        fields = dict(MAPPING["fields"])
        fields["last_name"] = {"column": "name", "owner": "legacy"}
        self.map(MAPPING | {"fields": fields})
        self.sync()
        self.assertEqual(self.crm.by_external_id()["c-1"]["last_name"], "Ann")

    def test_a_state_of_the_first_version_goes_on(self):
        self.add(1, "Ann", "a@old.example")
        self.add(b"", "Bob")
        self.sync(status=PARTIAL)
        state = sqlite3.connect(self.path("state"), isolation_level=None)
        state.executescript("DROP TABLE supplied; DROP TABLE conflict; PRAGMA user_version = 1")
        old_name = "key x" + 2 * "'"
        reason = "the key is no text that could be sent"  # as the first version wrote it
        self.assertEqual(state.execute("UPDATE rejection SET external_id = ?, reason = ?", (old_name, reason)).rowcount, 1)
        state.close()
        before = len(self.crm.seen)
        self.sync(status=PARTIAL)
        self.assertEqual(len(self.crm.seen), before)
        self.assertEqual(list(self.report()), [None])
        self.database.execute("DELETE FROM customers WHERE id = x''")
        self.sync()
        self.assertEqual(self.report(), {})

    def test_the_state_is_private_and_a_foreign_file_is_left_alone(self):
        self.add(1)
        self.sync()
        self.assertEqual(os.stat(self.path("state")).st_mode & 0o077, 0)
        shutil.copy(self.path("source.db"), self.path("foreign"))
        with open(self.path("foreign"), "rb") as file:
            before = file.read()
        command = self.command()
        command[command.index("--state") + 1] = self.path("foreign")
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, USAGE, done.stderr)
        with open(self.path("foreign"), "rb") as file:
            self.assertEqual(file.read(), before)

    def test_a_command_line_that_is_off_is_refused_in_one_line(self):
        for wrong in (["--wach"], ["--once", "--watch"], ["--state"], ["--timeout", "0"], ["--timeout", "x"],
                      ["--watch", "--dry-run"], ["--crm", "x"]):
            told = self.sync(*wrong, status=USAGE)
            self.assertEqual(len(told.stderr.splitlines()), 1, told.stderr)
        self.assertIn("--key-file", self.sync("--help").stdout)


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
