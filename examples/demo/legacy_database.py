#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""Creates a legacy database with typical errors in its data: legacy_database.py FILE [--customers N] [--seed N]

The same seed creates the same customers. The last line says how many of them the CRM cannot accept, and why.
"""
import argparse
import os
import random
import sqlite3

SCHEMA = """
PRAGMA journal_mode = WAL;
CREATE TABLE customers (
    id INTEGER PRIMARY KEY,
    forename TEXT,
    surname TEXT,
    mail TEXT,
    telephone,              -- without a type: numbers were imported as numbers
    employer TEXT,
    points INTEGER,
    last_action TEXT,
    changed_at TEXT         -- UTC, in whole seconds
);
CREATE INDEX customers_by_change ON customers (changed_at, id);

-- What happened to whom, in the order in which it did: deletions leave no other trace.
CREATE TABLE customer_log (number INTEGER PRIMARY KEY AUTOINCREMENT, customer INTEGER NOT NULL);
CREATE TRIGGER customer_added AFTER INSERT ON customers
    BEGIN INSERT INTO customer_log (customer) VALUES (new.id); END;
CREATE TRIGGER customer_changed AFTER UPDATE ON customers
    BEGIN INSERT INTO customer_log (customer) VALUES (new.id); END;
CREATE TRIGGER customer_removed AFTER DELETE ON customers
    BEGIN INSERT INTO customer_log (customer) VALUES (old.id); END;
"""

FORENAMES = ["Zoë", "José", "Siân", "Łukasz", "Nguyễn", "美咲", "Олена", "محمد", "Ἀλέξανδρος", "Anna-Lena", "Jürgen",
             "Mary Ann", "D'Arcy", "Saoirse", "Đặng", "Ibrahim", "Chloé", "Þórdís", "अनन्या", "김민준", "Zoe\u0308", "O’Neil"]
SURNAMES = ["Müller", "García Márquez", "O'Connor", "Żółć", "van der Berg", "山田", "Шевченко", "الحسن", "Παπαδόπουλος",
            "Smith", "Nuñez", "Björnsdóttir", "Ng", "Thị Hương", "de la Cruz", "शर्मा", "McDonald", "Çelik", "İnönü", "X"]
EMPLOYERS = ["Blåbær & Sønner AS", "ACME \"Rockets\" Inc.", "株式会社さくら", "Smith; Sons, Ltd", None, "", "  Nord/Süd GmbH ",
             "O'Reilly & Co", "ООО «Ромашка»", "100% Juice"]
# What people really enter as an address. None of these has exactly one @ with something on both sides.
MALFORMED_MAILS = ["none", "n/a", "anna at example.org", "two@at@example.org", "@example.org", "name@", "see notes!"]


def telephone(chance):
    """A telephone number in one of the notations found in a field without rules, sometimes stored as a number."""
    digits = "".join(chance.choice("0123456789") for _ in range(9))
    return chance.choice([
        f"+44 {digits[:4]} {digits[4:]}", f"0{digits}", f"(0{digits[:3]}) {digits[3:6]}-{digits[6:]}", int("44" + digits),
        float("49" + digits), f"00 33.{digits[:1]}.{digits[1:3]}.{digits[3:5]}.{digits[5:]}", f"{digits} ext. 12",
        f"tel:{digits}", "", None, f"\u200e+972-{digits}"])


def customers(count, seed):
    """Tuples of the columns of the table. One in fifty has an invalid address, and one in five has none."""
    chance = random.Random(seed)
    known = []
    for number in range(1, count + 1):
        if known and chance.random() < 0.08:  # entered twice, years apart: the same person under another number
            forename, surname, mail = chance.choice(known)
            if mail:
                mail = mail.upper() if chance.random() < 0.5 else f"  {mail} "
        else:
            forename, surname = chance.choice(FORENAMES), chance.choice(SURNAMES)
            mail = f"customer.{number}@example.{chance.choice(['org', 'net', 'com'])}"
            if chance.random() < 0.2:
                mail = chance.choice([None, ""])
            known.append((forename, surname, mail))
        if number % 50 == 25:
            mail = chance.choice(MALFORMED_MAILS)
        # Imported in one evening: many customers have the same second.
        second = number // 40
        changed = f"2019-03-{1 + second % 28:02d} 22:{second % 60:02d}:00"
        yield (number, forename, chance.choice([surname, surname, surname + " ", None]), mail, telephone(chance),
               chance.choice(EMPLOYERS), chance.choice([None, 0, chance.randrange(10_000)]), None, changed)


def make(path, count=1000, seed=20260101):
    """Writes the database, and returns the numbers of the customers whose e-mail address the CRM cannot accept."""
    if os.path.exists(path):
        raise FileExistsError(f"{path} already exists")
    rows = list(customers(count, seed))
    with sqlite3.connect(path) as database:
        database.executescript(SCHEMA)
        database.executemany("INSERT INTO customers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    database.close()
    return [row[0] for row in rows if row[3] in MALFORMED_MAILS]


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("file")
    arguments.add_argument("--customers", type=int, default=1000)
    arguments.add_argument("--seed", type=int, default=20260101)
    given = arguments.parse_args()
    malformed = make(given.file, given.customers, given.seed)
    print(f"{given.file}: {given.customers} customers, {len(malformed)} of them with an invalid e-mail address")


if __name__ == "__main__":
    main()
