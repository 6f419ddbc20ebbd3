"""What an OpenDocument spreadsheet shows of its numbers and its parser does not tell: zeros in front."""

from __future__ import annotations

import re
import zipfile
from array import array
from collections.abc import Iterator
from xml.etree import ElementTree

from imports.engine.readers.number_formats import DigitFormat, digit_format

CONTENT = "content.xml"
# Only where a format asks for two digits or more is it worth the time to look at each cell.
ZEROS_ASKED_FOR = re.compile(rb"""min-integer-digits=["'](?:[2-9]|[1-9]\d)["']""")
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
CELLS = (f"{TABLE}table-cell", f"{TABLE}covered-table-cell")
DIGITS_MAX = 20
COLUMNS_MAX = 16
ROWS_MAX = 1_048_576


def shown_zeros(archive: zipfile.ZipFile) -> dict[str, dict[int, array[int]]]:
    """Return the sheets' columns, from 0, with how many digits each row's number shows; 0 if no more than it has.

    Raises ValueError if the XML is damaged. It has been looked at already, and defines no entities.
    """
    sheets: dict[str, dict[int, array[int]]] = {}
    columns: dict[int, array[int]] = {}
    row = column = 0
    table: ElementTree.Element | None = None
    found: list[tuple[int, int]] = []  # (column, digits) of the row that is being read
    for event, element in _events(archive):
        if event == "start":
            if element.tag == f"{TABLE}table":
                table, row = element, 0
                columns = sheets.setdefault(element.get(f"{TABLE}name", ""), {})
            elif element.tag == f"{TABLE}table-row":
                column, found = 0, []
        elif element.tag in CELLS:
            repeated = _times(element, "number-columns-repeated")
            if digits := _zeros_before(element):
                found += [(place, digits) for place in range(column, column + min(repeated, COLUMNS_MAX))]
            column += repeated
        elif element.tag == f"{TABLE}table-row" and table is not None:
            repeated = _times(element, "number-rows-repeated")
            for place, digits in found:
                _note(columns, place, row, repeated, digits)
            row += repeated
            table.clear()  # of rows that are done
    return sheets


def zero_formats() -> dict[int, DigitFormat]:
    """Return the format for each number of digits that shown_zeros() tells of."""
    return {digits: known for digits in range(2, DIGITS_MAX + 1) if (known := digit_format("0" * digits))}


def _events(archive: zipfile.ZipFile) -> Iterator[tuple[str, ElementTree.Element]]:
    with archive.open(CONTENT) as file:
        try:
            # What makes XML dangerous, a document type, was refused in each part before.
            yield from ElementTree.iterparse(file, events=("start", "end"))  # noqa: S314
        except ElementTree.ParseError as error:
            raise ValueError("content.xml is no XML") from error


def _times(element: ElementTree.Element, name: str) -> int:
    times = element.get(f"{TABLE}{name}", "1")
    return int(times) if times.isdecimal() and len(times) < 8 else 1


def _zeros_before(cell: ElementTree.Element) -> int:
    """Return how many digits a number with zeros in front shows; 0 if it has none, or is no whole number."""
    if cell.get(f"{OFFICE}value-type") != "float":
        return 0
    shown, value = "".join(cell.itertext()).strip(), cell.get(f"{OFFICE}value", "")
    is_padded = shown.isdecimal() and shown.startswith("0") and 1 < len(shown) <= DIGITS_MAX
    return len(shown) if is_padded and shown.lstrip("0") == value else 0


def _note(columns: dict[int, array[int]], place: int, row: int, repeated: int, digits: int) -> None:
    if place not in columns and len(columns) >= COLUMNS_MAX:
        return
    end = min(row + repeated, ROWS_MAX)
    rows = columns.setdefault(place, array("H"))
    if end > row:
        rows.extend([0] * (row - len(rows)))
        rows.extend([digits] * (end - row))
