"""JSON that can be kept as it is: each key once, no NaN, no nesting without end, no text without a form.

Numbers with a fraction are decimals: through floats 12345678901234.56 would lose a digit. That, and keys that are there
twice, is why it is Python's own json; orjson, which takes three quarters of the time, can do neither.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from decimal import Decimal
from typing import Any

MAX_DEPTH = 50
"""Deeper than anything that is asked for, and shallow enough for every walk through it."""

# Escapes for what PostgreSQL's text cannot hold: NUL, and halves of surrogate pairs.
_SUSPECT_ESCAPE = re.compile(rb"\\u(?:0000|d[89a-f])", re.IGNORECASE)
_NO_TEXT = re.compile("[\0\ud800-\udfff]")


def read(body: bytes) -> Any:
    """Return what the JSON says.

    Raises json.JSONDecodeError, which knows line and column, for what is no JSON; another ValueError, with a sentence,
    for JSON that cannot be kept.
    """
    try:
        # RFC 8259 section 8.1: JSON that is exchanged is UTF-8.
        parsed = json.loads(
            body.decode("utf-8-sig"),
            parse_constant=_refuse_constant,
            parse_float=_decimal,
            object_pairs_hook=_each_key_once,
        )
        _refuse_deep(parsed, MAX_DEPTH)
    except RecursionError as error:
        raise ValueError(f"it is nested deeper than {MAX_DEPTH} levels.") from error
    if _SUSPECT_ESCAPE.search(body):
        _refuse_unstorable(parsed)
    return parsed


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON.")


def _decimal(text: str) -> Decimal:
    # RFC 8259 section 6: beyond a double's range readers do not agree. Written out, 1e999999 is a million digits.
    exponent = text.lower().partition("e")[2]
    if exponent and abs(int(exponent)) > sys.float_info.max_10_exp:
        raise ValueError(f"{text[:40]} is no number that can be kept.")
    return Decimal(text)


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        ((key, _),) = Counter(key for key, _ in pairs).most_common(1)
        raise ValueError(f"the key “{key[:100]}” is there twice in one object.")
    return found


def _refuse_deep(value: Any, levels: int) -> None:
    if not levels:
        raise RecursionError
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        if type(inner) is dict or type(inner) is list:
            _refuse_deep(inner, levels - 1)


def _refuse_unstorable(value: Any) -> None:
    match value:
        case str() if _NO_TEXT.search(value):
            raise ValueError("a text holds \\u0000 or half of a surrogate pair.")
        case dict():
            for key, inner in value.items():
                _refuse_unstorable(key)
                _refuse_unstorable(inner)
        case list():
            for inner in value:
                _refuse_unstorable(inner)
