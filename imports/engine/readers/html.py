"""Reads the table in an HTML page: what many systems hand out as an “Excel” export."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from imports.engine.readers.content import unsupported_type
from imports.engine.readers.encoding import TextFacts, look_at_text
from imports.engine.readers.source import Limits, ReadingOptions, SourceSummary, SourceWarning
from imports.engine.readers.table import write_table

PIECE_CHARACTERS = 64 * 1024
CELLS = frozenset({"td", "th"})
NOT_TEXT = frozenset({"script", "style", "template", "noscript"})
COLSPAN_MAX = 1_000


def read_html(path: Path, rows_path: Path, options: ReadingOptions, limits: Limits) -> SourceSummary:
    """Write the rows of the page's largest table and return what it holds."""
    facts = look_at_text(path, options.encoding)
    sizes: dict[int, int] = {}
    for table, row in _table_rows(path, facts):
        sizes[table] = sizes.get(table, 0) + sum(1 for cell in row if cell)
    if not any(sizes.values()):
        raise unsupported_type()
    largest = max(sizes, key=sizes.__getitem__)
    found = write_table(
        (row for table, row in _table_rows(path, facts) if table == largest),
        rows_path,
        first_number=1,
        header_row=options.header_row,
        limits=limits,
        clean=str if facts.has_control_characters or facts.has_undecodable else None,
        expects_scientific=facts.has_scientific,
    )
    message = "The file is an HTML page, not a spreadsheet. Its largest table was read; check that all rows are there."
    warning = SourceWarning("html_table", message, None, needs_review=True)
    return SourceSummary(
        type="excel",
        file_info={
            "type": "excel",
            "encoding": facts.encoding,
            "delimiter": None,
            "sheet": None,
            "header_row": found.header_row,
        },
        columns=found.columns,
        total_rows=found.total_rows,
        warnings=(warning, *facts.warnings, *found.warnings),
    )


def _table_rows(path: Path, facts: TextFacts) -> Iterator[tuple[int, list[str]]]:
    """Yield (number of the table, cells) for each table row of the page."""
    parser = _TableParser()
    with path.open(encoding=facts.codec, errors=facts.errors) as text:
        while piece := text.read(PIECE_CHARACTERS):
            parser.feed(piece)
            while parser.finished:
                yield parser.finished.popleft()
    parser.close()
    parser.end_row()
    yield from parser.finished


class _TableParser(HTMLParser):
    """Collects the rows of tables as they end. Closing tags may be missing, as HTML allows."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.finished: deque[tuple[int, list[str]]] = deque()
        self._tables = 0
        self._open: list[int] = []  # numbers of the tables that are open, the innermost last
        self._row: list[str] | None = None
        self._cell: list[str] | None = None
        self._colspan = 1
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.end_row()
            self._open.append(self._tables)
            self._tables += 1
        elif tag == "tr" and self._open:
            self.end_row()
            self._row = []
        elif tag in CELLS and self._open:
            self._end_cell()
            self._row = [] if self._row is None else self._row
            self._cell = []
            self._colspan = _colspan(dict(attrs).get("colspan"))
        elif tag == "br" and self._cell is not None:
            self._cell.append("\n")
        elif tag in NOT_TEXT:
            self._hidden += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in CELLS:
            self._end_cell()
        elif tag == "tr":
            self.end_row()
        elif tag == "table" and self._open:
            self.end_row()
            self._open.pop()
        elif tag in NOT_TEXT and self._hidden:
            self._hidden -= 1

    def handle_data(self, data: str) -> None:
        if self._cell is not None and not self._hidden:
            # A line break in the page's text is a space; only <br> starts a line.
            self._cell.append(data.replace("\r", " ").replace("\n", " "))

    def end_row(self) -> None:
        """End the row that is open, if one is."""
        self._end_cell()
        if self._row is not None and self._open:
            self.finished.append((self._open[-1], self._row))
        self._row = None

    def _end_cell(self) -> None:
        if self._cell is None or self._row is None:
            return
        lines = (" ".join(line.split()) for line in "".join(self._cell).split("\n"))
        self._row.append("\n".join(lines).strip())
        self._row.extend([""] * (self._colspan - 1))
        self._cell = None


def _colspan(text: str | None) -> int:
    return min(int(text), COLSPAN_MAX) if text and text.isascii() and text.isdigit() and int(text) else 1
