"""What the text of a cell looks like, as far as finding a header or a footer needs to know."""

from __future__ import annotations

import re

EMAIL = re.compile(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+\.[^\s@<>,;:\"]{2,}")
URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
DATE = re.compile(r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2}))(?:[T ]\d{1,2}:\d{2}.*)?")
NUMBER = re.compile(r"[-+]?\d[\d.,' ]*%?")
PHONE = re.compile(r"(?:tel:)?[+(]*\d[\d\s().\-/]*", re.IGNORECASE)
PHONE_DIGITS_MIN = 7
# A longer cell is judged by its beginning: searching for an address takes time in the square of the length.
CHARACTERS_MAX = 500


def kind_of(text: str) -> str:
    """Return "email", "url", "date", "phone", "number", "text", or "" for a blank cell."""
    text = text[:CHARACTERS_MAX].strip()
    if not text:
        return ""
    if "@" in text and EMAIL.search(text):
        return "email"
    if URL.match(text):
        return "url"
    if not any(character.isdigit() for character in text):
        return "text"
    if DATE.fullmatch(text):
        return "date"
    if PHONE.fullmatch(text) and sum(character.isdigit() for character in text) >= PHONE_DIGITS_MIN:
        return "phone"
    if NUMBER.fullmatch(text):
        return "number"
    return "text"
