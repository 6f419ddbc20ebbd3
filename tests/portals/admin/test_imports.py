"""The imports of all tenants in one history."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import make_job

ALL_IMPORTS = "/admin/imports/"


def filenames(response) -> list[str]:
    return [line.job.filename for line in response.context["lines"]]


@pytest.fixture
def work(acme, globex, alice, bob):
    make_job(acme, filename="leads.csv", user=alice)
    make_job(globex, filename="good.csv", user=bob, status="completed")
    make_job(acme, filename="bad.csv", status="completed", total_rows=3, processed_rows=3, error_count=3)
    make_job(globex, filename="book.xlsx", source_type="excel")


def test_without_imports_the_page_says_what_would_be_here(stellas):
    assert "Whatever a tenant imports is listed here." in stellas.get(ALL_IMPORTS).content.decode()


def test_the_tenant_comes_first_and_leads_to_its_imports(stellas, work):
    response = stellas.get(ALL_IMPORTS)

    page = response.content.decode()
    shown = [(line.job.tenant.name, line.job.filename) for line in response.context["lines"]]
    assert shown == [("Globex", "book.xlsx"), ("Acme", "bad.csv"), ("Globex", "good.csv"), ("Acme", "leads.csv")]
    assert page.index('<th scope="col" role="columnheader">Tenant') < page.index(">Import</th>")
    assert '<a href="/admin/tenants/globex/imports/">Globex</a>' in page
    assert "Completed with errors" in page


def test_a_line_leads_to_the_pages_of_its_tenant(stellas, acme):
    job = make_job(acme, status="completed", total_rows=1, processed_rows=1, error_count=1)

    page = stellas.get(ALL_IMPORTS).content.decode()

    for end in ("", "rows/?outcome=failed", "delete/"):
        assert f'href="/admin/tenants/acme/imports/{job.pk}/{end}"' in page


def test_a_deleted_import_is_gone_here_too(stellas, acme):
    job = make_job(acme, status="completed")

    stellas.post(f"/admin/tenants/acme/imports/{job.pk}/delete/")

    assert filenames(stellas.get(ALL_IMPORTS)) == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"tenant": "acme"}, ["bad.csv", "leads.csv"]),
        ({"tenant": "globex", "status": "completed"}, ["good.csv"]),
        ({"tenant": "acme", "search": "bob"}, []),
        ({"search": "bob"}, ["good.csv"]),
        ({"source": "excel"}, ["book.xlsx"]),
        ({"tenant": "nobody"}, ["book.xlsx", "bad.csv", "good.csv", "leads.csv"]),
    ],
)
def test_filters_live_in_the_address(stellas, work, query, found):
    assert filenames(stellas.get(ALL_IMPORTS, query)) == found


def test_a_tenant_that_is_none_is_said_at_the_filter(stellas, work):
    assert "Select a valid choice" in stellas.get(ALL_IMPORTS, {"tenant": "nobody"}).content.decode()


def test_the_filter_goes_along_to_the_next_page(stellas, acme, globex):
    for number in range(27):
        make_job(acme, filename=f"{number}.csv")
        make_job(globex, filename="other.csv")

    first = stellas.get(ALL_IMPORTS, {"tenant": "acme"})
    second = stellas.get(ALL_IMPORTS, {"tenant": "acme", "page": "2"})

    assert "?tenant=acme&amp;page=2" in first.content.decode()
    assert filenames(second) == ["1.csv", "0.csv"]


def test_a_longer_history_takes_no_more_queries(stellas, acme, globex, alice, bob):
    make_job(acme, user=alice)
    with CaptureQueriesContext(connection) as of_one:
        stellas.get(ALL_IMPORTS)
    for _ in range(10):
        make_job(acme, user=alice)
        make_job(globex, user=bob)
    with CaptureQueriesContext(connection) as of_many:
        stellas.get(ALL_IMPORTS)

    assert len(of_many) == len(of_one)


def test_the_bar_counts_what_runs_for_anybody(stellas, acme, globex):
    make_job(acme, status="processing")
    make_job(globex, status="queued")

    assert "2 running" in stellas.get(ALL_IMPORTS).content.decode()
    assert "1 running" in stellas.get("/admin/tenants/acme/imports/").content.decode()
