"""The stand-ins for other services, running for a test, and what people do on their pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from urllib.parse import parse_qs, urlsplit

import requests
from cryptography.fernet import Fernet

from imports.connectors.google import connections, oauth
from irisx.embedded.standins.airtable import AirtableStandIn
from irisx.embedded.standins.google import GoogleStandIn
from irisx.embedded.standins.server import Answer, Request, running
from irisx.embedded.standins.sheets import Shown, Spreadsheet, Tab

SHEET_ID = "1kQ4w8bXyZ-example_of-an-id"
SHEET_URL = f"https://docs.google.com/spreadsheets/d/{SHEET_ID}/edit#gid=0"
REDIRECT_URI = "http://testserver/v1/imports/google/callback"
AIRTABLE_TOKEN = "patAbCdEfGhIjKlMn.0123456789abcdef"
DATE = {"type": "DATE", "pattern": "dd/mm/yyyy"}


def people_sheet(**values) -> Spreadsheet:
    rows = [
        ["Email", "First name", "Birthday"],
        ["ana@example.com", "Ana", Shown("03/04/1990", 32966, DATE)],
        [],
        ["ben@example.com", "Ben", Shown("05/06/1985", 31203, DATE)],
    ]
    return Spreadsheet(
        "Partner leads", [Tab("Leads", rows, gid=0), Tab("Old", [["Email"], ["old@example.com"]], gid=7)], **values
    )


class _Present:
    """Passes requests on to the stand-in of the test that runs."""

    google: GoogleStandIn

    def answer(self, request: Request) -> Answer | None:
        return self.google.answer(request)


_present = _Present()


@cache
def _serving() -> tuple[str, object]:
    """Return an address for all stand-ins, and what serves it as long as the tests run.

    One for each would have Google's library build its client for each, which takes longer than most of these tests.
    """
    server = running(_present)
    return server.__enter__(), server


@contextmanager
def google_standin(settings, **moods) -> Iterator[GoogleStandIn]:
    """Have a stand-in for Google answer, and the settings point to it."""
    _present.google = google = GoogleStandIn(
        client_id="client",
        client_secret="secret",
        redirect_uris=(REDIRECT_URI,),
        spreadsheets={SHEET_ID: people_sheet()},
        **moods,
    )
    address, _ = _serving()
    settings.GOOGLE_CLIENT_ID = "client"
    settings.GOOGLE_CLIENT_SECRET = "secret"
    settings.GOOGLE_REDIRECT_URI = REDIRECT_URI
    settings.GOOGLE_AUTHORIZATION_URL = f"{address}/o/oauth2/v2/auth"
    settings.GOOGLE_TOKEN_URL = f"{address}/token"
    settings.GOOGLE_REVOKE_URL = f"{address}/revoke"
    settings.GOOGLE_SHEETS_ROOT_URL = f"{address}/"
    settings.REMOTE_PAUSE_SECONDS = 0.001
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    yield google


@contextmanager
def airtable_standin(settings, **moods) -> Iterator[AirtableStandIn]:
    """Run a stand-in for Airtable, and have the settings point to it."""
    airtable = AirtableStandIn(tokens={AIRTABLE_TOKEN}, **moods)
    with running(airtable) as address:
        settings.AIRTABLE_API_URL = address
        settings.REMOTE_PAUSE_SECONDS = 0.001
        yield airtable


def answer_of_google(auth_url: str, *, decision: str = "allow") -> str:
    """Decide on Google's page as a person would. Returns the path and query that their browser is sent back to."""
    assert requests.get(auth_url, timeout=10).status_code == 200
    parts = urlsplit(auth_url)
    form = {name: values[0] for name, values in parse_qs(parts.query).items()}
    decided = requests.post(
        f"{parts.scheme}://{parts.netloc}{parts.path}",
        {**form, "decision": decision},
        allow_redirects=False,
        timeout=10,
    )
    assert decided.status_code == 302
    back = urlsplit(decided.headers["Location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == REDIRECT_URI
    return f"{back.path}?{back.query}"


def connect_google(tenant, user) -> None:
    """Connect somebody's Google account, without a browser."""
    query = parse_qs(urlsplit(answer_of_google(oauth.begin(tenant, user))).query)
    code, state = query["code"][0], query["state"][0]
    connections.connect(tenant, user, oauth.complete(oauth.find(state), code=code, state=state))
