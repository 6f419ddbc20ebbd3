"""Number formats that add digits: a post code 1234 that shows as 01234, a phone number that shows with its zero."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

_TOKEN = re.compile(r'"([^"]*)"|\\(.)|_(.)|\*(.)|([0#])|([ \-+()/])', re.DOTALL)
_COLOUR_OR_LOCALE = re.compile(r"\[[^\]]*\]")
_PLACES_MAX = 30


class Token(NamedTuple):
    """A place for a digit, or what stands between them."""

    text: str  # of a place, what is shown where the number has no digit: "0", or "" for "#"
    is_place: bool


@dataclass(frozen=True, slots=True)
class DigitFormat:
    """How a whole number is shown: with zeros in front, signs between."""

    tokens: tuple[Token, ...]

    def applied(self, digits: str) -> str:
        """Return the number as the sheet shows it; it keeps all of its digits."""
        places = [token for token in self.tokens if token.is_place]
        shown: list[str] = []
        rest = digits
        for token in reversed(self.tokens):
            if not token.is_place:
                # It is shown if any digit is before it, or it stands before all of them.
                if rest or not places or any(place.text for place in places):
                    shown.append(token.text)
                continue
            places.pop()
            # The first place takes all digits that are left.
            taken = rest[-1:] if places else rest
            rest = rest[: len(rest) - len(taken)]
            shown.append(taken or token.text)
        return "".join(reversed(shown)).strip()


def digit_format(code: str) -> DigitFormat | None:
    """Return the format that a code such as “00000” stands for; None if it adds nothing to the digits of a number.

    Codes with dates, decimals, thousands, percent or text are for cells that hold something else than digits.
    """
    section = _COLOUR_OR_LOCALE.sub("", code).partition(";")[0]
    tokens: list[Token] = []
    end = 0
    for match in _TOKEN.finditer(section):
        if match.start() != end:
            return None
        end = match.end()
        quoted, escaped, _, _, place, sign = match.groups()
        if place:
            tokens.append(Token(place.replace("#", ""), is_place=True))
        elif text := quoted or escaped or sign:
            tokens.append(Token(text, is_place=False))
    places = [token for token in tokens if token.is_place]
    if end != len(section) or not 0 < len(places) <= _PLACES_MAX:
        return None
    between = "".join(token.text for token in tokens if not token.is_place)
    adds_digits = sum(1 for place in places if place.text) > 1 or "+" in between or any(map(str.isdigit, between))
    return DigitFormat(tuple(tokens)) if adds_digits else None
