#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""The sync, killed with SIGKILL at 50 moments while the legacy system works on, and started again each time: nothing is
lost and nothing doubled in the real CRM. killed.py CRM SYNC MAPPING DEMO-FOLDER [SEED]
"""
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
KILLS, CUSTOMERS = 50, 600
crm_program, sync_program, mapping, demo_folder = map(os.path.abspath, sys.argv[1:5])
seed = int(sys.argv[5]) if len(sys.argv) > 5 else 20260101
sys.path.insert(0, demo_folder)
import legacy_database
from crm import Crm, Owner, write_private


def text(held):
    """A legacy value as the text of a contact."""
    return str(int(held) if isinstance(held, float) else held).strip() or None if held is not None else None


def differences(rows, contacts, malformed):
    """Contacts that are missing, duplicated or wrong. Customers without a valid e-mail address are not in the CRM."""
    wanted = {f"legacy-{number}": (text(forename), text(surname), text(mail), points, action)
              for number, forename, surname, mail, points, action in rows if number not in malformed}
    found, wrong = {}, []
    for each in contacts:
        if each["archived_at"] is not None:
            if each["external_id"] in wanted:
                wrong.append(f"{each['external_id']} is archived")
            continue
        if each["external_id"] in found:
            wrong.append(f"{each['external_id']} is doubled")
        found[each["external_id"]] = (each["first_name"], each["last_name"], each["email"],
                                      each["metadata"].get("points"), each["metadata"].get("last_action"))
    wrong += [f"{name} is lost" for name in wanted.keys() - found.keys()]
    wrong += [f"{name} should not be there" for name in found.keys() - wanted.keys()]
    wrong += [f"{name} is {found[name]} and not {wanted[name]}" for name in wanted.keys() & found.keys()
              if found[name] != wanted[name]]
    return sorted(wrong)


def changes_asked(log):
    """How many changes of contacts the CRM has received so far."""
    with open(log, encoding="utf-8", errors="replace") as file:
        return sum('/contacts' in line and ('"POST"' in line or '"PATCH"' in line) for line in file)


def wait_for_change(log, before):
    """Returns when the CRM has received more than `before` changes."""
    end = time.monotonic() + 60
    while changes_asked(log) <= before:
        if time.monotonic() > end:
            raise RuntimeError("the sync sent no change in 60 s")
        time.sleep(0.002)


def work(path, chance, moment):
    """One round of changes in the legacy system: some customers act, one leaves, one is new."""
    database = sqlite3.connect(path, timeout=30)
    with database:
        numbers = [number for number, in database.execute("SELECT id FROM customers ORDER BY id")]
        for number in chance.sample(numbers, 8):
            database.execute("UPDATE customers SET last_action = ?, points = ? WHERE id = ?",
                             (f"action {moment}", chance.randrange(1000), number))
        database.execute("DELETE FROM customers WHERE id = ?", (chance.choice(numbers),))
        database.execute("INSERT INTO customers (id, forename, mail) VALUES (?, 'Νέος', ?)",
                         (10_000 + moment, f"new.{moment}@example.org"))
    database.close()


def main():
    chance = random.Random(seed)
    folder = tempfile.mkdtemp(prefix="shearline-killed-")
    crm = None
    try:
        source, key_file = os.path.join(folder, "legacy.db"), os.path.join(folder, "key")
        malformed = set(legacy_database.make(source, CUSTOMERS))
        crm = Crm(crm_program, os.path.join(folder, "crm"))
        owner = Owner(crm)
        if not (owner.log_in(crm.password) and owner.make_key()):
            raise RuntimeError("the console gave no key")
        key = owner.copy_key()
        write_private(key_file, key)
        command = [sync_program, "--source", source, "--mapping", mapping, "--state", os.path.join(folder, "state"),
                   "--crm", crm.api, "--key-file", key_file]
        killed = at_work = 0
        while killed < KILLS:
            before = changes_asked(crm.log)
            process = subprocess.Popen(command + ["--watch"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            # At moments from before it opens a file to the middle of a pass; sometimes it may finish one. On a slow
            # machine it may not have begun by then, so every other one is killed after it has sent a change.
            time.sleep(chance.uniform(0.0, 0.12))
            work(source, chance, killed)
            if killed % 2:
                wait_for_change(crm.log, before)
            time.sleep(chance.uniform(0.0, 0.12) if killed % 10 else 1.0)
            process.send_signal(signal.SIGKILL)
            if process.wait() != -signal.SIGKILL:
                raise RuntimeError(f"the sync ended by itself with {process.returncode}")
            at_work += changes_asked(crm.log) > before
            killed += 1
        last = subprocess.run(command + ["--once"], capture_output=True, text=True, timeout=120, check=False)
        if last.returncode not in (0, 3):
            raise RuntimeError(f"the last run ended with {last.returncode}: {last.stderr}")

        database = sqlite3.connect(source)
        rows = database.execute("SELECT id, forename, surname, mail, points, last_action FROM customers").fetchall()
        database.close()
        contacts = crm.contacts(key)
        wrong = differences(rows, contacts, malformed)

        # Control: the check must find each kind of damage.
        live = [each for each in contacts if each["archived_at"] is None]
        controls = {
            "a lost contact": [each for each in contacts if each is not live[7]],
            "a doubled contact": contacts + [dict(live[7], uuid="another")],
            "a contact that is not up to date": [dict(each, first_name="stale") if each is live[7] else each
                                                 for each in contacts],
            "a contact that should be archived": [dict(each, archived_at=None) for each in contacts],
        }
        for name, planted in controls.items():
            if not differences(rows, planted, malformed):
                wrong.append(f"the check does not notice {name}")
        if at_work < KILLS // 2:
            wrong.append(f"only {at_work} kills met a sync that had sent anything")
        for each in wrong[:20]:
            print(each)
        print(f"{killed} kills, {at_work} of them amid work, {len(contacts)} contacts, {len(wrong)} wrong (seed {seed})")
        print(f"the last run: {last.stdout.strip()}")
        return 1 if wrong else 0
    finally:
        if crm is not None:
            crm.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
