"""Airtable on the source page: a token, then a table that is chosen from lists or named by its address."""

from __future__ import annotations

import pytest
from django.urls import reverse

from imports.connectors.airtable import connections
from irisx.embedded.standins.airtable import AirtableTable, Column
from tests.portals.test_from_sheet import OPTIONS, jobs, text_of
from tests.standins import AIRTABLE_TOKEN, airtable_standin

AIRTABLE = "/imports/new/?via=airtable"
SALES, EVENTS = "appSales000000000", "appEvents00000000"
LEADS, OLD, GUESTS = "tblLeads000000000", "tblOld00000000000", "tblGuests00000000"
COLUMNS = [Column("Name"), Column("Email", "email")]


@pytest.fixture
def airtable(settings):
    bases = {
        SALES: [AirtableTable(LEADS, "Leads", COLUMNS, []), AirtableTable(OLD, "Old", COLUMNS, [["Ana", "a@b.co"]])],
        EVENTS: [AirtableTable(GUESTS, "Guests", COLUMNS, [["Ben", "b@c.co"]])],
    }
    with airtable_standin(settings, bases=bases, names={SALES: "Sales", EVENTS: "Events"}) as standin:
        yield standin


@pytest.fixture
def connected(airtable, acme, alice):
    connections.connect(acme, alice, AIRTABLE_TOKEN)
    return airtable


def test_a_token_is_asked_for_kept_and_forgotten(airtable, alices):
    assert "Connect Airtable" in text_of(alices.get(AIRTABLE))
    assert "This is no personal access token" in text_of(alices.post(AIRTABLE, {"connect": "1", "token": "x"}))

    assert alices.post(AIRTABLE, {"connect": "1", "token": AIRTABLE_TOKEN}).url == AIRTABLE

    page = text_of(alices.get(AIRTABLE))
    assert "Airtable is connected since" in page
    assert AIRTABLE_TOKEN not in page
    assert alices.post(reverse("customer:airtable-disconnect")).url == AIRTABLE
    assert "Connect Airtable" in text_of(alices.get(AIRTABLE))


def test_bases_then_tables_are_chosen_from_lists(connected, alices):
    assert connected.requests == []
    bases = text_of(alices.post(AIRTABLE, {**OPTIONS, "look": "1"}))
    assert f'<option value="{EVENTS}">Events</option>' in bases
    tables = text_of(alices.post(AIRTABLE, {**OPTIONS, "look": "1", "base": SALES}))
    assert f'<option value="{OLD}">Old</option>' in tables
    assert "“Sales”, 2 tables." in tables

    read = alices.post(AIRTABLE, {**OPTIONS, "base": SALES, "table": OLD})

    (job,) = jobs()
    assert read.url == reverse("customer:job-map", args=[job.pk])
    assert (job.filename, job.file_info["sheet"], job.total_rows) == ("Sales – Old", "Old", 1)


def test_an_address_counts_whatever_is_chosen(connected, alices):
    address = f"https://airtable.com/{EVENTS}/{GUESTS}"

    alices.post(AIRTABLE, {**OPTIONS, "base": SALES, "table_url": address})

    assert [job.filename for job in jobs()] == ["Events"]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "Choose a base, or enter the address of a table."),
        ({"base": SALES}, "Choose a table."),
        ({"base": "appNobody00000000", "table": LEADS}, "Your access token may not open this table."),
        ({"base": "../../v0/meta", "table": LEADS}, "This is not the id of an Airtable base."),
        ({"table_url": "https://example.com/"}, "This is not the address of an Airtable table."),
        ({"base": SALES, "table": GUESTS}, "The base has no such table."),
    ],
)
def test_what_is_wrong_is_said_at_its_field(connected, alices, given, sentence):
    page = text_of(alices.post(AIRTABLE, {**OPTIONS, **given}))

    assert sentence in page
    assert 'aria-invalid="true"' in page
    assert jobs() == []
    if given.get("base") == SALES:
        assert f'<option value="{SALES}" selected>Sales</option>' in page


def test_a_token_that_was_taken_back_is_asked_for_anew(connected, alices):
    connected.tokens.clear()

    page = text_of(alices.post(AIRTABLE, {**OPTIONS, "look": "1"}))

    assert "Airtable does not take your access token." in page
    assert 'name="token"' in page


def test_while_airtable_is_away_the_page_says_so(connected, alices):
    connected.troubles[:] = [503] * 9

    assert "Airtable does not answer just now" in text_of(alices.post(AIRTABLE, {**OPTIONS, "look": "1"}))
