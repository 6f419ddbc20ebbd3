"""Text as we store it: composed (NFC), without control characters, trimmed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from imports.engine.errors import InvalidValue

# C0 and C1 controls but tab and line feed, and invisible marks that come along when people copy from web pages and
# word processors; and what XML, and so Excel, cannot hold. The joiners U+200C and U+200D stay: Persian, Hindi and emoji
# are written with them.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff]"
)
# Half of a character outside the basic plane: no encoding of the database can hold it.
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_BREAK = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# What MySQL and PostgreSQL write into a file where there is no value; nobody is called so.
NO_VALUE = "\\N"
# Characters; with an emoji among them, each takes four bytes.
_TOGETHER_MAX = 4_000_000
_PLACEHOLDER_WORDS = """
    n/a na n.a. n.a #n/a nan none null nil nill \\n undefined unknown - -- --- – — ? ?? . / 0 no keine keiner k.a. aucun
    ninguno ninguna nessuno nessuna geen brak ingen нет немає なし 无 無 없음
"""
_PLACEHOLDERS = frozenset(_PLACEHOLDER_WORDS.split())


def clean_text(text: str) -> str:
    """Return the text composed and trimmed; its line breaks stay, as "\\n"."""
    if text.isprintable() and (text.isascii() or unicodedata.is_normalized("NFC", text)):
        return trimmed(text)  # nearly every cell; printable text holds no line break and no space but " "
    text = _LINE_BREAK.sub("\n", text).replace("\u00a0", " ")
    text = _LONE_SURROGATE.sub("\ufffd", _UNWANTED.sub("", text))
    return trimmed(unicodedata.normalize("NFC", text))


def trimmed(text: str) -> str:
    """Return the text without space around it; "" where all of it says that there is no value."""
    text = text.strip()
    return "" if text == NO_VALUE else text


def clean_line(text: str) -> str:
    """Return the text as clean_text() does, on one line and with single spaces: for names."""
    if "  " not in text and text.isprintable() and (text.isascii() or unicodedata.is_normalized("NFC", text)):
        return trimmed(text)
    # Trimmed again: clean_text() may have taken an invisible character from between two spaces.
    return unicodedata.normalize("NFC", " ".join(clean_text(text).split()))


def clean_lines(cells: Sequence[str], max_length: int) -> list[str] | None:
    """Return each cell as clean_line() does, all at once; None if some cell needs a look of its own, or is too long."""
    longest = max(map(len, cells), default=0)
    if longest > max_length or longest * len(cells) > _TOGETHER_MAX:
        return None
    together = "|".join(cells)
    if "  " in together or NO_VALUE in together:
        return None
    if not together.isprintable() or not unicodedata.is_normalized("NFC", together):
        return None
    return list(map(str.strip, cells))


def is_placeholder(text: str) -> bool:
    """Tell whether people write this for "there is none", as "n/a"; only for cells that must hold a certain form."""
    return text.casefold() in _PLACEHOLDERS


def check_length(text: str, max_length: int | None) -> str:
    """Return the text. Raises InvalidValue("too_long") if it has more characters."""
    if max_length is not None and len(text) > max_length:
        raise InvalidValue("too_long", f"{quoted(text)} has {len(text):,} characters. Shorten it to {max_length:,}.")
    return text


def quoted(text: str, longest: int = 60) -> str:
    """Return a cell in quotation marks for a sentence, cut and on one line, so that a message stays readable."""
    line = " ".join(clean_text(text).split())
    return f"“{line}”" if len(line) <= longest else f"“{line[:longest]}…”"
