"""Cells that a spreadsheet program would run as a formula: made harmless on the way out, and back on the way in.

OWASP, "CSV Injection". Every file we hand out goes through harmless(); a reader of such a file takes it back with
original(), so that nothing changes on the way round.
"""

from __future__ import annotations

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝]")
# Our phones: digits alone after the plus are a number in every program, and people search for them.
_PHONE = re.compile(r"\+\d{7,15}", re.ASCII)


def harmless(text: str) -> str:
    """Return the text with one ' in front if it would be a formula, or would be taken for one of ours."""
    return f"'{text}" if _FORMULA.match(text) and not _PHONE.fullmatch(text) else text


def original(text: str) -> str:
    """Return what harmless() was given: exactly one ' less, where it put one."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text, 1) else text
