"""Tags: several short words in one cell."""

from __future__ import annotations

import re

from imports.engine.normalize.text import clean_line, clean_text

__all__ = ["normalize_tags"]

# ":::" is how Google Contacts separates labels.
_SEPARATOR = re.compile(r":::|[,;|\n\t、，；•·¦]|\s/\s")
# How programs write lists: ["a", "b"], ['a', 'b'], {a,b}.
_LIST = re.compile(r"\[(.*)\]|\{(.*)\}", re.DOTALL)
_HASHTAGS = re.compile(r"(?:#[^\s#,;|]+\s+)+#[^\s#,;|]+")


def normalize_tags(text: str) -> list[str]:
    """Return the tags in order, each once whatever its case; [] for an empty cell."""
    cleaned = clean_text(text)
    is_list = _LIST.fullmatch(cleaned)
    if is_list:
        cleaned = is_list[1] or is_list[2] or ""
    elif _HASHTAGS.fullmatch(cleaned):
        cleaned = ",".join(cleaned.split())
    tags: dict[str, str] = {}
    for part in _SEPARATOR.split(cleaned):
        tag = clean_line(part.strip().strip("\"'") if is_list else part)
        if tag:
            tags.setdefault(tag.casefold(), tag)
    return list(tags.values())
