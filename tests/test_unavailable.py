"""Pages and answers while the store of files is away."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from imports.models import ImportJob
from irisx.accounts.authentication import issue_tokens
from tests.factories import import_csv, upload
from tests.stores import store_away

SENTENCE = "The store that files are kept in does not answer. Please try again in a moment."
PEOPLE = "Email,Plan\nana@example.com,Pro\nnobody,Free\n"


@pytest.fixture
def pages(client, alice):
    """A browser in which Alice of acme is signed in."""
    client.force_login(alice)
    return client


def url_of(job: ImportJob, page: str) -> str:
    return reverse(f"customer:job-{page}", args=[job.pk])


@pytest.mark.parametrize("page", ["map", "review"])
def test_a_page_that_shows_the_file_says_calmly_that_it_has_to_wait(pages, acme, page):
    url = url_of(upload(acme, PEOPLE), page)

    with store_away():
        answer = pages.get(url)

    text = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert SENTENCE in text
    assert f'href="{url}">Try again' in text
    assert pages.get(url).status_code == 200


@pytest.mark.parametrize("query", ["outcome=created", "outcome=failed", "problem=no_contact_point"])
def test_so_do_the_rows_behind_a_number(pages, acme, query):
    url = f"{url_of(import_csv(acme, PEOPLE), 'rows')}?{query}"

    with store_away():
        answer = pages.get(url)

    assert answer.status_code == 503
    assert SENTENCE in answer.content.decode()
    assert pages.get(url).status_code == 200


def test_what_needs_no_file_is_shown_all_the_same(pages, acme):
    job = import_csv(acme, PEOPLE)

    with store_away():
        statuses = [pages.get(url).status_code for url in ("/imports/", url_of(job, "result"), "/contacts/")]

    assert statuses == [200, 200, 200]


def test_an_upload_meanwhile_is_refused_at_the_file(pages):
    form = {"duplicate_strategy": "skip", "duplicate_match_fields": "email,phone"}
    file = SimpleUploadedFile("people.csv", PEOPLE.encode())

    with store_away():
        answer = pages.post("/imports/new/", {**form, "file": file})

    assert answer.status_code == 200
    assert SENTENCE in answer.content.decode()


def test_the_api_says_the_same(client, acme, alice):
    job = upload(acme, PEOPLE)
    token = issue_tokens(alice)["access"]

    with store_away():
        answer = client.get(f"/v1/imports/{job.pk}/preview", headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 503
    assert answer.json() == {"error": SENTENCE, "code": "source_unavailable"}
