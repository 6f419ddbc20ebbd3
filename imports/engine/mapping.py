"""Mapping: suggests which field each column of a source feeds."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from imports.engine.headers import (
    BUSINESS,
    NAME,
    OTHER,
    PLACE,
    HeaderMeaning,
    fold_header,
    read_header,
    vote_for_languages,
)
from imports.engine.known_exports import recognize
from imports.engine.name_columns import find_name_columns
from imports.engine.schema import CUSTOM_PREFIX, Field
from imports.engine.value_shapes import fits, name_companies, say_yes_or_no, suggested_by_values

__all__ = ["SAME_AS_BEFORE", "Basis", "Suggestion", "fingerprint", "fold_header", "suggest"]

SAME_AS_BEFORE = "Same as last time"
_LEFT_OUT = "Left out last time"

KNOWN = 99  # a column of an export that we know
LOWEST_CONFIDENCE = 60  # below, a column is left out and a person may choose
VAGUE = 76  # a word that often means something else; with no value to support it, it is not enough
BY_ADDRESS = 80  # names of which the e-mail addresses are made
PARTIAL = 68  # some words of the header are unknown
SURE = 75  # from here, how sure we are matters less than which of several columns it is

_SAYS_NOTHING = re.compile(
    r"(?:unnamed|untitled|column|col|field|spalte|feld|colonne|columna|campo|coluna|kolom|kolumna|столбец|поле|列|欄|열)?"
    r"\s?[0-9]*|[a-z]"
)
# Of several columns for one field, how far each stands behind the plain one: "Phone" before "Work phone" before "Home
# phone", since companies keep these contacts. Among equals the first counts: people put the main one first.
_BEHIND: Mapping[str, int] = {
    "first": 0,
    "number": 0,
    "house": 0,  # "Street and house number"
    "contact": 1,
    "qualified": 1,
    "primary": 2,  # Outlook's "Primary phone" stands after those that people fill in
    "work": 2,
    "mobile": 2,
    "landline": 2,
    "recipient": 3,  # of an order or a payment, who sent it is the contact
    "student": 3,  # where the parents are named too, they are the contacts
    "user": 3,  # whose calendar or account it is
    "home": 4,
    "company": 3,  # its main line, before one at home
    "other": 8,
    "second": 10,
}
_BEHIND_IF_EMPTY = 20
_NAMESAKE = 100
_CONTACT_POINTS = frozenset({"email", "phone"})
_ID = "irisx_id"
_CONFIDENCE: Mapping[str, int] = {"qualified": 90, "company": 85, "other": 80, "second": 78}  # others 93
# What the words beside it seldom turn into something else, as they do "name" and "title".
_PLAIN_THINGS = frozenset(
    {"email", "phone", "website", "birthday", "postal_code", "country", "street", "city", "state", PLACE}
)
_PART_OF_NAME = frozenset({"first_name", "last_name"})


class Basis(StrEnum):
    """What a suggestion rests on. Stored with a job's columns, and counted by analytics: values stay as they are."""

    SAVED = "saved"  # a saved mapping of the tenant's
    MEMORY = "memory"  # what the tenant chose for this header
    EXPORT = "export"  # the export of a system that we know
    NAME = "name"  # the header is a field's name
    WORDS = "words"  # the header's words
    VALUES = "values"  # what stands under it
    MODEL = "model"  # the AI model
    NOTHING = "nothing"  # no field fits


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What one column could feed, and why."""

    header: str
    field: str | None  # a field key; None: not imported
    confidence: int  # 0–100, in the field; 0 where there is none
    reason: str  # a short sentence for people
    basis: Basis = Basis.NOTHING


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A column that could feed a field."""

    column: int
    field: str
    confidence: int
    behind: int
    reason: str
    basis: Basis


def fingerprint(headers: Sequence[str]) -> str:
    """Return what tells two files of the same layout from others: SHA-256, hex, of the folded headers in order."""
    return hashlib.sha256("\n".join(map(fold_header, headers)).encode()).hexdigest()


def suggest(
    columns: Sequence[tuple[str, Sequence[str]]],
    fields: Sequence[Field],
    remembered: Mapping[str, str | None] = {},
    *,
    use_known_exports: bool = True,
) -> list[Suggestion]:
    """Return a suggestion for each (header, values) column, decided for the file as a whole: a field is given once.

    `fields` are those a column may feed. `remembered` is what this tenant chose before: folded header → field key or
    None. Trusted in this order: memory, exports of systems that we know, the header's words, the values.
    """
    headers = [header for header, _ in columns]
    labels = {field.key: field.label for field in fields}
    votes = vote_for_languages(headers)
    meanings = [read_header(header, votes) for header in headers]
    system, known = _known_export(columns) if use_known_exports else ("", {})
    namesakes = _by_same_name(headers, fields)
    guesses = [
        *(candidate for candidate in namesakes if candidate.field.startswith(CUSTOM_PREFIX)),
        *_by_known_export(headers, system, known),
        # What a known export says of a column is all there is to say.
        *(
            candidate
            for candidate in [
                *namesakes,
                *_by_words(columns, meanings, labels),
                *_by_addresses(columns),
                *_by_values(columns, meanings),
            ]
            if fold_header(headers[candidate.column]) not in known
        ),
    ]
    candidates = [
        *(candidate for candidate in _by_memory(headers, meanings, remembered) if candidate.field in labels),
        # Of an export of ours, the names are right whatever stands under them.
        *(namesakes if any(namesake.field == _ID for namesake in namesakes) else ()),
        *(_judged_by_values(candidate, columns, labels) for candidate in guesses if candidate.field in labels),
    ]
    choices: list[Suggestion | None] = [None] * len(columns)
    left_out = {
        column: _LEFT_OUT if fold_header(header) in remembered else f"No field, as known from {system}"
        for column, header in enumerate(headers)
        if {**known, **remembered}.get(fold_header(header), "") is None
    }
    given: dict[str, str] = {}  # field → header
    for candidate in sorted(candidates, key=_trust):
        column, header = candidate.column, headers[candidate.column]
        is_left_out = left_out.get(column) == _LEFT_OUT
        if choices[column] is not None or is_left_out or candidate.field in given:
            continue
        if candidate.confidence >= LOWEST_CONFIDENCE:
            given[candidate.field] = header
            choices[column] = Suggestion(
                header, candidate.field, candidate.confidence, candidate.reason, candidate.basis
            )

    return [
        choice
        or Suggestion(
            headers[column],
            None,
            0,
            _why_not(column, candidates, given, labels, left_out),
            _basis_of_left_out(left_out.get(column)),
        )
        for column, choice in enumerate(choices)
    ]


def _basis_of_left_out(reason: str | None) -> Basis:
    if reason is None:
        return Basis.NOTHING
    return Basis.MEMORY if reason == _LEFT_OUT else Basis.EXPORT


def _known_export(columns: Sequence[tuple[str, Sequence[str]]]) -> tuple[str, Mapping[str, str | None]]:
    """Return the system whose export this is, and what becomes of its columns by folded header; "" and {} if none."""
    known = recognize([header for header, _ in columns])
    return (known.system, known.fields_of(columns)) if known else ("", {})


def _by_known_export(headers: Sequence[str], system: str, known: Mapping[str, str | None]) -> list[_Candidate]:
    return [
        _Candidate(column, field, KNOWN, -20, f"Known from {system}", Basis.EXPORT)
        for column, header in enumerate(headers)
        if (field := known.get(fold_header(header)))
    ]


def _trust(candidate: _Candidate) -> tuple[bool, int, int, int]:
    """Order candidates: the sure before the doubtful, then the nearest to the plain field, then from left to right."""
    return candidate.confidence < SURE, candidate.behind, candidate.column, -candidate.confidence


def _why_not(
    column: int,
    candidates: Sequence[_Candidate],
    given: Mapping[str, str],
    labels: Mapping[str, str],
    left_out: Mapping[int, str],
) -> str:
    """Say why a column feeds nothing."""
    if column in left_out:
        return left_out[column]
    for candidate in candidates:
        if candidate.column == column and candidate.confidence < LOWEST_CONFIDENCE:
            return candidate.reason
        if candidate.column == column and candidate.field in given:
            return f"{labels[candidate.field]} comes from “{given[candidate.field]}”"
    return "No field fits"


def _by_memory(
    headers: Sequence[str], meanings: Sequence[HeaderMeaning | None], remembered: Mapping[str, str | None]
) -> list[_Candidate]:
    """Return the columns whose header had a field before. What "Name" was depended on the columns beside it."""
    kind = _kind_of_name(meanings)
    return [
        _Candidate(column, field, 100, -50, SAME_AS_BEFORE, Basis.MEMORY)
        for column, (header, meaning) in enumerate(zip(headers, meanings, strict=True))
        if (field := remembered.get(fold_header(header)))
        and not (meaning and meaning.field == NAME and field in {"full_name", *_PART_OF_NAME} and field != kind)
    ]


def _by_same_name(headers: Sequence[str], fields: Sequence[Field]) -> list[_Candidate]:
    """Return the columns that are called exactly as a field, by its key or its label; of several, the first field."""
    keys = {field.key for field in fields}
    names: dict[str, str] = {}
    for field in fields:
        for name in (field.attribute, field.key, field.label):
            names.setdefault(_letters(name), field.key)
    return [
        _Candidate(column, key, _NAMESAKE, -1, "Same name", Basis.NAME)
        for column, header in enumerate(headers)
        if (key := header if header in keys else names.get(_letters(header)))
    ]


def _by_words(
    columns: Sequence[tuple[str, Sequence[str]]],
    meanings: Sequence[HeaderMeaning | None],
    labels: Mapping[str, str],
) -> list[_Candidate]:
    """Return the columns whose header is made of known words."""
    candidates = []
    names_people = {meaning.field for meaning in meanings if meaning} >= _PART_OF_NAME
    for column, ((header, values), meaning) in enumerate(zip(columns, meanings, strict=True)):
        if meaning is None or meaning.field in ("", OTHER, BUSINESS):
            continue
        if meaning.partial and meaning.field not in _PLAIN_THINGS:
            continue
        if meaning.field == "full_name" and meaning.vague and names_people:
            continue  # "Customer", beside first and last name, is a company or a number
        field, is_certain = _field_beside_others(column, meaning, meanings, values)
        label, said = labels.get(field, field), _shortened(header)
        confidence = 97 if meaning.exact else min(_CONFIDENCE.get(kind, 93) for kind in ("", *meaning.kinds))
        reason = f"“{said}” means {label}"
        if not is_certain:
            confidence, reason = min(confidence, 85), f"“{said}” seems to mean {label} here"
        if meaning.guessed:
            confidence, reason = confidence - 10, f"“{said}” looks like a short or mistyped word for {label}"
        if meaning.vague and is_certain:
            confidence, reason = min(confidence, VAGUE), f"“{said}” may mean {label}"
        if meaning.partial:
            confidence, reason = min(confidence, PARTIAL), f"A part of “{said}” means {label}"
        behind = max((_BEHIND.get(kind, 1) for kind in meaning.kinds), default=0 if meaning.exact else 1)
        behind += meaning.guessed + 2 * meaning.vague
        candidates.append(_Candidate(column, field, confidence, behind, reason, Basis.WORDS))
    return candidates


def _field_beside_others(
    column: int, meaning: HeaderMeaning, meanings: Sequence[HeaderMeaning | None], values: Sequence[str]
) -> tuple[str, bool]:
    """Return the field that a column's header means beside the other columns, and whether its word alone says so."""
    others = [other.field for index, other in enumerate(meanings) if other and index != column]
    if meaning.field == PLACE:
        return ("state" if "city" in others else "city"), True
    if meaning.field not in (NAME, "full_name", "company"):
        return meaning.field, True
    if meaning.field == "company":
        # "Designation", "Naziv": of a thing. Beside a VAT number, of a company.
        return "company", not (meaning.vague and (BUSINESS in others or name_companies(values)))
    if name_companies(values) and "company" not in others:
        return "company", False
    if meaning.field == "full_name":
        # "Customer name", before "Contact person" and beside a VAT number: some are of companies.
        is_first = not any(other and other.field == "full_name" for other in meanings[:column])
        names_customers = is_first and "full_name" in others and BUSINESS in others and "company" not in others
        if names_customers and name_companies(values, at_least=0.1):
            return "company", False
        return "full_name", True
    has_person = "full_name" in others or set(others) >= _PART_OF_NAME
    if BUSINESS in others and has_person and "company" not in others:
        return "company", False
    return _kind_of_name(meanings), True


def _shortened(header: str) -> str:
    return header if len(header) <= 40 else f"{header[:39]}…"


def _kind_of_name(meanings: Sequence[HeaderMeaning | None]) -> str:
    """Return what "Name" means beside the other columns: the part of the name that no other column holds."""
    named = {meaning.field for meaning in meanings if meaning and not meaning.partial}
    if "first_name" in named and "last_name" not in named:
        return "last_name"
    if "last_name" in named and "first_name" not in named:
        return "first_name"
    return "full_name"


def _by_values(
    columns: Sequence[tuple[str, Sequence[str]]], meanings: Sequence[HeaderMeaning | None]
) -> list[_Candidate]:
    """Return the columns whose values tell what they are, for headers that do not."""
    candidates = []
    for column, ((header, values), meaning) in enumerate(zip(columns, meanings, strict=True)):
        if meaning is not None and meaning.field != "" and not (meaning.partial or meaning.vague):
            continue
        says_nothing = _SAYS_NOTHING.fullmatch(fold_header(header)) is not None
        says_whose = meaning is not None and meaning.field == "" and not says_nothing
        if found := suggested_by_values(values, header_says_nothing=says_nothing, header_says_whose=says_whose):
            field, confidence, reason = found
            kinds = meaning.kinds if meaning is not None and says_whose else ()
            behind = max((_BEHIND.get(kind, 1) for kind in kinds), default=0)
            candidates.append(_Candidate(column, field, confidence, behind, reason, Basis.VALUES))
    return candidates


def _by_addresses(columns: Sequence[tuple[str, Sequence[str]]]) -> list[_Candidate]:
    """Return the columns of first and last names among those whose headers say nothing."""
    silent = {
        column: [value for value in values if value.strip()]
        for column, (header, values) in enumerate(columns)
        if _SAYS_NOTHING.fullmatch(fold_header(header))
    }
    if len(silent) < 3:  # two names and the address that tells them apart
        return []
    addresses = next((values for values in silent.values() if values and all("@" in value for value in values)), [])
    found = find_name_columns(silent, addresses)
    reason = "The e-mail addresses are made of these names"
    return [
        _Candidate(column, field, BY_ADDRESS, -1, reason, Basis.VALUES)
        for column, field in zip(found or (), ("first_name", "last_name"), strict=False)
    ]


def _judged_by_values(
    candidate: _Candidate, columns: Sequence[tuple[str, Sequence[str]]], labels: Mapping[str, str]
) -> _Candidate:
    """Return the candidate, less sure of itself if the column's values contradict its header or are missing."""
    values = columns[candidate.column][1]
    if not any(value.strip() for value in values):
        confidence = candidate.confidence if candidate.confidence > VAGUE else LOWEST_CONFIDENCE - 1
        return replace(candidate, confidence=confidence, behind=candidate.behind + _BEHIND_IF_EMPTY)
    if fits(candidate.field, values):
        return candidate
    reason = f"Named like {labels[candidate.field]}, but the values are of another kind"
    # A column called just as the field holds bad values rather than other ones: suggested, for a person to look at.
    is_namesake = candidate.confidence == _NAMESAKE and candidate.field in _CONTACT_POINTS
    confidence = LOWEST_CONFIDENCE if is_namesake and not say_yes_or_no(values) else 0
    return replace(candidate, confidence=confidence, reason=reason)


def _letters(name: str) -> str:
    return fold_header(name).replace(" ", "")
