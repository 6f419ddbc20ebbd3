"""Finds first and last names in columns that are not called so, by what people's e-mail addresses are made of."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from imports.engine.headers import fold_header

__all__ = ["find_name_columns"]

_NAMES = re.compile(r"[^\W\d_]+(?:[ .'’-]{1,2}[^\W\d_]+){0,2}\.?")
_ENOUGH = 0.5  # of the addresses must be made of the names


def find_name_columns(columns: Mapping[int, Sequence[str]], addresses: Sequence[str]) -> tuple[int, int] | None:
    """Return the places of first and last name, of columns side by side; None where the addresses do not tell.

    `columns`: place in the table → values; these and the addresses need not be of the same rows. Who has
    ana.silva@example.com, a.silva@… or ana@… is Ana Silva.
    """
    names = {
        place: {fold_header(value) for value in values}
        for place, values in columns.items()
        if values and all(_NAMES.fullmatch(value.strip()) for value in values)
    }
    people = [fold_header(address.partition("@")[0]).split() for address in addresses]
    best, most = None, _ENOUGH * len(people)
    for place in sorted(names):
        for first, last in ((place, place + 1), (place + 1, place)):
            if first in names and last in names:
                told = sum(1 for person in people if _is_called(person, names[first], names[last]))
                if told >= most and told:
                    best, most = (first, last), told + 1
    return best


def _is_called(person: Sequence[str], first_names: set[str], last_names: set[str]) -> bool:
    """Tell whether the words of an address are a first and a last name, or a first name alone."""
    match person:
        case [first]:
            return first in first_names
        case [first, last]:
            is_first = first in first_names or (len(first) == 1 and any(name[:1] == first for name in first_names))
            return is_first and last in last_names
        case _:
            return False
