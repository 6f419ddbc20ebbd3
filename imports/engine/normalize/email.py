"""E-mail addresses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from email_validator import EmailNotValidError, validate_email

from imports.engine.errors import InvalidValue
from imports.engine.normalize.text import clean_text, is_placeholder, quoted

__all__ = ["normalize_email"]

MAX_LENGTH = 254  # RFC 5321 4.5.3.1.3, less the angle brackets

# Plain lower-case addresses, which are nearly all. Whatever this accepts, email-validator accepts unchanged (a test
# holds the two together): a label has no "--", which starts Punycode, and the endings that are kept for special use
# (RFC 6761 and 7686) are left to the library.
_PLAIN = re.compile(
    r"[a-z0-9_!#$%&'*+\-/=?^`{|}~]++(?:\.[a-z0-9_!#$%&'*+\-/=?^`{|}~]++)*+"
    r"@(?:[a-z0-9]++(?:-[a-z0-9]++)*+\.)+(?!(?:arpa|invalid|local|localhost|onion|test)\Z)[a-z]{2,}+"
)
_PLAIN_LENGTH = 64  # characters; then no part can be too long (63 for a label, RFC 1035 2.3.4; 64 before the @)
_ANGLE_BRACKETS = re.compile(r"<([^<>]*@[^<>]*)>")
# [Ann](mailto:ann@example.com), <a href="mailto:ann@example.com">
_MAILTO_INSIDE = re.compile(r"mailto:([^\s?<>()\[\]\"',;]+@[^\s?<>()\[\]\"',;]+)", re.IGNORECASE)
# “Work: ann@example.com” and “ann@example.com (work)”: one word, or a remark in brackets, says what the address is for.
_LABEL = re.compile(r"^[^\W\d_][\w.\-]{0,20}\s*:\s*(?!/|.*:)|\s+\([^()@]{1,40}\)$")
_BETWEEN_ADDRESSES = re.compile(r"[,;|\n]|:::|\s+(?:or|and|und|oder|et|ou|y|o)\s+|\s+/\s+")
_AROUND = " \t\n.,;:<>()[]\"'“”„‘’«»"


def normalize_email(text: str) -> str:
    """Return the address as we store and match it, or "" for an empty cell.

    Case is folded in the local part too. RFC 5321 section 2.4 allows servers to tell "Ana@" from "ana@", but people
    who type the same address twice mean one contact. International domains are kept readable ("münchen.example", not
    "xn--…"). Of several addresses in a cell, the first good one counts.

    Raises InvalidValue("email_invalid") with a sentence that says what is wrong.
    """
    address = text.strip().lower()
    if len(address) <= _PLAIN_LENGTH and (_PLAIN.fullmatch(address) or not address):
        return address
    return _normalize_unusual(text)


def _normalize_unusual(text: str) -> str:
    # NFKC first: spreadsheets paste full-width "＠" and non-breaking spaces.
    cleaned = clean_text(unicodedata.normalize("NFKC", text))
    if not cleaned or is_placeholder(cleaned):
        return ""
    for candidate in _candidates(cleaned):
        try:
            # The domain keeps its Unicode form in `normalized`.
            checked = validate_email(candidate, check_deliverability=False).normalized
        except EmailNotValidError:
            continue
        # Lower case can decompose ("İ" → "i̇"), hence composed again.
        address = unicodedata.normalize("NFKC", checked.lower())
        if len(address) <= MAX_LENGTH and _is_stable(address):
            return address
    raise InvalidValue("email_invalid", _explain(cleaned))


def _candidates(cleaned: str) -> Iterator[str]:
    """Yield what may be the address, best first, without "mailto:", display names and quotation marks."""
    parts = _ANGLE_BRACKETS.findall(cleaned) or _MAILTO_INSIDE.findall(cleaned) or _BETWEEN_ADDRESSES.split(cleaned)
    for written in parts:
        part = written if "mailto:" in written.lower() else _LABEL.sub("", written.strip())
        words = part.split()
        # "a@example.com b@example.com" is two addresses; "a smith@example.com" is one, with a mistake in it.
        for word in words if all("@" in word for word in words) else [part]:
            address = word.strip(_AROUND)
            if address.lower().startswith("mailto:"):
                address = address[len("mailto:") :].partition("?")[0].strip()
            if address:
                yield address


def _is_stable(address: str) -> bool:
    """Tell whether the address would be read as itself: what we store must come back unchanged from an export."""
    try:
        return validate_email(address, check_deliverability=False).normalized.lower() == address
    except EmailNotValidError:
        return False


def _explain(cleaned: str) -> str:
    """Say what is wrong with an address and what to do about it."""
    shown = quoted(cleaned)
    example = "Enter an address like ann@example.com."
    local, at, domain = cleaned.rpartition("@")
    if not at:
        return f"{shown} has no @ sign. {example}"
    if not domain.strip(_AROUND):
        return f"{shown} has nothing after the @ sign. {example}"
    if not local.strip(_AROUND):
        return f"{shown} has nothing before the @ sign. {example}"
    if "@" in local:
        return f"{shown} has more than one @ sign. {example}"
    if len(cleaned.split()) > 1:
        return f"{shown} has a space in it. {example}"
    if "." not in domain:
        return f"{shown} has no domain ending. {example}"
    if ".." in cleaned or domain.startswith(".") or local.startswith(".") or local.endswith("."):
        return f"{shown} has a dot too many. {example}"
    if len(cleaned) > MAX_LENGTH:
        return f"{shown} is longer than an address can be ({MAX_LENGTH} characters). {example}"
    return f"{shown} is not an e-mail address. {example}"
