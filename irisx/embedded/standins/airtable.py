"""A stand-in for Airtable: the schema of bases, and records in pages, as its Web API has them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from irisx.embedded.standins.server import Answer, Request

PAGE_RECORDS_MAX = 100
_BASES = "/v0/meta/bases"
_TABLES = re.compile(r"/v0/meta/bases/(app[A-Za-z0-9]{14})/tables")
_RECORDS = re.compile(r"/v0/(app[A-Za-z0-9]{14})/(tbl[A-Za-z0-9]{14})")
_PARAMETERS = {
    "pageSize",
    "offset",
    "view",
    "cellFormat",
    "timeZone",
    "userLocale",
    "returnFieldsByFieldId",
    "maxRecords",
    "filterByFormula",
}


@dataclass
class Column:
    """A field of a table, as its schema tells it."""

    name: str
    type: str = "singleLineText"
    options: dict[str, Any] | None = None

    def schema(self, place: int) -> dict[str, Any]:
        about = {"id": field_id(place), "name": self.name, "type": self.type}
        return {**about, "options": self.options} if self.options else about


@dataclass
class AirtableTable:
    """A table of a base. A cell is (as people see it, as JSON), or a value that is both; None: it is not there."""

    id: str
    name: str
    columns: Sequence[Column]
    records: Sequence[Sequence[Any]]
    views: dict[str, Sequence[int]] = field(default_factory=dict)  # id → places of its records


@dataclass
class AirtableStandIn:
    """Airtable, as far as reading tables needs it. Its moods may be changed at any time."""

    tokens: set[str] = field(default_factory=set)
    bases: dict[str, list[AirtableTable]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)  # of bases, by id; one that has none is called by its id
    # What the next requests are answered instead: statuses.
    troubles: list[int] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    def answer(self, request: Request) -> Answer | None:
        if request.method != "GET" or not request.path.startswith("/v0/"):
            return None
        self.requests.append(request)
        if self.troubles:
            return _error(self.troubles.pop(0), "TROUBLE")
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return _error(401, "AUTHENTICATION_REQUIRED")
        if request.path == _BASES:
            return Answer.json({"bases": [self._base(base) for base in self.bases]})
        schema, records = _TABLES.fullmatch(request.path), _RECORDS.fullmatch(request.path)
        found = schema or records
        tables = self.bases.get(found[1]) if found else None
        if tables is None:
            # Airtable does not tell what is not there from what is not open to a token.
            return _error(403, "INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND")
        if records is None:
            return Answer.json({"tables": [_schema(table) for table in tables]})
        table = next((table for table in tables if table.id == records[2]), None)
        return _page(request, table) if table else _error(403, "INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND")

    def _base(self, base: str) -> dict[str, Any]:
        return {"id": base, "name": self.names.get(base, base), "permissionLevel": "read"}


def field_id(place: int) -> str:
    """Return the id of a table's column."""
    return f"fld{place:014}"


def _schema(table: AirtableTable) -> dict[str, Any]:
    return {
        "id": table.id,
        "name": table.name,
        "primaryFieldId": field_id(0),
        "fields": [column.schema(place) for place, column in enumerate(table.columns)],
        "views": [{"id": view, "name": view, "type": "grid"} for view in table.views],
    }


def _page(request: Request, table: AirtableTable) -> Answer:
    as_people_see = request.given("cellFormat") == "string"
    is_complete = not as_people_see or (request.given("timeZone") and request.given("userLocale"))
    if request.query.keys() - _PARAMETERS or not is_complete or request.given("returnFieldsByFieldId") != "1":
        return _error(422, "INVALID_REQUEST_UNKNOWN")
    view = request.given("view")
    if view and view not in table.views:
        return _error(422, "VIEW_NAME_NOT_FOUND")
    places = table.views[view] if view else range(len(table.records))
    size = min(int(request.given("pageSize") or PAGE_RECORDS_MAX), PAGE_RECORDS_MAX)
    start = int(request.given("offset").removeprefix("itr/") or 0)
    answer: dict[str, Any] = {
        "records": [
            {
                "id": f"rec{place:014}",
                "createdTime": "2026-11-24T12:00:00.000Z",
                "fields": {
                    field_id(column): cell[0 if as_people_see else 1] if isinstance(cell, tuple) else cell
                    for column, cell in enumerate(table.records[place])
                    if cell is not None
                },
            }
            for place in places[start : start + size]
        ]
    }
    if start + size < len(places):
        answer["offset"] = f"itr/{start + size}"
    return Answer.json(answer)


def _error(status: int, kind: str) -> Answer:
    return Answer.json({"error": {"type": kind, "message": kind.replace("_", " ").capitalize()}}, status)
