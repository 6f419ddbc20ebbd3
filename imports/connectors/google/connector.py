"""The tabs of Google Sheets as tables that can be imported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from imports.connectors.google import require_configured
from imports.connectors.google.addresses import DOCUMENT_ID, CellRange, a1, parse_range
from imports.connectors.google.api import AnswerTooLarge, SheetsApi
from imports.connectors.google.date_formats import orders_of
from imports.connectors.interface import Document, DocumentName, Reading, RemoteChanged, RemoteSource, Table
from irisx.refusals import Invalid, TooLarge

if TYPE_CHECKING:
    from irisx.accounts.models import Tenant, User

# What a page holds at most, so that an answer takes a few megabytes of memory.
PAGE_ROWS = 10_000
PAGE_CELLS = 100_000
# Below the last row a tab may have a million blank ones: pages without a value are followed by larger ones.
BLANK_GROWTH_MAX = 4
# By the formats of so many rows and columns it is decided how dates are written.
FORMAT_ROWS = 20
FORMAT_COLUMNS = 500

# From here on a sheet shows a whole number with an exponent.
WHOLE_NUMBER_MAX = 1e15

_SPREADSHEET_FIELDS = (
    "properties(title,locale),sheets.properties(sheetId,title,hidden,sheetType,gridProperties(rowCount,columnCount))"
)
_FORMAT_FIELDS = "sheets.data.rowData.values.effectiveFormat.numberFormat"


class _Tab(NamedTuple):
    """A tab, as Google describes it."""

    gid: str
    name: str
    rows: int
    columns: int
    is_hidden: bool


class _Spreadsheet(NamedTuple):
    """A spreadsheet, as Google describes it."""

    name: str
    locale: str
    tabs: list[_Tab]

    @property
    def document(self) -> Document:
        visible = (tab for tab in self.tabs if not tab.is_hidden)
        return Document(self.name, tuple(Table(tab.gid, tab.name, tab.rows) for tab in visible))


class _Area(NamedTuple):
    """The cells to read, inside of their tab. Numbers count from 1 and include the last."""

    tab: _Tab
    first_column: int
    first_row: int
    last_column: int
    last_row: int

    @property
    def width(self) -> int:
        return self.last_column - self.first_column + 1

    def rows(self, first: int, last: int) -> str:
        """Return some of its rows as A1 notation."""
        return a1(self.tab.name, self.first_column, first, self.last_column, last)


class GoogleSheets:
    """The connector to Google Sheets. Its documents are spreadsheets, its tables tabs, known by gid."""

    key = "google_sheets"
    name = "Google Sheets"

    def authorize(self, tenant: Tenant, user: User) -> SheetsApi:
        require_configured()
        api = SheetsApi(tenant.pk, user.pk)
        api.authorize()
        return api

    def documents(self, access: SheetsApi) -> Sequence[DocumentName]:
        # A list wants the scope of Google Drive, which opens more than sheets.
        return ()

    def document(self, access: SheetsApi, document: str) -> Document:
        return _spreadsheet(access, document).document

    def read(self, access: SheetsApi, source: RemoteSource) -> Reading:
        spreadsheet = _spreadsheet(access, source.document)
        area = _area(spreadsheet, source)
        return Reading(
            document=spreadsheet.document,
            table=Table(area.tab.gid, area.tab.name, area.tab.rows),
            pages=_pages(access, source, area),
            first_number=area.first_row,
            date_orders=_date_orders(access, source, area, spreadsheet.locale),
        )


def _spreadsheet(access: SheetsApi, document: str) -> _Spreadsheet:
    # Part of an address that is asked: whatever is no id does not get into it.
    if not DOCUMENT_ID.fullmatch(document):
        raise Invalid("sheet_not_found", "This is not the id of a Google Sheet.", field="sheet_url")
    told = access.spreadsheet(document, fields=_SPREADSHEET_FIELDS)
    tabs = []
    for sheet in told.get("sheets", ()):
        about = sheet["properties"]
        if about.get("sheetType", "GRID") != "GRID":
            continue  # a chart, or a database that is connected
        grid = about.get("gridProperties", {})
        tabs.append(
            _Tab(
                str(about.get("sheetId", 0)),
                about["title"],
                grid.get("rowCount", 0),
                grid.get("columnCount", 0),
                about.get("hidden", False),
            )
        )
    about = told.get("properties", {})
    return _Spreadsheet(about.get("title", "Google Sheet"), about.get("locale", ""), tabs)


def _area(spreadsheet: _Spreadsheet, source: RemoteSource) -> _Area:
    wanted = parse_range(source.area) if source.area else CellRange(None, 1, 1, None, None)
    tab = _chosen_tab(spreadsheet, source.table, wanted.tab)
    last_column = min(wanted.last_column or tab.columns, tab.columns)
    last_row = min(wanted.last_row or tab.rows, tab.rows)
    if last_column < wanted.first_column or last_row < wanted.first_row:
        raise Invalid(
            "sheet_range_invalid",
            f"“{source.area}” lies outside of the tab “{tab.name}”, which has {tab.rows:,} rows and {tab.columns:,} "
            "columns.",
            field="range",
        )
    return _Area(tab, wanted.first_column, wanted.first_row, last_column, last_row)


def _chosen_tab(spreadsheet: _Spreadsheet, gid: str, name: str | None) -> _Tab:
    """Return the tab that the range names, else the one of the address, else the first that people see."""
    visible = [tab for tab in spreadsheet.tabs if not tab.is_hidden]
    if name is not None:
        found = [tab for tab in spreadsheet.tabs if tab.name == name]
    elif gid:
        found = [tab for tab in spreadsheet.tabs if tab.gid == gid]
    else:
        found = visible
    if found:
        return found[0]
    names = ", ".join(f"“{tab.name}”" for tab in visible[:20]) or "none"
    missing = f"no tab called “{name}”" if name is not None else "no tab of the number that the address ends in"
    raise Invalid("sheet_range_invalid", f"The sheet has {missing}. Its tabs are: {names}.", field="range")


def _pages(access: SheetsApi, source: RemoteSource, area: _Area) -> Iterator[list[list[str]]]:
    """Yield the records of an area, to the last that is not blank.

    Each page begins with the last row of the one before: if that is another now, somebody has put rows in or taken
    them out, and rows would be missing or be there twice. Raises RemoteChanged then.
    """
    first = area.first_row
    page_rows = max(1, min(PAGE_ROWS, PAGE_CELLS // area.width))
    growth = 1
    # What stood in the last row, and the blank records that come if others follow.
    overlap: list[str] | None = None
    owed = 0
    while first <= area.last_row:
        last = min(first + page_rows * growth - 1, area.last_row)
        start = first if overlap is None else first - 1
        try:
            rows = access.values(source.document, area.rows(start, last), raw=source.raw)
        except AnswerTooLarge as error:
            if page_rows * growth == 1:
                raise TooLarge(
                    "sheet_too_large",
                    f"Row {first:,} holds more text than can be read. Leave its columns out by a range.",
                ) from error
            page_rows, growth = max(1, page_rows * growth // 2), 1
            continue
        records = [[_text(value) for value in row] for row in rows]
        if overlap is not None:
            if (records[0] if records else []) != overlap:
                raise RemoteChanged(
                    "sheet_changed",
                    "The sheet was changed while it was being read. Try again when nobody is working in it.",
                )
            records = records[1:]
        wanted = last - first + 1
        overlap = records[-1] if len(records) == wanted else []
        if records:
            yield [[]] * owed + records
            owed = 0
        owed += wanted - len(records)
        growth = 1 if records else min(2 * growth, BLANK_GROWTH_MAX)
        first = last + 1


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"  # as a sheet shows it
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < WHOLE_NUMBER_MAX else format(value, ".15g")
    return str(value)


def _date_orders(access: SheetsApi, source: RemoteSource, area: _Area, locale: str) -> Mapping[int, str]:
    last_column = min(area.last_column, area.first_column + FORMAT_COLUMNS - 1)
    last_row = min(area.last_row, area.first_row + FORMAT_ROWS - 1)
    cells = a1(area.tab.name, area.first_column, area.first_row, last_column, last_row)
    try:
        told = access.spreadsheet(source.document, fields=_FORMAT_FIELDS, ranges=(cells,))
    except AnswerTooLarge:
        return {}  # the dates themselves have to tell
    data = [part for sheet in told.get("sheets", ()) for part in sheet.get("data", ())]
    rows = [row.get("values", []) for part in data for row in part.get("rowData", ())]
    return orders_of(
        [[cell.get("effectiveFormat", {}).get("numberFormat", {}) for cell in row] for row in rows], locale
    )
