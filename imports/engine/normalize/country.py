"""Countries, as ISO 3166 alpha-2 codes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from imports.engine.errors import InvalidValue
from imports.engine.normalize.text import clean_line, is_placeholder, quoted

__all__ = ["country_names", "is_country_name", "normalize_country"]

FLAG_A = 0x1F1E6
_BETWEEN_NAMES = re.compile(r"[()\[\]/,;:]|\s[-–—]\s")
_NAMES_FILE = Path(__file__).with_name("countries.txt")


def normalize_country(text: str) -> str:
    """Return the country's ISO 3166 alpha-2 code, or "" for an empty cell.

    Takes alpha-2 and alpha-3 codes, names in many languages, whatever their case and accents, flags, and a name with
    its code beside it.

    Raises InvalidValue("country_unknown").
    """
    cleaned = clean_line(text)
    if not cleaned:
        return ""
    if is_placeholder(cleaned) and not cleaned.isalpha():  # "NA" is Namibia and "no" is Norway, but "n/a" is nowhere
        return ""
    code = _codes_by_name().get(_fold(cleaned)) or _code_of_flag(cleaned) or _code_of_several(cleaned)
    if code is not None:
        return code
    if is_placeholder(cleaned):
        return ""
    raise InvalidValue("country_unknown", f"{quoted(cleaned)} is not a country. Enter its name or its two-letter code.")


def _code_of_flag(text: str) -> str | None:
    """Return the code that a flag is made of: two letters of their own, U+1F1E6 for A."""
    letters = "".join(chr(ord(sign) - FLAG_A + ord("A")) for sign in text if 0 <= ord(sign) - FLAG_A < 26)
    return letters if len(letters) == len(text) == 2 and letters.lower() in _codes_by_name() else None


def _code_of_several(text: str) -> str | None:
    """Return the country of “Germany (DE)” and “DE - Germany”, where all parts name the same one."""
    parts = [_fold(part) for part in _BETWEEN_NAMES.split(text)]
    codes = {_codes_by_name().get(part) for part in parts if part}
    return codes.pop() if len(codes) == 1 else None


def is_country_name(text: str) -> bool:
    """Tell whether the text is the name of a country, written out."""
    folded = _fold(text)
    return len(folded) > 3 and folded in _codes_by_name()


@cache
def country_names() -> Mapping[str, str]:
    """Return the English name of each country by its alpha-2 code, in the order of the names."""
    names = {alpha2: written[0] for alpha2, _, written in _countries()}
    return dict(sorted(names.items(), key=lambda named: named[1]))


@cache
def _codes_by_name() -> Mapping[str, str]:
    codes: dict[str, str] = {}
    names: dict[str, str] = {}
    for alpha2, alpha3s, written in _countries():
        codes.update(dict.fromkeys([alpha2.lower(), *map(str.lower, alpha3s)], alpha2))
        for name in written:
            names.setdefault(_fold(name), alpha2)
    return {**names, **codes}  # a code goes before a name: "Cr" is Costa Rica, not "ČR"


def _countries() -> Iterator[tuple[str, list[str], list[str]]]:
    """Yield (alpha-2, alpha-3 codes, names) of each country, the English name first."""
    for line in _NAMES_FILE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            alpha2, alpha3s, written = line.split(" ", 2)
            yield alpha2, alpha3s.split(","), written.split("|")


def _fold(name: str) -> str:
    """Return the name's letters without case, accents, spaces and punctuation."""
    # Marks outside U+0300–036F are vowels (Hindi, Thai), no accents.
    return "".join(
        character
        for character in unicodedata.normalize("NFKD", name.casefold())
        if (character.isalnum() or unicodedata.category(character)[0] == "M") and not "\u0300" <= character <= "\u036f"
    )
