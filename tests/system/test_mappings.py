"""A mapping in the browser: changed, kept once it worked, found again, taken back, renamed and deleted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.system.browser import settle, upload
from tests.system.test_accessibility import assert_accessible

COLUMNS = ("Kontaktweg", "Wohnhaft", "Stufe", "Telefno")


@pytest.fixture
def leads(tmp_path) -> Path:
    path = tmp_path / "leads.csv"
    path.write_text(",".join(COLUMNS) + "\nana@leads.example,Berlin,gold,030 90182000\n")
    return path


def test_a_mapping_from_its_first_file_to_its_end(visits, leads):
    page = visits.page(visits.newcomer("initech"))
    page.goto("/mappings/")
    expect(page.get_by_role("heading", name="No mappings saved yet")).to_be_visible()
    assert_accessible(page)

    change_and_import(page, leads)
    keep(page)
    use_again(page, leads)
    rename_and_delete(page)


def change_and_import(page: Page, leads: Path) -> None:
    upload(page, leads)
    headers = page.locator("tbody th.column")
    # What wants a look stands first: the mistyped header, then what nothing fits.
    expect(headers).to_have_text(["Kontaktweg", "Telefno", "Wohnhaft", "Stufe"])
    page.get_by_label("Sort").select_option("As in the file")
    expect(headers).to_have_text(list(COLUMNS))
    page.reload()
    expect(headers).to_have_text(list(COLUMNS))
    for column, field in (("Wohnhaft", "City"), ("Stufe", "Tags")):
        page.get_by_label(f"Field for column {column}").select_option(field)
        settle(page)
    page.get_by_role("button", name="Review").first.click()
    page.wait_for_url("**/review/")
    page.get_by_role("button", name="Start import").first.click()
    page.wait_for_url("**/result/")


def keep(page: Page) -> None:
    expect(page.get_by_text("Keep this mapping for the next file?")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Name of the mapping").fill("Fair leads")
    page.get_by_role("button", name="Save mapping").click()
    expect(page.get_by_text("Saved “Fair leads”: files with the same columns get it.")).to_be_visible()
    expect(page.get_by_text("Keep this mapping for the next file?")).to_have_count(0)


def use_again(page: Page, leads: Path) -> None:
    upload(page, leads)
    expect(page.get_by_text("Used your mapping “Fair leads” (4 of 4 columns).")).to_be_visible()
    expect(page.get_by_label("Field for column Stufe")).to_have_value("tags")
    assert_accessible(page)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Your mapping “Fair leads” is not used.")).to_be_visible()
    # What was chosen for the same headers before is known all the same.
    expect(page.get_by_role("row", name="Stufe")).to_contain_text("Same as last time")
    page.get_by_role("button", name="Use it again").click()
    expect(page.get_by_role("row", name="Stufe")).to_contain_text("Same as in “Fair leads”")


def rename_and_delete(page: Page) -> None:
    page.get_by_role("link", name="Mappings").click()
    expect(page.get_by_role("row", name="Fair leads")).to_contain_text("4 of 4 columns")
    assert_accessible(page)
    page.get_by_role("link", name="Rename Fair leads").click()
    assert_accessible(page)
    page.get_by_label("Name").fill("Spring fair")
    page.get_by_label("Description").fill("What the fair sends us")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Delete Spring fair").wait_for()
    page.wait_for_load_state()  # its dialog is opened by a script
    page.get_by_role("link", name="Delete Spring fair").click()
    expect(page.get_by_role("dialog", name=re.compile("^Delete"))).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Delete mapping").click()
    expect(page.get_by_text("Deleted the mapping “Spring fair”.")).to_be_visible()
