"""The address of an Airtable table, as the browser shows it."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urlsplit

from irisx.refusals import Invalid

HOST = "airtable.com"
BASE_ID = re.compile(r"app[A-Za-z0-9]{14}")
TABLE_ID = re.compile(r"tbl[A-Za-z0-9]{14}")
VIEW_ID = re.compile(r"viw[A-Za-z0-9]{14}")


class BaseAddress(NamedTuple):
    """Which base, and which table and view of it; "" where the address does not say."""

    base: str
    table: str
    view: str


def address_of(base: str, table: str = "", view: str = "") -> str:
    """Return the address of a table, as parse_address() reads it."""
    return f"https://{HOST}/" + "/".join(filter(None, (base, table, view)))


def parse_address(text: str) -> BaseAddress:
    """Return what an address such as https://airtable.com/app…/tbl…/viw… names. Raises Invalid("table_not_found")."""
    try:
        parts = urlsplit(text.strip())
        is_theirs = parts.scheme == "https" and parts.hostname in (HOST, f"www.{HOST}")
    except ValueError:
        is_theirs = False
    steps = parts.path.split("/") if is_theirs else []
    base, table, view = (next(filter(form.fullmatch, steps), "") for form in (BASE_ID, TABLE_ID, VIEW_ID))
    if not base:
        raise Invalid(
            "table_not_found",
            "This is not the address of an Airtable table. Open the table and copy the address from the browser; it "
            f"begins with https://{HOST}/app.",
            field="table_url",
        )
    return BaseAddress(base, table, view)
