"""Looks at the cells of each column as the rows go by: samples, the order of dates, digits lost by a spreadsheet."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import chain
from operator import itemgetter

from imports.engine.readers.source import SourceColumn, SourceWarning

SAMPLES = 3
VALUES = 50
# Values are collected from as many rows.
FIRST_ROWS = 1_000
# 03/04/2024 and 03-04-24; with dots the day comes first everywhere.
TWO_WAY_DATE = re.compile(r"\s*(\d{1,2})([/-])(\d{1,2})\2(?:\d{4}|\d{2})(?:[ T]+\d{1,2}:\d{2}.*)?\s*", re.DOTALL)
# A column is taken for dates if this share of its first cells has that form.
DATE_SHARE = 0.2
# 1.21256E+10: what a spreadsheet makes of a phone number in a narrow column.
SCIENTIFIC = re.compile(r"\s*[1-9](?:[.,]\d+)?E\+(?:0?[6-9]|1\d|2[01])\s*", re.IGNORECASE)
# Different dates remembered per column, so that each is looked at once.
REMEMBERED_DATES = 20_000


class ColumnWatch:
    """Collects what is known of each column. look() is called with every batch of rows, each as wide as the headers.

    `first_rows` tell which columns hold dates; they may be of any width, and come again with look(). `date_orders` are
    those that need no proof, by the place of the column.
    """

    def __init__(
        self,
        width: int,
        first_rows: Sequence[Sequence[str]],
        *,
        expects_scientific: bool,
        date_orders: Mapping[int, str] | None = None,
    ) -> None:
        known = date_orders or {}
        self._values: list[dict[str, None]] = [{} for _ in range(width)]
        self._dates = {column: _DateOrder(known.get(column, "")) for column in _date_columns(width, first_rows)}
        self._expects_scientific = expects_scientific
        self._scientific: dict[int, list[int]] = {}  # column → [first row number, how many]
        self._rows_seen = 0

    def look(self, row_numbers: Sequence[int], rows: Sequence[Sequence[str]]) -> None:
        """Take a batch of rows into account."""
        self._collect_values(rows)
        self._rows_seen += len(rows)
        for column, order in self._dates.items():
            order.look(row_numbers, list(map(itemgetter(column), rows)))
        if self._expects_scientific:
            self._count_scientific(row_numbers, rows)

    def columns(self, headers: Sequence[str]) -> tuple[SourceColumn, ...]:
        """Return the columns under their headers."""
        columns = []
        for place, header in enumerate(headers):
            values = tuple(self._values[place])
            order = self._dates[place].order if place in self._dates else ""
            columns.append(SourceColumn(header, values[:SAMPLES], values, order))
        return tuple(columns)

    def warnings(self, headers: Sequence[str]) -> list[SourceWarning]:
        """Return what a person should decide about the columns."""
        found = []
        for place, order in self._dates.items():
            header = headers[place]
            if order.order == "ambiguous":
                message = (
                    f"The dates in column “{header}” can be read in two ways: day first or month first "
                    f"(“{order.example}” in row {order.first_row}). Choose the order."
                )
                found.append(SourceWarning("ambiguous_dates", message, order.first_row, needs_review=True))
            elif order.order == "mixed":
                message = (
                    f"Column “{header}” has dates with the day first and dates with the month first. Those that fit "
                    "both cannot be told apart: choose the order for them."
                )
                found.append(SourceWarning("mixed_dates", message, order.first_row, needs_review=True))
        for place, (row, count) in self._scientific.items():
            values = "1 value" if count == 1 else f"{count} values"
            message = (
                f"A spreadsheet has rounded {values} in column “{headers[place]}” to a form like 1.21256E+10, first in "
                f"row {row}. The digits are lost. Format the column as text in the original file and save it again."
            )
            found.append(SourceWarning("digits_lost", message, row, needs_review=True))
        return found

    def _collect_values(self, rows: Sequence[Sequence[str]]) -> None:
        for column, values in enumerate(self._values):
            # A column that is mostly blank is looked at further down, until it has something to show.
            if len(values) >= (VALUES if self._rows_seen < FIRST_ROWS else SAMPLES):
                continue
            for cell in dict.fromkeys(map(itemgetter(column), rows)):
                if text := cell.strip():
                    values[text] = None
                    if len(values) >= VALUES:
                        break

    def _count_scientific(self, row_numbers: Sequence[int], rows: Sequence[Sequence[str]]) -> None:
        # One look at all cells first: it is rare.
        text = "\n".join(chain.from_iterable(rows))
        if "E+" not in text and "e+" not in text:
            return
        for row_number, row in zip(row_numbers, rows, strict=True):
            for column, cell in enumerate(row):
                if SCIENTIFIC.fullmatch(cell):
                    first_and_count = self._scientific.setdefault(column, [row_number, 0])
                    first_and_count[1] += 1


def _date_columns(width: int, rows: Sequence[Sequence[str]]) -> list[int]:
    """Return the columns of which many cells look like dates."""
    found = []
    for column in range(width):
        cells = [cell for row in rows if column < len(row) and (cell := row[column].strip())]
        dates = sum(1 for cell in cells if TWO_WAY_DATE.fullmatch(cell))
        if dates and dates >= DATE_SHARE * len(cells):
            found.append(column)
    return found


class _DateOrder:
    """Whether the dates of one column have the day or the month first."""

    def __init__(self, known: str) -> None:
        self.first_row: int | None = None  # of a date that fits both orders
        self.example = ""
        self._known = known  # "dmy" or "mdy"; "": the dates have to prove it
        self._day_first = self._month_first = False
        self._seen: set[str] = set()

    @property
    def order(self) -> str:
        if self._known:
            return self._known
        if self._day_first and self._month_first:
            return "mixed"
        if self._day_first or self._month_first:
            return "dmy" if self._day_first else "mdy"
        return "ambiguous" if self.first_row is not None else ""

    def look(self, row_numbers: Sequence[int], cells: Sequence[str]) -> None:
        for cell in set(cells) - self._seen:
            date = TWO_WAY_DATE.fullmatch(cell)
            if date is None:
                continue
            first, second = int(date[1]), int(date[3])
            if first > 31 or second > 31 or (first > 12 and second > 12):
                continue
            self._day_first |= first > 12
            self._month_first |= second > 12
            if first <= 12 and second <= 12 and first != second:
                row = row_numbers[cells.index(cell)]
                if self.first_row is None or row < self.first_row:
                    self.first_row, self.example = row, cell.strip()
        if len(self._seen) < REMEMBERED_DATES:
            self._seen.update(cells)
