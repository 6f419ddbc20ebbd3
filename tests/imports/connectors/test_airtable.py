"""Imports from Airtable, the second service that the interface of connectors was made for."""

from __future__ import annotations

import pytest
from django.db import connection as database

from imports import runner
from imports.connectors.models import AirtableConnection
from irisx.accounts.authentication import issue_tokens
from irisx.accounts.tenancy import tenant_scope
from irisx.embedded.standins.airtable import AirtableTable, Column
from tests.factories import contacts_of
from tests.standins import AIRTABLE_TOKEN as TOKEN
from tests.standins import airtable_standin

pytestmark = pytest.mark.django_db

BASE, TABLE, VIEW = "appAbCdEfGhIjKlMn", "tblAbCdEfGhIjKlMn", "viwAbCdEfGhIjKlMn"
URL = f"https://airtable.com/{BASE}/{TABLE}/{VIEW}?blocks=hide"
COLUMNS = [
    Column("Name"),
    Column("Email", "email"),
    Column("Born", "date", {"dateFormat": {"name": "local", "format": "l"}}),
    Column("Tags", "multipleSelects", {"choices": []}),
    Column("Owner", "singleCollaborator"),
]
RECORDS = [
    ["Ana Alvarez", "ana@example.com", ("03/04/1990", "1990-04-03"), ("vip, north", ["vip", "north"]), None],
    [None, None, None, None, None],
    ["Ben Ortiz", "ben@example.com", None, None, ("Ada", {"id": "usr1", "email": "ada@example.com", "name": "Ada"})],
]


@pytest.fixture
def airtable(settings):
    table = AirtableTable(TABLE, "Leads", COLUMNS, RECORDS, views={VIEW: [2, 0]})
    with airtable_standin(settings, bases={BASE: [table]}, names={BASE: "Sales"}) as standin:
        yield standin


@pytest.fixture
def alices(client, alice):
    headers = {"Authorization": f"Bearer {issue_tokens(alice)['access']}"}

    def send(method, path, **body):
        given = {"data": body, "content_type": "application/json"} if body else {}
        return getattr(client, method)(f"/v1/imports/{path}", headers=headers, **given)

    return send


@pytest.fixture
def connected(airtable, alices):
    assert alices("put", "airtable", token=TOKEN).status_code == 200
    return airtable


def rows_of(answer):
    return [(row["row"], [*row["values"].values()]) for row in answer.json()["preview"]["rows"]]


def test_table_becomes_contacts(connected, alices, acme):
    answer = alices("post", "airtable/table", table_url=URL.partition("/viw")[0])

    assert answer.status_code == 201, answer.content
    assert [answer.json()[key] for key in ("source_type", "filename")] == ["airtable", "Sales"]
    assert rows_of(answer) == [
        (1, ["Ana Alvarez", "ana@example.com", "03/04/1990", "vip, north", ""]),
        (3, ["Ben Ortiz", "ben@example.com", "", "", "Ada"]),
    ]
    job_id = answer.json()["id"]
    assert alices("post", f"{job_id}/confirm", accept_suggested=True).status_code == 202
    runner.run_to_end(job_id)
    assert [(contact.email, contact.attributes.get("birthday")) for contact in contacts_of(acme)] == [
        ("ana@example.com", "1990-04-03"),
        ("ben@example.com", None),
    ]


def test_view_and_raw_values(connected, alices):
    answer = alices("post", "airtable/table", table_url=URL, raw=True)

    assert rows_of(answer) == [
        (1, ["Ben Ortiz", "ben@example.com", "", "", "ada@example.com"]),
        (2, ["Ana Alvarez", "ana@example.com", "1990-04-03", "vip, north", ""]),
    ]


def test_long_tables_come_in_pages(connected, alices):
    records = [[f"P {number}", f"p{number}@example.com"] for number in range(250)]
    connected.bases[BASE] = [AirtableTable(TABLE, "Leads", COLUMNS[:2], records)]

    assert alices("post", "airtable/table", table_url=URL.partition("/viw")[0]).json()["total_rows"] == 250
    assert len([request for request in connected.requests if "/meta/" not in request.path]) == 3


def test_token_is_kept_encrypted_and_never_shown(connected, alices):
    with database.cursor() as cursor:
        cursor.execute("SELECT airtable_connections::text FROM airtable_connections")
        (row,) = cursor.fetchone()

    assert TOKEN not in row
    state = alices("get", "airtable")
    assert TOKEN not in state.content.decode()
    assert state.json()["connected"] is True
    assert alices("delete", "airtable").status_code == 204
    assert alices("get", "airtable").json()["connected"] is False


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda airtable: airtable.tokens.clear(), (401, "airtable_not_authorized")),
        (lambda airtable: airtable.bases.clear(), (400, "table_not_shared")),
        (lambda airtable: airtable.bases[BASE][0].views.clear(), (400, "table_not_found")),
        (lambda airtable: airtable.troubles.extend([503] * 9), (503, "airtable_unavailable")),
    ],
)
def test_table_that_cannot_be_read(connected, alices, change, expected):
    change(connected)

    answer = alices("post", "airtable/table", table_url=URL)

    assert (answer.status_code, answer.json()["code"]) == expected


def test_airtable_is_asked_again_five_times_at_most(connected, alices):
    connected.troubles[:] = [429, 503, 500, 502]
    assert alices("post", "airtable/table", table_url=URL).status_code == 201

    connected.requests.clear()
    connected.troubles[:] = [503] * 9
    assert alices("post", "airtable/table", table_url=URL).status_code == 503
    assert len(connected.requests) == 5


def test_token_that_is_taken_no_more_is_not_tried_again(connected, alices, acme):
    connected.tokens.clear()
    connected.requests.clear()

    for _ in range(3):
        assert alices("post", "airtable/table", table_url=URL).json()["auth_required"] is True

    assert len(connected.requests) == 1
    with tenant_scope(acme):
        assert AirtableConnection.objects.get().needs_reconnect


@pytest.mark.parametrize("token", ["", "secret", "pat short", "keyAbCdEfGhIjKlMn"])
def test_what_is_no_token_is_refused(airtable, alices, token):
    assert alices("put", "airtable", token=token).status_code == 400
    assert alices("get", "airtable").json()["connected"] is False


@pytest.mark.parametrize(
    "url",
    ["https://airtable.com/shrAbCdEfGhIjKlMn", f"https://airtable.com.evil.example/{BASE}", "x", "https://[/app"],
)
def test_address_of_no_table(connected, alices, url):
    answer = alices("post", "airtable/table", table_url=url)

    assert (answer.status_code, answer.json()["code"]) == (400, "table_not_found")
