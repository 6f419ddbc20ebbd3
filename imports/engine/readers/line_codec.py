"""A codec for files that are UTF-8 but for some lines: each line is in that or in the other encoding."""

from __future__ import annotations

import codecs
import re
from functools import cache, partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer

PREFIX = "irisx_lines_"
# UTF-8 as Java and some databases write it: a character outside the basic plane is two halves of three bytes each.
HALVES = "utf-8-in-halves"
LINE_END = re.compile(rb"[\r\n]")


def line_by_line(encoding: str) -> str:
    """Return the name of a codec that reads a line as UTF-8 if it is that, and in `encoding` if not."""
    name = _name(encoding)
    _codec(name)
    return name


def _name(encoding: str) -> str:
    return PREFIX + encoding.replace("-", "_")


def _joined_halves(line: bytes) -> str:
    """Return a line with each pair of halves as one character, and each half without its other as U+FFFD."""
    return line.decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


@cache
def _codec(name: str) -> codecs.CodecInfo:
    encoding = name.removeprefix(PREFIX)
    decode_other = _joined_halves if name == _name(HALVES) else partial(str, encoding=encoding, errors="replace")

    def decode_line(line: bytes) -> str:
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError:
            return decode_other(line)

    class Decoder(codecs.BufferedIncrementalDecoder):
        def _buffer_decode(self, buffer: Buffer, errors: str, final: bool) -> tuple[str, int]:
            data = bytes(buffer)
            # Whole lines only: of the last one the end may be still to come.
            ends = [match.end() for match in LINE_END.finditer(data)]
            whole = len(data) if final else ends[-1] if ends else 0
            starts = [0, *ends]
            lines = (data[start:end] for start, end in zip(starts, [*ends, len(data)], strict=True) if end <= whole)
            return "".join(map(decode_line, lines)), whole

    def decode(buffer: Buffer, errors: str = "strict", /) -> tuple[str, int]:
        data = bytes(buffer)
        return Decoder(errors).decode(data, final=True), len(data)

    info = codecs.CodecInfo(encode=codecs.utf_8_encode, decode=decode, incrementaldecoder=Decoder, name=name)
    codecs.register(lambda wanted: info if wanted == name else None)
    return info
