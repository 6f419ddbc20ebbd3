"""What columns could become by what the tenant chose before, and by exports that are known; in the order of trust."""

from __future__ import annotations

import pytest

from imports.models import HeaderChoice
from irisx.accounts.tenancy import ALL, tenant_scope
from tests.factories import confirm, make_saved_mapping, upload

pytestmark = pytest.mark.django_db(transaction=True)

FILE = "Kontaktweg,Wohnhaft,Stufe\nana@x.example,Berlin,gold\n"
GOOGLE = (
    "First Name,Last Name,Phonetic First Name,File As,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Value,Shoe size\n"
)


def suggested(job):
    return {column["header"]: (column["field"], column["confidence"], column["reason"]) for column in job.columns}


def test_a_header_is_what_it_was_last_time_in_whatever_file(acme):
    confirm(upload(acme, FILE), {"Wohnhaft": "city", "Stufe": "custom:level"})

    job = upload(acme, "WOHNHAFT,Email\nBerlin,ana@x.example\n")

    assert suggested(job)["WOHNHAFT"] == ("city", 100, "Same as last time")
    confirm(job, {"WOHNHAFT": "state"})
    assert suggested(upload(acme, FILE))["Wohnhaft"] == ("state", 100, "Same as last time")


def test_what_one_tenant_chose_says_nothing_to_another(acme, globex):
    confirm(upload(acme, FILE), {"Wohnhaft": "city"})

    assert suggested(upload(globex, FILE))["Wohnhaft"] == (None, 0, "No field fits")


def test_a_column_that_was_left_out_though_a_field_fitted_is_left_out_again(acme):
    confirm(upload(acme, "Email,City,Stufe\nana@x.example,Berlin,gold\n"), {"City": None})

    assert suggested(upload(acme, "City,Email\nBerlin,ana@x.example\n"))["City"] == (None, 0, "Left out last time")
    with tenant_scope(ALL):  # that no field fits today is no choice
        assert not HeaderChoice.objects.filter(header="stufe").exists()


def test_a_mapping_saved_for_nearly_the_same_columns_says_what_it_knows(acme):
    mapping = {"Kontaktweg": "email", "Wohnhaft": "state", "Stufe": None, "Rufnummer": "phone"}
    saved = make_saved_mapping(acme, name="Fair", mapping=mapping)

    job = upload(acme, FILE.replace("Stufe", "Stufe,Rufnummer,Ort").replace("gold", "gold,030 901820,Köln"))

    assert suggested(job) == {
        "Kontaktweg": ("email", 100, "Same as in “Fair”"),
        "Wohnhaft": ("state", 100, "Same as in “Fair”"),
        "Stufe": (None, 0, "Same as in “Fair”"),
        "Rufnummer": ("phone", 100, "Same as in “Fair”"),
        "Ort": ("city", 97, "“Ort” means City"),
    }
    assert job.used_mapping == {"kind": "saved", "id": str(saved.pk), "name": "Fair", "matched": 4, "is_undone": False}


def test_a_saved_mapping_goes_before_choices_and_choices_before_the_default(acme):
    make_saved_mapping(acme, name="Usual", mapping={"Wohnhaft": "notes", "Stufe": "notes"}, is_default=True)
    confirm(upload(acme, FILE), {"Wohnhaft": "city", "Stufe": None})
    assert suggested(upload(acme, FILE))["Wohnhaft"] == ("city", 100, "Same as last time")

    make_saved_mapping(
        acme, name="Fair", mapping={"Kontaktweg": "email", "Wohnhaft": "state", "Stufe": "tags", "Ort": None}
    )

    assert suggested(upload(acme, FILE))["Wohnhaft"] == ("state", 100, "Same as in “Fair”")


def test_an_export_of_a_known_system_is_known_by_its_headers(acme):
    job = upload(acme, GOOGLE + "Ana,Silva,,,Work,ana@x.example,+351 912 345 678,38\n")

    assert suggested(job)["E-mail 1 - Value"] == ("email", 99, "Known from Google Contacts")
    assert suggested(job)["Phonetic First Name"] == (None, 0, "No field, as known from Google Contacts")
    assert suggested(job)["Shoe size"] == (None, 0, "No field fits")
    assert job.used_mapping == {
        "kind": "known",
        "id": None,
        "name": "Google Contacts",
        "matched": 7,
        "is_undone": False,
    }
    assert job.columns[5]["otherwise"]["field"] == "email"


def test_confidence_of_a_job_is_the_mean_of_what_is_imported(acme):
    job = upload(acme, "Mail,Ort,Telefno,Stufe\nana@x.example,Berlin,030 901820,gold\n")

    assert [column["confidence"] for column in job.columns] == [97, 97, 87, 0]
    assert job.ai_confidence == 94
