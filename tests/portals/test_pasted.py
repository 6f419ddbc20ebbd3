"""Rows copied from a spreadsheet, and the tabs that lead to each way in."""

from __future__ import annotations

from imports.models import ImportJob
from irisx.accounts.tenancy import ALL, tenant_scope

PASTE_WAY = "/imports/new/?via=paste"
OPTIONS = {"duplicate_strategy": "skip", "duplicate_match_fields": "email,phone"}


def test_pasted_rows_go_to_their_mapping(alices):
    text = "Name\tE-Mail\r\nAnn Lee\tann@example.com\r\n"

    response = alices.post(PASTE_WAY, {**OPTIONS, "text": text})

    with tenant_scope(ALL):
        job = ImportJob.objects.get()
    assert response.url == f"/imports/{job.pk}/map/"
    assert (job.source_type, job.total_rows) == ("pasted", 1)
    assert [column["field"] for column in job.columns] == ["full_name", "email"]


def test_nothing_pasted_is_said_at_the_field(alices):
    for text in ("", " \n "):
        response = alices.post(PASTE_WAY, {**OPTIONS, "text": text})

        assert "ogether with their column names" in " ".join(response.context["form"].errors["text"])


def test_each_way_in_is_a_link_and_an_unknown_one_is_a_file(alices):
    for via, current in (("file", "A file"), ("paste", "Pasted rows"), ("json", "JSON"), ("nonsense", "A file")):
        response = alices.get("/imports/new/", {"via": via})

        assert [tab.way.label for tab in response.context["tabs"] if tab.is_current] == [current]
        offered = [tab.url.partition("=")[2] for tab in response.context["tabs"]]
        assert offered == ["file", "paste", "json", "sheet", "airtable"]


def test_the_api_page_says_how_to_get_a_token_and_shows_none(alices, alice):
    page = alices.get("/api/").content.decode()

    assert f"&quot;email&quot;: &quot;{alice.email}&quot;, &quot;password&quot;: &quot;…&quot;" in page
    assert page.count("Bearer $IRISX_TOKEN") == 5
    assert 'href="/v1/docs"' in page
