"""Whether a source is still what was agreed on: what a run found, against the last good run.

Plain values in and out. Headers are the same if they are but for case, accents and punctuation; their order may change,
and columns may be added: nothing that is imported changes by it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from imports.engine.mapping import fold_header
from imports.engine.schema import FieldMapping, MappedColumn

# A column that feeds one of these tells who somebody is.
KEY_FIELDS = ("email", "phone")
# Rows have fallen if there are fewer than this part of those before.
LEAST_ROWS = 0.5
# A key column has turned blank if fewer than this part of the cells are filled that were.
LEAST_FILLED = 0.1


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a run found, as far as the next one is held against it."""

    headers: tuple[str, ...]
    total_rows: int | None = None  # None: nothing was read yet
    filled: Mapping[str, int] = field(default_factory=dict)  # header of a key column → cells that are not blank

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Baseline:
        return cls(tuple(stored["headers"]), stored["total_rows"], stored["filled"])

    @classmethod
    def of_mapping(cls, mapping: FieldMapping) -> Baseline:
        """Return what a source must have that nobody read yet: the columns that are to be imported."""
        return cls(tuple(column.header for column in mapping.columns if column.field))

    def as_json(self) -> dict[str, Any]:
        return {"headers": list(self.headers), "total_rows": self.total_rows, "filled": dict(self.filled)}


class Kind(StrEnum):
    """What has changed."""

    COLUMN_GONE = "column_gone"
    COLUMN_RENAMED = "column_renamed"
    COLUMN_ADDED = "column_added"  # told beside the others; alone it holds nothing
    ROWS_FELL = "rows_fell"
    KEY_TURNED_BLANK = "key_turned_blank"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is not as it was at the last good run. What its kind does not have is None."""

    kind: Kind
    header: str | None = None  # as agreed
    header_now: str | None = None
    field: str | None = None  # what the column feeds, or is suggested to
    before: int | None = None  # rows, or filled cells of a key column
    now: int | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a run waits for a person."""

    changes: tuple[Change, ...]
    found: Baseline  # what it found; the next run is held against it once somebody has accepted this one

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Hold:
        changes = (Change(**{**change, "kind": Kind(change["kind"])}) for change in stored["changes"])
        return cls(tuple(changes), Baseline.from_json(stored["found"]))

    def as_json(self) -> dict[str, Any]:
        changes = [{**asdict(change), "kind": str(change.kind)} for change in self.changes]
        return {"changes": changes, "found": self.found.as_json()}

    @property
    def reason(self) -> str:
        """The changes by their numbers, in a sentence; without anything that stands in the source."""
        counts = [(kind, sum(change.kind == kind for change in self.changes)) for kind in Kind]
        parts = [_in_words(kind, count) for kind, count in counts if count]
        return (f"{', '.join(parts[:-1])} and {parts[-1]}" if parts[1:] else parts[0]).capitalize() + "."


_WORDS = {
    Kind.COLUMN_GONE: ("a column is gone", "{} columns are gone"),
    Kind.COLUMN_RENAMED: ("a column has another name", "{} columns have other names"),
    Kind.COLUMN_ADDED: ("a column is new", "{} columns are new"),
    Kind.ROWS_FELL: ("more than half of the rows are gone", ""),
    Kind.KEY_TURNED_BLANK: (
        "a column of e-mail addresses or phone numbers turned blank",
        "{} columns of e-mail addresses or phone numbers turned blank",
    ),
}


def _in_words(kind: Kind, count: int) -> str:
    one, many = _WORDS[kind]
    return one if count == 1 else many.format(count)


def changes_of(
    agreed: Baseline, found: Baseline, mapping: FieldMapping, suggested: Mapping[str, str | None]
) -> list[Change]:
    """Return what holds a run back, with the columns that are new beside it; [] if the run may go on.

    `mapping` is the agreed one; `suggested` says of the headers that are there now what each would feed by itself.
    """
    feeds = {fold_header(column.header): column.field for column in mapping.columns}
    now_there = _by_name(found.headers)
    was_there = _by_name(agreed.headers)
    gone = [header for name, header in was_there.items() if name not in now_there]
    added = [header for name, header in now_there.items() if name not in was_there]
    renamed = _renamed(gone, added, feeds, suggested)
    holding = [_gone_or_renamed(header, renamed.get(header), feeds) for header in gone]
    if agreed.total_rows and found.total_rows is not None and found.total_rows < LEAST_ROWS * agreed.total_rows:
        holding.append(Change(Kind.ROWS_FELL, before=agreed.total_rows, now=found.total_rows))
    holding += _turned_blank(agreed, found, feeds, now_there)
    if not holding:
        return []
    new = [header for header in added if header not in renamed.values()]
    return holding + [Change(Kind.COLUMN_ADDED, header_now=header, field=suggested.get(header)) for header in new]


def mapping_for(headers: Sequence[str], mapping: FieldMapping, changes: Sequence[Change] = ()) -> FieldMapping:
    """Return the agreed mapping for the headers that are there now: a renamed column feeds what it fed before.

    A column that was not agreed on is not imported.
    """
    agreed = {fold_header(column.header): column for column in mapping.columns}
    before = {change.header_now: change.header for change in changes if change.kind == Kind.COLUMN_RENAMED}
    columns = []
    for header in headers:
        column = agreed.get(fold_header(before.get(header) or header))
        columns.append(replace(column, header=header) if column else MappedColumn(header, None))
    return FieldMapping(tuple(columns))


def _by_name(headers: Sequence[str]) -> dict[tuple[str, int], str]:
    """Return folded header and how many of the same came before → header."""
    by_name: dict[tuple[str, int], str] = {}
    for header in headers:
        folded = fold_header(header)
        by_name[folded, sum(name == folded for name, _ in by_name)] = header
    return by_name


def _renamed(
    gone: Sequence[str],
    added: Sequence[str],
    feeds: Mapping[str, str | None],
    suggested: Mapping[str, str | None],
) -> dict[str, str]:
    """Return header as agreed → header now, of those that would feed what one that is gone fed."""
    renamed: dict[str, str] = {}
    for header in gone:
        target = feeds.get(fold_header(header))
        likely = [new for new in added if suggested.get(new) == target and new not in renamed.values()]
        if target and likely:
            renamed[header] = likely[0]
    return renamed


def _gone_or_renamed(header: str, header_now: str | None, feeds: Mapping[str, str | None]) -> Change:
    kind = Kind.COLUMN_RENAMED if header_now else Kind.COLUMN_GONE
    return Change(kind, header=header, header_now=header_now, field=feeds.get(fold_header(header)))


def _turned_blank(
    agreed: Baseline,
    found: Baseline,
    feeds: Mapping[str, str | None],
    now_there: Mapping[tuple[str, int], str],
) -> list[Change]:
    blank = []
    for header, before in agreed.filled.items():
        target = feeds.get(fold_header(header))
        header_now = now_there.get((fold_header(header), 0))
        if target not in KEY_FIELDS or header_now is None or not agreed.total_rows:
            continue
        now = found.filled.get(header_now, 0)
        # In parts of all rows: where rows are fewer, so are filled cells.
        if now * agreed.total_rows < LEAST_FILLED * before * (found.total_rows or 0):
            blank.append(Change(Kind.KEY_TURNED_BLANK, header=header, field=target, before=before, now=now))
    return blank
