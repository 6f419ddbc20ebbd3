"""JSON values as the text of a cell, from which each field makes its normal form."""

from __future__ import annotations

from decimal import Decimal
from typing import Any


def text_of(value: Any) -> str | None:
    """Return a JSON value as text, "" for null; None for an object or a list, which no cell can hold."""
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case Decimal():
            return f"{value:f}"
    return None
