"""What people say of a sheet: its address in the browser, and a range in A1 notation."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from irisx.refusals import Invalid

HOST = "docs.google.com"
# Google's guide to the Sheets API, "Spreadsheet ID": letters, digits, hyphens and underscores.
DOCUMENT_ID = re.compile(r"[A-Za-z0-9_-]{10,200}")
_PATH = re.compile(rf"/spreadsheets/(?:u/\d+/)?d/({DOCUMENT_ID.pattern})(?:/.*)?")
_GID = re.compile(r"\d{1,10}")
_CELL = re.compile(r"\$?([A-Z]{0,3})\$?(\d{0,8})")
# A name in quotes, in which a quote is doubled, or one without; then "!".
_TAB = re.compile(r"(?:'((?:[^']|'')*)'|([^'!]+))!(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class SheetAddress:
    """Which spreadsheet, and which of its tabs."""

    document: str
    gid: str  # "": the address names no tab


@dataclass(frozen=True, slots=True)
class CellRange:
    """A part of a tab. Numbers count from 1; None: as far as the tab goes."""

    tab: str | None  # name; None: the range does not say
    first_column: int
    first_row: int
    last_column: int | None
    last_row: int | None


def parse_address(text: str) -> SheetAddress:
    """Return what an address names. Raises Invalid("sheet_not_found") for one that is no Google Sheet's.

    Only the id is taken from it: whatever host it names, Google's is asked.
    """
    text = text.strip()
    try:
        parts = urlsplit(text)
        path = _PATH.fullmatch(parts.path) if parts.scheme == "https" and parts.hostname == HOST else None
    except ValueError:
        path = None
    if path is None:
        raise Invalid(
            "sheet_not_found",
            "This is not the address of a Google Sheet. Open the sheet and copy the address from the browser; it "
            f"begins with https://{HOST}/spreadsheets/d/.",
            field="sheet_url",
        )
    # Browsers show it behind #, links that Google makes behind ?; the first is where the person is.
    for part in (parts.fragment, parts.query):
        gid = parse_qs(part).get("gid", [""])[0]
        if _GID.fullmatch(gid):
            return SheetAddress(path[1], str(int(gid)))
    return SheetAddress(path[1], "")


def address_of(document: str, gid: str = "") -> str:
    """Return the address of a sheet, as parse_address() reads it."""
    return f"https://{HOST}/spreadsheets/d/{document}/edit" + (f"#gid={gid}" if gid else "")


def parse_range(text: str) -> CellRange:
    """Return the part of a tab that A1 notation names: "A1:D20", "B:F", "3:40", "'Q4 leads'!A:C" or "Leads!A1".

    Raises Invalid("sheet_range_invalid").
    """
    tab, cells = _split(text.strip())
    first_text, colon, last_text = cells.upper().partition(":")
    first, last = _CELL.fullmatch(first_text), _CELL.fullmatch(last_text)
    if not cells.strip() or first is None or last is None or not first[0] or (colon and not last[0]):
        raise range_invalid(text)
    if not colon:
        # One cell; a column or a row by itself is no range to Google either.
        if not (first[1] and first[2]):
            raise range_invalid(text)
        last = first
    first_column, first_row = _column(first[1]), int(first[2] or 0)
    last_column, last_row = _column(last[1]), int(last[2] or 0)
    found = CellRange(tab, first_column or 1, first_row or 1, last_column or None, last_row or None)
    if found.last_column is not None and found.last_column < found.first_column:
        raise range_invalid(text)
    if found.last_row is not None and found.last_row < found.first_row:
        raise range_invalid(text)
    return found


def range_invalid(text: str) -> Invalid:
    """Return the refusal of a range that cannot be read."""
    return Invalid(
        "sheet_range_invalid",
        f"“{text[:100]}” is no range of cells. Write it like A1:F500, B:F, or 'Q4 leads'!A1:F500.",
        field="range",
    )


def _split(text: str) -> tuple[str | None, str]:
    """Return the name of the tab, or None, and the cells."""
    if found := _TAB.fullmatch(text):
        quoted, plain, cells = found.groups()
        return (plain if quoted is None else quoted.replace("''", "'")), cells
    return None, text


def _column(letters: str) -> int:
    """Return the number of a column from 1; 0 for ""."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def column_letters(number: int) -> str:
    """Return the letters of a column, counted from 1."""
    letters = ""
    while number:
        number, place = divmod(number - 1, 26)
        letters = chr(ord("A") + place) + letters
    return letters


def a1(tab: str, first_column: int, first_row: int, last_column: int, last_row: int) -> str:
    """Return a range as Google takes it. The tab's name is always quoted: it may look like a range itself."""
    name = tab.replace("'", "''")
    cells = f"{column_letters(first_column)}{first_row}:{column_letters(last_column)}{last_row}"
    return f"'{name}'!{cells}"
