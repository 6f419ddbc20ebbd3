"""Files of invented people to measure with. The same arguments give the same file."""

from __future__ import annotations

import csv
import random
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

CORE_HEADERS = ["First Name", "Last Name", "Email", "Phone", "Company", "Title"]
HEADERS = [*CORE_HEADERS, "City", "Country", "Plan", "Signup Date"]
FIRST = ("Maya", "Derek", "Jürgen", "Hélène", "Małgorzata", "Íñigo", "Siobhán", "Ζωή", "美咲", "ليلى", "Ruth", "Kwame")
LAST = ("Hollister", "Okafor", "von der Heide", "Lefèvre", "Wiśniewska", "Núñez", "O'Brien", "高橋", "الحداد", "Smith")
COMPANIES = ("Harborlight Logistics", "Cobalt & Finch LLC", "Kessler Maschinenbau GmbH", 'The "Blue Door" Bakery', "")
TITLES = ("VP of Operations", "Data Engineer", "Head of Marketing, EMEA", "Einkaufsleiterin", "営業部長", "")
DOMAINS = ("example.com", "example.org", "mail.example.net")
# Country, city, and the ways that a number of seven digits of ours (three and four) is written there.
PLACES = (
    ("United States", "Austin", ("(212) {0}-{1}", "+1 415 {0} {1}", "312.{0}.{1}", "1206{0}{1}")),
    ("Germany", "Köln", ("01511 {0}{1}", "+49 1511 {0} {1}", "0049 1511 {0}{1}")),
    ("France", "Nîmes", ("061{0}{1}", "+33 61{0}{1}")),
    ("Brazil", "São Paulo", ("(11) 97{0}-{1}", "+55 11 97{0} {1}")),
    ("India", "Mumbai", ("0981{0}{1}", "+91 981{0} {1}")),
    ("Japan", "東京", ("0901{0}{1}", "+81 901{0}{1}")),
)
BAD_CONTACT_POINTS = (("not an address", ""), ("ann@", "12"), ("", "call me"), ("", ""))


class Kinds(NamedTuple):
    """How many rows of a file are what to a tenant who has none of its people."""

    new: int
    repeated: int  # they share an e-mail address or a phone number with an earlier row
    failed: int  # without a usable one

    @property
    def total(self) -> int:
        return sum(self)


def rows(number: int, *, seed: int = 1, start: int = 0) -> Iterator[list[str]]:
    """Yield so many rows: 5 % repeat an earlier e-mail address or phone number, 1 % have no usable one.

    The people are counted from `start`: those of other counts have other addresses and numbers.
    """
    for _, row in _kinds_and_rows(number, seed, start):
        yield row


def _kinds_and_rows(number: int, seed: int, start: int) -> Iterator[tuple[str, list[str]]]:
    rng = random.Random(seed)
    earlier: list[list[str]] = []
    for index in range(start, start + number):
        digits = f"{2_000_000 + index:07d}"
        # In America 211, 311, … are services.
        place = PLACES[1] if digits[1:3] == "11" else rng.choice(PLACES)
        country, city, ways = place
        name = [rng.choice(FIRST), rng.choice(LAST)]
        email, phone = f"person.{index}@{rng.choice(DOMAINS)}", rng.choice(ways).format(digits[:3], digits[3:])
        chance = rng.random()
        kind = "new"
        if chance < 0.01:
            kind = "failed"
            email, phone = rng.choice(BAD_CONTACT_POINTS)
        elif chance < 0.06 and earlier:
            kind = "repeated"
            email, phone = rng.choice(earlier)
            email = rng.choice([email, email.upper(), f" {email}"])
        elif chance < 0.20:
            email, phone = rng.choice([(email, ""), ("", phone)])
        if chance >= 0.20 and len(earlier) < 10_000:
            earlier.append([email, phone])
        company, title = rng.choice(COMPANIES), rng.choice(TITLES)
        day = f"{rng.randint(2015, 2025)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
        plan = rng.choice(["Free", "Starter", "Pro"])
        yield kind, [*name, email, phone, company, title, city, country, plan, day]


def make_csv(path: Path, number: int, *, seed: int = 1, start: int = 0) -> Kinds:
    """Write a file of so many rows, and return what kinds of rows they are."""
    counts: Counter[str] = Counter()

    def counted() -> Iterator[list[str]]:
        for kind, row in _kinds_and_rows(number, seed, start):
            counts[kind] += 1
            yield row

    write_csv(path, counted())
    return Kinds(counts["new"], counts["repeated"], counts["failed"])


def make_csv_of_size(path: Path, size_bytes: int) -> int:
    """Write a file that is less than a row short of so many bytes. Return how many rows it has."""
    # A row has 115 bytes or so. No cell of ours holds a line break: the file may end after any.
    write_csv(path, rows(size_bytes // 80))
    lines = path.read_bytes()[:size_bytes].rpartition(b"\n")[0] + b"\n"
    path.write_bytes(lines)
    return lines.count(b"\n") - 1


def with_other_titles(path: Path, changed: Path, title: str = "Trainee") -> None:
    """Write a file's people again, each with this title."""
    with path.open(encoding="utf-8-sig", newline="") as source, changed.open("w", encoding="utf-8", newline="") as file:
        reader, writer = csv.reader(source), csv.writer(file)
        headers = next(reader)
        place = headers.index("Title")
        writer.writerow(headers)
        for row in reader:
            row[place] = title
            writer.writerow(row)


def write_csv(path: Path, people: Iterable[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS)
        writer.writerows(people)


def write_xlsx(path: Path, people: Iterable[list[str]]) -> None:
    """Write the sheet as Excel does, each text once in a table of shared strings."""
    numbers: dict[str, int] = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(f'<worksheet xmlns="{MAIN}"><sheetData>'.encode())
            for number, row in enumerate([HEADERS, *people], start=1):
                cells = (
                    f'<c r="{chr(65 + column)}{number}" t="s"><v>{numbers.setdefault(text, len(numbers))}</v></c>'
                    for column, text in enumerate(row)
                    if text
                )
                sheet.write(f'<row r="{number}">{"".join(cells)}</row>'.encode())
            sheet.write(b"</sheetData></worksheet>")
        texts = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in numbers)
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}">{texts}</sst>')
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
            '<sheet name="People" sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
        archive.writestr("xl/_rels/workbook.xml.rels", relations("worksheets/sheet1", "sharedStrings"))
        archive.writestr("_rels/.rels", relations("xl/workbook"))
        parts = {"workbook": "sheet.main", "worksheets/sheet1": "worksheet", "sharedStrings": "sharedStrings"}
        types = "".join(
            f'<Override PartName="/xl/{name}.xml" '
            f'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.{kind}+xml"/>'
            for name, kind in parts.items()
        )
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
            f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{types}</Types>',
        )


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KINDS = {"xl/workbook": "officeDocument", "worksheets/sheet1": "worksheet", "sharedStrings": "sharedStrings"}


def relations(*targets: str) -> str:
    lines = "".join(
        f'<Relationship Id="rId{number}" Type="{OFFICE}/{KINDS[target]}" Target="{target}.xml"/>'
        for number, target in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{lines}</Relationships>'
