"""Turns the records of a source into rows: finds the header, tidies the cells, writes the rows file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, dropwhile, islice, takewhile
from operator import itemgetter
from pathlib import Path

from imports.engine.errors import SourceRejected
from imports.engine.readers.columns import ColumnWatch
from imports.engine.readers.header import find_header, is_rule, typed_columns, unique_headers
from imports.engine.readers.kinds import kind_of
from imports.engine.readers.source import Limits, SourceColumn, SourceWarning
from imports.engine.rows_file import RowsFileWriter, block_rows

# The records among which header, width and title lines are found.
SAMPLE_RECORDS = 100
# Cells beyond the header make a column if more than this share of the first rows has some; else they are strays.
UNNAMED_COLUMN_SHARE = 0.5
COLUMNS_WITHOUT_REVIEW = 500
# Lines of totals and remarks at the end that are looked for.
FOOTERS_MAX = 10
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff]")
# One look for all that cleaning may change: our apostrophes, control characters, and all beyond ASCII.
SUSPECT = re.compile("['\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\U0010ffff]")
# What stands where there is no address or number; normalize/text.py has more, and takes long to load.
PLACEHOLDERS = frozenset(("n/a", "na", "none", "null", "nil", "unknown", "missing"))
# What comments, and lines drawn under others, begin with.
NO_ROW = re.compile(r"\n[#/\-=_*~|:]")
COMMENT = re.compile(r"\s*(?:#|//)")
TOTAL_WORDS = (
    "(?:sub|grand)?[ -]?totals?(?: (?:records?|rows?|contacts?|entries|number|count))?"
    "|sum|summe|gesamt|gesamtsumme|total général|totale|totaal|totalt|suma|razem|łącznie"
    "|celkem|spolu|összesen|ukupno|toplam|summa|yhteensä|i alt|sammanlagt|итого|всего|разом|общо|σύνολο|סך הכל"
    "|المجموع|合計|小計|合计|总计|總計|합계|총계"
)
# A total with its number in a cell of its own.
TOTAL = re.compile(rf"\W*(?:{TOTAL_WORDS}|count|anzahl|number of \w+)\W*", re.IGNORECASE)
FOOTER = re.compile(
    rf"\W*(?:{TOTAL_WORDS}|end of (?:file|report|list|data|export)|generated|exported|printed|created (?:by|on|at)"
    r"|report|page \d+|seite \d+|source|confidential|vertraulich|©|copyright"
    r"|\d+ (?:rows?|records?|contacts?|entries|results?))\b.*",
    re.IGNORECASE | re.DOTALL,
)
# What begins like this is a remark, whatever follows.
REMARK = re.compile(
    r"\W*(?:(?:generated|exported|printed|created) (?:by|on|at|from)|confidential\b|vertraulich\b|©|copyright\b"
    r"|all rights reserved|\d+ (?:rows?|records?)(?:\)| in set| selected| returned| exported))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Table:
    """What was found and written."""

    header_row: int | None  # row number of the header; None: there is none
    columns: tuple[SourceColumn, ...]
    total_rows: int
    warnings: tuple[SourceWarning, ...]


def write_table(
    records: Iterable[list[str]],
    rows_path: Path,
    *,
    first_number: int,
    header_row: int | None,
    limits: Limits,
    clean: Callable[[str], str] | None,
    expects_scientific: bool,
    date_orders: Mapping[int, str] | None = None,
    as_meant: Callable[[str], str] | None = None,
) -> Table:
    """Write the rows of a source, of which every record is given, blank ones too.

    `first_number` is the row number of the first record. `clean` is applied to every cell; None where the reader knows
    that nothing needs it. What cells would be by `as_meant` is only said. `date_orders`: place of a column → "dmy" or
    "mdy", where the reader knows.
    Raises SourceRejected("empty_file") without rows, ("sheet_too_large") over a limit.
    """
    records, first_number = _without_blank_beginning(iter(records), first_number)
    sample = list(islice(records, SAMPLE_RECORDS))
    # Headers are cleaned as cells are.
    cells = [[clean(cell) for cell in record] for record in sample] if clean else sample
    layout = _find_layout(cells, first_number, header_row, limits)
    first_rows = cells[layout.first_row :]
    # Up to a blank record, and not all of it: another table may stand under it.
    first_block = list(takewhile(_extent, dropwhile(lambda row: not _extent(row), first_rows)))

    typed = typed_columns(first_block[: max(3, len(first_block) // 2)])
    tidy = _Tidier(layout, typed, limits, clean, as_meant)
    watch = ColumnWatch(len(layout.headers), first_rows, expects_scientific=expects_scientific, date_orders=date_orders)
    with RowsFileWriter(rows_path, layout.headers) as writer:
        # The last rows are held back: whether they are footers is known once the end is seen.
        held_numbers: list[int] = []
        held: list[list[str]] = []
        rest = chain(sample[layout.first_row :], records)
        for row_numbers, rows in tidy.tidied(rest, first_number + layout.first_row):
            held_numbers += row_numbers
            held += rows
            ready = len(held) - FOOTERS_MAX
            if ready > 0:
                _write(writer, watch, held_numbers[:ready], held[:ready], limits)
                del held_numbers[:ready], held[:ready]
        tidy.leave_out_footers(held_numbers, held)
        _write(writer, watch, held_numbers, held, limits)
    if not writer.total_rows:
        raise empty_file("The file has column names but no rows under them. Add the contacts and upload it again.")
    return Table(
        header_row=None if layout.header_index is None else first_number + layout.header_index,
        columns=watch.columns(layout.headers),
        total_rows=writer.total_rows,
        warnings=(*layout.warnings, *tidy.warnings(), *watch.warnings(layout.headers)),
    )


@dataclass(frozen=True, slots=True)
class _Layout:
    """How a table is laid out, as its first records show it."""

    header_index: int | None  # place of the header among them; None: there is none
    first_row: int  # place of the first record that can be a row
    names: list[str]  # cells of the header
    headers: list[str]  # the same made unique, one for each column
    warnings: list[SourceWarning]


def _without_blank_beginning(records: Iterator[list[str]], first_number: int) -> tuple[Iterator[list[str]], int]:
    """Return the records from the first that is not blank, with its row number: a table may begin far down."""
    for record in records:
        if _extent(record):
            return chain((record,), records), first_number
        first_number += 1
    return records, first_number


def _find_layout(cells: list[list[str]], first_number: int, header_row: int | None, limits: Limits) -> _Layout:
    if header_row is None:
        header = find_header(cells, first_number)
        index, first_row, warnings = header.index, header.first_row, list(header.warnings)
    else:
        index, first_row = _chosen_header(header_row, first_number, len(cells))
        warnings = []
    names = [] if index is None else [CONTROL.sub("", name) for name in cells[index]]
    width = _width(names, cells[first_row:], limits)
    if not width:
        raise empty_file()
    if index is not None and len(names) < width:
        message = (
            f"The rows have {width} cells but there are only {len(names)} column names, so values may stand under the "
            "wrong name. The columns after the last name are called by their number."
        )
        warnings.append(SourceWarning("unnamed_columns", message, None, needs_review=True))
    if index is not None and (side := _side_by_side(names, cells[first_row:], width)):
        message = (
            f"Two tables seem to stand side by side: another begins in column {side + 1}. They were read as one, so a "
            "row may hold two people. If that is wrong, put one table under the other, or into a file of its own."
        )
        warnings.append(SourceWarning("side_by_side", message, None, needs_review=True))
    if width > COLUMNS_WITHOUT_REVIEW:
        message = f"The table has {width:,} columns. Check that they are meant, and choose the few that are needed."
        warnings.append(SourceWarning("many_columns", message, None, needs_review=True))
    return _Layout(index, first_row, names, unique_headers(names, width), warnings)


def _side_by_side(names: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> int | None:
    """Return the place where a second table begins to the right of the first; None if there is none.

    A column without name and cells is between them, and they have names in common, or not the same number of rows.
    """

    def is_blank(column: int) -> bool:
        return not any(column < len(row) and row[column].strip() for row in (names, *rows))

    def filled_rows(columns: range) -> int:
        return sum(1 for row in rows if any(column < len(row) and row[column].strip() for column in columns))

    for gap in range(2, width - 2):
        if not is_blank(gap):
            continue
        left, right = range(gap), range(gap + 1, width)
        named = [{names[column].strip().casefold() for column in side if column < len(names)} for side in (left, right)]
        if len(named[1] - {""}) > 1 and (named[0] & named[1] - {""} or filled_rows(left) != filled_rows(right)):
            return gap + 1
    return None


def empty_file(
    message: str = "The file is empty. Choose a file with column names and at least one row.",
) -> SourceRejected:
    """Return the refusal of a source without rows."""
    return SourceRejected("empty_file", message)


def _chosen_header(header_row: int, first_number: int, sampled: int) -> tuple[int | None, int]:
    """Return (place of the header, place of the first row) for the row number that a person chose."""
    # A row 0 is there only where names stand apart from the rows.
    if header_row == 0 and first_number > 0:
        return None, 0
    place = header_row - first_number
    if not 0 <= place < sampled:
        last = first_number + sampled - 1
        message = f"Row {header_row} cannot be the header row. Choose one of rows {first_number} to {last}."
        raise SourceRejected("invalid_header_row", message, field="header_row")
    return place, place + 1


def _width(names: Sequence[str], rows: Sequence[Sequence[str]], limits: Limits) -> int:
    """Return how many columns the table has: the named ones, and those without a name that are really used."""
    extents = [_extent(row) for row in rows]
    extents = [extent for extent in extents if extent]
    named = _extent(names)
    # In order of size: so many rows, counted from the widest, may be broken ones.
    strays = int(len(extents) * UNNAMED_COLUMN_SHARE)
    used = sorted(extents, reverse=True)[strays] if extents else 0
    width = max(named, used)
    if width > limits.columns:
        raise too_many_columns(width, limits)
    return width


def too_many_columns(width: int, limits: Limits) -> SourceRejected:
    """Return the refusal of a table that is too wide."""
    message = f"The table has {width:,} columns; at most {limits.columns:,} can be read. Delete what is not needed."
    return SourceRejected("sheet_too_large", message, limit=limits.columns)


def too_many_rows(limits: Limits) -> SourceRejected:
    """Return the refusal of a table that is too long."""
    message = f"The file has more than {limits.rows:,} rows. Split it into several files."
    return SourceRejected("sheet_too_large", message, limit=limits.rows)


def _extent(record: Sequence[str]) -> int:
    """Return the number of cells up to the last that is not blank."""
    for place in range(len(record) - 1, -1, -1):
        if record[place] and not record[place].isspace():
            return place + 1
    return 0


def _write(
    writer: RowsFileWriter, watch: ColumnWatch, row_numbers: Sequence[int], rows: Sequence[list[str]], limits: Limits
) -> None:
    if not rows:
        return
    if writer.total_rows + len(rows) > limits.rows:
        raise too_many_rows(limits)
    watch.look(row_numbers, rows)
    writer.write_all(row_numbers, rows)


class _Tidier:
    """Makes every row as wide as the header, without what is no row, and remembers what was odd."""

    def __init__(
        self,
        layout: _Layout,
        typed_columns: Mapping[int, str],
        limits: Limits,
        clean: Callable[[str], str] | None,
        as_meant: Callable[[str], str] | None,
    ) -> None:
        self._width = len(layout.headers)
        self._names = layout.names
        self._typed_columns = typed_columns
        self._first_typed = next(
            (column for column, kind in typed_columns.items() if kind in {"email", "phone"} and column < self._width),
            None,
        )
        self._limits = limits
        self._clean = clean
        self._as_meant = as_meant
        self._example = ("", "")  # a cell that may mean something else, and what
        self._last_number: int | None = None  # of the last record that was not blank
        self._is_under_title = False
        self._found: dict[str, list[int]] = {}  # code → [first row number, how many]

    def tidied(self, records: Iterator[list[str]], number: int) -> Iterator[tuple[list[int], list[list[str]]]]:
        """Yield (row numbers, rows) for each batch of records, the first of which has the given row number."""
        size = block_rows(self._width)
        while batch := list(islice(records, size)):
            if self._is_tidy(batch):
                self._last_number = number + len(batch) - 1
                yield list(range(number, number + len(batch))), batch
            else:
                yield self._tidy_each(number, batch)
            number += len(batch)

    def leave_out_footers(self, row_numbers: list[int], rows: list[list[str]]) -> None:
        """Take totals and remarks off the end of the last rows."""
        for _ in range(min(FOOTERS_MAX, len(rows) - 1)):
            if not self._is_footer(row_numbers, rows):
                return
            self._note("footer", row_numbers[-1])
            if not rows[-1][-1]:
                self._take_back("short_row", row_numbers[-1])
            if self._found.get("several_tables", [])[:1] == row_numbers[-1:]:
                del self._found["several_tables"]
            row_numbers.pop()
            rows.pop()

    def warnings(self) -> list[SourceWarning]:
        """Return what was odd about the rows, once each, with the first row where it was so."""
        return [
            SourceWarning(code, self._sentence(code, row, count), row, needs_review=code in _REVIEWED)
            for code, (row, count) in self._found.items()
        ]

    def _sentence(self, code: str, row: int, count: int) -> str:
        if code != "encoded_twice":
            return _sentence(code, row, count, self._limits)
        found, meant = (text[:60] for text in self._example)
        rows = "1 row" if count == 1 else f"{count:,} rows"
        return (
            f"{rows} may hold text that was encoded twice (first row {row}): “{found}” would be “{meant}”. It was left "
            "as it is; put it right in the file if it is wrong."
        )

    def _is_tidy(self, records: list[list[str]]) -> bool:
        """Say whether no record of a batch needs a second look. This is what a large file costs, so it is terse."""
        return (
            self._clean is None
            and set(map(len, records)) == {self._width}
            and _begin_rows([record[0] for record in records])
            and self._names not in records
            and not self._may_be_other_headers(records)
            and self._are_short_enough(records)
        )

    def _may_be_other_headers(self, records: list[list[str]]) -> bool:
        """Say whether a record has no digit and no "@" in a column that should: a cheap look before the real one."""
        return self._first_typed is not None and any(map(str.isalpha, map(itemgetter(self._first_typed), records)))

    def _are_short_enough(self, records: list[list[str]]) -> bool:
        # Together the cells of a record seldom have so many characters, and joining is cheaper than asking each.
        longest = self._limits.cell_characters
        return max(map(len, map("".join, records))) <= longest or max(map(len, chain.from_iterable(records))) <= longest

    def _tidy_each(self, first_number: int, records: list[list[str]]) -> tuple[list[int], list[list[str]]]:
        kept_numbers, kept = [], []
        for number, record in enumerate(records, first_number):
            row = self._tidy(number, record)
            if row is not None:
                kept_numbers.append(number)
                kept.append(row)
        return kept_numbers, kept

    def _tidy(self, number: int, record: list[str]) -> list[str] | None:
        """Return the record as a row; None if it is none."""
        if self._clean and SUSPECT.search("\n".join(record)):
            record = self._cleaned(number, [self._clean(cell) for cell in record])
        extent = _extent(record)
        if not extent:
            return None
        if self._is_repeated_header(record):
            self._note("repeated_header", number)
            return None
        if (extent == 1 and self._width > 1 and COMMENT.match(record[0])) or (self._width > 1 and is_rule(record)):
            self._note("comment_line", number)
            return None
        if self._last_number is not None and self._is_other_header(record, stands_apart=number > self._last_number + 1):
            self._note("several_tables", number)
        self._is_under_title = extent == 1 and self._width > 2 and number > (self._last_number or number) + 1
        self._last_number = number
        if len(record) < self._width:
            self._note("short_row", number)
            record = record + [""] * (self._width - len(record))
        elif len(record) > self._width:
            if extent > self._width:
                self._note("long_row", number)
            record = record[: self._width]
        if max(map(len, record)) > self._limits.cell_characters:
            self._note("long_cell", number)
            record = [cell[: self._limits.cell_characters] for cell in record]
        return record

    def _cleaned(self, number: int, record: list[str]) -> list[str]:
        if any("\ufffd" in cell for cell in record):
            self._note("undecodable_characters", number)
        if any(CONTROL.search(cell) for cell in record):
            self._note("control_characters", number)
            record = [CONTROL.sub("", cell) for cell in record]
        if self._as_meant:
            meant = list(map(self._as_meant, record))
            if meant != record:
                self._note("encoded_twice", number)
                pair = next(pair for pair in zip(record, meant, strict=True) if pair[0] != pair[1])
                self._example = self._example if self._example[0] else pair
        return record

    def _is_repeated_header(self, record: list[str]) -> bool:
        return bool(self._names) and record[: len(self._names)] == self._names

    def _is_other_header(self, record: list[str], *, stands_apart: bool) -> bool:
        """Say whether a record has names where the rows have addresses, numbers or dates.

        Under a blank record, one such name is enough; under a title that stands apart (“Companies”), none is, nor
        under a blank record if the record ends before the first such column, as a narrower table does.
        """
        kinds = [kind_of(cell) for cell in record]
        if kinds.count("text") < 2 or set(kinds) - {"text", ""}:
            return stands_apart and self._has_names_in_typed_columns(kinds)
        if self._is_under_title:
            return True
        if stands_apart and self._first_typed is not None and _extent(record) <= self._first_typed:
            return True
        if not self._has_names_in_typed_columns(kinds):
            return False
        return stands_apart or (
            len(self._typed_columns) > 1
            and all(column < len(kinds) and kinds[column] for column in self._typed_columns)
            and len(set(record)) == len(record)
            and not any(cell.strip().casefold() in PLACEHOLDERS for cell in record)
        )

    def _has_names_in_typed_columns(self, kinds: list[str]) -> bool:
        typed = [kinds[column] for column in self._typed_columns if column < len(kinds)]
        return kinds.count("text") >= 2 and bool(typed) and set(typed) == {"text"}

    def _is_footer(self, row_numbers: Sequence[int], rows: Sequence[list[str]]) -> bool:
        """Say whether the last row is no contact: a total with numbers, or one cell in a table of three columns."""
        texts = [cell for cell in rows[-1] if cell.strip()]
        if TOTAL.fullmatch(texts[0]) and len(texts) > 1:
            return all(kind_of(text) in {"number", "date"} or TOTAL.fullmatch(text) for text in texts[1:])
        if any(kind_of(text) in {"email", "phone"} for text in texts):
            return False
        if self._width < 3 or len(texts) != 1:
            # A remark with the delimiter in it, and nothing where the rows have addresses or numbers.
            return _extent(rows[-1]) <= (self._first_typed or 0) and REMARK.match(texts[0]) is not None
        stands_apart = row_numbers[-1] - row_numbers[-2] > 1
        return stands_apart or FOOTER.fullmatch(texts[0]) is not None

    def _note(self, code: str, number: int) -> None:
        self._found.setdefault(code, [number, 0])[1] += 1

    def _take_back(self, code: str, number: int) -> None:
        """Forget what was noted of a row that turned out to be none."""
        if code in self._found:
            self._found[code][1] -= 1
            if self._found[code][0] == number:
                del self._found[code]


def _begin_rows(cells: list[str]) -> bool:
    """Say whether all of these first cells are of rows: neither blank nor of comments or drawn lines."""
    return all(cells) and not any(map(str.isspace, cells)) and NO_ROW.search("\n" + "\n".join(cells)) is None


_REVIEWED = frozenset({"long_row", "encoded_twice", "footer", "several_tables", "undecodable_characters"})


def _sentence(code: str, row: int, count: int, limits: Limits) -> str:
    """Return what a person reads about rows that were odd in one way."""
    rows = "1 row" if count == 1 else f"{count:,} rows"
    where = f"row {row}" if count == 1 else f"the first is row {row}"
    match code:
        case "short_row":
            return f"{rows} had fewer cells than there are columns ({where}); the missing ones are blank."
        case "long_row":
            return (
                f"{rows} had more cells than there are columns ({where}), so values may stand in the wrong column. "
                "The extra cells were left out. A text with the delimiter in it must be in quotes."
            )
        case "long_cell":
            return f"{rows} had a cell of more than {limits.cell_characters:,} characters ({where}); it was cut there."
        case "control_characters":
            return f"{rows} had invisible control characters in a cell ({where}); they were taken out."
        case "repeated_header":
            return f"{rows} repeated the column names ({where}) and were left out."
        case "comment_line":
            return f"{rows} held a comment ({where}) and were left out."
        case "several_tables":
            return (
                f"Another table seems to begin in row {row}. Its rows were read under the names of the first one; "
                "if they are no contacts, delete them from the file."
            )
        case "footer":
            return f"{rows} at the end looked like a total or a remark ({where}) and were left out."
        case _:
            return f"{rows} had characters that could not be read ({where}). Choose the file's encoding."
