"""The ways in which contacts come in: the tabs of the source page. Each has an address, a partial and a view."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.http import HttpResponse

from irisx.accounts.requests import TenantRequest
from portals.pages import page_url, show
from portals.steps import steps


class Way(NamedTuple):
    """One way in, as its tab shows it. Its partial is imports/_from_<name>.html."""

    name: str  # in the address, as ?via=
    label: str
    remark: str
    icon: str
    scripts: tuple[str, ...] = ()  # under static/, for its partial


WAYS = (
    Way("file", "A file", "CSV, TSV, Excel or vCard from your computer", "file-spreadsheet", ("js/upload.js",)),
    Way("paste", "Pasted rows", "Copied from a spreadsheet", "clipboard-paste"),
    Way("json", "JSON", "Pasted here or sent by a program", "braces", ("js/copy.js",)),
    Way("sheet", "Google Sheets", "Once, or again on a schedule", "sheet", ("js/connect.js",)),
    Way("airtable", "Airtable", "A table, or a view of it", "table-2"),
)


class Tab(NamedTuple):
    """A way in, and where it leads."""

    way: Way
    url: str
    is_current: bool


def way_named(name: str) -> Way:
    """Return the way of that name; the first where there is none."""
    return next((way for way in WAYS if way.name == name), WAYS[0])


def way_url(request: TenantRequest, name: str) -> str:
    """Return the address of a way, which takes its form too."""
    return f"{page_url(request, 'new-import')}?via={name}"


def show_way(request: TenantRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    """Answer with the source page open at a way; htmx with the way's partial alone.

    The partial's context: what is given, `source_url` (its own address, which takes its form) and `back_url`.
    """
    current = way_named(name)
    partial = f"imports/_from_{current.name}.html"
    context = {
        "section": "imports",
        "steps": steps("source", is_looked_at=current.name != "json"),
        "tabs": [Tab(way, way_url(request, way.name), way is current) for way in WAYS],
        "way": current,
        "partial": partial,
        "source_url": way_url(request, current.name),
        "back_url": page_url(request, "history"),
        **context,
    }
    return show(request, partial if request.htmx else "imports/new_import.html", context)
