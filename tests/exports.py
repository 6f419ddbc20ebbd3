"""The labelled exports of tests/data, and how well suggestions fit them. Used by tests and by bench/mapping.py."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from contacts.fields import WELL_KNOWN
from imports.engine.mapping import Suggestion, suggest

DATA = Path(__file__).parent / "data"

# What the labels tell apart; other fields of ours (do_not_contact) are no label, so giving one is no mistake.
LABELS = frozenset(
    "first_name last_name full_name email phone company title street city state postal_code country birthday website "
    "tags notes".split()
)


# What stands under a column of which the file does not say it: a header is seldom all there is to go by.
_VALUES: Mapping[str, tuple[str, ...]] = {
    "first_name": ("Ana", "Piet", "Yuki"),
    "last_name": ("Silva", "de Vries", "Tanaka"),
    "full_name": ("Ana Silva", "Piet de Vries", "Yuki Tanaka"),
    "email": ("ana@silva.example", "piet@vries.example", "yuki@tanaka.example"),
    "phone": ("+351 912 345 678", "+31 20 794 0800", "+81 3 1234 5678"),
    "company": ("Silva Lda", "De Vries BV", "Tanaka"),
    "title": ("Sales manager", "Engineer", "Buyer"),
    "street": ("Rua Nova 12", "Kade 4", "Ginza 4-1"),
    "city": ("Porto", "Utrecht", "Tokyo"),
    "state": ("Porto", "Utrecht", "Tokyo"),
    "postal_code": ("4050-120", "3511 AB", "104-0061"),
    "country": ("Portugal", "Netherlands", "Japan"),
    "birthday": ("1981-03-04", "1990-11-23", ""),
    "website": ("https://silva.example", "www.vries.example", ""),
    "tags": ("vip", "vip, fair", ""),
    "notes": ("Met at the fair", "", "Call in May"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an export, with the field that it is."""

    header: str
    values: tuple[str, ...]
    label: str | None  # None: no field of ours, or one that another column carries better
    acceptable: frozenset[str]  # fields that it may be given besides


@dataclass(frozen=True, slots=True)
class Export:
    """The columns of one system's export."""

    name: str
    language: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """A column, what was suggested for it, and whether that is right."""

    export: Export
    column: Column
    suggestion: Suggestion

    @property
    def is_exact(self) -> bool:
        return self.suggestion.field == self.column.label

    @property
    def is_right(self) -> bool:
        return self.is_exact or self.suggestion.field in self.column.acceptable


def read_exports(path: Path) -> Iterator[Export]:
    """Yield the exports of a file in the form that tests/data/exports.txt explains."""
    for text in re.split(r"^## ", path.read_text("utf-8"), flags=re.MULTILINE)[1:]:
        title, *lines = text.strip().splitlines()
        name, language = title.split()
        yield Export(name, language, tuple(map(_column, " ".join(lines).split(" | "))))


def _column(text: str) -> Column:
    named = re.fullmatch(r"(?P<header>.*?)(?: \{(?P<values>.*)\})?(?: (?P<sign>[=~]) (?P<field>\w+))?", text.strip())
    assert named, text
    values = tuple(value.strip() for value in (named["values"] or "").split(";")) if named["values"] else ()
    field = named["field"]
    assert field is None or field in LABELS | {"do_not_contact"}, text
    if named["sign"] == "=":
        values = values or _VALUES[field]
        return Column(named["header"], values, field, frozenset())
    return Column(named["header"], values, None, frozenset({field} if field else ()))


def judge(exports: Iterable[Export]) -> list[Judged]:
    """Return every column of the exports with what is suggested for it, without memory and without a model."""
    judged = []
    for export in exports:
        suggestions = suggest([(column.header, column.values) for column in export.columns], WELL_KNOWN)
        judged += [Judged(export, *pair) for pair in zip(export.columns, suggestions, strict=True)]
    return judged


def exact(judged: Sequence[Judged]) -> tuple[int, int]:
    """Return how many of the columns that are a field were given just that field, and how many there are."""
    labelled = [one for one in judged if one.column.label]
    return sum(one.is_exact for one in labelled), len(labelled)


def precision(judged: Sequence[Judged], *, at_least: int = 0, below: int = 101) -> tuple[int, int]:
    """Return how many of the fields given with such a confidence are right, and how many were given."""
    given = [one for one in judged if one.suggestion.field in LABELS and at_least <= one.suggestion.confidence < below]
    return sum(one.is_right for one in given), len(given)


def given_twice(judged: Sequence[Judged]) -> list[tuple[str, str]]:
    """Return (export, field) for fields that more than one column of an export was given."""
    seen: set[tuple[str, str]] = set()
    twice = []
    for one in judged:
        if one.suggestion.field is None:
            continue
        key = (one.export.name, one.suggestion.field)
        if key in seen:
            twice.append(key)
        seen.add(key)
    return twice
