"""Numbers, kept as decimal text: that goes through JSON, CSV and the database without losing a digit."""

from __future__ import annotations

import re
import unicodedata
from decimal import Context, Decimal

from imports.engine.errors import InvalidValue
from imports.engine.normalize.text import clean_text, is_placeholder, quoted

__all__ = ["normalize_number"]

_CURRENCY = re.compile(r"^(?:[€$£¥₹₽₺₩]|[A-Z]{3}(?=[\s\d]))|(?:[€$£¥₹₽₺₩]|\s[A-Z]{3})$")
_SIGNED = re.compile(r"\((?P<negative>[^()]+)\)|(?P<sign>[+-]?)(?P<digits>.+)")
_DIGITS = re.compile(r"(?P<whole>[0-9]*)(?:\.(?P<fraction>[0-9]*))?(?:E(?P<exponent>[+-]?[0-9]{1,4}))?", re.IGNORECASE)
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:[\s'’_][0-9]{3})+(?=[.,]|$)")
_LONGEST = 60  # digits; more is not a number that anybody counts with
# A double holds 15 digits for certain; the 16th and 17th are noise, as in 0.30000000000000004.
_DOUBLE = Context(prec=15)


def normalize_number(text: str) -> str:
    """Return the number as plain decimal text ("-1234.5"), or "" for an empty cell.

    Takes thousands separators of all kinds, a decimal comma, a currency sign, and "(5.00)" for -5. "1,234" is one
    thousand and "1.234" is one point two: a comma that could be either separates thousands, a full stop does not.

    Raises InvalidValue("number_invalid").
    """
    cleaned = clean_text(unicodedata.normalize("NFKC", text)).replace("−", "-")
    if not cleaned:
        return ""
    number = _read(_CURRENCY.sub("", cleaned, count=1).strip())
    if number is not None:
        return number
    if is_placeholder(cleaned):
        return ""
    raise InvalidValue("number_invalid", f"{quoted(cleaned)} is not a number. Enter it like 1234.5.")


def _read(text: str) -> str | None:
    signed = _SIGNED.fullmatch(text)
    if signed is None:
        return None
    digits = (signed["negative"] or signed["digits"]).strip()
    if thousands := _THOUSANDS.match(digits):
        digits = re.sub(r"[\s'’_]", "", thousands[0]) + digits[thousands.end() :]
    match = _DIGITS.fullmatch(_with_decimal_point(digits))
    if match is None or not (match["whole"] or match["fraction"]) or len(digits) > _LONGEST:
        return None
    if abs(int(match["exponent"] or 0)) > _LONGEST:
        return None

    number = Decimal(match[0])
    if match["fraction"] and len(number.as_tuple().digits) > _DOUBLE.prec:
        number = _DOUBLE.plus(number)
    plain = f"{number:f}"
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    plain = plain.lstrip("0") or "0"
    plain = "0" + plain if plain.startswith(".") else plain
    negative = signed["negative"] is not None or signed["sign"] == "-"
    return f"-{plain}" if negative and plain != "0" else plain


def _with_decimal_point(digits: str) -> str:
    """Return the digits with "." as decimal separator and none for thousands."""
    comma, point = digits.rfind(","), digits.rfind(".")
    if comma >= 0 and point >= 0:  # the later one is the decimal separator
        thousands, decimal = (",", ".") if point > comma else (".", ",")
        return digits.replace(thousands, "").replace(decimal, ".") if digits.count(decimal) == 1 else digits
    if digits.count(".") > 1 and re.fullmatch(r"[0-9]{1,3}(?:\.[0-9]{3})+", digits):
        return digits.replace(".", "")
    if re.fullmatch(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+", digits):
        return digits.replace(",", "")
    return digits.replace(",", ".")
