"""Reads delimited text: CSV, TSV and what spreadsheets, databases and people call so."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path

from imports.engine.errors import SourceRejected
from imports.engine.formulas import original
from imports.engine.readers.encoding import TextFacts, look_at_text, repair_twice
from imports.engine.readers.source import Limits, ReadingOptions, SourceSummary, SourceWarning
from imports.engine.readers.table import write_table

DELIMITERS = (",", ";", "\t", "|")
# Looked at only where none of the usual ones makes columns.
RARE_DELIMITERS = ("^", "~", "\x1f", ":")
# Of several characters, as some banks and databases write them. While reading, one that no text holds stands for them.
LONG_DELIMITERS = ("||", "~|~", "|~|", "|^|", "::")
STAND_IN = "\x1f"
SAMPLE_CHARACTERS = 64 * 1024
SAMPLE_RECORDS = 100
SAMPLE_QUOTED_CHARACTERS = 8 * 1024
WRAPPED = re.compile(r'\s*"((?:[^"]|"")*)"\s*')
# A line that is drawn under the names of a table that is made to be looked at: of psql, mysql, Markdown.
DRAWN_LINE = re.compile(r"^[+|]?[ :]*-{3,}[-+|: ]*$", re.MULTILINE)
AROUND_BARS = re.compile(r"[ \t]*\|[ \t]*")
OUTER_BARS = re.compile(r"^\||\|$")
SEP_LINE = re.compile(r'"?sep=([^"\r\n\0])"?\s*', re.IGNORECASE)
# A quote that is still open after so many characters was never meant to be one.
QUOTED_CHARACTERS_MAX = 1024 * 1024
# After each unclosed quote reading goes on with the next line; after so many, all quotes are plain text.
UNCLOSED_QUOTES_MAX = 20
# Lines that are read at once, where all of their records are written by the book.
BATCH_LINES = 1_000
# Stands after the last line: if it does not come back as a record of its own, a quote was open.
END = "\x00end\x00"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the records of a text are written."""

    delimiter: str
    written_delimiter: str = ""  # of several characters, where `delimiter` stands in for it
    quotechar: str = '"'
    escapechar: str | None = None
    skips_spaces: bool = False  # a, "b, c"
    has_sep_line: bool = False  # Excel's “sep=;”, neither header nor row
    has_doubled_returns: bool = False  # lines end in CR CR LF: they were converted twice
    has_typographic_quotes: bool = False  # “Lu, Ana”
    is_wrapped: bool = False  # each line is one quoted cell, and holds the cells in it
    is_drawn: bool = False  # bars and spaces make columns that can be seen


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
        as_meant=_as_meant(facts),
        expects_scientific=facts.has_scientific,
    )
    return SourceSummary(
        type="csv",
        file_info={
            "type": "csv",
            "encoding": facts.encoding,
            "delimiter": dialect.written_delimiter or dialect.delimiter,
            "sheet": None,
            "header_row": table.header_row,
        },
        columns=table.columns,
        total_rows=table.total_rows,
        warnings=(*map(reader.by_record, facts.warnings), *reader.warnings, *table.warnings),
    )


def find_dialect(sample: str, delimiter: str | None = None) -> Dialect:
    """Return how a text is written, judged by its beginning. `delimiter` is what a person chose."""
    sample = sample.replace("\x00", "")
    sep_line = SEP_LINE.fullmatch(_first_line(sample))
    if sep_line:
        sample = sample[len(_first_line(sample)) :]
    long = delimiter if delimiter in LONG_DELIMITERS else None if delimiter or sep_line else _long_delimiter(sample)
    if long is not None:
        return replace(find_dialect(sample.replace(long, STAND_IN), STAND_IN), written_delimiter=long)
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n\0'):
        raise SourceRejected(
            "invalid_delimiter",
            "The delimiter must be one character, such as “;”, or one of those of several.",
            field="delimiter",
        )
    chosen = delimiter or _announced(sep_line, sample) or _find_delimiter(sample)
    if delimiter is None and (inner := _wrapped_text(sample, chosen)) is not None:
        return replace(find_dialect(inner), has_sep_line=sep_line is not None, is_wrapped=True)
    edge = re.escape(chosen)
    quotechar = "'" if '"' not in sample and _is_quoted_by_apostrophes(sample, edge) else '"'
    quote = re.escape(quotechar)
    # A backslash before a quote that ends no cell: the way of MySQL.
    escapes = re.search(rf"{quote}[^{quote}\r\n]*\\{quote}(?!{quote}|\s*(?:{edge}|[\r\n]|$))", sample) is not None
    if not escapes and f"\\{chosen}" in sample:
        escapes = _delimiter_score(sample, chosen, escapechar="\\") > _delimiter_score(sample, chosen)
    typographic = re.search(rf"(?:^|{edge}|\n|\r)[“„«][^”“»\r\n]*{edge}[^”“»\r\n]*[”“»](?:{edge}|[\r\n]|$)", sample)
    skips_spaces = re.search(rf"{edge} {{1,9}}{quote}[^{quote}]*{quote}\s*(?:{edge}|[\r\n]|$)", sample) is not None
    return Dialect(
        delimiter=chosen,
        quotechar=quotechar,
        escapechar="\\" if escapes else None,
        skips_spaces=skips_spaces,
        has_sep_line=sep_line is not None,
        has_doubled_returns=sample.count("\r\r\n") * 2 > sample.count("\n"),
        has_typographic_quotes=typographic is not None,
        is_drawn=chosen == "|" and DRAWN_LINE.search(sample) is not None,
    )


def _long_delimiter(sample: str) -> str | None:
    """Return the delimiter of several characters that is in every line, and in each as often; None if none is."""
    lines = [line for line in sample.splitlines()[:SAMPLE_RECORDS] if line.strip()]
    if len(sample) >= SAMPLE_CHARACTERS:
        lines = lines[:-1]  # cut off by the end of the sample
    for long in LONG_DELIMITERS:
        counts = {line.count(long) for line in lines}
        if len(lines) > 1 and len(counts) == 1 and 0 not in counts:
            return long
    return None


def _is_quoted_by_apostrophes(sample: str, edge: str) -> bool:
    """Say whether most lines have two cells or more in apostrophes, and no other apostrophe."""
    quoted = "'(?:[^']|'')*'"
    line = re.compile(rf"(?:{quoted}|[^'{edge}]*)(?:{edge}(?:{quoted}|[^'{edge}]*))+")
    cell = re.compile(rf"(?:^|{edge}){quoted}(?={edge}|$)")
    lines = [text.strip() for text in sample[:SAMPLE_QUOTED_CHARACTERS].splitlines() if text.strip()]
    return len(lines) > 1 and 2 * sum(
        1 for text in lines if line.fullmatch(text) and len(cell.findall(text)) > 1
    ) >= len(lines)


def _announced(sep_line: re.Match[str] | None, sample: str) -> str | None:
    """Return the delimiter of a “sep=” line, unless it is in no line while another cuts them all."""
    if sep_line is None or (
        not _delimiter_score(sample, sep_line[1]) and _delimiter_score(sample, _find_delimiter(sample))
    ):
        return None
    return sep_line[1]


def _wrapped_text(sample: str, delimiter: str) -> str | None:
    """Return the text without the quotes around each of its lines; None if they are not all one quoted cell."""
    if not sample.startswith('"') or _delimiter_score(sample, delimiter):
        return None
    records = list(islice(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter), SAMPLE_RECORDS))
    cells = [record[0] for record in records if record]
    inner = "\n".join(cells) + "\n"
    is_wrapped = len(cells) > 1 and sample.count('"') >= 2 * len(cells) and max(map(len, records)) == 1
    return inner if is_wrapped and _delimiter_score(inner, _find_delimiter(inner)) > 0 else None


class RecordReader:
    """Reads the records of a text file, one after the other, and past quotes that are never closed."""

    def __init__(self, path: Path, facts: TextFacts, dialect: Dialect) -> None:
        self.warnings: list[SourceWarning] = []
        self._path = path
        self._facts = facts
        self._dialect = dialect
        self._lines: Iterator[str] = iter(())  # those that no batch holds yet
        self._line = 0  # the last that was read,
        self._number = 0  # and the record that it ended
        self._unclosed = 0
        # What is known by its line in the file → the number of the record that the line is in.
        self._records_of_lines: dict[int, int] = {warning.row: 0 for warning in facts.warnings if warning.row}

    def records(self) -> Iterator[list[str]]:
        """Yield every record, a blank one as [] or blank cells. `warnings` is complete at the end."""
        with _open(self._path, self._facts) as text:
            self._lines = chain(self._mended(text), (END,))
            if self._dialect.has_sep_line:
                next(self._lines)
                self._line += 1
            # By chain(), since a loop over each record would cost as much as reading it.
            yield from chain.from_iterable(self._batches())

    def _batches(self) -> Iterator[Iterable[list[str]]]:
        while batch := list(islice(self._lines, BATCH_LINES)):
            records = None if self._records_of_lines else self._read_at_once(batch)
            if records is None:
                yield self._read_one_by_one(batch)
            else:
                self._number += len(records)
                self._line += len(batch)
                yield records

    def _read_at_once(self, lines: list[str]) -> list[list[str]] | None:
        """Return the records of lines; None if one is not written by the book, or goes on after the last line."""
        reader = self._reader(
            iter(lines[:-1] if lines[-1] is END else lines),
            with_quotes=self._unclosed < UNCLOSED_QUOTES_MAX,
            strict=True,
        )
        try:
            return list(reader)
        except csv.Error:
            return None

    def _read_one_by_one(self, batch: list[str]) -> Iterator[list[str]]:
        """Yield the records that begin in a batch of lines, and read on to the end of the last."""
        lines = chain(batch, self._lines)
        last_line = self._line + len(batch)
        while self._line < last_line:
            # The lines of the record that is being read.
            held: list[str] = []
            for record in self._whole_records(lines, held):
                self._number += 1
                self._line += len(held)
                if self._records_of_lines:
                    self._note_lines(self._line, self._number)
                yield record
                held.clear()
                if self._line >= last_line:
                    return
            if not held:
                return
            # Its quotes are plain text; what follows is read as if nothing had been.
            self._number += 1
            self._line += 1
            if self._dialect.quotechar in held[0]:
                self._warn(self._number, self._line)
            yield next(self._reader(iter(held[:1]), with_quotes=False))
            lines = self._lines = chain(held[1:], lines)

    def _mended(self, lines: Iterable[str]) -> Iterator[str]:
        """Yield the lines as the csv module can read them."""
        dialect = self._dialect
        if dialect.has_doubled_returns:
            lines = _without_doubled_returns(lines)
        if long := dialect.written_delimiter:
            lines = (line.replace(long, dialect.delimiter) for line in lines)
        if dialect.is_drawn:
            lines = (_without_drawing(line) for line in lines)
        if dialect.has_typographic_quotes:
            edge = re.escape(dialect.delimiter)
            quoted = re.compile(rf"(^|{edge})[“„«]([^”“»\r\n]*)[”“»](?={edge}|[\r\n]|$)")
            lines = (quoted.sub(_with_plain_quotes, line) for line in lines)
        if dialect.is_wrapped:
            lines = (line if cells is None else f"{cells}\n" for line in lines for cells in [_unwrapped(line)])
        return iter(lines)

    def by_record(self, warning: SourceWarning) -> SourceWarning:
        """Return a warning about a line as one about the record that the line is in; call it at the end."""
        return replace(warning, row=self._records_of_lines.get(warning.row) or warning.row) if warning.row else warning

    def _note_lines(self, last_line: int, number: int) -> None:
        for line, known in self._records_of_lines.items():
            if not known and line <= last_line:
                self._records_of_lines[line] = number

    def _whole_records(self, lines: Iterator[str], held: list[str]) -> Iterator[list[str]]:
        """Yield records up to the end, leaving `held` empty, or to one with an unclosed quote, whose lines it holds."""
        reader = self._reader(_remembered(lines, held), with_quotes=self._unclosed < UNCLOSED_QUOTES_MAX)
        try:
            for record in reader:
                if held[-1] is END:
                    if len(held) == 1:
                        held.clear()
                    return
                if len(held) > 1 and not self._is_well_formed(held):
                    return
                yield record
        except csv.Error:
            # “field larger than field limit” is the one error of a reader that is not strict.
            return

    def _is_well_formed(self, lines: list[str]) -> bool:
        """Say whether a record of several lines is quoted as it should be, rather than several with a lost quote."""
        try:
            return len(list(self._reader(iter(lines), strict=True))) == 1
        except csv.Error:
            return False

    def _reader(self, lines: Iterator[str], *, with_quotes: bool = True, strict: bool = False) -> Iterator[list[str]]:
        dialect = self._dialect
        # Without quotes a cell ends with its line: it may be long, and will be cut.
        csv.field_size_limit(QUOTED_CHARACTERS_MAX if with_quotes else sys.maxsize)
        return csv.reader(
            lines,
            delimiter=dialect.delimiter,
            quotechar=dialect.quotechar,
            escapechar=dialect.escapechar,
            skipinitialspace=dialect.skips_spaces,
            quoting=csv.QUOTE_MINIMAL if with_quotes else csv.QUOTE_NONE,
            strict=strict,
        )

    def _warn(self, row: int, line: int) -> None:
        self._unclosed += 1
        message = (
            f"A quote in row {row} (line {line} of the file) is never closed. The quotes of that line were taken as "
            "plain text. Check this row and those after it, or close the quote in the file."
        )
        self.warnings.append(SourceWarning("unclosed_quote", message, row, needs_review=True))


def _without_doubled_returns(lines: Iterable[str]) -> Iterator[str]:
    before = ""
    for line in lines:
        if not (line == "\r\n" and before.endswith("\r")):
            yield line
        before = line


def _without_drawing(line: str) -> str:
    """Return a line without the spaces that put its cells one below the other, and the bars around it."""
    return OUTER_BARS.sub("", AROUND_BARS.sub("|", line.strip())) + "\n"


def _with_plain_quotes(match: re.Match[str]) -> str:
    text = match[2].replace('"', '""')
    return f'{match[1]}"{text}"'


def _unwrapped(line: str) -> str | None:
    """Return what is in the quotes around a whole line; None if there are none."""
    match = WRAPPED.fullmatch(line)
    return match[1].replace('""', '"') if match else None


def _remembered(lines: Iterator[str], held: list[str]) -> Iterator[str]:
    for line in lines:
        held.append(line)
        yield line


def _open(path: Path, facts: TextFacts) -> io.TextIOWrapper:
    # newline="": the csv module needs the line ends as they are, and those of old Macs count too.
    return path.open(encoding=facts.codec, errors=facts.errors, newline="")


def _cleaner(facts: TextFacts) -> Callable[[str], str] | None:
    """Return what has to be done to each cell of this file; None if nothing."""
    if facts.encoded_twice.is_everywhere:
        return lambda cell: original(repair_twice(cell, facts.encoded_twice.codec))
    if facts.has_escaped_formulas:
        return original
    if facts.has_control_characters or facts.has_undecodable or facts.encoded_twice.codec:
        return str
    return None


def _as_meant(facts: TextFacts) -> Callable[[str], str] | None:
    """Return how a cell would read if it was encoded twice, where some of them may have been; None if none was."""
    twice = facts.encoded_twice
    if not twice.codec or twice.is_everywhere:
        return None
    return lambda cell: repair_twice(cell, twice.codec)


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


def _delimiter_score(sample: str, delimiter: str, escapechar: str | None = None) -> float:
    text = io.StringIO(sample, newline="")
    records = csv.reader(text, delimiter=delimiter, skipinitialspace=True, escapechar=escapechar)
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
