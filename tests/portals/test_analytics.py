"""Analytics: findings in words, pictures with the same numbers beside them, one tenant's or everybody's."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from imports.analytics import summaries
from portals.analytics_page import _of, _trend, percent
from tests.factories import import_csv, make_job

MESSY = "Email\nmaya@example.com\nderek@example.com\nnobody\n"


@pytest.fixture
def look(client, alice):
    client.force_login(alice)
    return lambda query="": client.get(f"/analytics/{query}").content.decode()


def queries_of(look) -> int:
    """Return how many statements read something: those that open and close a scope do not."""
    with CaptureQueriesContext(connection) as queries:
        look()
    return sum(query["sql"].startswith("SELECT") and "set_config" not in query["sql"] for query in queries)


def test_before_there_are_imports_it_says_what_there_will_be(look):
    assert "Nothing was imported in this time" in look()


def test_findings_tell_the_numbers(look, acme):
    summaries.summarize(import_csv(acme, MESSY).pk)

    shown = look()

    assert "1 import, 3 rows." in shown
    assert "66.7 % of the rows came in" in shown
    assert "1 of 1 failed rows: E-mail is not valid" in shown
    assert "All rows came from CSV" in shown
    assert "1 of 1 columns match without a correction" in shown


def test_suggestions_are_told_by_what_they_rested_on(look, acme):
    mapping = {"Email": "email", "Handy": None, "Plan": "custom:plan"}
    summaries.summarize(import_csv(acme, "Email,Handy,Plan\nmaya@example.com,,gold\n", mapping=mapping).pk)

    shown = look()

    assert "1 of 1 columns matched by words of their header were corrected" in shown
    table = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line) for line in re.findall(r"<tr>(.*?)</tr>", shown, re.S)]
    assert [
        line for line in table if line[0] in ("The field’s own name", "Words of the header", "No field fitted")
    ] == [
        ["Words of the header", "1", "0", "1"],
        ["No field fitted", "1", "0", "1"],
        ["The field’s own name", "1", "1", "0"],
    ]


def test_another_tenants_imports_are_not_in_it(look, acme, globex):
    import_csv(globex, MESSY)

    assert "Nothing was imported in this time" in look()


def test_platform_staff_see_all_tenants_together_and_each_alone(client, staff, acme, globex):
    import_csv(acme, MESSY)
    import_csv(globex, MESSY)
    client.force_login(staff)

    assert "2 imports, 6 rows." in client.get("/admin/analytics/").content.decode()
    assert "1 import, 3 rows." in client.get("/admin/tenants/globex/analytics/").content.decode()


@pytest.mark.parametrize("period", ["7", "28", "12m"])
def test_the_period_is_chosen_by_a_link(look, acme, period):
    import_csv(acme, MESSY)

    assert f'href="?period={period}" aria-current="true"' in look(f"?period={period}")


def test_a_period_that_is_none_is_the_usual_one(look):
    assert 'href="?period=28" aria-current="true"' in look("?period=%00nonsense")


def test_however_many_imports_there_are_it_takes_as_many_queries(look, acme):
    make_job(acme, status="completed", started_at=timezone.now(), completed_at=timezone.now())
    few = queries_of(look)
    for _ in range(20):
        make_job(acme, status="completed", started_at=timezone.now() - timedelta(5), completed_at=timezone.now())

    assert queries_of(look) == few <= 12


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([1, 2, 3], ""),  # too short to tell
        ([0] * 14 + [5] * 14, ""),  # nothing to compare with
        ([10] * 14 + [20] * 14, "100 % more rows came in the later half than in the earlier one"),
        ([20] * 14 + [10] * 14, "50 % fewer rows came in the later half than in the earlier one"),
        ([100] * 14 + [102] * 14, "As many rows came in the later half as in the earlier one"),
    ],
)
def test_trend(rows, expected):
    assert _trend(rows) == expected


@pytest.mark.parametrize(
    ("part", "expected"),
    [(None, "–"), (100, "100 %"), (99.99, "99.9 %"), (66.666, "66.7 %"), (50, "50 %"), (0.01, "< 0.1 %"), (0, "0 %")],
)
def test_what_is_not_all_is_not_rounded_up_to_it(part, expected):
    assert percent(part) == expected


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(1, 3, "1 of 3 rows"), (61, 100, "6 of 10 rows"), (99, 100, "99 % of rows"), (100, 100, "100 % of rows")],
)
def test_parts_are_told_as_people_say_them(part, whole, expected):
    assert _of(part, whole, "rows") == expected
