"""Reads delimited text: CSV, TSV and what spreadsheets, databases and people call so."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from imports.engine.errors import SourceRejected
from imports.engine.readers.encoding import TextFacts, look_at_text, repair_twice
from imports.engine.readers.source import Limits, ReadingOptions, SourceSummary, SourceWarning
from imports.engine.readers.table import write_table

DELIMITERS = (",", ";", "\t", "|")
# Looked at only where none of the usual ones makes columns.
RARE_DELIMITERS = ("^", "~", "\x1f", ":")
SAMPLE_CHARACTERS = 64 * 1024
SAMPLE_RECORDS = 100
SEP_LINE = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE | re.DOTALL)
# A quote that is still open after so many characters was never meant to be one.
QUOTED_CHARACTERS_MAX = 1024 * 1024
# Each unclosed quote is read past by going back to its line; after so many, quotes are taken as plain text.
UNCLOSED_QUOTES_MAX = 20
# design.md 8: the export put one apostrophe before what a spreadsheet would take for a formula.
ESCAPED_FORMULA = re.compile("'+[=+\\-@\t\r\n＝]")
# Stands after the last record: if it comes back inside a cell, a quote was open.
END = "\x00end\x00"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the records of a text are written."""

    delimiter: str
    quotechar: str = '"'
    escapechar: str | None = None
    skips_spaces: bool = False  # a, "b, c"
    has_sep_line: bool = False  # Excel's “sep=;”, neither header nor row


def read_delimited(path: Path, rows_path: Path, options: ReadingOptions, limits: Limits) -> SourceSummary:
    """Write the rows of a text file and return what it holds."""
    facts = look_at_text(path, options.encoding)
    with _open(path, facts) as text:
        dialect = find_dialect(text.read(SAMPLE_CHARACTERS), options.delimiter)
    reader = RecordReader(path, facts, dialect)
    table = write_table(
        reader.records(),
        rows_path,
        first_number=1,
        header_row=options.header_row,
        limits=limits,
        clean=_cleaner(facts),
        expects_scientific=facts.has_scientific,
    )
    return SourceSummary(
        type="csv",
        file_info={
            "type": "csv",
            "encoding": facts.encoding,
            "delimiter": dialect.delimiter,
            "sheet": None,
            "header_row": table.header_row,
        },
        columns=table.columns,
        total_rows=table.total_rows,
        warnings=(*facts.warnings, *reader.warnings, *table.warnings),
    )


def find_dialect(sample: str, delimiter: str | None = None) -> Dialect:
    """Return how a text is written, judged by its beginning. `delimiter` is what a person chose."""
    sample = sample.replace("\x00", "")
    sep_line = SEP_LINE.fullmatch(_first_line(sample))
    if sep_line:
        sample = sample[len(_first_line(sample)) :]
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise SourceRejected(
            "invalid_delimiter", "The delimiter must be one character, such as “;”.", field="delimiter"
        )
    chosen = delimiter or (sep_line[1] if sep_line else _find_delimiter(sample))
    edge = re.escape(chosen)
    quotechar = '"'
    if '"' not in sample and re.match(rf"'[^'\r\n]*'(?:{edge}'[^'\r\n]*')+\s*[\r\n]", sample):
        quotechar = "'"
    quote = re.escape(quotechar)
    # A backslash before a quote that ends no cell: the way of MySQL.
    escapes = re.search(rf"{quote}[^{quote}\r\n]*\\{quote}(?!\s*(?:{edge}|[\r\n]|$))", sample) is not None
    skips_spaces = re.search(rf"{edge} +{quote}[^{quote}]*{quote}\s*(?:{edge}|[\r\n]|$)", sample) is not None
    return Dialect(chosen, quotechar, "\\" if escapes else None, skips_spaces, sep_line is not None)


class RecordReader:
    """Reads the records of a text file, one after the other, and past a quote that is never closed."""

    def __init__(self, path: Path, facts: TextFacts, dialect: Dialect) -> None:
        self.warnings: list[SourceWarning] = []
        self._path = path
        self._facts = facts
        self._dialect = dialect

    def records(self) -> Iterator[list[str]]:
        """Yield every record, a blank one as [] or blank cells. `warnings` is complete at the end."""
        lines_before = 1 if self._dialect.has_sep_line else 0
        records_before = 0
        unclosed = 0
        while True:
            with _open(self._path, self._facts) as text:
                lines = chain(islice(text, lines_before, None), (END,))
                if unclosed:
                    # The line whose quote was never closed: its quotes are plain text.
                    line = next(lines)
                    yield next(self._reader(iter([line]), with_quotes=False))
                    records_before, lines_before = records_before + 1, lines_before + 1
                reader = self._reader(lines, with_quotes=unclosed < UNCLOSED_QUOTES_MAX)
                count, line_num = 0, 0
                is_open = False
                try:
                    for record in reader:
                        if record and END in record[-1]:
                            is_open = record != [END]
                            break
                        yield record
                        count, line_num = count + 1, reader.line_num
                except csv.Error:
                    # “field larger than field limit”, the one error that a reader which is not strict can raise.
                    is_open = True
            if not is_open:
                return
            records_before, lines_before = records_before + count, lines_before + line_num
            unclosed += 1
            self._warn(records_before + 1, lines_before + 1, unclosed)

    def _reader(self, lines: Iterator[str], *, with_quotes: bool) -> csv._reader:
        dialect = self._dialect
        csv.field_size_limit(QUOTED_CHARACTERS_MAX)
        return csv.reader(
            lines,
            delimiter=dialect.delimiter,
            quotechar=dialect.quotechar,
            escapechar=dialect.escapechar,
            skipinitialspace=dialect.skips_spaces,
            quoting=csv.QUOTE_MINIMAL if with_quotes else csv.QUOTE_NONE,
        )

    def _warn(self, row: int, line: int, unclosed: int) -> None:
        if unclosed > UNCLOSED_QUOTES_MAX:
            return
        message = (
            f"The quote in row {row} (line {line} of the file) is never closed. The quotes of that line were taken as "
            "plain text. Check this row and those after it, or close the quote in the file."
        )
        self.warnings.append(SourceWarning("unclosed_quote", message, row, needs_review=True))


def _open(path: Path, facts: TextFacts) -> io.TextIOWrapper:
    # newline="": the csv module needs the line ends as they are, and those of old Macs count too.
    return path.open(encoding=facts.codec, errors=facts.errors, newline="")  # type: ignore[return-value]


def _cleaner(facts: TextFacts) -> Callable[[str], str] | None:
    """Return what has to be done to each cell of this file; None if nothing."""
    if facts.is_encoded_twice:
        return lambda cell: _without_escape(repair_twice(cell))
    if facts.has_escaped_formulas:
        return _without_escape
    if facts.has_control_characters or facts.has_undecodable:
        return str
    return None


def _without_escape(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and ESCAPED_FORMULA.match(cell) else cell


def _first_line(sample: str) -> str:
    return re.match(r"[^\r\n]*(?:\r\n|\r|\n)?", sample)[0]  # type: ignore[index]


def _find_delimiter(sample: str) -> str:
    """Return the delimiter that cuts the most records into the same number of cells."""
    best, best_score = ",", 0.0
    for delimiters in (DELIMITERS, RARE_DELIMITERS):
        for delimiter in delimiters:
            score = _delimiter_score(sample, delimiter)
            if score > best_score:
                best, best_score = delimiter, score
        if best_score:
            break
    return best


def _delimiter_score(sample: str, delimiter: str) -> float:
    records = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, skipinitialspace=True)
    csv.field_size_limit(SAMPLE_CHARACTERS + 1)
    widths = [len(record) for record in islice(records, SAMPLE_RECORDS) if any(cell.strip() for cell in record)]
    if len(sample) >= SAMPLE_CHARACTERS and len(widths) > 1 and len(widths) < SAMPLE_RECORDS:
        widths.pop()  # cut off by the end of the sample
    counts = Counter(width for width in widths if width > 1)
    if not counts:
        return 0.0
    width, count = counts.most_common(1)[0]
    # Many cells weigh more than the few that a decimal comma or a list inside a cell makes.
    return count / len(widths) * (1 - 1 / width)
