"""Failed rows as people mend them: with the mouse, by keyboard alone, and without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.system.browser import settle, sign_in, upload
from tests.system.test_accessibility import assert_accessible, focused

PEOPLE = (
    "Name,Email,Phone,Birthday\n"
    + "".join(f"Person {n},person{n}@example.com,,{day}\n" for n, day in ((1, "1990-05-17"), (2, "1991-02-03")))
    + "Ben,info@,,\nCleo,info@,,\nDora,dora@@example.com,,\nEmil,emil@,,\n"
)


@pytest.fixture
def nia(visits) -> str:
    """Somebody whose tenant these tests have for themselves."""
    return visits.newcomer("umbra")


def import_people(page: Page, tmp_path, email: str, password: str) -> None:
    """Sign in and import the file, up to its result."""
    file = tmp_path / "people.csv"
    file.write_text(PEOPLE)
    sign_in(page, email, password)
    upload(page, file)
    page.get_by_role("button", name="Review 6 rows").first.click()
    page.wait_for_url("**/review/")
    page.get_by_role("button", name="Start import of 6 rows").first.click()
    page.wait_for_url("**/result/")


def counts(page: Page) -> dict[str, str]:
    numbers = page.locator(".tally [data-count]")
    return dict(numbers.evaluate_all("all => all.map((one) => [one.dataset.count, one.textContent])"))


def test_rows_are_mended_with_the_mouse_and_join_their_import(visits, system, nia, tmp_path):
    page = visits.page(None)
    import_people(page, tmp_path, nia, system.sign_ins[nia][1])
    page.get_by_role("link", name="Mend rows").click()
    expect(page.get_by_role("heading", name="4 rows need you")).to_be_visible()
    assert_accessible(page)

    # One value for all that have the same, and taken back.
    page.get_by_label("Replace info@ with").fill("info@example.com")
    page.get_by_role("button", name="Apply to all 2 rows").click()
    expect(page.locator("[data-progress]")).to_have_text("4 rows, 2 mended")
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.locator("[data-progress]")).to_have_text("4 rows")
    page.wait_for_load_state()  # a page of its own, whose scripts come after its text

    # A cell is checked as it is left.
    page.get_by_label("Email, row 4").fill("ben@")
    page.get_by_label("Email, row 5").fill("cleo@example.com")
    expect(page.locator("#status")).to_have_text(
        "Row 4 is wrong still. “ben@” has nothing after the @ sign. Enter an address like ann@example.com."
    )
    page.get_by_label("Email, row 6").click()
    expect(page.locator("#status")).to_have_text("Row 5 mended; 3 left.")
    settle(page)
    assert_accessible(page)

    page.get_by_label("Select row 7").check()
    page.get_by_role("button", name="Skip selected").click()
    expect(page.get_by_label("Email, row 7")).to_have_count(0)
    page.get_by_text("Find and replace").click()
    page.get_by_label("Find", exact=True).fill("@@")
    page.get_by_role("button", name="Count").click()
    page.get_by_label("Replace with").fill("@")
    assert_accessible(page)
    page.get_by_role("button", name="Replace in 1 row").click()
    expect(page.locator("[data-progress]")).to_have_text("4 rows, 2 mended, 1 skipped")

    # Kept where the next page load finds it.
    page.reload()
    expect(page.get_by_label("Email, row 5")).to_have_value("cleo@example.com")
    page.get_by_role("button", name="Import 2 mended rows").click()
    page.wait_for_url("**/result/")
    expect(page.locator("#mending")).to_have_text("2 mended rows came in")
    assert counts(page) == {
        "processed": "6", "created": "4", "updated": "0", "unchanged": "0", "skipped": "0", "failed": "2",
    }  # fmt: skip
    settle(page)
    assert_accessible(page)


def test_rows_are_mended_by_keyboard_alone(visits, system, nia, tmp_path):
    page = visits.page(None)
    import_people(page, tmp_path, nia, system.sign_ins[nia][1])
    page.get_by_role("link", name="Mend rows").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/mend/")
    page.get_by_label("Email, row 4").focus()

    page.keyboard.press("Control+A")
    page.keyboard.type("nobody")
    page.keyboard.press("Escape")
    expect(page.get_by_label("Email, row 4")).to_have_value("info@")
    page.keyboard.type("ben@example.org")
    page.keyboard.press("Enter")
    expect(page.locator("#status")).to_have_text("Row 4 mended; 3 left.")
    assert focused(page) == "Email, row 5"
    page.keyboard.type("cleo@example.org")
    page.keyboard.press("Enter")
    expect(page.locator("#status")).to_have_text("Row 5 mended; 2 left.")
    page.keyboard.press("Enter")
    assert focused(page) == "Email, row 7"
    page.keyboard.type("emil@example.org")
    page.keyboard.press("Enter")
    expect(page.locator("#status")).to_have_text("Row 7 mended; 1 left.")
    settle(page)

    page.get_by_role("button", name="Import 3 mended rows").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/result/")
    expect(page.locator("#mending")).to_have_text("3 mended rows came in")


def test_rows_are_mended_without_scripts(visits, system, nia, tmp_path):
    with_scripts = visits.page(None)
    import_people(with_scripts, tmp_path, nia, system.sign_ins[nia][1])
    page = visits.page(None, java_script_enabled=False, storage_state=with_scripts.context.storage_state())
    page.goto(with_scripts.url.replace("/result/", "/mend/"))

    page.get_by_label("Email, row 4").fill("ben@example.net")
    page.get_by_label("Email, row 6").fill("dora@example.net")
    page.keyboard.press("Enter")
    expect(page.locator("[data-progress]")).to_have_text("4 rows, 2 mended")
    page.get_by_role("button", name="Undo, row 6").click()
    expect(page.get_by_label("Email, row 6")).to_have_value("dora@@example.com")
    page.get_by_role("button", name="Import 1 mended row").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("done")
    with_scripts.goto(page.url)
    expect(with_scripts.locator("#mending")).to_have_text("1 mended row came in")
