"""The tables of Airtable bases, by its client library pyairtable."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import requests
from django.conf import settings
from pyairtable import Api, retry_strategy

from imports.connectors.airtable import connections
from imports.connectors.airtable.addresses import BASE_ID
from imports.connectors.airtable.connections import AirtableNotAuthorized
from imports.connectors.google.date_formats import order_of
from imports.connectors.interface import Document, DocumentName, Reading, RemoteSource, RemoteUnavailable, Table
from imports.connectors.patience import TRIES
from irisx.refusals import Invalid

if TYPE_CHECKING:
    from pyairtable.models.schema import BaseSchema, TableSchema

    from irisx.accounts.models import Tenant, User

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = (5, 15)  # to connect, and without a byte
RETRIED = (429, 500, 502, 503, 504)
PAGE_RECORDS = 100  # Airtable's own limit
# What “local” dates look like, which have no format of their own: the day first.
LOCALE = "en-gb"


@dataclass(frozen=True, slots=True)
class _Access:
    """One person's access to Airtable."""

    api: Api
    tenant: Tenant
    user: User
    token: str


class Airtable:
    """The connector to Airtable. Its documents are bases, its tables tables; an area is a view."""

    key = "airtable"
    name = "Airtable"

    def authorize(self, tenant: Tenant, user: User) -> _Access:
        token = connections.token_of(tenant, user)
        patience = retry_strategy(
            status_forcelist=RETRIED,
            total=TRIES - 1,
            backoff_factor=settings.REMOTE_PAUSE_SECONDS,
            raise_on_status=False,
        )
        api = Api(
            token,
            timeout=TIMEOUT_SECONDS,
            retry_strategy=patience,
            endpoint_url=settings.AIRTABLE_API_URL,
            use_field_ids=True,
        )
        return _Access(api, tenant, user, token)

    def documents(self, access: _Access) -> Sequence[DocumentName]:
        with _in_our_words(access):
            return [DocumentName(base.id, base.name or base.id) for base in access.api.bases()]

    def document(self, access: _Access, document: str) -> Document:
        return _document(_schema(access, document), self._name_of(access, document))

    def _name_of(self, access: _Access, base: str) -> str:
        """Return what people call a base: its schema does not say."""
        return next((document.name for document in self.documents(access) if document.key == base), self.name)

    def read(self, access: _Access, source: RemoteSource) -> Reading:
        schema = _schema(access, source.document)
        table = _chosen_table(schema, source.table)
        return Reading(
            document=_document(schema, self._name_of(access, source.document)),
            table=Table(table.id, table.name),
            headers=[field.name for field in table.fields],
            pages=_pages(access, source, table),
            date_orders={
                place: order for place, field in enumerate(table.fields) if (order := _date_order(field, source.raw))
            },
        )


def _schema(access: _Access, base: str) -> BaseSchema:
    # Part of an address that is asked: whatever is no id does not get into it.
    if not BASE_ID.fullmatch(base):
        raise Invalid("table_not_found", "This is not the id of an Airtable base.", field="table_url")
    with _in_our_words(access):
        return access.api.base(base).schema()


def _document(schema: BaseSchema, name: str) -> Document:
    return Document(name, tuple(Table(table.id, table.name) for table in schema.tables))


def _chosen_table(schema: BaseSchema, key: str) -> TableSchema:
    for table in schema.tables:
        if not key or table.id == key:
            return table
    names = ", ".join(f"“{table.name}”" for table in schema.tables[:20]) or "none"
    message = f"The base has no such table. Its tables are: {names}."
    raise Invalid("table_not_found", message, field="table_url")


def _pages(access: _Access, source: RemoteSource, table: TableSchema) -> Iterator[list[list[str]]]:
    options: dict[str, Any] = {"page_size": PAGE_RECORDS}
    if source.area:
        options["view"] = source.area
    if not source.raw:
        # As people see it; names of linked records in place of their ids.
        options |= {"cell_format": "string", "time_zone": access.tenant.time_zone, "user_locale": LOCALE}
    fields = [field.id for field in table.fields]
    with _in_our_words(access):
        for page in access.api.table(source.document, table.id).iterate(**options):
            yield [[_text(record["fields"].get(field)) for field in fields] for record in page]


def _text(value: Any) -> str:
    """Return a cell as text: lists with commas, people by e-mail, files and buttons by address."""
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case list():
            return ", ".join(filter(None, map(_text, value)))
        case dict():
            return next((_text(value[key]) for key in ("email", "text", "name", "label", "url") if value.get(key)), "")
        case _:
            return str(value)


def _date_order(field: Any, raw: bool) -> str:
    """Return how a column's dates are written; "" for other columns, and for ISO 8601."""
    options = getattr(field, "options", None)
    date_format = getattr(options, "date_format", None)
    if raw or date_format is None:
        return ""
    return "dmy" if date_format.name == "local" else order_of(date_format.format, "")


@contextmanager
def _in_our_words(access: _Access) -> Iterator[None]:
    """Turn the client's errors into what people should read."""
    try:
        yield
    except requests.HTTPError as error:
        raise _meaning(access, error.response) from error
    except requests.RequestException as error:
        raise _unavailable() from error


def _meaning(access: _Access, response: Any) -> Exception:
    status = response.status_code
    if status == 401:
        connections.mark_needs_reconnect(access.tenant, access.user, rejected=access.token)
        return AirtableNotAuthorized()
    if status in RETRIED:
        return _unavailable()
    if status in (403, 404):
        return Invalid(
            "table_not_shared",
            "Your access token may not open this table. At airtable.com/create/tokens give it access to the base, and "
            "the scopes data.records:read and schema.bases:read.",
            field="table_url",
        )
    if status == 422:
        return Invalid("table_not_found", "Airtable knows no such view or table in this base.", field="table_url")
    logger.error("Airtable answered %s, which is not expected.", status)
    return _unavailable()


def _unavailable() -> RemoteUnavailable:
    return RemoteUnavailable(
        "airtable_unavailable",
        "Airtable does not answer just now, or wants fewer requests. Nothing was imported; try again in a minute.",
        retry_after=60,
    )
