"""Phone numbers, as E.164: "+", country calling code, national number."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumberDesc, PhoneNumberFormat

from imports.engine.errors import InvalidValue
from imports.engine.normalize.text import clean_text, is_placeholder, quoted

__all__ = ["normalize_phone"]

_SCIENTIFIC = re.compile(r"[+-]?\d+(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
_AMOUNT = re.compile(r"(\+?\d{6,})[.,]0+")
_TRUNK_ZERO = re.compile(r"\(\s*0\s*\)")
# What is said about the number, behind it: "(office)".
_REMARK = re.compile(r"\s*\([^()\d]*[^\W\d_][^()\d]*\)\s*$")
_PLUS_AND_PREFIX = re.compile(r"^\+\s*00(?=[1-9])")
_DIALLED_ABROAD = re.compile(r"(?:00|011)[\s-]*(?=[1-9])")
# What stands between two numbers in a cell. A slash may also stand inside one: "030/901820".
_BETWEEN_NUMBERS = (
    re.compile(r"[,;|\n]|:::|\s(?=\+)|\s(?:or|and|oder|und|ou|et|o|y)\s", re.IGNORECASE),
    re.compile("/"),
)
_FEWEST_DIGITS_OF_A_NUMBER = 7  # parts of a cell with fewer are extensions or groups of one number


def normalize_phone(text: str, country: str = "") -> str:
    """Return the number in E.164, or "" for an empty cell.

    `country` (ISO 3166 alpha-2, or "") is where a number without a country calling code belongs. Extensions are cut.
    Of several numbers in a cell, the first counts.

    Raises InvalidValue: "phone_invalid", "phone_without_country", or "phone_digits_lost" for a number that a
    spreadsheet rounded.
    """
    return _by_pattern(text, country) or _by_library(text, country)


# --- Common forms: patterns made of phonenumbers' own metadata -------------------------------------------------------


def _by_pattern(text: str, country: str) -> str | None:
    """Return the number if it has a common form, else None, which says nothing about it.

    Ten times as fast as the library. Whatever this returns, the library returns too; a test holds the two together.
    """
    # Four times as fast as translate(). One full stop alone stays: "15112345678.0" is a number that a spreadsheet took
    # for an amount.
    digits = text.replace(" ", "").replace("-", "").replace("(", "").replace(")", "").replace("\u00a0", "")
    if digits.count(".") > 1:
        digits = digits.replace(".", "")
    if digits[:1] == "+":
        pattern = _international_pattern(digits[1:4])
        return digits if pattern and pattern.fullmatch(digits) else None

    plan = _national_plan(country)
    if plan is None:
        return None
    calling_code, abroad, pattern = plan
    if digits[:2] == "00" and abroad == "00":
        digits = "+" + digits[2:]
        pattern_abroad = _international_pattern(digits[1:4])
        return digits if pattern_abroad and pattern_abroad.fullmatch(digits) else None
    if match := pattern.fullmatch(digits):
        return calling_code + match["national"]
    return None


@lru_cache(maxsize=1024)
def _international_pattern(first_digits: str) -> re.Pattern[str] | None:
    """Return the pattern of valid numbers, with "+", that begin with these digits (three, or all there are)."""
    if not re.match("[1-9]", first_digits):
        return None
    for length in (1, 2, 3):
        calling_code = first_digits[:length]
        if not (calling_code.isascii() and calling_code.isdecimal()):
            return None
        if regions := COUNTRY_CODE_TO_REGION_CODE.get(int(calling_code)):
            main = PhoneMetadata.metadata_for_region(regions[0], None)
            if main is None:  # "001": satellite and other numbers of no country
                return None
            # What the library would cut off as a national prefix is left to it.
            prefix = main.national_prefix_for_parsing
            keep = f"(?!{prefix})" if prefix else ""
            return re.compile(rf"\+{calling_code}{keep}(?:{_valid_numbers(int(calling_code))})", re.ASCII)
    return None


@lru_cache(maxsize=256)
def _national_plan(country: str) -> tuple[str, str, re.Pattern[str]] | None:
    """Return (calling code with "+", prefix for calls abroad, pattern of numbers dialled inside the country).

    The pattern's group "national" is the national number. None if the country has no numbers.
    """
    metadata = PhoneMetadata.metadata_for_region(country, None) if country else None
    if metadata is None:
        return None
    code = str(metadata.country_code)
    number = f"(?P<national>{_rest_is(metadata.general_desc)}(?:{_valid_numbers(metadata.country_code)}))"
    prefix = metadata.national_prefix_for_parsing
    if prefix:
        # (?>…) takes what re.match() of the library takes. Where that captured a group, the library rewrites the
        # number by a rule of the country; those are left to it.
        groups = re.compile(prefix).groups
        captured = rf"(?({groups})(?!))" if groups else ""
        # A prefix that could also be the calling code is left to the library, but for +1: there both read the same.
        ambiguous = "" if code == "1" else rf"(?!{code})"
        number = rf"(?:{ambiguous}(?>{prefix}){captured}|(?!{prefix})){number}"
    abroad = metadata.international_prefix or ""
    return "+" + code, abroad, re.compile(rf"(?!{abroad}){number}" if abroad else number, re.ASCII)


@lru_cache(maxsize=256)
def _valid_numbers(calling_code: int) -> str:
    """Return the pattern, without groups, of the mobile and fixed-line numbers under a country calling code.

    The library decides the other kinds, and those of regions inside another's numbers (the Caribbean in +1).
    """
    ways = []
    claimed = ""  # of the regions that share a calling code, the first that claims a number's leading digits decides
    for place, region in enumerate(COUNTRY_CODE_TO_REGION_CODE[calling_code]):
        metadata = PhoneMetadata.metadata_for_region(region, None)
        if metadata is None:
            continue
        leading = metadata.leading_digits
        if place == 0 or not leading:
            own = f"(?={leading})" if leading else ""
            possible = _rest_is(metadata.general_desc)
            kinds = "|".join(dict.fromkeys(map(_rest_is, (metadata.mobile, metadata.fixed_line))))
            ways.append(f"{claimed}{own}{possible}(?:{kinds})\\d+")
        if leading:
            claimed += f"(?!{leading})"
    return "|".join(ways)


def _rest_is(kind: PhoneNumberDesc | None) -> str:
    """Return the lookahead that holds if the rest of the digits is a number of this kind."""
    if kind is None or not kind.national_number_pattern:
        return "(?!)"
    lengths = "|".join(rf"\d{{{first},{last}}}" for first, last in _runs(kind.possible_length))
    possible = rf"(?=(?:{lengths})\Z)" if lengths else ""
    return rf"{possible}(?=(?:{kind.national_number_pattern})\Z)"


def _runs(lengths: Sequence[int]) -> list[tuple[int, int]]:
    """Return the first and last of each run of numbers that follow one another, the longest run first."""
    runs: list[tuple[int, int]] = []
    for length in sorted(lengths):
        if runs and runs[-1][1] == length - 1:
            runs[-1] = (runs[-1][0], length)
        else:
            runs.append((length, length))
    return sorted(runs, key=lambda run: run[0] - run[1])


# --- Everything else: the library ------------------------------------------------------------------------------------


def _by_library(text: str, country: str) -> str:
    cleaned = clean_text(unicodedata.normalize("NFKC", text)).lstrip("'’`").strip()
    cleaned = _PLUS_AND_PREFIX.sub("+", _REMARK.sub("", cleaned))
    if not cleaned or is_placeholder(cleaned):
        return ""
    if _SCIENTIFIC.fullmatch(cleaned):
        raise InvalidValue(
            "phone_digits_lost",
            f"{quoted(cleaned)} was rounded by a spreadsheet and lost its last digits. "
            "Format the column as text there, and enter the whole number.",
        )
    for reading in _readings(cleaned):
        try:
            number = phonenumbers.parse(reading, country or None)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if not country and not cleaned.startswith(("+", "tel:+")) and sum(map(str.isdecimal, cleaned)) > 5:
        raise InvalidValue(
            "phone_without_country",
            f"{quoted(cleaned)} has no country code. Enter it like +49 30 901820, or choose a default country.",
        )
    raise InvalidValue(
        "phone_invalid", f"{quoted(cleaned)} is not a phone number. Enter it with its country code, like +49 30 901820."
    )


def _readings(cleaned: str) -> Iterator[str]:
    """Yield what may be the number, in the order in which the library should try."""
    for number in _numbers_in(cleaned):
        if amount := _AMOUNT.fullmatch(number):
            number = amount[1]
        yield number
        # "+34 (0)91 …" is written by people whose country has a trunk zero, about a country that has none.
        without_zero = _TRUNK_ZERO.sub("", number)
        if without_zero != number:
            yield without_zero
        # "011 …" is dialled in America, "00 …" elsewhere, whichever country the row is about.
        if abroad := _DIALLED_ABROAD.match(without_zero):
            yield "+" + without_zero[abroad.end() :]


def _numbers_in(cleaned: str) -> list[str]:
    """Return the several numbers in a cell, or the cell if it seems to hold one."""
    for separator in _BETWEEN_NUMBERS:
        parts = [part.strip() for part in separator.split(cleaned)]
        numbers = [part for part in parts if sum(map(str.isdecimal, part)) >= _FEWEST_DIGITS_OF_A_NUMBER]
        if len(numbers) > 1:
            return numbers
    return [cleaned]
