"""Imports from Google Sheets: what is read of a sheet, and what is said of one that cannot be read."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection as database
from django.utils import timezone

from imports import runner
from imports.connectors.google import api as sheets_api
from imports.connectors.google import connections
from imports.connectors.google import connector as sheets
from imports.connectors.models import GoogleConnection
from imports.models import ImportJob
from irisx.accounts.authentication import issue_tokens
from irisx.accounts.tenancy import tenant_scope
from irisx.embedded.standins.sheets import Shown, Spreadsheet, Tab
from tests.factories import contacts_of
from tests.standins import DATE, SHEET_ID, SHEET_URL, connect_google, google_standin, people_sheet

pytestmark = pytest.mark.django_db

NOT_AUTHORIZED = {
    "error": "Not authorized",
    "message": "Please authorize Google Sheets access first",
    "auth_required": True,
    "code": "google_not_authorized",
}


@pytest.fixture
def alices(client, alice):
    """What Alice's program sends."""
    headers = {"Authorization": f"Bearer {issue_tokens(alice)['access']}"}

    def send(url=SHEET_URL, *, to="/v1/imports/google/sheet", **body):
        given = {"sheet_url": url, **body} if to.endswith("/sheet") else body
        return client.post(to, given, content_type="application/json", headers=headers)

    return send


def rows_of(answer):
    return [(row["row"], [*row["values"].values()]) for row in answer.json()["preview"]["rows"]]


def refusal_of(answer):
    return answer.status_code, answer.json()["code"]


def test_sheet_becomes_a_job_with_the_sheets_row_numbers(connected, alices):
    answer = alices()

    assert answer.status_code == 201
    job = answer.json()
    assert (job["source_type"], job["status"], job["filename"], job["total_rows"]) == (
        "google_sheets",
        "pending",
        "Partner leads – Leads",
        2,
    )
    assert rows_of(answer) == [
        (2, ["ana@example.com", "Ana", "03/04/1990"]),
        (4, ["ben@example.com", "Ben", "05/06/1985"]),
    ]
    info = {name: job["file_info"][name] for name in ("type", "sheet", "sheets", "range", "header_row")}
    assert info == {
        "type": "google_sheets",
        "sheet": "Leads",
        "sheets": ["Leads", "Old"],
        "range": None,
        "header_row": 1,
    }


def test_it_is_imported_as_a_file_is(connected, alices, acme):
    job_id = alices().json()["id"]

    assert alices(to=f"/v1/imports/{job_id}/confirm", accept_suggested=True).status_code == 202
    runner.run_to_end(job_id)

    # The day comes first, as the format of the cells says: nobody had to guess.
    assert [(contact.email, contact.attributes["birthday"]) for contact in contacts_of(acme)] == [
        ("ana@example.com", "1990-04-03"),
        ("ben@example.com", "1985-06-05"),
    ]


def test_format_of_the_cells_says_how_dates_are_read(connected, alices):
    american = {"type": "DATE", "pattern": "M/d/yyyy"}
    rows = [["Email", "Birthday", "Typed"], ["ana@example.com", Shown("3/4/1990", 32936, american), "3/4/1990"]]
    connected.spreadsheets[SHEET_ID] = Spreadsheet("Dates", [Tab("A", rows)], locale="en_US")

    warnings = alices().json()["warnings"]

    assert [(warning["code"], "Typed" in warning["message"]) for warning in warnings] == [("ambiguous_dates", True)]


def test_raw_values_are_unformatted_but_dates_are_no_numbers(connected, alices):
    rows = [
        ["Email", "Phone", "Paid", "Since", "Active"],
        [
            "ana@example.com",
            Shown("1.55512E+10", 15551234567.0, {"type": "SCIENTIFIC"}),
            Shown("€ 12.50", 12.5, {"type": "CURRENCY"}),
            Shown("03/04/2024", 45385, DATE),
            True,
        ],
    ]
    connected.spreadsheets[SHEET_ID] = Spreadsheet("Raw", [Tab("A", rows)])

    shown, raw = alices(), alices(raw=True)

    assert rows_of(shown) == [(2, ["ana@example.com", "1.55512E+10", "€ 12.50", "03/04/2024", "TRUE"])]
    assert rows_of(raw) == [(2, ["ana@example.com", "15551234567", "12.5", "03/04/2024", "TRUE"])]


@pytest.mark.parametrize(
    ("url", "area", "expected"),
    [
        (SHEET_URL, "A1:A4", [(2, ["ana@example.com"]), (4, ["ben@example.com"])]),
        (SHEET_URL, "A:B", [(2, ["ana@example.com", "Ana"]), (4, ["ben@example.com", "Ben"])]),
        (SHEET_URL, "'Leads'!$A$1:$B$2", [(2, ["ana@example.com", "Ana"])]),
        (SHEET_URL, "Old!A1:A9", [(2, ["old@example.com"])]),
        (SHEET_URL.replace("gid=0", "gid=7"), None, [(2, ["old@example.com"])]),
        (SHEET_URL.replace("gid=0", "gid=7"), "A1:B9", [(2, ["old@example.com"])]),
        (SHEET_URL.partition("#")[0], None, [(2, ["ana@example.com", "Ana", "03/04/1990"])] * 1),
        (SHEET_URL.partition("edit#")[0], "3:4", [(4, ["ben@example.com", "Ben", "05/06/1985"])]),
    ],
)
def test_tab_and_range(connected, alices, url, area, expected):
    answer = alices(url, range=area)

    assert answer.status_code == 201
    assert rows_of(answer)[: len(expected)] == expected


def test_hidden_tabs_are_read_only_when_named(connected, alices):
    tabs = [Tab("Hidden", [["Email"], ["h@example.com"]], gid=1, hidden=True), people_sheet().tabs[0]]
    connected.spreadsheets[SHEET_ID] = Spreadsheet("Mixed", tabs)

    assert alices(SHEET_URL.partition("#")[0]).json()["file_info"]["sheet"] == "Leads"
    assert alices(range="Hidden!A1:A2").json()["file_info"]["sheet"] == "Hidden"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.com/spreadsheets/d/" + SHEET_ID, (400, "sheet_not_found")),
        (f"https://docs.google.com.evil.example/spreadsheets/d/{SHEET_ID}/edit", (400, "sheet_not_found")),
        ("https://docs.google.com/spreadsheets/d/../../v1/x/edit", (400, "sheet_not_found")),
        ("https://docs.google.com/spreadsheets/d/" + SHEET_ID[:-2], (400, "sheet_not_found")),
        ("not an address", (400, "sheet_not_found")),
        (SHEET_URL.replace("gid=0", "gid=99"), (400, "sheet_range_invalid")),
    ],
)
def test_address_of_no_sheet(connected, alices, url, expected):
    assert refusal_of(alices(url)) == expected


@pytest.mark.parametrize("area", ["A1:", "Nowhere!A1:B2", "B5:A1", "A2000:B3000", "ZZ1:ZZ9", "A", "'Leads'!"])
def test_range_that_is_none(connected, alices, area):
    assert refusal_of(alices(range=area)) == (400, "sheet_range_invalid")


@pytest.mark.parametrize(
    ("spreadsheet", "expected"),
    [
        (people_sheet(is_shared=False), (400, "sheet_not_shared")),
        (people_sheet(is_office_file=True), (400, "sheet_not_found")),
        (Spreadsheet("Empty", [Tab("A", [])]), (400, "empty_file")),
        (Spreadsheet("Names", [Tab("A", [["Email", "Name"]])]), (400, "empty_file")),
    ],
)
def test_sheet_that_cannot_be_read(connected, alices, spreadsheet, expected):
    connected.spreadsheets[SHEET_ID] = spreadsheet

    assert refusal_of(alices()) == expected


def test_formulas_without_a_value_are_blank(connected, alices):
    rows = [["Email", "City"], ["ana@example.com", "#N/A"], ["ben@example.com", "Bonn"]]
    connected.spreadsheets[SHEET_ID] = Spreadsheet("Errors", [Tab("A", rows)])

    answer = alices()

    assert rows_of(answer) == [(2, ["ana@example.com", ""]), (3, ["ben@example.com", "Bonn"])]
    assert [(warning["code"], warning["row"]) for warning in answer.json()["warnings"]] == [("error_cells", 2)]


# Access --------------------------------------------------------------------------------------------------------------


def test_without_a_connection_clients_are_told_in_the_known_words(google, alices):
    answer = alices()

    assert (answer.status_code, answer.json()) == (401, NOT_AUTHORIZED)


def test_access_taken_back_while_the_token_looked_good(connected, alices, acme):
    connected.take_back()

    for _ in range(2):
        assert alices().json() == NOT_AUTHORIZED
    with tenant_scope(acme):
        assert GoogleConnection.objects.get().needs_reconnect
    assert connected.counts["token:refresh_token"] == 1


def test_token_that_ends_while_reading_is_renewed(connected, alices):
    connected.expire_access_tokens()

    assert alices().status_code == 201
    assert connected.counts["token:refresh_token"] == 1


def test_nothing_is_asked_of_google_by_another_user(connected, client, bob):
    headers = {"Authorization": f"Bearer {issue_tokens(bob)['access']}"}

    answer = client.post(
        "/v1/imports/google/sheet", {"sheet_url": SHEET_URL}, content_type="application/json", headers=headers
    )

    assert (answer.status_code, connected.counts["sheets"]) == (401, 0)


# Trouble -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("troubles", [[429], [503, 500, 429, 502]])
def test_google_is_asked_again(connected, alices, troubles):
    connected.sheets_troubles[:] = troubles

    assert alices().status_code == 201


def test_google_is_asked_five_times_at_most(connected, alices, acme):
    connected.sheets_troubles[:] = [503] * 9

    answer = alices()

    assert refusal_of(answer) == (503, "google_unavailable")
    assert answer["Retry-After"] == "60"
    assert connected.counts["sheets"] == 5
    with tenant_scope(acme):
        assert not ImportJob.objects.exists()


def test_silence_is_trouble_too(connected, alices, monkeypatch):
    monkeypatch.setattr(sheets_api, "TIMEOUT_SECONDS", 0.1)
    connected.sheets_troubles[:] = [0.5]

    assert alices().status_code == 201


@pytest.mark.django_db(transaction=True)
def test_two_who_need_a_new_token_ask_for_one(settings, acme, alice):
    with google_standin(settings) as google:
        connect_google(acme, alice)
        with tenant_scope(acme):
            GoogleConnection.objects.update(expires_at=timezone.now() - timedelta(hours=1))
        google.token_troubles[:] = [0.3]
        barrier, found = threading.Barrier(4), []

        def ask():
            barrier.wait()
            try:
                found.append(connections.access_token(acme.pk, alice.pk)[0])
            finally:
                database.close()

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert len(found) == 4
    assert len(set(found)) == 1
    assert google.counts["token:refresh_token"] == 1


# Pages ---------------------------------------------------------------------------------------------------------------


def long_sheet(rows=25):
    people = [[f"p{number}@example.com", "Ann"] for number in range(rows)]
    return Spreadsheet("Long", [Tab("A", [["Email", "Name"], *people], row_count=rows + 100, column_count=2)])


@pytest.fixture
def small_pages(monkeypatch):
    monkeypatch.setattr(sheets, "PAGE_ROWS", 10)


def values_asked(google):
    return [request.path.rpartition("!")[2] for request in google.requests if "/values/" in request.path]


def test_long_sheets_are_read_in_pages_each_from_the_last_row_before(connected, alices, small_pages):
    connected.spreadsheets[SHEET_ID] = long_sheet()

    answer = alices()

    assert answer.json()["total_rows"] == 25
    assert values_asked(connected)[:4] == ["A1:B10", "A10:B20", "A20:B30", "A30:B40"]
    # Far fewer than the blank rows would make, if each page of them were as short.
    assert len(values_asked(connected)) == 7


def test_blank_rows_between_pages_count(connected, alices, small_pages):
    rows = [["Email"], *[[]] * 30, ["ana@example.com"]]
    connected.spreadsheets[SHEET_ID] = Spreadsheet("Gaps", [Tab("A", rows)])

    assert rows_of(alices()) == [(32, ["ana@example.com"])]


def test_sheet_that_is_edited_while_it_is_read_is_read_anew(connected, alices, small_pages):
    sheet = connected.spreadsheets[SHEET_ID] = long_sheet()
    sheet.edits[:] = [lambda: None, lambda: sheet.tabs[0].rows.insert(1, ["new@example.com", "New"])]

    answer = alices()

    assert answer.json()["total_rows"] == 26
    assert rows_of(answer)[0] == (2, ["new@example.com", "New"])


def test_sheet_that_does_not_rest_is_refused(connected, alices, small_pages):
    sheet = connected.spreadsheets[SHEET_ID] = long_sheet()
    sheet.edits[:] = [lambda: sheet.tabs[0].rows.insert(1, ["new@example.com", "New"])] * 9

    assert refusal_of(alices()) == (409, "sheet_changed")


def test_pages_with_much_text_are_cut(connected, alices, monkeypatch):
    monkeypatch.setattr(sheets_api, "ANSWER_MAX_BYTES", 2_000)
    sheet = connected.spreadsheets[SHEET_ID] = long_sheet()
    sheet.tabs[0].rows[5][1] = "Ann " * 200

    assert alices().json()["total_rows"] == 25


def test_row_with_a_book_in_it_is_refused(connected, alices, monkeypatch):
    monkeypatch.setattr(sheets_api, "ANSWER_MAX_BYTES", 2_000)
    sheet = connected.spreadsheets[SHEET_ID] = long_sheet()
    sheet.tabs[0].rows[5][1] = "Ann " * 2_000

    assert refusal_of(alices()) == (413, "sheet_too_large")


def test_sheet_over_the_size_of_a_file_is_refused(connected, alices, settings):
    settings.UPLOAD_MAX_BYTES = 500
    connected.spreadsheets[SHEET_ID] = long_sheet()

    assert refusal_of(alices()) == (413, "file_too_large")


def test_sheet_over_the_rows_of_a_file_is_refused(connected, alices, settings):
    settings.MAX_ROWS = 1_500
    connected.spreadsheets[SHEET_ID] = long_sheet(2_500)

    assert refusal_of(alices()) == (413, "sheet_too_large")


# In another way ------------------------------------------------------------------------------------------------------


def test_header_row_is_changed_without_asking_google(connected, alices):
    job_id = alices().json()["id"]
    asked = connected.counts["sheets"]

    answer = alices(to=f"/v1/imports/{job_id}/inspect", header_row=2)

    assert answer.status_code == 200
    assert rows_of(answer) == [(4, ["ben@example.com", "Ben", "05/06/1985"])]
    assert connected.counts["sheets"] == asked


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"sheet": "Old"}, [(2, ["old@example.com"])]),
        ({"range": "A1:B2"}, [(2, ["ana@example.com", "Ana"])]),
        (
            {"sheet": "Leads"},
            [(2, ["ana@example.com", "Ana", "03/04/1990"]), (4, ["ben@example.com", "Ben", "05/06/1985"])],
        ),
    ],
)
def test_tab_and_range_are_changed(connected, alices, acme, change, expected):
    job_id = alices().json()["id"]

    answer = alices(to=f"/v1/imports/{job_id}/inspect", **change)

    assert answer.status_code == 200, answer.content
    assert rows_of(answer) == expected


def test_unknown_tab_leaves_the_job_as_it_was(connected, alices):
    first = alices().json()

    assert refusal_of(alices(to=f"/v1/imports/{first['id']}/inspect", sheet="Nowhere")) == (400, "unknown_sheet")
    again = alices(to=f"/v1/imports/{first['id']}/inspect").json()
    assert again["file_info"] == first["file_info"]
