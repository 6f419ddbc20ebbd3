"""Web addresses."""

from __future__ import annotations

import re
import unicodedata

from imports.engine.errors import InvalidValue
from imports.engine.normalize.text import clean_text, is_placeholder, quoted

__all__ = ["normalize_url"]

_URL = re.compile(
    r"(?:(?P<scheme>[a-z][a-z0-9+.-]*):(?:/{2,}|/?(?![0-9])))?(?P<host>[^\s/?#@:<>\"\\]+)(?P<port>:[0-9]{1,5})?(?P<rest>[/?#]\S*)?",
    re.IGNORECASE,
)
_HOST = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W])?\.)+[^\W\d_][\w-]{0,61}[^\W_]\.?")


def normalize_url(text: str) -> str:
    """Return the address with its scheme ("https" where none is written) and a lower-case host, or "".

    Raises InvalidValue("url_invalid") for what is no address of a web page, also for "javascript:" and its like,
    which a page could be made to run.
    """
    cleaned = clean_text(unicodedata.normalize("NFKC", text)).strip("<>\"'").strip()
    if not cleaned or is_placeholder(cleaned):
        return ""
    match = _URL.fullmatch(cleaned)
    if match is None or not _HOST.fullmatch(match["host"]):
        raise InvalidValue("url_invalid", f"{quoted(cleaned)} is not a web address. Enter it like https://example.com.")
    scheme = (match["scheme"] or "https").lower()
    if scheme not in ("http", "https"):
        raise InvalidValue("url_invalid", f"{quoted(cleaned)} does not start with http:// or https://.")
    host = unicodedata.normalize("NFKC", match["host"].lower())
    return f"{scheme}://{host}{match['port'] or ''}{match['rest'] or ''}"
