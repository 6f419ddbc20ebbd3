"""Spreadsheets of the stand-in for Google: what is in them, and how it is told."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Shown(NamedTuple):
    """A cell that shows something else than it holds: a date, an amount, a rounded number."""

    text: str
    value: int | float | str
    number_format: Mapping[str, str] = {}

    @property
    def is_date(self) -> bool:
        return self.number_format.get("type") in ("DATE", "DATE_TIME", "TIME")


Cell = str | int | float | bool | Shown | None


@dataclass
class Tab:
    """A tab of a spreadsheet. Rows may be of any width."""

    name: str
    rows: Sequence[Sequence[Cell]]
    gid: int = 0
    row_count: int = 1_000
    column_count: int = 26
    hidden: bool = False
    sheet_type: str = "GRID"

    def __post_init__(self) -> None:
        self.row_count = max(self.row_count, len(self.rows))


@dataclass
class Spreadsheet:
    """A spreadsheet. Not every one is shared with the account that gives consent."""

    title: str
    tabs: list[Tab]
    locale: str = "en_GB"
    is_shared: bool = True
    is_office_file: bool = False
    # Called before each answer about values: whoever edits the sheet while it is read.
    edits: list[Any] = field(default_factory=list)

    def properties(self) -> dict[str, Any]:
        return {"title": self.title, "locale": self.locale, "timeZone": "Europe/London", "autoRecalc": "ON_CHANGE"}


class RangeError(Exception):
    """No such range; with Google's words."""


class Cells(NamedTuple):
    """A range of cells, by places from 0, the ends excluded."""

    tab: Tab
    top: int
    left: int
    bottom: int
    right: int

    @property
    def text(self) -> str:
        return f"'{self.tab.name}'!{_name(self.left)}{self.top + 1}:{_name(self.right - 1)}{self.bottom}"


_RANGE = re.compile(r"(?:'((?:[^']|'')+)'|([^'!:]+))!(.+)")
_CELL = re.compile(r"([A-Z]*)([0-9]*)")


def cells_of(spreadsheet: Spreadsheet, text: str) -> Cells:
    """Return what a range means. Raises RangeError."""
    found = _RANGE.fullmatch(text)
    name, notation = (found[1] or found[2], found[3]) if found else (None, text)
    tabs = [tab for tab in spreadsheet.tabs if name is None or tab.name == name.replace("''", "'")]
    first, _, last = notation.partition(":")
    start, end = _CELL.fullmatch(first), _CELL.fullmatch(last or first)
    if not tabs or not start or not end or not start[0] or not end[0]:
        raise RangeError(f"Unable to parse range: {text}")
    tab = tabs[0]
    cells = Cells(
        tab,
        int(start[2] or 1) - 1,
        _number(start[1] or "A") - 1,
        int(end[2]) if end[2] else tab.row_count,
        _number(end[1]) if end[1] else tab.column_count,
    )
    if cells.bottom > tab.row_count or cells.right > tab.column_count:
        raise RangeError(
            f"Range ({text}) exceeds grid limits. Max rows: {tab.row_count}, max columns: {tab.column_count}"
        )
    return cells


def values_of(cells: Cells, *, value_option: str, date_option: str) -> list[list[Any]]:
    """Return the values of a range, without blank cells and rows at the end."""
    rows = [
        _without_blank_end([_told(cell, value_option, date_option) for cell in row[cells.left : cells.right]])
        for row in cells.tab.rows[cells.top : cells.bottom]
    ]
    while rows and not rows[-1]:
        rows.pop()
    return rows


def grid_data(cells: Cells) -> dict[str, Any]:
    """Return a range as spreadsheets.get tells it with its data."""
    rows = [
        {
            "values": [
                {"effectiveFormat": {"numberFormat": dict(cell.number_format)}}
                if isinstance(cell, Shown) and cell.number_format
                else {}
                for cell in row[cells.left : cells.right]
            ]
        }
        for row in cells.tab.rows[cells.top : cells.bottom]
    ]
    return {"startRow": cells.top, "startColumn": cells.left, "rowData": rows}


def _told(cell: Cell, value_option: str, date_option: str) -> Any:
    if cell is None:
        return ""
    if value_option == "FORMATTED_VALUE":
        if isinstance(cell, Shown):
            return cell.text
        if isinstance(cell, bool):
            return "TRUE" if cell else "FALSE"
        return str(cell)
    if isinstance(cell, Shown):
        return cell.text if cell.is_date and date_option == "FORMATTED_STRING" else cell.value
    return cell


def _without_blank_end(row: list[Any]) -> list[Any]:
    while row and row[-1] == "":
        row.pop()
    return row


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _name(place: int) -> str:
    letters, number = "", place + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
