"""Saved mappings on pages: offered once one worked, used and taken back, listed, renamed, deleted."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from imports import saved_mappings
from imports.models import SavedFieldMapping
from irisx.accounts.tenancy import ALL, tenant_scope
from tests.factories import import_csv, make_saved_mapping, reload, upload
from tests.model_server import KEY, base_url, says
from tests.receivers import receiver

FILE = "Kontaktweg,Wohnhaft,Stufe\nana@x.example,Berlin,gold\n"
FAIR = {"Kontaktweg": "email", "Wohnhaft": "city", "Stufe": "tags"}
OUTLOOK = (
    "First Name,Last Name,Title,Suffix,E-mail Address,E-mail 2 Address,Business Phone\nAna,Silva,,,ana@x.example,,\n"
)


def page_of(name, *args):
    return reverse(f"customer:{name}", args=args)


def text_of(response):
    return " ".join(response.content.decode().split())


def stored():
    with tenant_scope(ALL):
        return {saved.name: saved.mapping for saved in SavedFieldMapping.objects.all()}


# Offered -------------------------------------------------------------------------------------------------------------


def test_a_mapping_that_was_changed_and_worked_is_kept_and_found_again(alices, acme):
    job = import_csv(acme, FILE, mapping={"Wohnhaft": "city", "Stufe": "tags"})
    assert "Keep this mapping for the next file?" in text_of(alices.get(page_of("job-result", job.pk)))

    response = alices.post(page_of("job-save-mapping", job.pk), {"name": "Fair"}, follow=True)

    assert "Saved “Fair”: files with the same columns get it." in text_of(response)
    assert "Keep this mapping" not in text_of(response)
    assert stored() == {"Fair": FAIR}
    page = text_of(alices.get(page_of("job-map", upload(acme, FILE).pk)))
    assert "Used your mapping “Fair”</b> (3 of 3 columns)" in page


def test_a_mapping_that_was_taken_as_suggested_is_not_offered(alices, acme):
    job = import_csv(acme, FILE)

    assert "Keep this mapping" not in text_of(alices.get(page_of("job-result", job.pk)))
    alices.post(page_of("job-save-mapping", job.pk), {"name": "Fair"})
    assert stored() == {}


def test_a_mapping_that_imported_nobody_is_not_offered(alices, acme):
    job = import_csv(acme, FILE.replace("ana@x.example", "ana"), mapping={"Kontaktweg": "email", "Stufe": "tags"})

    assert "Keep this mapping" not in text_of(alices.get(page_of("job-result", job.pk)))


@pytest.mark.parametrize(("name", "sentence"), [("", "Give the mapping a name."), ("Fair", "There is a saved mapping")])
def test_a_name_that_cannot_be_is_asked_for_again(alices, acme, name, sentence):
    make_saved_mapping(acme, name="Fair")
    job = import_csv(acme, FILE, mapping={"Wohnhaft": "city"})

    page = text_of(alices.post(page_of("job-save-mapping", job.pk), {"name": name}))

    assert sentence in page
    assert list(stored()) == ["Fair"]


# Used and taken back -------------------------------------------------------------------------------------------------


def test_a_saved_mapping_is_taken_back_and_up_again(alices, acme):
    with tenant_scope(acme):
        saved_mappings.remember(
            acme,
            user=None,
            name="Fair",
            mapping=saved_mappings.FieldMapping.from_json({**FAIR, "Kontaktweg": None}),
            headers=list(FAIR),
        )
    job = upload(acme, FILE)
    followed = [column["field"] for column in job.columns]

    page = text_of(alices.post(page_of("job-use-mapping", job.pk), {"undo": "1"}, follow=True))

    assert "Your mapping “Fair” is not used." in page
    assert [column["field"] for column in reload(job).columns] == ["email", None, None]
    assert reload(job).ai_confidence == 72
    page = text_of(alices.post(page_of("job-use-mapping", job.pk), {"again": "1"}, follow=True))
    assert "Used your mapping “Fair”" in page
    assert [column["field"] for column in reload(job).columns] == followed == [None, "city", "tags"]


def test_undone_twice_is_undone(alices, acme):
    job = upload(acme, OUTLOOK)
    for _ in range(2):
        page = text_of(alices.post(page_of("job-use-mapping", job.pk), {"undo": "1"}, follow=True))

    assert "Not read as an export of Outlook." in page


def test_an_export_of_a_known_system_is_named(alices, acme):
    page = text_of(alices.get(page_of("job-map", upload(acme, OUTLOOK).pk)))

    assert "This is an export of Outlook</b>: 7 of 7 columns are known." in page


def test_an_import_that_follows_none_says_so(alices, acme):
    job = upload(acme, FILE)

    assert "Undo" not in text_of(alices.get(page_of("job-map", job.pk)))
    page = text_of(alices.post(page_of("job-use-mapping", job.pk), {"undo": "1"}, follow=True))
    assert "This import does not follow a saved mapping." in page


# Listed --------------------------------------------------------------------------------------------------------------


def test_saved_mappings_are_listed_beside_known_exports(alices, acme, globex):
    make_saved_mapping(acme, name="Fair", description="Of the <b>spring</b> fair", mapping=FAIR, is_default=True)
    make_saved_mapping(globex, name="Secret")

    page = text_of(alices.get(page_of("mappings")))

    assert "1 saved mapping" in page
    assert "Of the &lt;b&gt;spring&lt;/b&gt; fair" in page
    assert "3 of 3 columns" in page
    assert "Default" in page
    assert "Google Contacts" in page
    assert "Secret" not in page


def test_without_saved_mappings_the_page_says_how_to_make_one(alices):
    assert "No mappings saved yet" in text_of(alices.get(page_of("mappings")))


def test_a_mapping_is_renamed_described_and_made_the_default(alices, acme):
    make_saved_mapping(acme, name="Usual", is_default=True)
    saved = make_saved_mapping(acme, name="Fair", mapping=FAIR)
    assert "Wohnhaft" in text_of(alices.get(page_of("mapping", saved.pk)))

    fields = {"name": "Spring fair", "description": "Stand 14", "is_default": "on"}
    page = text_of(alices.post(page_of("mapping", saved.pk), fields, follow=True))

    assert "Saved “Spring fair”" in page
    with tenant_scope(ALL):
        assert list(SavedFieldMapping.objects.order_by("name").values_list("name", "description", "is_default")) == [
            ("Spring fair", "Stand 14", True),
            ("Usual", "", False),
        ]


def test_a_name_that_another_mapping_has_is_refused(alices, acme):
    make_saved_mapping(acme, name="Usual")
    saved = make_saved_mapping(acme, name="Fair")

    page = text_of(alices.post(page_of("mapping", saved.pk), {"name": "Usual"}))

    assert "There is a saved mapping “Usual” already." in page


def test_a_mapping_is_deleted_after_a_question(alices, acme):
    saved = make_saved_mapping(acme, name="Fair")
    assert "Delete “Fair”?" in text_of(alices.get(page_of("delete-mapping", saved.pk)))

    assert "Deleted the mapping “Fair”." in text_of(alices.post(page_of("delete-mapping", saved.pk), follow=True))
    assert stored() == {}


@pytest.mark.parametrize("name", ["mapping", "delete-mapping"])
def test_a_mapping_of_another_tenant_is_not_found(client, acme, bob, name):
    saved = make_saved_mapping(acme, name="Fair")
    client.force_login(bob)

    for method in (client.get, client.post):
        assert method(page_of(name, saved.pk)).status_code == 404
    assert list(stored()) == ["Fair"]


# The model -----------------------------------------------------------------------------------------------------------


def test_the_model_is_asked_if_it_is_set_up_and_asked_for(alices, acme, settings):
    assert "AI model" not in text_of(alices.get(page_of("new-import")))
    with receiver(says(lambda columns: {column["key"]: "none" for column in columns})) as server:
        settings.OPENAI_API_KEY, settings.OPENAI_BASE_URL = KEY, base_url(server)
        assert "Ask the AI model about columns" in text_of(alices.get(page_of("new-import")))
        options = {"duplicate_strategy": "skip", "duplicate_match_fields": "email,phone"}
        for asks in ({}, {"use_ai_mapping": "on"}):
            file = SimpleUploadedFile("people.csv", FILE.encode(), content_type="text/csv")
            alices.post(page_of("new-import"), {**options, **asks, "file": file})

    assert len(server.requests) == 1
