"""The shape of a text: what can be told about it without telling what it says."""

from __future__ import annotations

import re
import unicodedata

from imports.engine.headers import fold_header, knows_words
from imports.engine.value_shapes import looks_like_contact, looks_like_person

__all__ = ["looks_personal", "shape_of"]

_MOST_PARTS = 12  # of a shape; a longer text is a sentence

_SIGNS = {
    "@": "at sign",
    ".": "dot",
    "-": "dash",
    "+": "plus",
    "/": "slash",
    "(": "bracket",
    ")": "bracket",
    ",": "comma",
    ":": "colon",
    ";": "semicolon",
    "_": "underscore",
    "'": "apostrophe",
    "&": "ampersand",
    "#": "hash",
}
_RUNS = re.compile(r"\d+|[^\W\d_]+|\s+|.", re.DOTALL)
_MANY_DIGITS = 5


def shape_of(text: str) -> str:
    """Return a text's shape in words, as "3 digits, dash, 4 digits"; "" for a blank one.

    It holds no letter and no digit of the text. A long text has only its length.
    """
    words = text.split()
    if not words:
        return ""
    runs = _RUNS.findall(" ".join(words))
    if len(runs) > _MOST_PARTS:
        return f"{len(words)} words, {len(text)} characters"
    return ", ".join(map(_run, runs))


def _run(run: str) -> str:
    if run.isspace():
        return "space"
    if run.isdecimal():
        return f"{len(run)} digit{'s' if len(run) > 1 else ''}"
    if run.isalpha():
        capital = "capitalized " if run[:1].isupper() and not run[1:].isupper() else ""
        return f"{len(run)} {capital}{_script(run)} letter{'s' if len(run) > 1 else ''}"
    return _SIGNS.get(run, "sign")


def _script(run: str) -> str:
    """Return the script of a word's first letter, as Unicode names it: "latin", "cyrillic", "cjk"."""
    return unicodedata.name(run[0], "unknown").split()[0].split("-")[0].lower()


def looks_personal(header: str) -> bool:
    """Tell whether a header looks like somebody's data rather than like a name for them.

    That happens where a file has no header, and its first row was taken for one.
    """
    if looks_like_contact(header) or sum(map(str.isdecimal, header)) >= _MANY_DIGITS:
        return True
    return looks_like_person(header) and not knows_words(fold_header(header))
