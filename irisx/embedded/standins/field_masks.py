"""Google's partial responses: `fields=properties(title),sheets.properties.sheetId`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

Mask = dict[str, "Mask"]

_TOKEN = re.compile(r"[A-Za-z0-9*]+|[(),./]")


def parse(text: str) -> Mask:
    """Return the fields that a mask names, with those inside of them. Raises ValueError."""
    tokens = _TOKEN.findall(text)
    if "".join(tokens) != text:
        raise ValueError(text)
    place = iter([*tokens, ""])
    mask, end = _fields(place)
    if end != "":
        raise ValueError(text)
    return mask


def _fields(tokens: Iterator[str]) -> tuple[Mask, str]:
    mask: Mask = {}
    while True:
        path = [next(tokens)]
        sign = next(tokens)
        while sign in (".", "/"):
            path.append(next(tokens))
            sign = next(tokens)
        inner: Mask = {}
        if sign == "(":
            inner, end = _fields(tokens)
            if end != ")":
                raise ValueError("a bracket is not closed")
            sign = next(tokens)
        place = mask
        for name in path[:-1]:
            place = place.setdefault(name, {})
        place.setdefault(path[-1], {}).update(inner)
        if sign != ",":
            return mask, sign


def applied(mask: Mask, value: Any) -> Any:
    """Return the parts of a JSON value that a mask names; all of it where the mask is empty."""
    if not mask:
        return value
    if isinstance(value, list):
        return [applied(mask, part) for part in value]
    if isinstance(value, dict):
        return {name: applied(inner, value[name]) for name, inner in mask.items() if name in value}
    return value
