"""A connector whose tables are lists: at our own edge, in place of the one to Google Sheets."""

from __future__ import annotations

from collections.abc import Callable

from imports.connectors import registry
from imports.connectors.interface import Document, NotAuthorized, Reading, RemoteSource, Table

SHEET = [
    ["E-Mail", "First Name", "Phone"],
    ["maya@example.com", "Maya", "+12125550143"],
    ["derek@example.com", "Derek", "+12125550144"],
    ["ines@example.com", "Inès", "+12125550145"],
]
SOURCE = RemoteSource("google_sheets", "1aBcD_efGhIjKlMnOpQrStUvWxYz")


class Sheets:
    """Reads `rows`. `before_reading` is done first, in whoever reads."""

    key, name = "google_sheets", "Google Sheets"

    def __init__(self) -> None:
        self.rows = [*SHEET]
        self.is_connected = True
        self.times_read = 0
        self.before_reading: Callable[[], None] = lambda: None

    def authorize(self, tenant, user):
        if not self.is_connected:
            raise NotAuthorized("google_not_authorized", "Google does not let us in any more. Connect Google again.")

    def document(self, access, document):
        return Document("Partner leads", (Table("0", "Leads"),))

    def read(self, access, source):
        self.times_read += 1
        self.before_reading()
        document = self.document(access, source.document)
        return Reading(document, document.tables[0], iter([[*self.rows]]))


def put_in_place(monkeypatch) -> Sheets:
    sheets = Sheets()
    monkeypatch.setitem(registry._CONNECTORS, "google_sheets", sheets)
    return sheets
