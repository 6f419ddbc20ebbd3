"""The dashboard: what waits, what runs, what came in, for one tenant, in both portals."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from imports.analytics import summaries
from imports.connectors.models import AirtableConnection
from irisx.accounts.tenancy import tenant_scope
from tests.conftest import PASSWORD
from tests.factories import import_csv, make_job, make_schedule

MESSY = "Email\nmaya@example.com\nderek@example.com\nnobody\n"
COLUMNS = [
    {"header": "Email", "samples": [], "field": "email", "confidence": 100, "reason": ""},
    {"header": "Shoe size", "samples": [], "field": None, "confidence": 0, "reason": ""},
]
HELD = {
    "changes": [{"kind": "column_gone", "header": "Phone", "field": "phone"}],
    "found": {"headers": ["Email"], "total_rows": 3, "filled": {}},
}


@pytest.fixture
def look(alices):
    return lambda url="/", **headers: alices.get(url, headers=headers)


def waiting(response) -> list[tuple[str, str, str]]:
    """Return name, reason and next step of what waits."""
    return [(line.name, line.why, line.step) for line in response.context["now"].waiting]


def queries_of(look) -> int:
    """Return how many statements read something: those that open and close a scope do not."""
    with CaptureQueriesContext(connection) as queries:
        look()
    return sum(query["sql"].startswith(("SELECT", "(SELECT")) and "set_config" not in query["sql"] for query in queries)


def test_a_new_tenant_is_led_to_the_first_import(look):
    page = look().content.decode()

    assert "Bring in your first contacts" in page
    assert 'href="/imports/new/?via=sheet"' in page


def test_signing_in_leads_to_it(client, alice):
    assert client.post("/sign-in/", {"username": alice.email, "password": PASSWORD}).url == "/"


def test_where_nothing_waits_it_says_so(look, acme):
    import_csv(acme, "Email\nmaya@example.com\n")

    response = look()

    assert response.context["now"].heading == "Nothing waits for you"
    assert [line.job.filename for line in response.context["now"].recent] == ["people.csv"]


@pytest.mark.parametrize(
    ("job", "why", "step"),
    [
        (
            {"status": "pending", "columns": COLUMNS},
            "Not started. 1 of 2 columns has no field yet.",
            "Continue mapping",
        ),
        ({"status": "pending", "held": HELD}, "Held: a column is gone. Nothing was imported.", "Review columns"),
        (
            {"status": "failed", "error_details": {"code": "gone", "error": "The file is gone."}},
            "The file is gone.",
            "See what happened",
        ),
    ],
)
def test_an_import_that_cannot_go_on_waits(look, acme, job, why, step):
    make_job(acme, filename="leads.csv", **job)

    assert waiting(look()) == [("leads.csv", why, step)]


def test_failed_rows_wait_with_their_first_cause(look, acme):
    summaries.summarize(import_csv(acme, MESSY).pk)

    assert waiting(look()) == [
        (
            "people.csv",
            "1 row needs a correction; 2 are done. First cause: e-mail is not valid.",
            "Correct 1 row",
        )
    ]


def test_connections_to_renew_wait_the_own_and_those_of_recurring_imports(look, acme, alice):
    make_schedule(acme, needs_renewal=True)
    with tenant_scope(acme):
        AirtableConnection.objects.create(tenant=acme, user=alice, token="pat", needs_reconnect=True)

    assert [(name, step) for name, _, step in waiting(look())] == [
        ("Your connection to Airtable", "Connect again"),
        ("Partner leads", "Connect again"),
    ]


def test_what_waits_elsewhere_is_not_shown(look, acme, globex):
    make_job(globex, filename="theirs.csv", columns=COLUMNS)
    make_schedule(globex, needs_renewal=True)

    assert "theirs.csv" not in look().content.decode()
    assert look().context["now"].is_new


def test_while_an_import_runs_the_page_asks_again_and_says_when_it_has_ended(look, acme):
    job = make_job(acme, filename="big.csv", status="processing", total_rows=9, started_at=timezone.now())
    assert 'hx-get="/?open=1"' in look().content.decode()

    with tenant_scope(acme):
        type(job).objects.filter(pk=job.pk).update(status="cancelled")
    renewed = look("/?open=1", **{"HX-Request": "true"}).content.decode()

    assert "No import is under way any more." in renewed
    assert "hx-get" not in renewed
    assert "<html" not in renewed


def test_figures_add_up_to_what_imports_did(look, acme):
    import_csv(acme, MESSY)

    figures = look().context["figures"]

    assert [(part.name, part.count) for part in figures.week.parts if part.count] == [("created", 2), ("failed", 1)]
    assert [(figure.label, figure.number) for figure in figures.key_figures] == [
        ("Contacts", "2"),
        ("Imports", "1"),
        ("Rows that came in", "66.7 %"),
        ("Next recurring import", "–"),
    ]
    assert figures.growth.heading.startswith("2 new contacts came in, most on ")
    assert figures.growth.table.lines[-1][1:] == ("2", "2")


def test_staff_see_a_tenants_dashboard_with_whose_it_is(client, staff, acme):
    import_csv(acme, MESSY)
    client.force_login(staff)

    page = client.get("/admin/tenants/acme/").content.decode()

    assert "Viewing:" in page
    assert "One thing waits for you" in page


def test_however_much_there_is_it_takes_as_many_queries(look, acme):
    import_csv(acme, MESSY)
    make_job(acme, status="processing", started_at=timezone.now())
    make_schedule(acme)
    few = queries_of(look)
    for _ in range(8):
        make_job(acme, columns=COLUMNS)
        make_job(acme, status="processing", started_at=timezone.now())
        make_schedule(acme, needs_renewal=True)

    assert queries_of(look) == few <= 12
