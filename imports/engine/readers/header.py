"""Finds the header among the first records of a table, and makes headers unique."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from imports.engine.readers.kinds import kind_of
from imports.engine.readers.source import SourceWarning

# A header has at least this share of the cells that a typical record has; a title line has fewer.
HEADER_SHARE = 0.6
# This share of a column's first cells must be of one kind for the column to be of that kind.
KIND_SHARE = 0.6
# Of so many rows.
KIND_ROWS = 30
# Lines above the header, at most, that are no titles but facts.
TITLE_LINES_MAX = 20
COMMENT = re.compile(r"\s*(?:#\s*\w|//)")
RULE = re.compile(r"[-=_+*~:|\s]+")
# Kinds that people do not write into headers. A plain number may be one ("2024").
DATA_KINDS = frozenset({"email", "url", "date", "phone"})


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header is among the first records."""

    index: int | None  # place of the record with the headers; None: there is none
    first_row: int  # place of the first record that can be a row
    warnings: tuple[SourceWarning, ...] = ()


def find_header(records: Sequence[Sequence[str]], first_number: int) -> Header:
    """Return the header among the first records of a source, some of which may be blank.

    `first_number` is the row number of the first of them.
    """
    filled = [0 if is_rule(record) else _filled(record) for record in records]
    places = [place for place, count in enumerate(filled) if count]
    if not places:
        return Header(None, 0)
    needed = _needed_cells([filled[place] for place in places])
    index = next((place for place in places if filled[place] >= needed), places[0])
    index = _below_comments_and_facts(records, places, index)
    below = [place for place in places if place > index]

    warnings = []
    above = places.index(index) - 1
    if above >= 0 and _is_data(records, index, below) and _names_some(records, places[above], [index, *below]):
        # Most columns have no name: too few cells for a header, but they are names of what is under them.
        index = places[above]
        message = (
            f"Row {first_number + index} names only {filled[index]} of the columns; the others were called by their "
            "number. If the names are in another row, choose it as the header row."
        )
        warnings = [SourceWarning("partial_header", message, first_number + index, needs_review=True)]
        if above:
            warnings.append(_title_lines(first_number + places[0], first_number + index))
        return Header(index, index + 1, tuple(warnings))
    if index > places[0]:
        warnings.append(_title_lines(first_number + places[0], first_number + index))
    if _is_data(records, index, below):
        message = (
            f"Row {first_number + index} looks like a person already, not like column names. The columns were named "
            "“Column 1”, “Column 2” and so on. If the names are in another row, choose it as the header row."
        )
        warnings.append(SourceWarning("no_header", message, first_number + index, needs_review=True))
        return Header(None, index, tuple(warnings))
    second = _second_header(records, index, below)
    if second is not None:
        index, first_row = second
        message = (
            f"Two rows look like headers. The column names were taken from row {first_number + index}. "
            "If they are in another row, choose it as the header row."
        )
        warnings.append(SourceWarning("two_header_rows", message, first_number + index, needs_review=True))
        return Header(index, first_row, tuple(warnings))
    if _is_grouped(records, places, index):
        message = (
            f"Rows {first_number + index - 1} and {first_number + index} both look like headers. The column names were "
            f"taken from row {first_number + index}. If they are in another row, choose it as the header row."
        )
        warnings = [SourceWarning("two_header_rows", message, first_number + index, needs_review=True)]
    return Header(index, index + 1, tuple(warnings))


def unique_headers(cells: Sequence[str], width: int) -> list[str]:
    """Return `width` headers: blank ones become “Column 4”, a repeated one “Email 2”; the first of a name keeps it."""
    names = [" ".join(cell.replace("\ufeff", "").split()) for cell in cells[:width]]
    names += [""] * (width - len(names))
    taken = {name for name in names if name}
    seen: set[str] = set()
    repeats: Counter[str] = Counter()
    headers = []
    for position, name in enumerate(names, 1):
        if not name:
            base, number = "Column", position
            header = f"Column {position}"
        elif name in seen:
            base, number = name, repeats[name] + 2
            header = f"{name} {number}"
        else:
            seen.add(name)
            headers.append(name)
            continue
        while header in taken:
            number += 1
            header = f"{base} {number}"
        if name:
            repeats[name] = number - 1
        taken.add(header)
        headers.append(header)
    return headers


def typed_columns(rows: Sequence[Sequence[str]]) -> dict[int, str]:
    """Return the columns whose cells are mostly email addresses, phone numbers, dates, numbers or URLs."""
    places = range(len(rows))
    kinds = {column: _column_kind(rows, places, column) for column in range(max(map(len, rows), default=0))}
    return {column: kind for column, kind in kinds.items() if kind not in {"", "text"}}


def _filled(record: Sequence[str]) -> int:
    return sum(1 for cell in record if cell and not cell.isspace())


def _needed_cells(counts: Sequence[int]) -> int:
    """Return how many filled cells make a record a header, given those of the records that are not blank."""
    typical = sorted(counts)[len(counts) // 2]
    if typical == 1:
        return 1
    return max(2, round(typical * HEADER_SHARE))


def _title_lines(first: int, header: int) -> SourceWarning:
    rows = f"Row {first} was" if header - first == 1 else f"Rows {first} to {header - 1} were"
    message = f"{rows} left out: the column names are in row {header}."
    return SourceWarning("title_lines", message, first, needs_review=False)


def is_rule(record: Sequence[str]) -> bool:
    """Say whether a record is a line drawn under others: dashes, equals signs."""
    text = "".join(record).strip()
    return len(text) > 2 and RULE.fullmatch(text) is not None


def _below_comments_and_facts(records: Sequence[Sequence[str]], places: Sequence[int], index: int) -> int:
    """Return the place of the header if what was taken for it is a comment, or a fact such as “Date:,2024-01-05”.

    It is the first record below that has more cells, all of them words, over columns of addresses, numbers or dates.
    """
    is_comment = COMMENT.match(records[index][0]) is not None
    for place in places[places.index(index) + 1 :][:TITLE_LINES_MAX]:
        kinds = [kind_of(cell) for cell in records[place]]
        if not set(kinds) <= {"text", ""}:
            if any(kind in DATA_KINDS for kind in kinds) and _filled(records[place]) > _filled(records[index]):
                return index
            continue
        if not is_comment and _filled(records[place]) <= _filled(records[index]):
            continue
        if _names_some(records, place, [below for below in places if below > place]):
            return place
    return index


def _names_some(records: Sequence[Sequence[str]], place: int, below: Sequence[int]) -> bool:
    """Say whether a record has words, and nothing else, of which one stands over addresses, phone numbers or dates."""
    kinds = [kind_of(cell) for cell in records[place]]
    return set(kinds) <= {"text", ""} and any(
        kind == "text" and _column_kind(records, below, column) in DATA_KINDS for column, kind in enumerate(kinds)
    )


def _is_data(records: Sequence[Sequence[str]], index: int, below: Sequence[int]) -> bool:
    """Say whether the record that should be the header holds values rather than names."""
    kinds = [kind_of(cell) for cell in records[index]]
    if "email" in kinds:
        return True
    present = {kind for kind in kinds if kind}
    if present and present <= {"number", "date", "phone", "url"} and len(records[index]) > 1:
        return True
    # A date or a phone number is a value if the cells under it are of the same kind.
    return any(kind in DATA_KINDS and _column_kind(records, below, column) == kind for column, kind in enumerate(kinds))


def _second_header(records: Sequence[Sequence[str]], index: int, below: Sequence[int]) -> tuple[int, int] | None:
    """Return (place of the better header, place of the first row) if the record under the header is one as well.

    It is one if it has words where all that follow have email addresses, phone numbers, dates or numbers.
    """
    if len(below) < 2 or below[0] != index + 1:
        return None
    second = records[below[0]]
    kinds = [kind_of(cell) for cell in second]
    if not set(kinds) <= {"text", ""}:
        return None
    typed = [
        column
        for column in range(len(second))
        if _column_kind(records, below[1:], column) in {"email", "phone", "date", "number", "url"}
    ]
    names = [cell.strip() for cell in records[index]]
    first_is_complete = len(set(names)) == len(names) and all(names)
    # One such column may be an accident (“n/a” in the first row) unless the first header is plainly no full one.
    if len(typed) < (2 if first_is_complete else 1) or not all(kinds[column] for column in typed):
        return None
    return (index if first_is_complete else below[0]), below[0] + 1


def _is_grouped(records: Sequence[Sequence[str]], places: Sequence[int], index: int) -> bool:
    """Say whether the record just above the header is a row of group names (“Person,,Contact,,”), not a title."""
    if index - 1 not in places:
        return False
    return _filled(records[index - 1]) >= 2 and all(kind_of(cell) in {"text", ""} for cell in records[index - 1])


def _column_kind(records: Sequence[Sequence[str]], places: Sequence[int], column: int) -> str:
    """Return the kind that most filled cells of a column have, or ""."""
    kinds = Counter(
        kind
        for place in places[:KIND_ROWS]
        if column < len(records[place]) and (kind := kind_of(records[place][column]))
    )
    if not kinds:
        return ""
    kind, count = kinds.most_common(1)[0]
    return kind if count >= KIND_SHARE * kinds.total() else ""
