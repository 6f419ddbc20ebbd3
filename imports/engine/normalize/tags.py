"""Tags: several short words in one cell."""

from __future__ import annotations

import re

from imports.engine.normalize.text import clean_line, clean_text

__all__ = ["normalize_tags"]

# ":::" is how Google Contacts separates labels.
_SEPARATOR = re.compile(r":::|[,;|\n、，；]")


def normalize_tags(text: str) -> list[str]:
    """Return the tags in order, each once whatever its case; [] for an empty cell."""
    tags: dict[str, str] = {}
    for part in _SEPARATOR.split(clean_text(text)):
        tag = clean_line(part)
        if tag:
            tags.setdefault(tag.casefold(), tag)
    return list(tags.values())
