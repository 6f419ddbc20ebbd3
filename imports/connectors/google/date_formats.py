"""How a sheet writes its dates: whether the day or the month comes first, as the format of the cells says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_DATES = {"DATE", "DATE_TIME"}
# Where a date without a pattern has the month first; elsewhere the day comes first, or the year.
_MONTH_FIRST = {"en_US", "en_PH", "fil_PH", "es_PR", "es_PA"}
# Google's guide "Date and number formats": text stands in quotes or behind a backslash.
_TEXT = re.compile(r'"[^"]*"|\\.')
_PARTS = re.compile(r"d+|m+|y+", re.IGNORECASE)


def orders_of(formats: Sequence[Sequence[Mapping[str, str]]], locale: str) -> dict[int, str]:
    """Return place of a column → "dmy" or "mdy", for those whose dates all have that order.

    `formats` are the NumberFormats of the first rows, {} for a cell without.
    """
    found: dict[int, set[str]] = {}
    for row in formats:
        for place, number_format in enumerate(row):
            if number_format.get("type") in _DATES:
                found.setdefault(place, set()).add(order_of(number_format.get("pattern", ""), locale))
    return {place: orders.pop() for place, orders in found.items() if len(orders) == 1 and orders <= {"dmy", "mdy"}}


def order_of(pattern: str, locale: str) -> str:
    """Return "dmy" or "mdy" for a pattern of dates, "" for one that has neither order. No pattern: the locale's."""
    if not pattern:
        return "mdy" if locale in _MONTH_FIRST else "dmy"
    parts = [part[0].lower() for part in _PARTS.findall(_TEXT.sub("", pattern))]
    # Minutes are called m as well, but they come after hours: the first of each counts.
    order = "".join(dict.fromkeys(parts))
    return order if order in ("dmy", "mdy") else {"dm": "dmy", "md": "mdy"}.get(order, "")
