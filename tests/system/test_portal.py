"""The customer portal as people use it, from sign-in to one contact."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from irisx.refusals import file_too_large
from tests.system.browser import (
    ANA,
    SAMPLES,
    brake,
    job_id_of,
    settle,
    shown_counts,
    sign_in,
    upload,
)
from tests.system.conftest import System
from tests.system.people import write_people
from tests.system.test_accessibility import assert_accessible

MESSY = SAMPLES / "contacts-messy.csv"
CLEAN = SAMPLES / "contacts-clean.csv"

# Notes each number of rows that the progress page shows, from its first to its last.
NOTE_PROGRESS = """
addEventListener("DOMContentLoaded", () => {
  const shown = document.querySelector("[data-live] [data-processed]");
  if (!shown) return;
  noteProgress(shown.textContent);
  new MutationObserver(() => noteProgress(shown.textContent)).observe(shown, { childList: true, subtree: true });
});
"""


@pytest.fixture
def nia(visits) -> str:
    """Somebody whose tenant these tests have for themselves."""
    return visits.newcomer("initech")


def note_progress(page: Page) -> list[int]:
    """Return a list that fills with the numbers of rows that the page shows as done."""
    shown: list[int] = []
    page.expose_function("noteProgress", lambda text: shown.append(int(text.replace(",", ""))))
    page.add_init_script(NOTE_PROGRESS)
    return shown


def stored_counts(system: System, job_id: str) -> dict[str, int]:
    """Return what became of a job's rows, counted in what it wrote, not in what it says of itself."""
    (created,) = system.query("SELECT count(*) FROM contacts WHERE import_job_id = %s", job_id)[0]
    logged = "SELECT level, count(DISTINCT row_index) FROM import_errors WHERE import_job_id = %s GROUP BY level"
    rows = dict(system.query(logged, job_id))
    skipped, failed = rows.get("duplicate", 0), rows.get("error", 0)
    return {
        "processed": created + skipped + failed,
        "created": created,
        "updated": 0,
        "unchanged": 0,
        "skipped": skipped,
        "failed": failed,
    }


def records_of(path: Path) -> dict[int, dict[str, str]]:
    """Return a file's records by row number; blank ones are counted, but are no rows."""
    with path.open(encoding="utf-8", newline="") as file:
        records = dict(enumerate(csv.DictReader(file), start=2))
    return {number: record for number, record in records.items() if any(record.values())}


def test_a_messy_file_becomes_contacts(visits, system, nia):
    page = visits.page(None)
    shown = note_progress(page)
    sign_in(page, nia, system.sign_ins[nia][1])

    choose_file(page)
    try_other_fields(page)
    add_custom_field(page)
    page.get_by_role("button", name="Review 2,472 rows").first.click()
    expect(page.get_by_role("heading", name="This is what 2,472 rows would do")).to_be_visible()
    watch_import(page, system)

    job_id = job_id_of(page)
    assert len(set(shown)) >= 5
    assert shown == sorted(shown)
    counts = stored_counts(system, job_id)
    assert counts["processed"] == len(records_of(MESSY))
    assert shown_counts(page) == counts
    assert shown[-1] == counts["processed"]
    assert_log_is_right(page, system, job_id)
    open_rows(page, counts)
    find_contact(page, system, job_id)


def choose_file(page: Page) -> None:
    page.get_by_role("link", name="New import").first.click()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose file").click()
    chooser.value.set_files(MESSY)
    expect(page.get_by_role("heading", name="contacts-messy.csv")).to_be_visible()
    page.get_by_role("button", name="Upload and continue").click()
    page.wait_for_url("**/map/")


def try_other_fields(page: Page) -> None:
    """Change what columns become; the first rows follow each time."""
    preview = page.get_by_role("region", name="The first rows as they will be stored")
    expect(preview.get_by_role("columnheader", name="Title")).to_be_visible()

    choose_field(page, "Job title", "Do not import")
    expect(preview.get_by_role("columnheader", name="Title")).to_have_count(0)

    # A field is given once: the column that had it gets what this one had, and the page says so.
    choose_field(page, "Job title", "Company")
    expect(page.get_by_label("Field for column Organisation")).to_have_value("")
    expect(page.locator("#status")).to_contain_text("“Organisation” is now not imported")

    choose_field(page, "Organisation", "Company")
    choose_field(page, "Job title", "Title")
    expect(preview.get_by_role("columnheader", name="Title")).to_be_visible()
    expect(preview.get_by_role("columnheader", name="Company")).to_be_visible()


def choose_field(page: Page, column: str, field: str) -> None:
    page.get_by_label(f"Field for column {column}").select_option(field)
    settle(page)


def add_custom_field(page: Page) -> None:
    plan = page.get_by_label("Field for column Plan")
    plan.select_option("New custom field…")
    dialog = page.get_by_role("dialog", name="New field for “Plan”")
    expect(dialog.get_by_label("Name")).to_have_value("Plan")
    expect(dialog.get_by_label("Name")).to_be_focused()
    settle(page)

    dialog.get_by_role("button", name="Add field").click()

    expect(dialog).to_be_hidden()
    expect(plan).to_have_value("custom:plan")
    expect(plan).to_be_focused()
    preview = page.get_by_role("region", name="The first rows as they will be stored")
    expect(preview.get_by_role("columnheader", name="Plan")).to_be_visible()


def watch_import(page: Page, system: System) -> None:
    """Start, and see each chunk arrive before the next is let through; from there on to the end at full speed."""
    with brake(system) as held:
        page.get_by_role("button", name="Start import of 2,472 rows").first.click()
        page.wait_for_url("**/progress/")
        expect(page.locator("[data-live]")).to_have_attribute("data-state", "live")
        for _ in range(3):
            held.step()
            expect(page.locator("[data-processed]")).to_have_text(f"{held.processed_rows(job_id_of(page)):,}")
    page.wait_for_url("**/result/")


def assert_log_is_right(page: Page, system: System, job_id: str) -> None:
    with page.expect_download() as download:
        page.get_by_role("link", name="Error log (CSV)").click()
    assert download.value.suggested_filename == "contacts-messy errors.csv"
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text, newline="")))
    assert sorted((int(line["Row"]), line["Level"], line["Type"], line["Field"]) for line in lines) == system.query(
        "SELECT row_number, level, error_type, field FROM import_errors WHERE import_job_id = %s ORDER BY 1, 2, 3, 4",
        job_id,
    )
    records = records_of(MESSY)
    for line in lines:
        for header, value in records[int(line["Row"])].items():
            # A cell that a spreadsheet would run as a formula has one ' in front.
            assert line[header] in (value, f"'{value}")


def open_rows(page: Page, counts: dict[str, int]) -> None:
    """Go by two of the numbers to their rows."""
    page.get_by_role("link", name=str(counts["failed"]), exact=True).click()
    expect(page.get_by_role("heading", name=f"{counts['failed']} rows failed")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(counts["failed"])

    page.get_by_role("link", name="Created").click()
    expect(page.get_by_role("heading", name=f"{counts['created']:,} rows were created")).to_be_visible()
    page.get_by_role("link", name="Dmitri Fischer").first.click()
    expect(page.get_by_text("dmitri.fischer1@example.com")).to_be_visible()


def find_contact(page: Page, system: System, job_id: str) -> None:
    """Find, by the beginning of the address, somebody with everything that the page can show."""
    email, company, plan = system.query(
        "SELECT email, company, attributes->>'plan' FROM contacts WHERE import_job_id = %s AND company <> '' "
        "AND attributes ? 'plan' AND attributes ? 'city' ORDER BY id DESC LIMIT 1",
        job_id,
    )[0]
    page.get_by_role("link", name="Contacts").first.click()
    page.get_by_label("E-mail, phone or name begins with").fill(email.split("@")[0])
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_text("1 contact found")).to_be_visible()

    page.locator("tbody th a").click()

    known = page.get_by_role("table")
    for value in (email, company, plan):
        line = known.get_by_role("row").filter(has=page.get_by_role("cell", name=value, exact=True))
        expect(line.get_by_role("link", name="contacts-messy.csv")).to_be_visible()


def test_a_large_import_moves_at_full_speed_too(visits, system, nia, tmp_path):
    people = write_people(tmp_path / "people.csv", rows=60_000, seed=7, area=602)
    page = visits.page(nia)
    shown = note_progress(page)
    upload(page, people.path)
    page.get_by_role("button", name="Review 60,000 rows").first.click()
    page.wait_for_url("**/review/")

    page.get_by_role("button", name="Start import").first.click()
    page.wait_for_url("**/result/")

    assert len(set(shown)) >= 3
    assert shown == sorted(shown)
    assert shown[-1] == people.rows
    counts = stored_counts(system, job_id_of(page))
    assert (counts["created"], counts["skipped"], counts["failed"]) == (
        people.valid,
        people.duplicates,
        people.invalid,
    )
    assert shown_counts(page) == counts


def test_the_whole_way_without_javascript(visits, system):
    email = visits.newcomer("hooli")
    page = visits.page(None, java_script_enabled=False)
    sign_in(page, email, system.sign_ins[email][1])
    upload(page, CLEAN)

    page.get_by_label("Field for column Title").select_option("New custom field…")
    page.get_by_role("button", name="Show the first rows again").click()
    page.get_by_label("Name").fill("Role")
    page.get_by_role("button", name="Add field").click()
    expect(page.get_by_label("Field for column Title")).to_have_value("custom:role")
    page.get_by_role("button", name="Review 200 rows").first.click()
    page.get_by_label("If the contact exists").select_option("Update what the file fills in")
    page.get_by_role("button", name="Count again").click()
    expect(page.get_by_label("If the contact exists")).to_have_value("update")
    with brake(system):
        page.get_by_role("button", name="Start import").first.click()
        expect(page.get_by_role("heading", name="Importing contacts-clean.csv")).to_be_visible()
    while not page.url.endswith("/result/"):
        page.get_by_role("link", name="Show how far it is now").click()

    job_id = job_id_of(page)
    assert stored_counts(system, job_id)["created"] == 200
    assert system.query("SELECT count(attributes->>'role') FROM contacts WHERE import_job_id = %s", job_id) == [(200,)]
    expect(page.get_by_role("heading", name="All 200 rows are done")).to_be_visible()

    page.get_by_role("link", name="All imports").click()
    page.get_by_role("link", name="Delete import contacts-clean.csv").click()
    page.get_by_role("button", name="Delete import").click()
    expect(page.get_by_text("Deleted “contacts-clean.csv”.")).to_be_visible()


def test_a_file_that_is_dropped_is_chosen(visits, nia):
    page = visits.page(nia)
    page.goto("/imports/new/")
    dropped = page.evaluate_handle(
        """() => {
          const dropped = new DataTransfer();
          dropped.items.add(new File(["Email\\nann@example.com\\n"], "dropped.csv", { type: "text/csv" }));
          return dropped;
        }"""
    )
    zone = page.locator("[data-drop]")

    zone.dispatch_event("dragenter", {"dataTransfer": dropped})
    expect(page.get_by_role("heading", name="Let go to choose it")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Drop a file here")).to_be_visible()
    zone.dispatch_event("drop", {"dataTransfer": dropped})

    expect(page.get_by_role("heading", name="dropped.csv")).to_be_visible()
    page.get_by_role("button", name="Upload and continue").click()
    page.wait_for_url("**/map/")
    expect(page.get_by_label("Field for column Email")).to_have_value("email")


def test_each_wrong_file_gets_its_sentence_and_leaves_nothing(visits, system, nia, tmp_path):
    too_large = tmp_path / "large.csv"
    with too_large.open("wb") as file:
        file.truncate(50 * 1024 * 1024 + 1)
    picture = b"\x89PNG\r\n\x1a\n" + bytes(100)
    wrong = [
        (None, "Select a file."),
        ({"name": "empty.csv", "mimeType": "text/csv", "buffer": b""}, "The selected file is empty."),
        ({"name": "letter.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}, "must be a CSV, TSV or Excel"),
        ({"name": "photo.csv", "mimeType": "text/csv", "buffer": picture}, "Only CSV and Excel files allowed."),
        (too_large, "The selected file must be smaller than 50 MB. Yours has 50 MB."),
    ]
    jobs = system.query("SELECT count(*) FROM import_jobs")
    page = visits.page(nia)
    for file, sentence in wrong:
        page.goto("/imports/new/")
        page.locator("input[type=file]").set_input_files(file or [])
        page.get_by_role("button", name="Upload and continue").click()
        expect(page.locator("[data-drop-error]")).to_contain_text(sentence)
        # What was wrong is not asked for again.
        expect(page.get_by_role("button", name="Upload and continue")).to_be_enabled()
    assert system.query("SELECT count(*) FROM import_jobs") == jobs


def test_what_the_server_says_of_a_body_that_it_does_not_take_is_shown(visits, nia, tmp_path):
    visits.expect("413")
    too_large = tmp_path / "large.csv"
    with too_large.open("wb") as file:
        file.truncate(52 * 1024 * 1024)
    page = visits.page(nia)
    page.goto("/imports/new/")
    # Such as a file that grew after it was chosen: the page let it through.
    page.locator("form[data-upload]").evaluate("(form) => { form.dataset.maxBytes = 1e9 }")
    page.locator("input[type=file]").set_input_files(too_large)

    page.get_by_role("button", name="Upload and continue").click()

    expect(page.locator("[data-drop-error]")).to_have_text(file_too_large(50 * 1024 * 1024).message)
    expect(page.get_by_role("button", name="Upload and continue")).to_be_enabled()


def test_an_import_of_another_tenant_is_not_found(visits, nia):
    theirs = visits.page(nia)
    upload(theirs, CLEAN)
    job_id = job_id_of(theirs)

    mine = visits.page(ANA).request

    pages = "", "map/", "review/", "progress/", "snapshot/", "result/", "rows/", "errors.csv", "cancel/", "delete/"
    unknown = "01990000-0000-7000-8000-000000000000"
    assert {mine.get(f"/imports/{job_id}/{page}").status for page in pages} == {404}
    assert {mine.get(f"/imports/{unknown}/{page}").status for page in pages} == {404}
    assert theirs.request.get(f"/imports/{job_id}/map/").status == 200


def test_delete_asks_first_and_can_be_undone(visits, system, nia):
    page = visits.page(nia)
    upload(page, CLEAN)
    job_id = job_id_of(page)
    page.goto("/imports/")
    delete = page.get_by_role("link", name="Delete import contacts-clean.csv").first
    dialog = page.get_by_role("dialog", name="Delete “contacts-clean.csv”?")

    delete.click()
    expect(dialog.get_by_role("link", name="Keep it")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(delete).to_be_focused()
    delete.click()
    dialog.get_by_role("link", name="Keep it").click()
    expect(dialog).to_be_hidden()
    assert system.query("SELECT deleted_at FROM import_jobs WHERE id = %s", job_id) == [(None,)]

    delete.click()
    dialog.get_by_role("button", name="Delete import").click()
    expect(page.get_by_role("status").get_by_text("Deleted “contacts-clean.csv”.")).to_be_visible()
    assert page.request.get(f"/imports/{job_id}/").status == 404

    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("“contacts-clean.csv” is back.")).to_be_visible()
    assert page.request.get(f"/imports/{job_id}/").status == 200


def test_a_part_of_a_page_that_the_server_does_not_answer_says_so_and_works_again(visits, nia):
    visits.expect("503", "ERR_FAILED", "htmx:sendError", "htmx:afterRequest")
    page = visits.page(nia)
    upload(page, CLEAN)
    page.goto("/imports/")
    delete = page.get_by_role("link", name="Delete import contacts-clean.csv").first
    failure = page.get_by_role("status").get_by_text("That did not work")

    page.route("**/delete/", lambda route: route.fulfill(status=503, body="away"))
    delete.click()
    expect(failure).to_be_visible()
    assert_accessible(page)
    page.unroute("**/delete/")
    page.route("**/delete/", lambda route: route.abort())
    delete.click()
    expect(failure).to_have_count(1)

    page.unroute("**/delete/")
    delete.click()
    dialog = page.get_by_role("dialog", name="Delete “contacts-clean.csv”?")
    expect(dialog.get_by_role("link", name="Keep it")).to_be_focused()
    expect(failure).to_have_count(0)


def test_sign_out_ends_what_the_browser_may_see(visits, system, nia):
    page = visits.page(None)
    sign_in(page, nia, system.sign_ins[nia][1])
    page.goto("/contacts/")

    page.get_by_role("button", name="Sign out").click()

    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
