"""The rows file: the one form that every source takes before it is imported.

Layout: a magic line; blocks of up to 1,000 rows (fewer where rows are wide or long); an index (headers, number of rows,
first row and offset of each block, what was left out of cells); a trailer of fixed size that says where the index is.
So work can start at any row without reading what is before it, on a disk or by ranged reads from an object store. A
block is JSON: [[row number, …], [[cell, …], …]].
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import orjson

from imports.engine.errors import EngineError

BLOCK_ROWS_MAX = 1_000
# What a reader has in memory at once: a block of a table with thousands of columns is cut shorter.
BLOCK_CELLS_MAX = 50_000
# And one of long cells, too.
BLOCK_BYTES_MAX = 512 * 1024
MAGIC = b"IRISX rows 1\n"
TRAILER = struct.Struct("<QQ8s")  # offset and length of the index, then TRAILER_MAGIC
TRAILER_MAGIC = b"rowsend\n"
# Read from the end at once: holds trailer and index of all but very wide or very long files.
TAIL_BYTES = 64 * 1024
# Neighbouring blocks are fetched together up to this size: an object store charges time for each request.
FETCH_BYTES = 4 * 1024 * 1024


class RowsFileDamaged(EngineError):
    """The rows of this import cannot be read back: the stored file is damaged. Upload the source again."""

    code = "rows_file_damaged"


def block_rows(width: int) -> int:
    """Return how many rows of a table with so many columns make a block."""
    return max(1, min(BLOCK_ROWS_MAX, BLOCK_CELLS_MAX // max(1, width)))


class RowsFileWriter:
    """Writes rows in order. Without close() the file has no index and is refused by RowsFile."""

    def __init__(self, path: Path, headers: Sequence[str]) -> None:
        self.headers = list(headers)
        self.total_rows = 0
        self._left_out: dict[int, dict[str, str]] = {}
        self._block_rows = block_rows(len(headers))
        self._starts: list[int] = []
        self._offsets: list[int] = []
        self._numbers: list[int] = []
        self._rows: list[list[str]] = []
        self._file = path.open("wb")
        self._file.write(MAGIC)

    def write(self, row_number: int, cells: list[str]) -> None:
        """Append one row."""
        self.write_all([row_number], [cells])

    def write_all(self, row_numbers: Sequence[int], rows: Sequence[list[str]]) -> None:
        """Append rows with their row numbers, as many of the one as of the other."""
        self._numbers.extend(row_numbers)
        self._rows.extend(rows)
        while len(self._rows) >= self._block_rows:
            self._write_block()

    def leave_out(self, row_index: int, header: str, text: str) -> None:
        """Note what stood where a cell is blank because it is no text: an object of JSON, say."""
        self._left_out.setdefault(row_index, {})[header] = text

    def close(self) -> None:
        """Write what is left, the index and the trailer."""
        if self._rows:
            self._write_block()
        index = orjson.dumps(
            {
                "headers": self.headers,
                "total_rows": self.total_rows,
                "starts": self._starts,
                "offsets": self._offsets,
                "left_out": [*self._left_out.items()],
            }
        )
        index_offset = self._file.tell()
        self._file.write(index)
        self._file.write(TRAILER.pack(index_offset, len(index), TRAILER_MAGIC))
        self._file.close()

    def __enter__(self) -> RowsFileWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            # Half a file must not pass for a whole one.
            self._file.close()

    def _write_block(self) -> None:
        self._write(self._numbers[: self._block_rows], self._rows[: self._block_rows])
        del self._numbers[: self._block_rows], self._rows[: self._block_rows]

    def _write(self, numbers: Sequence[int], rows: Sequence[list[str]]) -> None:
        """Write rows as a block, or as several if their cells are long."""
        block = orjson.dumps([numbers, rows])
        if len(block) > BLOCK_BYTES_MAX and len(rows) > 1:
            half = len(rows) // 2
            self._write(numbers[:half], rows[:half])
            self._write(numbers[half:], rows[half:])
            return
        self._starts.append(self.total_rows)
        self._offsets.append(self._file.tell())
        self._file.write(block)
        self.total_rows += len(rows)


class RowsFile:
    """Reads the rows of one import, from any row on.

    `read_range(offset, length)` returns exactly that part of the file; `size` is the file's size in bytes.
    Raises RowsFileDamaged for a file that is cut off, changed or not a rows file.
    """

    def __init__(self, read_range: Callable[[int, int], bytes], size: int) -> None:
        self._read_range = read_range
        index, self._end = self._read_index(size)
        try:
            self.headers: list[str] = index["headers"]
            self.total_rows: int = index["total_rows"]
            self._offsets: list[int] = index["offsets"]
            # First row of each block. Files written before there was such have blocks of one size.
            starts = index["starts"] if "starts" in index else range(0, self.total_rows, index["block_rows"])
            self._starts: list[int] = [*starts, self.total_rows]
            # row index → header → what is left out of that cell; files written before there was such have none
            self.left_out: dict[int, dict[str, str]] = dict(index.get("left_out", ()))
        except (KeyError, TypeError, ValueError) as error:
            raise RowsFileDamaged from error
        if len(self._starts) != len(self._offsets) + 1 or self._starts[0] != 0:
            raise RowsFileDamaged

    def rows(self, lo: int = 0, hi: int | None = None) -> Iterator[tuple[int, list[str]]]:
        """Yield (row number, cells) of the rows lo to hi - 1, counted from 0; hi None: to the last."""
        for numbers, rows in self._parts(lo, self.total_rows if hi is None else hi):
            yield from zip(numbers, rows, strict=True)

    def read(self, lo: int, hi: int) -> tuple[list[int], list[list[str]]]:
        """Return the row numbers and the cells of the rows lo to hi - 1, counted from 0."""
        all_numbers: list[int] = []
        all_rows: list[list[str]] = []
        for numbers, rows in self._parts(lo, hi):
            all_numbers += numbers
            all_rows += rows
        return all_numbers, all_rows

    def end_within(self, lo: int, hi: int, size_bytes: int) -> int:
        """Return the end of the rows from `lo` on that take so many bytes; `hi` at most, `lo` + 1 at least.

        The rows of a block count as if they were all alike.
        """
        bounds = [*self._offsets, self._end]
        end, left = lo, float(size_bytes)
        while end < hi:
            block = self._block_of(end)
            block_hi = self._starts[block + 1]
            row_bytes = (bounds[block + 1] - bounds[block]) / (block_hi - self._starts[block])
            rows = min(hi, block_hi) - end
            if rows * row_bytes > left:
                return max(lo + 1, end + int(left / row_bytes))
            left -= rows * row_bytes
            end += rows
        return hi

    def _parts(self, lo: int, hi: int) -> Iterator[tuple[list[int], list[list[str]]]]:
        """Yield row numbers and cells of the rows lo to hi - 1, block by block."""
        lo, hi = max(lo, 0), min(hi, self.total_rows)
        if lo >= hi:
            return
        first_block, last_block = self._block_of(lo), self._block_of(hi - 1)
        for block, content in self._blocks(first_block, last_block):
            numbers, rows = self._decode_block(content, block)
            start = lo - self._starts[block] if block == first_block else 0
            stop = hi - self._starts[block] if block == last_block else len(rows)
            yield numbers[start:stop], rows[start:stop]

    def pick(self, indexes: Iterable[int]) -> Iterator[tuple[int, int, list[str]]]:
        """Yield (row index, row number, cells) of single rows, in the order of the file.

        A page of rare rows lies in a hundred blocks: of each only the row that is asked for is decoded.
        """
        wanted: dict[int, list[int]] = {}
        for index in sorted(set(indexes)):
            wanted.setdefault(self._block_of(index), []).append(index)
        for first, last in _stretches(wanted):
            for block, content in self._blocks(first, last):
                yield from self._pick_from_block(content, block, wanted[block])

    def _block_of(self, row: int) -> int:
        return bisect_right(self._starts, row, hi=len(self._offsets)) - 1

    def _blocks(self, first: int, last: int) -> Iterator[tuple[int, memoryview]]:
        """Yield place and content of the blocks first to last, with as few reads as memory allows."""
        bounds = [*self._offsets, self._end]
        while first <= last:
            after = first + 1
            while after <= last and bounds[after + 1] - bounds[first] <= FETCH_BYTES:
                after += 1
            fetched = memoryview(self._read(bounds[first], bounds[after] - bounds[first]))
            for block in range(first, after):
                yield block, fetched[bounds[block] - bounds[first] : bounds[block + 1] - bounds[first]]
            first = after

    def _decode_block(self, content: memoryview, block: int) -> tuple[list[int], list[list[str]]]:
        expected = self._starts[block + 1] - self._starts[block]
        try:
            numbers, rows = orjson.loads(content)
        except (ValueError, TypeError) as error:
            raise RowsFileDamaged from error
        if len(numbers) != expected or len(rows) != expected:
            raise RowsFileDamaged
        return numbers, rows

    def _pick_from_block(
        self, content: memoryview, block: int, indexes: Sequence[int]
    ) -> Iterator[tuple[int, int, list[str]]]:
        """Yield rows of one block, in a fifth of the time that it takes to decode all of it."""
        first = self._starts[block]
        # What stands between two rows. In a cell it may stand too: then there are more parts than rows.
        numbers, *rows = bytes(content[2:-3]).split(b"],[")
        if len(rows) != self._starts[block + 1] - first:
            all_numbers, all_rows = self._decode_block(content, block)
            yield from ((index, all_numbers[index - first], all_rows[index - first]) for index in indexes)
            return
        rows[0] = rows[0].removeprefix(b"[")
        try:
            all_numbers = orjson.loads(b"[%b]" % numbers)
            for index in indexes:
                yield index, all_numbers[index - first], orjson.loads(b"[%b]" % rows[index - first])
        except (ValueError, IndexError) as error:
            raise RowsFileDamaged from error

    def _read_index(self, size: int) -> tuple[Any, int]:
        """Return the index and the offset where the blocks end."""
        if size < len(MAGIC) + TRAILER.size:
            raise RowsFileDamaged
        tail_offset = max(0, size - TAIL_BYTES)
        tail = self._read(tail_offset, size - tail_offset)
        index_offset, index_length, magic = TRAILER.unpack(tail[-TRAILER.size :])
        is_whole = index_offset >= len(MAGIC) and index_offset + index_length + TRAILER.size == size
        if magic != TRAILER_MAGIC or not is_whole:
            raise RowsFileDamaged
        if index_offset >= tail_offset:
            index = tail[index_offset - tail_offset : -TRAILER.size]
        else:
            index = self._read(index_offset, index_length)
        try:
            return orjson.loads(index), index_offset
        except ValueError as error:
            raise RowsFileDamaged from error

    def _read(self, offset: int, length: int) -> bytes:
        content = self._read_range(offset, length)
        if len(content) != length:
            raise RowsFileDamaged
        return content


def _stretches(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield first and last of each stretch of numbers that follow each other; they are sorted."""
    stretch: list[int] = []
    for number in numbers:
        if stretch and number > stretch[-1] + 1:
            yield stretch[0], stretch[-1]
            stretch = []
        stretch.append(number)
    if stretch:
        yield stretch[0], stretch[-1]


def open_rows_file(path: Path) -> RowsFile:
    """Return the rows file at a path of this machine; it is opened anew for each read, so nothing stays open."""

    def read_range(offset: int, length: int) -> bytes:
        with path.open("rb") as file:
            file.seek(offset)
            return file.read(length)

    return RowsFile(read_range, path.stat().st_size)
