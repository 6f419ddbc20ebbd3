"""A codec for files that mix UTF-8 with an encoding of two bytes a character: each line is in the one or the other."""

from __future__ import annotations

import codecs
import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer

PREFIX = "irisx_lines_"
LINE_END = re.compile(rb"[\r\n]")


def line_by_line(encoding: str) -> str:
    """Return the name of a codec that reads a line as UTF-8 if it is that, and in `encoding` if not."""
    name = PREFIX + encoding.replace("-", "_")
    _codec(name)
    return name


@cache
def _codec(name: str) -> codecs.CodecInfo:
    encoding = name.removeprefix(PREFIX)

    def decode_line(line: bytes) -> str:
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError:
            return line.decode(encoding, "replace")

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
