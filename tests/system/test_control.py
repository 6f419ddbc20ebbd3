"""Pausing and resuming an import, as somebody does who has no mouse."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.system.browser import ANA, brake, settle
from tests.system.people import write_people
from tests.system.test_import import start_import


def press(page, name):
    """Press a button as keys do, wherever the focus is now."""
    button = page.get_by_role("button", name=name)
    button.focus()
    page.keyboard.press("Enter")
    settle(page)


def test_an_import_is_paused_and_resumed_by_keyboard(visits, system, tmp_path):
    people = write_people(tmp_path / "people.csv", rows=2_000, seed=571, area=571)
    page = visits.page(ANA)
    with system.api(ANA) as ana, brake(system) as held:
        job_id = start_import(ana, people.path)
        page.goto(f"/imports/{job_id}/progress/")
        expect(page.locator("[data-live]")).to_have_attribute("data-status", "processing")
        held.await_chunk()

        press(page, "Pause")
        expect(page.get_by_role("heading", level=1)).to_have_text("Pausing people.csv")
        held.step()
        expect(page.get_by_role("heading", level=1)).to_have_text("people.csv is paused")
        expect(page.locator("#status")).to_contain_text("The import is paused")
        expect(page.get_by_role("button", name="Resume")).to_be_focused()
        done = held.processed_rows(job_id)

        press(page, "Resume")
        expect(page.get_by_role("heading", level=1)).to_have_text("Importing people.csv")
    page.wait_for_url("**/result/")

    assert 0 < done < people.rows
    made = "SELECT count(*), count(DISTINCT company) FROM contacts WHERE import_job_id = %s"
    assert system.query(made, job_id) == [(people.valid, people.valid)]
