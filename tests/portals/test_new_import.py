"""From a file to a started import, as a browser without scripts does it, and what htmx asks for beside it."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from contacts.models import CustomField
from imports import runner
from imports.models import ImportJob, SavedFieldMapping
from irisx.accounts.tenancy import ALL, tenant_scope
from tests.factories import PEOPLE, contacts_of, reload, upload

NEW_IMPORT = "/imports/new/"
HTMX = {"HX-Request": "true"}
OPTIONS = {"duplicate_strategy": "skip", "duplicate_match_fields": "email,phone"}


def send(client, content: str | bytes = PEOPLE, filename: str = "people.csv", headers=None, **options):
    data = content.encode() if isinstance(content, str) else content
    file = SimpleUploadedFile(filename, data, content_type="text/csv")
    return client.post(NEW_IMPORT, {**OPTIONS, "file": file, **options}, headers=headers)


def page_of(job: ImportJob, name: str, *more: object) -> str:
    return reverse(f"customer:job-{name}", args=[job.pk, *more])


def the_job() -> ImportJob:
    with tenant_scope(ALL):
        return ImportJob.objects.select_related("tenant").get()


def text_of(response) -> str:
    return response.content.decode()


# Source --------------------------------------------------------------------------------------------------------------


def test_the_source_page_says_the_rules_before_anything_is_chosen(alices, settings):
    page = text_of(alices.get(NEW_IMPORT))

    assert "CSV, TSV, XLSX, XLS" in page
    assert "50 MB" in page
    assert f"{settings.MAX_ROWS:,} rows" in page
    assert "United States (+1)" in page


def test_a_file_becomes_contacts_without_a_script(alices, acme):
    response = send(alices)
    job = the_job()
    assert response.url == page_of(job, "map")

    page = text_of(alices.get(response.url))
    assert "Which column is which?" in page
    assert "maya@example.com" in page

    response = alices.post(page_of(job, "map"), {"column-0": "first_name", "review": "1"})
    assert response.url == page_of(job, "review")
    assert "This is what 2 rows would do" in text_of(alices.get(response.url))

    response = alices.post(page_of(job, "start"), {**OPTIONS, "save_mapping_as": "People"})
    assert response.url == page_of(job, "progress")
    assert "Importing people.csv" in text_of(alices.get(response.url))

    runner.run_to_end(job.pk)
    assert alices.get(response.url, follow=True).redirect_chain[-1][0] == page_of(job, "result")
    assert [contact.email for contact in contacts_of(acme)] == ["maya@example.com", "derek@example.com"]
    with tenant_scope(acme):
        assert SavedFieldMapping.objects.get(tenant=acme).name == "People"


def test_htmx_goes_to_the_mapping_by_a_header(alices):
    response = send(alices, headers=HTMX)

    assert response["HX-Redirect"] == page_of(the_job(), "map")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The selected file is empty."),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "Only CSV and Excel files allowed."),
    ],
    ids=["empty", "picture"],
)
def test_a_file_that_cannot_be_imported_is_refused_in_a_sentence(alices, acme, content, sentence):
    page = text_of(send(alices, content))

    assert sentence in page
    assert 'class="drop is-wrong"' in page
    with tenant_scope(acme):
        assert not ImportJob.objects.filter(tenant=acme).exists()


def test_no_file_is_said_at_the_file(alices):
    assert "Select a file." in text_of(alices.post(NEW_IMPORT, OPTIONS))


def test_a_file_over_the_limit_is_refused(alices, settings):
    settings.UPLOAD_MAX_BYTES = 20

    assert "The selected file must be smaller than 20 bytes." in text_of(send(alices))


def test_a_refusal_answers_htmx_with_the_form_alone(alices):
    page = text_of(alices.post(NEW_IMPORT, OPTIONS, headers=HTMX))

    assert page.count("<form") == 1
    assert "<html" not in page


def test_a_list_of_another_tenant_cannot_be_chosen(alices, globex):
    from contacts.models import ContactList

    with tenant_scope(globex):
        theirs = ContactList.objects.create(tenant=globex, name="Secret list")

    page = text_of(send(alices, list_id=str(theirs.pk)))

    assert "Select a valid choice" in page
    assert "Secret list" not in page


def test_the_template_has_the_fields_that_everybody_has(alices):
    response = alices.get("/imports/template.csv")

    assert response.content == b"First name,Last name,E-mail,Phone,Company,Title\r\n"
    assert "attachment" in response["Content-Disposition"]


# Map -----------------------------------------------------------------------------------------------------------------


def test_what_was_chosen_is_there_again_after_a_reload(alices, acme):
    job = upload(acme, "Email,Club\nann@example.com,Rowing\n")

    alices.post(page_of(job, "map"), {"column-1": "company"})

    page = text_of(alices.get(page_of(job, "map")))
    assert '<option value="company" selected>' in page
    assert "You chose this" in page


def test_a_field_taken_from_another_column_is_exchanged_and_said(alices, acme):
    job = upload(acme, "Email,Work email,Phone\nann@example.com,ann@work.example,+12125550143\n")

    headers = {**HTMX, "HX-Trigger-Name": "column-2"}
    page = text_of(alices.post(page_of(job, "map"), {"column-0": "email", "column-2": "email"}, headers=headers))

    assert reload(job).field_mapping == {"Email": "phone", "Work email": None, "Phone": "email"}
    assert "“Email” is now “Phone”: “E-mail” comes from “Phone”." in page
    assert "<html" not in page


def test_without_email_and_phone_nothing_goes_on(alices, acme):
    job = upload(acme)

    page = text_of(alices.post(page_of(job, "map"), {"column-2": "", "column-3": "", "review": "1"}))

    assert "One thing is missing before you can go on" in page
    assert "Match a column to e-mail or phone" in page
    assert alices.get(page_of(job, "review")).url == reverse("customer:job", args=[job.pk])


def test_a_field_chosen_twice_is_said_at_its_columns(alices, acme):
    job = upload(acme)

    page = text_of(alices.post(page_of(job, "map"), {"column-0": "email", "column-2": "email", "review": "1"}))

    assert "“E-mail” is chosen twice; choose another field for “First Name”" in page
    assert page.count('aria-invalid="true"') == 2


def test_a_field_that_is_none_changes_nothing(alices, acme):
    job = upload(acme)

    alices.post(page_of(job, "map"), {"column-0": "password", "column-99": "email"})

    assert reload(job).field_mapping["First Name"] == "first_name"


def test_a_new_custom_field_is_made_and_chosen(alices, acme):
    job = upload(acme, "Email,Boat\nann@example.com,7\n")

    asked = alices.post(page_of(job, "map"), {"column-1": "new"})
    assert asked.url == page_of(job, "add-field", 1)
    assert "New field for “Boat”" in text_of(alices.get(asked.url))

    answer = alices.post(asked.url, {"label": "Boat number", "type": "number"})
    assert answer.url == page_of(job, "map")
    assert reload(job).field_mapping == {"Email": "email", "Boat": "custom:boat_number"}
    with tenant_scope(acme):
        assert CustomField.objects.get(tenant=acme).type == "number"


def test_a_new_field_answers_the_dialog_with_the_mapping(alices, acme):
    job = upload(acme, "Email,Boat\nann@example.com,7\n")

    response = alices.post(page_of(job, "add-field", 1), {"label": "Boat", "type": "text"}, headers=HTMX)

    assert response["HX-Retarget"] == "#mapping"
    assert '"id": "column-1"' in response["HX-Trigger-After-Settle"]


def test_a_field_that_exists_is_not_made_again(alices, acme):
    job = upload(acme)

    page = text_of(alices.post(page_of(job, "add-field", 0), {"label": "company", "type": "text"}))

    assert "There is a field “company” already." in page


def test_the_file_is_read_again_in_another_way(alices, acme):
    job = upload(acme, "Email;Name\nann@example.com;Ann, Lee\n")
    assert [column["header"] for column in job.columns] == ["Email", "Name"]

    response = alices.post(page_of(job, "read"), {"delimiter": ",", "encoding": "utf-8", "header_row": "1"})

    assert response.url == page_of(job, "map")
    assert reload(job).columns[0]["header"] == "Email;Name"


def test_a_header_row_that_is_no_number_is_said(alices, acme):
    job = upload(acme)

    page = text_of(alices.post(page_of(job, "read"), {"header_row": "first"}))

    assert "Enter the number of the row with the column names" in page


def test_a_wide_file_is_mapped_in_parts(alices, acme):
    headers = ["Email", *(f"Extra {number}" for number in range(1, 250))]
    job = upload(acme, ",".join(headers) + "\nann@example.com" + ",x" * 249 + "\n")

    page = text_of(alices.get(page_of(job, "map"), {"sort": "file"}))
    assert page.count('aria-label="Field for column') == 100
    assert "Part 1 of 3" in page

    page = text_of(alices.post(page_of(job, "map"), {"column-5": "company", "open": "3"}))
    assert 'id="column-249"' in page
    assert reload(job).field_mapping["Extra 5"] == "company"


# Review and start ----------------------------------------------------------------------------------------------------


def test_the_review_counts_again_for_another_strategy(alices, acme):
    twice = upload(acme, "Email,Name\nann@example.com,Ann\nann@example.com,Anna\n")

    skipped = text_of(alices.get(page_of(twice, "review")))
    created = text_of(
        alices.post(page_of(twice, "review"), {**OPTIONS, "duplicate_strategy": "create_new"}, headers=HTMX)
    )

    assert "All rows would be" in skipped
    assert "<td>Skipped</td>" in skipped
    assert "<td>Skipped</td>" not in created
    assert reload(twice).duplicate_strategy == "create_new"


def test_starting_twice_starts_once(alices, acme):
    job = upload(acme)

    first = alices.post(page_of(job, "start"), OPTIONS)
    second = alices.post(page_of(job, "start"), OPTIONS)

    assert first.url == page_of(job, "progress")
    assert second.url == reverse("customer:job", args=[job.pk])


@pytest.mark.parametrize("name", ["map", "review"])
def test_the_steps_before_start_lead_on_once_it_is_started(alices, acme, name):
    job = upload(acme)
    alices.post(page_of(job, "start"), OPTIONS)

    assert alices.get(page_of(job, name)).url == reverse("customer:job", args=[job.pk])
    assert alices.post(page_of(job, name), {}).url == reverse("customer:job", args=[job.pk])


def test_what_stands_in_a_file_is_never_markup(alices, acme):
    evil = "<script>alert(1)</script>"
    job = upload(acme, f'Email,"{evil}"\nann@example.com,{evil}\n', filename=f"{evil}.csv")
    pages = [text_of(alices.get(page_of(job, name))) for name in ("map", "review", "add-field")[:2]]
    pages.append(text_of(alices.get(page_of(job, "add-field", 1))))
    alices.post(page_of(job, "start"), OPTIONS)
    runner.run_to_end(job.pk)
    pages += [text_of(alices.get(url)) for url in (page_of(job, "result"), page_of(job, "rows"), "/imports/")]
    pages.append(text_of(alices.get(page_of(job, "rows"), {"outcome": "created"})))

    assert [page for page in pages if evil in page] == []
    assert "&lt;script&gt;" in pages[0]
