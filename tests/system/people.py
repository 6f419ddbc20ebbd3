"""Files of many invented people whose true counts are known. The same arguments give the same file."""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass
from pathlib import Path

FIRST = ("Maya", "Jürgen", "Małgorzata", "Οδυσσέας", "Siobhán", "美咲", "ليلى", "O'Brien", "Zoë", "Íñigo")
LAST = ("Hollister", "von der Heide", "Wiśniewska", "Núñez", "St. John", "高橋", "الحداد", "de Wit", "Öztürk", "Smith")
# The middle three digits of American numbers; 211, 311, … are services.
EXCHANGES = tuple(exchange for exchange in range(200, 1000) if exchange % 100 != 11)
# What the columns of the file become.
MAPPING = {
    "First Name": "first_name",
    "Last Name": "last_name",
    "Email": "email",
    "Phone": "phone",
    "Company": "company",
    "Country": "country",
    "Plan": "custom:plan",
}
BAD = ("not an address", "ann@", "@example.com", "n/a", "a@@example.com", "ann at example.com")


@dataclass(frozen=True)
class People:
    """What a file holds."""

    path: Path
    rows: int
    valid: int  # rows with a contact point that no earlier row has
    duplicates: int  # rows with the e-mail address or phone number of an earlier one
    invalid: int  # rows without any contact point


def write_people(path: Path, *, rows: int, seed: int, area: int) -> People:
    """Write a file of which each valid row has a company of its own, so that lost and doubled rows can be counted.

    Files of different seeds and area codes share no e-mail address and no phone number.
    """
    rng = random.Random(seed)
    known: list[tuple[str, str]] = []
    duplicates = invalid = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["First Name", "Last Name", "Email", "Phone", "Company", "Country", "Plan"])
        for number in range(rows):
            name = [rng.choice(FIRST), rng.choice(LAST)]
            company, plan = f"Company {seed}-{number}", rng.choice(["Free", "Pro", ""])
            chance = rng.random()
            if chance < 0.01:
                invalid += 1
                writer.writerow([*name, rng.choice(BAD), rng.choice(["", "12", "call me"]), company, "US", plan])
            elif chance < 0.06 and known:
                duplicates += 1
                email, phone = rng.choice(known)
                by_email = bool(email) and (not phone or rng.random() < 0.5)
                contact_point = [rng.choice([email.upper(), f" {email} "]), ""] if by_email else ["", phone]
                writer.writerow([*name, *contact_point, company, "US", plan])
            else:
                email = f"person.{seed}.{number}@example.com" if chance < 0.95 else ""
                phone = f"({area}) {EXCHANGES[number // 10_000]}-{number % 10_000:04d}" if chance > 0.15 else ""
                known.append((email, phone))
                writer.writerow([*name, email, phone, company, "US", plan])
    return People(path, rows, rows - duplicates - invalid, duplicates, invalid)
